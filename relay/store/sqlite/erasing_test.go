package sqlite

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/storetest"
)

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
			of, all := ids[len(ids)/2], storetest.Live(t, s, s.packing.Pack, ids...)
			tr := all[of]
			delete(all, of)
			others := slices.Collect(maps.Values(all))
			if len(tr.In(t, dir, "", others...)) == 0 {
				t.Fatal("the test finds nothing while everything is there")
			}
			tracesOf := func(id string) storetest.Traces {
				if id == of {
					return tr
				}
				return all[id]
			}
			for i, id := range ids {
				if i%3 != 2 || id == of {
					storetest.SealLive(t, s, id, tracesOf(id))
				}
			}
			if len(tr.In(t, dir, "", others...)) == 0 {
				t.Fatal("the test finds nothing before the erasure")
			}
			if err := s.Erase(t.Context(), store.Erasure{ID: of, At: 1, Note: []byte("gone")}); err != nil {
				t.Fatal(err)
			}
			if found := tr.In(t, dir, "", others...); len(found) > 0 {
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
			if found := tr.In(t, dir, "", others...); len(found) > 0 {
				t.Errorf("still there after the end: %s", strings.Join(found, "\n"))
			}
		})
	}
}

// TestErasingWaitsForReaders holds a read open: the erasure says that there are traces, and cleaning later removes them,
// also by a relay that goes on with the files after this one was killed.
func TestErasingWaitsForReaders(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(context.Background(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tr := storetest.Live(t, s, s.packing.Pack, "a")["a"]
	storetest.SealLive(t, s, "a", tr)
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
	killed := t.TempDir()
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), killed, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for _, at := range []struct {
		store *Store
		dir   string
	}{{again, killed}, {s, dir}} {
		if len(tr.In(t, at.dir, "")) == 0 {
			t.Error("there is nothing to clean")
		}
		if err := at.store.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found := tr.In(t, at.dir, ""); len(found) > 0 {
			t.Errorf("still there: %s", strings.Join(found, "\n"))
		}
	}
}
