package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// wantEvents opens a store and wants events 1 to at least so many, each once.
func wantEvents(t *testing.T, dir string, least uint64) {
	t.Helper()
	s := mustOpen(t, dir)
	defer s.Close()
	w, err := s.Work(context.Background(), "s", store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	last := uint64(0)
	for _, p := range w.Pending {
		if p.First != last+1 {
			t.Fatalf("event %d follows %d", p.First, last)
		}
		last = p.First + uint64(p.Count) - 1
	}
	if last < least {
		t.Errorf("the copy has %d events, %d were acknowledged before", last, least)
	}
}

// A backup of a store that is written to has all that was acknowledged before it began, and holds no writer up.
func TestBackupInUse(t *testing.T) {
	dir, dest := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	s := mustOpen(t, dir)
	defer s.Close()
	if err := os.WriteFile(filepath.Join(dir, "ip.key"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(context.Background(), store.Opening{Session: "s", Stream: "x"}); err != nil {
		t.Fatal(err)
	}
	acked := make(chan uint64)
	stop := make(chan struct{})
	go func() {
		defer close(acked)
		for n := uint64(1); ; n++ {
			b := store.Batch{Session: "s", Stream: "x", First: n, Count: 1, Lines: fmt.Appendf(nil, "%d %x\n", n, bytes.Repeat([]byte{7}, 4000))}
			if _, err := s.Append(context.Background(), b); err != nil {
				t.Errorf("append: %v", err)
				return
			}
			select {
			case acked <- n:
			case <-stop:
				return
			}
		}
	}()
	before := uint64(0)
	for range 100 {
		before = <-acked
	}
	during := make(chan uint64)
	go func() {
		n := uint64(0)
		for n = range acked {
		}
		during <- n
	}()
	c, err := sqlite.Backup(context.Background(), dir, dest)
	close(stop)
	if after := <-during; after <= before {
		t.Errorf("nothing was acknowledged while the backup ran: %d, %d", before, after)
	}
	if err != nil || c.Sessions != 1 || c.Bytes == 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	if key, err := os.ReadFile(filepath.Join(dest, "ip.key")); err != nil || string(key) != "secret" {
		t.Errorf("the key in the copy: %q, %v", key, err)
	}
	wantEvents(t, dest, before)
	for name, want := range map[string]fs.FileMode{dest: 0o700, filepath.Join(dest, sqlite.File): 0o600, filepath.Join(dest, "ip.key"): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// The data directory of a relay is `data` where nothing else is said.
func TestBackupRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("data", 0o700); err != nil {
		t.Fatal(err)
	}
	filled(t, "data")
	for _, dir := range []string{"data", "./data"} {
		if c, err := sqlite.Backup(context.Background(), dir, fmt.Sprint("copy", len(dir))); err != nil || c.Sessions != 1 {
			t.Errorf("of %s: %+v, %v", dir, c, err)
		}
	}
}

// A store that is not in use, and one that was killed, can be copied too.
func TestBackupAtRest(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir)
	dest := filepath.Join(t.TempDir(), "copy")
	if _, err := sqlite.Backup(context.Background(), dir, dest); err != nil {
		t.Fatal(err)
	}
	wantEvents(t, dest, 100)

	killed := t.TempDir()
	c, out := startChild(t, roleAppend, killed)
	for n := 0; out.Scan(); n++ {
		if n == 50 {
			_ = c.Process.Kill()
		}
	}
	_ = c.Wait() // killed
	dest = filepath.Join(t.TempDir(), "copy")
	if c, err := sqlite.Backup(context.Background(), killed, dest); err != nil || c.Sessions != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
}

func TestBackupRefuses(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	filled(t, dir)
	taken := filepath.Join(place, "taken")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Backup(context.Background(), dir, taken); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a directory: %v", err)
	}
	if _, err := sqlite.Backup(context.Background(), t.TempDir(), filepath.Join(place, "empty")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no store: %v", err)
	}
	if _, err := sqlite.Backup(context.Background(), dir, filepath.Join(place, "no", "where")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into no directory: %v", err)
	}
	at := rootOf(t, dir, "entries")
	damage(t, dir, at, at+16<<10)
	if _, err := sqlite.Backup(context.Background(), dir, filepath.Join(place, "damaged")); !errors.Is(err, sqlite.ErrDamaged) {
		t.Errorf("of a damaged store: %v", err)
	}
	left, err := os.ReadDir(place)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
