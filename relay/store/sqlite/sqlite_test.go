package sqlite_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
	"github.com/cotrail/cotrail/relay/store/storetest"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		child(role)
		return
	}
	goleak.VerifyTestMain(m)
}

func mustOpen(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) func(*testing.T) store.Store {
		dir := t.TempDir()
		return func(t *testing.T) store.Store { return mustOpen(t, dir) }
	})
}

func TestOneRelayADirectory(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if second, err := sqlite.Open(context.Background(), dir, time.Now); err == nil {
		second.Close()
		t.Error("two stores are open on one directory")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := mustOpen(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
}

// A store that was closed has let go of all its files, and its write-ahead log is in the database.
func TestCloseFinishes(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if _, err := s.Open(context.Background(), store.Opening{Session: "s", Stream: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, sqlite.File+"-wal")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the write-ahead log after the close: %v", err)
	}
	open, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range open {
		if name, _ := os.Readlink(fd); strings.HasPrefix(name, dir) {
			t.Errorf("%s is still open", name)
		}
	}
}
