package sqlite_test

import (
	"context"
	"os"
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
