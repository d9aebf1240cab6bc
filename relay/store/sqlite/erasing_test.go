package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/store"
)

// traces gathers what was ever written of a session, in every form: plain, packed, and as a part.
type traces map[string][]byte

func (tr traces) add(name string, content []byte) {
	if len(content) >= traceSize {
		tr[name] = bytes.Clone(content)
	}
}

// traceSize is how much of a trace is surely no coincidence.
const traceSize = 16

// each calls fn with every window of the traces.
func (tr traces) each(fn func(name string, w [traceSize]byte)) {
	for name, content := range tr {
		for i := 0; i+traceSize <= len(content); i++ {
			fn(name, [traceSize]byte(content[i:]))
		}
	}
}

// in tells which traces are in the files of a directory: any window of their bytes.
// What others have in common with it does not count.
func (tr traces) in(t *testing.T, dir string, others ...traces) (found []string) {
	t.Helper()
	windows := map[[traceSize]byte]string{}
	tr.each(func(name string, w [traceSize]byte) { windows[w] = name })
	for _, other := range others {
		other.each(func(_ string, w [traceSize]byte) { delete(windows, w) })
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for i := 0; i+traceSize <= len(content); i++ {
			if name, ok := windows[[traceSize]byte(content[i:])]; ok && !seen[name] {
				seen[name] = true
				found = append(found, fmt.Sprintf("%s in %s at %d", name, filepath.Base(path), i))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// live records sessions one run after the other, so that their rows lie among each other's, and remembers what was
// written of each.
func live(t *testing.T, s *Store, ids ...string) map[string]traces {
	t.Helper()
	const runs, events = 12, 30
	words := func(id, what string, n int) string {
		sum := sha256.Sum256(fmt.Append(nil, id, what, n))
		return fmt.Sprintf("%x", sum)
	}
	all := map[string]traces{}
	for _, id := range ids {
		url := "https://shop.example/" + words(id, "url", 0)
		all[id] = traces{}
		all[id].add("url", []byte(url))
		if _, err := s.Open(t.Context(), store.Opening{Site: "shop", Session: id, Stream: "aaaaaaaaaaaaaaaa", URL: url, Agent: "agent"}); err != nil {
			t.Fatal(err)
		}
	}
	for run := range runs {
		for _, id := range ids {
			b := store.Batch{Session: id, Stream: "aaaaaaaaaaaaaaaa", First: uint64(run*events) + 1, Count: events}
			for i := range events {
				b.Lines = fmt.Appendf(b.Lines, "{\"n\":%d,\"text\":\"%s\"}\n", run*events+i, words(id, "text", run*events+i))
			}
			if _, err := s.Append(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			w, err := s.Work(t.Context(), id, store.AllEvents)
			if err != nil {
				t.Fatal(err)
			}
			n := store.Numbered{ID: id, After: w.LastSeq, LastSeq: w.LastSeq + events, Entries: b.Lines, State: []byte("state " + words(id, "state", run)),
				Done: []int64{w.Pending[0].ID}, Ended: run == runs-1, Summary: store.Summary{StartURL: "https://shop.example/" + words(id, "start", 0), Participants: []string{words(id, "name", 0)}}}
			if err := s.Number(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			tr := all[id]
			tr.add(fmt.Sprintf("lines %d", run), b.Lines)
			tr.add(fmt.Sprintf("packed lines %d", run), s.packing.Pack(b.Lines))
			tr.add(fmt.Sprintf("state %d", run), n.State)
			tr.add("start", []byte(n.Summary.StartURL))
			tr.add("name", []byte(n.Summary.Participants[0]))
			tr.add("salt", w.Salt[:])
		}
	}
	return all
}

func sealNow(t *testing.T, s *Store, id string, tr traces) {
	t.Helper()
	var lines []byte
	last := uint64(0)
	err := s.Entries(t.Context(), id, 0, func(seq uint64, line []byte) error {
		lines, last = append(append(lines, line...), '\n'), seq
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	content, err := document.Encode(id, 1, lines)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(id))
	hashes := bytes.Repeat(sum[:8], int(last))
	if err := s.Seal(t.Context(), store.Sealed{ID: id, Entries: last, Parts: []store.Part{{First: 1, Last: last, Content: content}}, Hashes: hashes}); err != nil {
		t.Fatal(err)
	}
	tr.add("part", content)
	tr.add("hashes", hashes)
}

// TestErasedIsNowhere records, seals and erases a session among others, with the relay's own checkpoints under way,
// and then reads every file byte by byte.
func TestErasedIsNowhere(t *testing.T) {
	for name, neighbours := range map[string]int{"alone": 0, "among others": 9} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(context.Background(), dir, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var ids []string
			for i := range neighbours + 1 {
				ids = append(ids, fmt.Sprintf("%032x", i))
			}
			of, all := ids[len(ids)/2], live(t, s, ids...)
			tr := all[of]
			delete(all, of)
			others := slices.Collect(maps.Values(all))
			if len(tr.in(t, dir, others...)) == 0 {
				t.Fatal("the test finds nothing while everything is there")
			}
			tracesOf := func(id string) traces {
				if id == of {
					return tr
				}
				return all[id]
			}
			for i, id := range ids {
				if i%3 != 2 || id == of {
					sealNow(t, s, id, tracesOf(id))
				}
			}
			if len(tr.in(t, dir, others...)) == 0 {
				t.Fatal("the test finds nothing before the erasure")
			}
			if err := s.Erase(t.Context(), store.Erasure{ID: of, At: 1, Note: []byte("gone")}); err != nil {
				t.Fatal(err)
			}
			if found := tr.in(t, dir, others...); len(found) > 0 {
				t.Errorf("still there: %s", strings.Join(found, "\n"))
			}
			for _, id := range ids {
				n := 0
				err := s.Entries(t.Context(), id, 0, func(uint64, []byte) error { n++; return nil })
				if id != of && (err != nil || n != 360) {
					t.Errorf("session %s has %d entries, %v", id, n, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if found := tr.in(t, dir, others...); len(found) > 0 {
				t.Errorf("still there after the end: %s", strings.Join(found, "\n"))
			}
		})
	}
}

// TestErasingWaitsForReaders holds a read open: the erasure says that there are traces, and cleaning later removes them.
func TestErasingWaitsForReaders(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(context.Background(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tr := live(t, s, "a")["a"]
	sealNow(t, s, "a", tr)
	tx, err := s.readers.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM parts").Scan(&n); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.Erase(ctx, store.Erasure{ID: "a", At: 1, Note: []byte("gone")}); !errors.Is(err, store.ErrTraces) {
		t.Errorf("with a reader: %v", err)
	}
	if err := s.Entries(t.Context(), "a", 0, func(uint64, []byte) error { return nil }); !errors.Is(err, store.ErrErased) {
		t.Errorf("the session is still read: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := tr.in(t, dir); len(found) > 0 {
		t.Errorf("still there: %s", strings.Join(found, "\n"))
	}
}
