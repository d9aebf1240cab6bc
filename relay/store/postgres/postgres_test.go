package postgres_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
	"github.com/cotrail/cotrail/relay/store/storetest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		pgtest.End()
		os.Exit(code)
	}), goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait")) // of the server, which ends afterwards
}

func options(url string) postgres.Options {
	return postgres.Options{URL: url, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

// mustOpen opens a store as one relay does.
func mustOpen(t testing.TB, o postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) func(*testing.T) store.Store {
		url := pgtest.Database(t)
		return func(t *testing.T) store.Store { return mustOpen(t, options(url)) }
	})
}
