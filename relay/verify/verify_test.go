package verify

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/trail"
)

// archive is a log of all, of which the last leaf is a session.
type archive struct {
	keys    *trail.Keys
	checker Checker
	hashes  []tlog.Hash
	size    int64
}

func newArchive(t testing.TB) *archive {
	keys, err := trail.MakeKeys(filepath.Join(t.TempDir(), trail.KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{keys: keys}
	if a.checker.Verifiers, err = trail.ReadVerifiers(keys.Verifiers()); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *archive) ReadHashes(indexes []int64) (out []tlog.Hash, _ error) {
	for _, i := range indexes {
		out = append(out, a.hashes[i])
	}
	return out, nil
}

func (a *archive) add(leaf tlog.Hash) int64 {
	more, err := tlog.StoredHashesForRecordHash(a.size, leaf, a)
	if err != nil {
		panic(err)
	}
	a.hashes = append(a.hashes, more...)
	a.size++
	return a.size - 1
}

func (a *archive) checkpoint(at time.Time) (trail.Checkpoint, string) {
	root, err := tlog.TreeHash(a.size, a)
	if err != nil {
		panic(err)
	}
	c := trail.Checkpoint{Origin: a.keys.Origin(), Size: a.size, Root: root, Time: at}
	signed, err := a.keys.Sign(c.Text())
	if err != nil {
		panic(err)
	}
	return c, string(signed)
}

func (a *archive) inclusion(leaf int64, at time.Time) trail.Inclusion {
	hashes, err := tlog.ProveRecord(a.size, leaf, a)
	if err != nil {
		panic(err)
	}
	_, signed := a.checkpoint(at)
	return trail.Inclusion{Leaf: leaf, Hashes: hashes, Checkpoint: signed}
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// exported is a log with its proof, as it is exported.
type exported struct {
	Entries []json.RawMessage `json:"session_logs"`
	Proof   trail.Proof       `json:"proof"`
}

func (a *archive) session(entries int) exported {
	var salt [32]byte
	copy(salt[:], "salt")
	var e exported
	var hash chain.Hash
	for i := range entries {
		entry := fmt.Appendf(nil, `{"details":{"x":%d},"message":"Ann clicked \"ö %d\"","seq":%d,"type":"click"}`, i%3, i%2, i+1)
		e.Entries = append(e.Entries, entry)
		hash = chain.Entry(chain.Salt(salt, uint64(i+1)), hash, entry)
		e.Proof.Hashes = append(e.Proof.Hashes, hex.EncodeToString(hash[:chain.PrefixSize]))
	}
	e.Proof.Statement = chain.NewStatement("s", "shop", uint64(entries), hash)
	e.Proof.Salt = hex.EncodeToString(salt[:])
	leaf := a.add(e.Proof.Statement.Leaf(salt))
	e.Proof.Inclusion = a.inclusion(leaf, noon)
	return e
}

func (e exported) json() []byte {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return text
}

// TestEveryChange changes one entry of logs in every way there is, and wants the first that differs to be named.
func TestEveryChange(t *testing.T) {
	a := newArchive(t)
	for _, entries := range []int{1, 2, 3, 9} {
		good := a.session(entries)
		for _, c := range changes(good.Entries) {
			bad := good
			bad.Entries = c.entries
			r, err := a.checker.Log("log", bad.json())
			if err != nil || len(r.Findings) != 1 || r.Findings[0].Seq != c.first || r.Findings[0].Kind != c.kind {
				t.Errorf("%d entries, %s: %+v, %v; want entry %d %s", entries, c.what, r, err, c.first, c.kind)
			}
		}
	}
}

type change struct {
	what, kind string
	first      uint64 // the first entry that differs
	entries    []json.RawMessage
}

// changes makes every change, removal, insertion and swap of single entries.
func changes(list []json.RawMessage) (all []change) {
	add := func(kind string, entries []json.RawMessage, what string, args ...any) {
		first := 0
		for first < min(len(entries), len(list)) && bytes.Equal(entries[first], list[first]) {
			first++
		}
		all = append(all, change{fmt.Sprintf(what, args...), kind, uint64(first) + 1, entries})
	}
	for i := range list {
		for _, from := range []string{`"Ann`, `"click`, `"x":`, `"seq":`, `"det`} {
			other := slices.Clone(list)
			other[i] = bytes.Replace(list[i], []byte(from), []byte(strings.Replace(from, `"`, `"B`, 1)), 1)
			add(Changed, other, "%q of entry %d is changed", from, i+1)
		}
		other := slices.Clone(list)
		other[i] = json.RawMessage(`{}`)
		add(Changed, other, "entry %d is emptied", i+1)
		add(Removed, slices.Delete(slices.Clone(list), i, i+1), "entry %d is removed", i+1)
		for j := range i {
			other := slices.Clone(list)
			other[i], other[j] = other[j], other[i]
			add(Reordered, other, "entries %d and %d change places", j+1, i+1)
		}
	}
	for i := range len(list) + 1 {
		for _, new := range append([]json.RawMessage{json.RawMessage(`{"seq":1,"type":"x_new"}`), json.RawMessage(fmt.Sprintf(`{"seq":%d}`, i+1))}, list...) {
			add(Added, slices.Insert(slices.Clone(list), i, new), "%s is put before entry %d", new, i+1)
		}
	}
	return all
}

// TestRandomChange does the same at random, with what a value holds changed too.
func TestRandomChange(t *testing.T) {
	a := newArchive(t)
	rapid.Check(t, func(t *rapid.T) {
		good := a.session(rapid.IntRange(1, 40).Draw(t, "entries"))
		i := rapid.IntRange(0, len(good.Entries)-1).Draw(t, "entry")
		bad := good
		bad.Entries = slices.Clone(good.Entries)
		text := slices.Clone(good.Entries[i])
		at := rapid.IntRange(0, len(text)-1).Draw(t, "byte")
		text[at] = rapid.Byte().Draw(t, "value")
		if !json.Valid(text) || bytes.Equal(text, good.Entries[i]) {
			return
		}
		bad.Entries[i] = text
		r, err := a.checker.Log("log", bad.json())
		if err != nil || len(r.Findings) != 1 || r.Findings[0].Seq != uint64(i)+1 {
			t.Fatalf("%s\nin the place of\n%s: %+v, %v", text, good.Entries[i], r, err)
		}
	})
}

// TestFormatDoesNotMatter writes a log with other white space, escapes, and orders of keys.
func TestFormatDoesNotMatter(t *testing.T) {
	a := newArchive(t)
	e := a.session(5)
	var indented bytes.Buffer
	if err := json.Indent(&indented, e.json(), "\t", "   "); err != nil {
		t.Fatal(err)
	}
	var any map[string]any
	if err := json.Unmarshal(e.json(), &any); err != nil {
		t.Fatal(err)
	}
	anyhow, err := json.Marshal(any)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"as it is": string(e.json()), "indented": indented.String(), "through a map": string(anyhow),
		"escaped": strings.ReplaceAll(string(e.json()), "ö", `\u00f6`),
	} {
		r, err := a.checker.Log("log", []byte(text))
		if err != nil || len(r.Findings) > 0 || r.Entries != 5 || r.Session != "s" || r.Checkpoint != "2026-11-22T12:00:00Z" {
			t.Errorf("%s: %+v, %v", what, r, err)
		}
	}
}

// TestForgedProofs changes what is not an entry.
func TestForgedProofs(t *testing.T) {
	a, other := newArchive(t), newArchive(t)
	for what, c := range map[string]struct {
		kind  string
		forge func(*exported)
	}{
		"another log's checkpoint": {Signature, func(e *exported) { _, e.Proof.Checkpoint = other.checkpoint(noon) }},
		"a checkpoint by hand":     {Signature, func(e *exported) { e.Proof.Checkpoint = "x\n1\n" }},
		"another session's name":   {Proof, func(e *exported) { e.Proof.Statement.Session = "t" }},
		"another site":             {Proof, func(e *exported) { e.Proof.Statement.Site = "bank" }},
		"another leaf":             {Proof, func(e *exported) { e.Proof.Leaf-- }},
		"no such leaf":             {Proof, func(e *exported) { e.Proof.Leaf = 1 << 40 }},
		"another path":             {Proof, func(e *exported) { e.Proof.Inclusion.Hashes[0][3] ^= 1 }},
		"a hash more":              {Proof, func(e *exported) { e.Proof.Hashes = append(e.Proof.Hashes, "00") }},
		"no salt":                  {Proof, func(e *exported) { e.Proof.Salt = "" }},
		"all made anew": {Rewritten, func(e *exported) {
			again := newArchive(t).session(4)
			again.Entries[2] = json.RawMessage(`{"seq":3}`)
			var hash chain.Hash
			salt, _ := hex.DecodeString(e.Proof.Salt)
			for i, entry := range again.Entries {
				hash = chain.Entry(chain.Salt([32]byte(salt), uint64(i+1)), hash, entry)
				e.Proof.Hashes[i] = hex.EncodeToString(hash[:chain.PrefixSize])
			}
			e.Entries = again.Entries
		}},
	} {
		a.session(2)
		e := a.session(4)
		c.forge(&e)
		r, err := a.checker.Log("log", e.json())
		if err != nil || !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Kind == c.kind }) {
			t.Errorf("%s: %+v, %v; want one of the kind %s", what, r, err, c.kind)
		}
	}
	for what, text := range map[string]string{"no JSON": "nothing", "no proof": `{"session_logs":[]}`, "a list": `[]`} {
		if _, err := a.checker.Log("log", []byte(text)); err == nil {
			t.Errorf("%s is taken for a log", what)
		}
	}
	if _, err := a.checker.Log("log", []byte(`{}`)); !errors.Is(err, ErrNoProof) {
		t.Errorf("without a proof: %v", err)
	}
}

// TestSince holds logs against a checkpoint that was kept elsewhere.
func TestSince(t *testing.T) {
	a := newArchive(t)
	a.session(1)
	early := a.session(2)
	since, _ := a.checkpoint(noon)
	a.checker.Since = &since

	later := a.session(3)
	if _, err := a.checker.Log("log", later.json()); err == nil || !strings.Contains(err.Error(), "from=2") {
		t.Errorf("without a proof of consistency: %v", err)
	}
	hashes, err := tlog.ProveTree(a.size, since.Size, a)
	if err != nil {
		t.Fatal(err)
	}
	later.Proof.Consistency = &trail.Consistency{From: since.Size, Hashes: hashes}
	if r, err := a.checker.Log("log", later.json()); err != nil || len(r.Findings) > 0 {
		t.Errorf("a log that goes on: %+v, %v", r, err)
	}
	if r, err := a.checker.Log("log", early.json()); err != nil || len(r.Findings) > 0 {
		t.Errorf("a log of the same size: %+v, %v", r, err)
	}

	// The store was set back to the first session, and has gone on from there.
	back := *a
	back.hashes, back.size = slices.Clone(a.hashes[:1]), 1
	back.checker.Since = &since
	for what, sessions := range map[string]int{"smaller": 0, "of the same size": 1, "larger": 4} {
		b := back
		b.hashes = slices.Clone(back.hashes)
		for range sessions {
			b.session(7)
		}
		last := b.session(5)
		if sessions == 0 {
			b = back
			b.hashes = nil
			b.size = 0
			last = b.session(5)
		}
		last.Proof.Inclusion = b.inclusion(b.size-1, noon.Add(time.Hour))
		if b.size > since.Size {
			hashes, err := tlog.ProveTree(b.size, since.Size, &b)
			if err != nil {
				t.Fatal(err)
			}
			last.Proof.Consistency = &trail.Consistency{From: since.Size, Hashes: hashes}
		}
		r, err := b.checker.Log("log", last.json())
		if err != nil || len(r.Findings) != 1 || r.Findings[0].Kind != Checkpoint {
			t.Errorf("set back, and now %s: %+v, %v", what, r, err)
		}
	}
}

func TestTombstone(t *testing.T) {
	a := newArchive(t)
	a.session(1)
	e := a.session(2)
	var salt [32]byte
	copy(salt[:], "salt")
	leaf := e.Proof.Statement.Leaf(salt)
	erasure := trail.Erasure{Session: "s", Site: "shop", Entries: 2, Leaf: e.Proof.Leaf, Hash: hex.EncodeToString(leaf[:]), Erased: "2026-11-22T12:00:00Z", By: "ops"}
	signed, err := a.keys.Bury(erasure)
	if err != nil {
		t.Fatal(err)
	}
	own := a.add(trail.TombstoneLeaf(erasure))
	good := trail.Tombstone{Note: string(signed), Of: a.inclusion(e.Proof.Leaf, noon), Own: a.inclusion(own, noon)}
	check := func(tomb trail.Tombstone) (*Report, error) {
		text, err := json.Marshal(map[string]any{"tombstone": tomb})
		if err != nil {
			t.Fatal(err)
		}
		return a.checker.Log("log", text)
	}
	if r, err := check(good); err != nil || len(r.Findings) > 0 || r.Erased != erasure.Erased || r.Session != "s" {
		t.Errorf("%+v, %v", r, err)
	}
	elsewhere := good
	elsewhere.Of.Leaf = 0
	if r, err := check(elsewhere); err != nil || len(r.Findings) != 1 || r.Findings[0].Kind != Proof {
		t.Errorf("another leaf: %+v, %v", r, err)
	}
	unburied := good
	unburied.Own = good.Of
	if r, err := check(unburied); err != nil || len(r.Findings) != 1 || r.Findings[0].Kind != Proof {
		t.Errorf("a tombstone that is not in the log: %+v, %v", r, err)
	}
	forged := good
	forged.Note = strings.Replace(good.Note, "ops", "oops", 1)
	if r, err := check(forged); err != nil || len(r.Findings) != 1 || r.Findings[0].Kind != Signature {
		t.Errorf("a forged tombstone: %+v, %v", r, err)
	}
}

// TestIndependentVerifier lets a program in another language, written from docs/verify.md, judge good and bad logs.
func TestIndependentVerifier(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("the independent verifier needs Python 3:", err)
	}
	a := newArchive(t)
	a.session(2)
	good := a.session(4)
	a.session(3)
	good.Proof.Inclusion = a.inclusion(good.Proof.Leaf, noon)
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(a.keys.Verifiers()), 0o600); err != nil {
		t.Fatal(err)
	}
	logs := []exported{good}
	for _, c := range changes(good.Entries) {
		bad := good
		bad.Entries = c.entries
		logs = append(logs, bad)
	}
	forged := good
	forged.Proof.Statement.Site = "bank"
	unsigned := good
	unsigned.Proof.Checkpoint = strings.Replace(good.Proof.Checkpoint, "\n3\n", "\n4\n", 1)
	odd := newArchive(t)
	_, signed := odd.checkpoint(noon)
	foreign := good
	foreign.Proof.Checkpoint = signed
	logs = append(logs, forged, unsigned, foreign)
	args := []string{filepath.Join("..", "..", "testdata", "verify", "verify.py"), key}
	for i, l := range logs {
		path := filepath.Join(dir, fmt.Sprintf("%04d.json", i))
		if err := os.WriteFile(path, l.json(), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out, err := exec.Command(python, args...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(said) != len(logs) {
		t.Fatalf("%d answers to %d logs:\n%s%s", len(said), len(logs), out, exit.Stderr)
	}
	for i, l := range logs {
		r, err := a.checker.Log("log", l.json())
		if err != nil {
			t.Fatal(err)
		}
		want := "good"
		switch {
		case len(r.Findings) > 0 && r.Findings[0].Seq > 0:
			want = fmt.Sprintf("bad entry %d", r.Findings[0].Seq)
		case len(r.Findings) > 0:
			want = "bad proof"
		}
		if said[i] != want {
			t.Errorf("log %d: the other verifier says %q, ours %q: %+v", i, said[i], want, r.Findings)
		}
	}
}
