package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// filled makes a store with some hundred pages and closes it.
func filled(t *testing.T, dir string) {
	t.Helper()
	s := mustOpen(t, dir)
	if _, err := s.Open(context.Background(), store.Opening{Session: "s", Stream: "x"}); err != nil {
		t.Fatal(err)
	}
	for n := uint64(1); n <= 100; n++ {
		b := store.Batch{Session: "s", Stream: "x", First: n, Count: 1, Lines: fmt.Appendf(nil, "%d %s\n", n, strings.Repeat("x", 10_000))}
		if _, err := s.Append(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// crash leaves the directory as a relay that was killed leaves it.
func crash(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "relay.lock"), []byte("running\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// damage overwrites a part of the database.
func damage(t *testing.T, dir string, from, to int64) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, sqlite.File), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, int(to-from)), from); err != nil {
		t.Fatal(err)
	}
}

// rootOf gives the place in the database's file where a table begins.
func rootOf(t *testing.T, dir, table string) int64 {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, sqlite.File)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var page int64
	if err := db.QueryRow("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?", table).Scan(&page); err != nil {
		t.Fatal(err)
	}
	return (page - 1) * 16 << 10
}

func TestCheckAfterCrash(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir)
	for _, row := range []struct {
		what    string
		crashed bool
	}{{"a clean end", false}, {"a crash", true}, {"a clean end after it", false}} {
		if row.crashed {
			crash(t, dir)
		}
		s := mustOpen(t, dir)
		if _, crashed := s.Checked(); crashed != row.crashed {
			t.Errorf("after %s: checked is %v", row.what, crashed)
		}
		if mark, err := os.ReadFile(filepath.Join(dir, "relay.lock")); err != nil || len(mark) == 0 {
			t.Errorf("while the store is open nothing says so: %q, %v", mark, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A damaged database is refused with the way out, again and again; as it was it is taken.
func TestDamaged(t *testing.T) {
	const page = 16 << 10
	for what, part := range map[string][2]int64{
		"a page in the middle": {40 * page, 41 * page},
		"the header":           {0, 100},
		"the first page":       {100, page},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			filled(t, dir)
			whole, err := os.ReadFile(filepath.Join(dir, sqlite.File))
			if err != nil {
				t.Fatal(err)
			}
			damage(t, dir, part[0], part[1])
			crash(t, dir)
			for range 2 {
				s, err := sqlite.Open(context.Background(), dir, time.Now)
				if err == nil {
					s.Close()
				}
				if !errors.Is(err, sqlite.ErrDamaged) || !strings.Contains(err.Error(), sqlite.File) || !strings.Contains(err.Error(), "Restore") {
					t.Fatalf("opened with %v", err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, sqlite.File), whole, 0o600); err != nil {
				t.Fatal(err)
			}
			s := mustOpen(t, dir)
			defer s.Close()
			if w, err := s.Work(context.Background(), "s", store.AllEvents); err != nil || len(w.Pending) != 100 {
				t.Errorf("%d batches, %v", len(w.Pending), err)
			}
		})
	}
}

// TestGivesBackDeliveries: what a relay was delivering when it was killed is due at once when it is started again.
func TestGivesBackDeliveries(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	d, err := store.NewDelivery("shop", "hook", "s", 0, store.KindCreated, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddDeliveries(t.Context(), []store.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	claim := func(want int) {
		t.Helper()
		got, err := s.ClaimDeliveries(t.Context(), "shop", "hook", "lease", 1, 2000, 1<<40)
		if err != nil || len(got) != want {
			t.Errorf("%+v, %v; want %d", got, err, want)
		}
	}
	claim(1)
	claim(0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	defer s.Close()
	claim(1)
}
