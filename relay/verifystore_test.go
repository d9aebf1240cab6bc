package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/store/sqlite"
	"github.com/cotrail/cotrail/relay/trail"
	"github.com/cotrail/cotrail/relay/verify"
)

// parts is the table of a store in which the entries of one sealed session lie, in a single part.
type parts struct {
	db  *sql.DB
	id  string
	num int64
}

// openParts opens the database beside the relay, as somebody may who can write the file and knows its form.
func openParts(t *testing.T, dir, id string) *parts {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.File)+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := &parts{db: db, id: id}
	if err := db.QueryRow("SELECT num FROM sessions WHERE id = ?", id).Scan(&p.num); err != nil {
		t.Fatal(err)
	}
	return p
}

// lines gives the session's entries, each with its line feed.
func (p *parts) lines() ([][]byte, error) {
	var first uint64
	var content []byte
	if err := p.db.QueryRow("SELECT first_seq, content FROM parts WHERE session = ?", p.num).Scan(&first, &content); err != nil {
		return nil, err
	}
	plain, err := document.Decode(p.id, first, content)
	lines := bytes.SplitAfter(plain, []byte("\n"))
	return lines[:len(lines)-1], err
}

// set puts other lines in their place. Whoever is careful corrects what the row says of its last number, too.
func (p *parts) set(lines [][]byte, careful bool) error {
	content, err := document.Encode(p.id, 1, bytes.Join(lines, nil))
	if err != nil {
		return err
	}
	if _, err = p.db.Exec("UPDATE parts SET content = ? WHERE session = ?", content, p.num); err == nil && careful {
		_, err = p.db.Exec("UPDATE parts SET last_seq = ? WHERE session = ?", len(lines), p.num)
	}
	return err
}

// TestEveryChangeInTheStore changes, removes, inserts and swaps single entries in the database of a relay that runs,
// and wants cotrail verify to find it and to name the first entry that differs.
func TestEveryChangeInTheStore(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	finished(t, dir, one, 3)
	finished(t, dir, two, 12)
	r := serve(t, dir)
	r.get("/v1/sessions/" + one + "/log?proof=1")
	r.get("/v1/sessions/" + two + "/log?proof=1")
	key := write(t, filepath.Join(elsewhere, "verify.key"), r.get("/v1/verify-key"))
	since := write(t, filepath.Join(elsewhere, "checkpoint"), r.get("/v1/checkpoint"))
	p := openParts(t, dir, two)
	good, err := p.lines()
	if err != nil || len(good) != 12 {
		t.Fatalf("%d entries, %v", len(good), err)
	}
	rapid.Check(t, func(t *rapid.T) {
		kind, bad := altered(t, good)
		first := 0
		for first < min(len(bad), len(good)) && bytes.Equal(bad[first], good[first]) {
			first++
		}
		if err := p.set(bad, rapid.Bool().Draw(t, "careful")); err != nil {
			t.Fatal(err)
		}
		var out, said bytes.Buffer
		code := run(r.t.Context(), []string{"verify", "--verify-key", key, "--since", since, "--key", "dev", "--json", r.url}, &out, &said)
		found := findings(t, out.Bytes())
		if code != exitFound || len(found) != 1 || found[0].Kind != kind || found[0].Seq != uint64(first)+1 {
			t.Errorf("entry %d was %s: exit %d\n%s%s", first+1, kind, code, &out, &said)
		}
	})
	if err := p.set(good, true); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := command(t, "verify", "--verify-key", key, "--since", since, "--key", "dev", r.url); code != exitGood {
		t.Errorf("as it was: exit %d\n%s%s", code, stdout, stderr)
	}
}

// altered makes a change of one entry, or a swap of two.
func altered(t *rapid.T, good [][]byte) (kind string, bad [][]byte) {
	bad = slices.Clone(good)
	i := rapid.IntRange(0, len(good)-1).Draw(t, "entry")
	switch kind = rapid.SampledFrom([]string{verify.Changed, verify.Removed, verify.Added, verify.Reordered}).Draw(t, "change"); kind {
	case verify.Changed:
		was := rapid.SampledFrom([]string{`"host"`, `Ada Miller clicked`, `"Next"`, `"recorder"`, `"button"`, `"click"}`, fmt.Sprintf(`"seq":%d,`, i+1)}).Draw(t, "text")
		now := []byte(was)
		now[rapid.IntRange(1, len(now)-3).Draw(t, "at")] = '0'
		bad[i] = bytes.Replace(bad[i], []byte(was), now, 1)
		if !json.Valid(bad[i]) || bytes.Equal(bad[i], good[i]) {
			t.Skip("no other entry")
		}
	case verify.Removed:
		bad = slices.Delete(bad, i, i+1)
	case verify.Added:
		bad = slices.Insert(bad, i, good[rapid.IntRange(0, len(good)-1).Draw(t, "copied")])
	case verify.Reordered:
		j := rapid.IntRange(0, len(good)-2).Draw(t, "other")
		if j >= i {
			j++
		}
		bad[i], bad[j] = bad[j], bad[i]
	}
	return kind, bad
}

func findings(t *rapid.T, reports []byte) (all []verify.Finding) {
	for _, line := range bytes.Split(bytes.TrimSpace(reports), []byte("\n")) {
		var r verify.Report
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, r.Findings...)
	}
	return all
}

// TestSessionTakenAway deletes whole sessions from the store of a relay, beside a day of an access log and an erased
// session, and wants cotrail verify to find that leaves of the log of all are of nothing any more.
func TestSessionTakenAway(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	if _, err := trail.MakeKeys(filepath.Join(dir, trail.KeyFile)); err != nil { // yesterday's relay had one
		t.Fatal(err)
	}
	accessedYesterday(t, dir)
	shop := "00000000000000000000000000000004"
	ended(t, dir, "shop", shop, 3, time.Now())
	for _, id := range []string{one, two, three} {
		finished(t, dir, id, 3)
	}
	secret, all := "of one site", "of all sites"
	conf := write(t, filepath.Join(elsewhere, "cotrail.yaml"), fmt.Sprintf("sites:\n  - {key: shop, dev: true}\nkeys:\n"+
		"  - {name: shop, sha256: \"%x\", scopes: [read], sites: [shop]}\n  - {name: all, sha256: \"%x\", scopes: [read], sites: [\"*\"]}\n",
		sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(all))))
	r := serve(t, dir, "--config="+conf)
	for _, id := range []string{one, two, three, shop} {
		r.get("/v1/sessions/" + id + "/proof")
	}
	if status, body := r.ask("DELETE", "/v1/sessions/"+three); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	r.get("/v1/sessions/" + three + "/proof")
	key := write(t, filepath.Join(elsewhere, "verify.key"), r.get("/v1/verify-key"))
	since := write(t, filepath.Join(elsewhere, "checkpoint"), r.get("/v1/checkpoint"))
	verify := func(args ...string) (int, string) {
		code, stdout, stderr := command(t, append([]string{"verify", "--verify-key", key, "--since", since, r.url}, args...)...)
		return code, stdout + stderr
	}
	const leaves = 6 // four sessions, a tombstone, a day
	if code, out := verify("--key", all); code != exitGood || !strings.Contains(out, fmt.Sprintf("each of the %d leaves", leaves)) {
		t.Errorf("all is there: exit %d\n%s", code, out)
	}
	if code, out := verify("--key", secret); code != exitGood || !strings.Contains(out, "note  ") || !strings.Contains(out, "5 of the 6 leaves") {
		t.Errorf("a key of one site: exit %d\n%s", code, out)
	}
	if code, out := verify("--key", secret, "--json"); code != exitGood || !strings.Contains(out, `"leaves":6,"unseen_leaves":5,"findings":[]`) {
		t.Errorf("a key of one site, as JSON: exit %d\n%s", code, out)
	}

	p := openParts(t, dir, two)
	var leaf int64
	if err := p.db.QueryRow("SELECT leaf FROM documents WHERE session = ?", p.num).Scan(&leaf); err != nil {
		t.Fatal(err)
	}
	r.end()
	for _, statement := range []string{"DELETE FROM documents WHERE session = ?", "DELETE FROM parts WHERE session = ?", "DELETE FROM sessions WHERE num = ?"} {
		if _, err := p.db.Exec(statement, p.num); err != nil {
			t.Fatal(err)
		}
	}
	r = serve(t, dir, "--config="+conf)
	want := fmt.Sprintf(`"findings":[{"kind":"removed","leaf":%d,`, leaf)
	if code, out := verify("--key", all, "--json"); code != exitFound || strings.Count(out, `"kind"`) != 1 || !strings.Contains(out, want) {
		t.Errorf("a session is gone: exit %d, want %s\n%s", code, want, out)
	}
	r.end()
	if _, err := p.db.Exec("DELETE FROM access WHERE day < date('now')"); err != nil {
		t.Fatal(err)
	}
	r = serve(t, dir, "--config="+conf)
	if code, out := verify("--key", all); code != exitFound || !strings.Contains(out, "2 leaves of 6 are missing") {
		t.Errorf("a day of an access log is gone too: exit %d\n%s", code, out)
	}
}

// accessedYesterday puts a day of an access log into a store and into its log of all, of a site without sessions.
func accessedYesterday(t *testing.T, dir string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now().Add(-48 * time.Hour)
	j := &journal.Journal{Store: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	if err := j.Note(t.Context(), journal.Deed{Type: journal.Viewed, Site: "gone", Session: "s", Key: "audit", What: "log"}); err != nil {
		t.Fatal(err)
	}
	now = time.Now()
	ctx, stop := context.WithCancel(t.Context())
	j.Grown = stop
	if err := j.Run(ctx); err != nil {
		t.Fatal(err)
	}
}
