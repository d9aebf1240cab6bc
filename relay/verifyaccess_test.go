package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// TestVerifyAccessLog verifies the access log of a relay and the lines that were exported from it, before and after
// somebody alters either.
func TestVerifyAccessLog(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	for _, id := range []string{one, two, three} {
		finished(t, dir, id, 2)
	}
	r := serve(t, dir)
	for _, id := range []string{one, two, three} {
		r.get("/v1/sessions/" + id + "/log?proof=1") // noted, each
	}
	key := write(t, filepath.Join(elsewhere, "verify.key"), r.get("/v1/verify-key"))
	exported := r.get("/v1/access-log?site=demo")
	log := write(t, filepath.Join(elsewhere, "access.json"), exported)
	if n := strings.Count(exported, `"entry":`); n < 3 {
		t.Fatalf("%d lines of the access log", n)
	}
	kept := filepath.Join(elsewhere, "kept.ndjson")
	if code, _, stderr := command(t, "export", "--relay", r.url, "--key", "dev", "--access-log", "-o", kept, "demo"); code != 0 {
		t.Fatalf("export: exit %d, %s", code, stderr)
	}
	for _, args := range [][]string{{"demo", "shop"}, {"--proof", "demo"}, {"--format", "csv", "demo"}, {"nowhere"}} {
		if code, stdout, stderr := command(t, append([]string{"export", "--relay", r.url, "--key", "dev", "--access-log"}, args...)...); code != 2 || stdout != "" || stderr == "" {
			t.Errorf("export --access-log %q: exit %d, %s%s", args, code, stdout, stderr)
		}
	}
	verify := func(args ...string) (int, string, string) {
		return command(t, append([]string{"verify", "--verify-key", key, "--key", "dev"}, args...)...)
	}
	for _, args := range [][]string{{log}, {kept}, {r.url}, {"--kept-access-log", log, r.url}, {"--kept-access-log", kept, r.url}} {
		if code, stdout, stderr := verify(args...); code != 0 || !strings.Contains(stdout, "of the access log of site demo") {
			t.Errorf("%q: exit %d\n%s%s", args, code, stdout, stderr)
		}
	}
	for _, file := range []string{key, "/nowhere"} {
		if code, _, stderr := verify("--kept-access-log", file, r.url); code != 2 || !strings.Contains(stderr, file) {
			t.Errorf("%s as kept lines: exit %d, %s", file, code, stderr)
		}
	}

	var page struct {
		Lines []json.RawMessage `json:"access_log"`
	}
	if err := json.Unmarshal([]byte(exported), &page); err != nil {
		t.Fatal(err)
	}
	lines := func(edit func([]json.RawMessage) []json.RawMessage) string {
		list := edit(append([]json.RawMessage(nil), page.Lines...))
		return write(t, filepath.Join(elsewhere, "altered.ndjson"), string(bytes.Join(raw(list), []byte("\n")))+"\n")
	}
	for want, edit := range map[string]func([]json.RawMessage) []json.RawMessage{
		`{"kind":"changed","seq":2,"text":"Line 2 of the access log was changed."}`: func(l []json.RawMessage) []json.RawMessage {
			l[1] = bytes.Replace(l[1], []byte("key_added"), []byte("key_removed"), 1)
			return l
		},
		`{"kind":"removed","seq":1,"text":"Line 1 of the access log was removed."}`: func(l []json.RawMessage) []json.RawMessage { return l[1:] },
		`{"kind":"added","seq":2,"text":"Line 2 of the access log was added."}`: func(l []json.RawMessage) []json.RawMessage {
			return append(append(append([]json.RawMessage(nil), l[0]), l[2]), l[1:]...)
		},
		`{"kind":"reordered","seq":1,"text":"Line 1 of the access log is another one: the order was changed."}`: func(l []json.RawMessage) []json.RawMessage {
			l[0], l[2] = l[2], l[0]
			return l
		},
	} {
		code, stdout, stderr := verify("--json", lines(edit))
		if code != 1 || !strings.Contains(stdout, `"findings":[`+want+`]`) {
			t.Errorf("exported lines: exit %d, want %s\n%s%s", code, want, stdout, stderr)
		}
	}

	for _, c := range []struct {
		statement, want string
		args            []string
	}{
		{"UPDATE access SET entry = replace(CAST(entry AS TEXT), 'dev', 'ops') WHERE site = 'demo' AND seq = 2", "Line 2 of the access log was changed.", nil},
		{"DELETE FROM access WHERE site = 'demo' AND seq = 2", "Line 2 of the access log was removed.", nil},
		{"DELETE FROM access WHERE site = 'demo' AND seq > 1", "Line 2 of the access log ", []string{"--kept-access-log", kept}},
	} {
		r.end()
		db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.File))
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(c.statement)
		db.Close()
		if err != nil {
			t.Fatal(err)
		}
		r = serve(t, dir)
		code, stdout, stderr := verify(append(c.args, r.url)...)
		if code != 1 || strings.Count(stdout, "BAD") != 1 || !strings.Contains(stdout, c.want) {
			t.Errorf("after %s: exit %d\n%s%s", c.statement, code, stdout, stderr)
		}
	}
}

func raw(list []json.RawMessage) (lines [][]byte) {
	for _, line := range list {
		lines = append(lines, line)
	}
	return lines
}
