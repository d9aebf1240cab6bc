package storetest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/store"
)

// traceSize is how much of a trace is surely no coincidence.
const traceSize = 16

// Traces is what was ever written of a session, by names, in every form: plain, packed, and as a part. An engine's test
// of erasing looks for it in the engine's files.
type Traces map[string][]byte

func (tr Traces) add(name string, content []byte) {
	if len(content) >= traceSize {
		tr[name] = bytes.Clone(content)
	}
}

// each calls fn with every window of the traces.
func (tr Traces) each(fn func(name string, w [traceSize]byte)) {
	for name, content := range tr {
		for i := 0; i+traceSize <= len(content); i++ {
			fn(name, [traceSize]byte(content[i:]))
		}
	}
}

// In tells which traces are in the files of a directory, but for a directory that is skipped: any window of their bytes.
// What others have in common with it does not count.
func (tr Traces) In(t *testing.T, dir, skip string, others ...Traces) (found []string) {
	t.Helper()
	windows := map[[traceSize]byte]string{}
	tr.each(func(name string, w [traceSize]byte) { windows[w] = name })
	for _, other := range others {
		other.each(func(_ string, w [traceSize]byte) { delete(windows, w) })
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == skip:
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
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

// Live records sessions to their ends, one run after the other, so that their rows lie among each other's, and remembers what
// was written of each. pack is how the engine packs lines.
func Live(t *testing.T, s store.Store, pack func([]byte) []byte, ids ...string) map[string]Traces {
	t.Helper()
	const runs, events = 12, 30
	words := func(id, what string, n int) string {
		sum := sha256.Sum256(fmt.Append(nil, id, what, n))
		return fmt.Sprintf("%x", sum)
	}
	all := map[string]Traces{}
	for _, id := range ids {
		url := "https://shop.example/" + words(id, "url", 0)
		all[id] = Traces{}
		all[id].add("url", []byte(url))
		if _, err := s.Open(t.Context(), store.Opening{Site: "shop", Session: id, Stream: streamA, URL: url, Agent: "agent"}); err != nil {
			t.Fatal(err)
		}
	}
	for run := range runs {
		for _, id := range ids {
			b := store.Batch{Session: id, Stream: streamA, First: uint64(run*events) + 1, Count: events}
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
			tr.add(fmt.Sprintf("packed lines %d", run), pack(b.Lines))
			tr.add(fmt.Sprintf("state %d", run), n.State)
			tr.add("start", []byte(n.Summary.StartURL))
			tr.add("name", []byte(n.Summary.Participants[0]))
			tr.add("salt", w.Salt[:])
		}
	}
	return all
}

// SealLive seals a session that Live recorded, and adds its traces.
func SealLive(t *testing.T, s store.Store, id string, tr Traces) {
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
