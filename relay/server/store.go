package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// engine is a store with what the server looks after.
type engine interface {
	store.Store
	Failed() <-chan error // gives the error after which nothing is taken any more
	Busy() bool           // what can wait should
}

// sqliteStore is the --store that lies in the data directory; every other begins with the scheme of PostgreSQL.
const sqliteStore = "sqlite:"

// openStore opens the store that the command line names. An error never tells the address: it may hold a password.
func openStore(ctx context.Context, o Options) (engine, error) {
	switch {
	case o.Store == "" || o.Store == sqliteStore:
		if o.RequireSyncReplica {
			return nil, errors.New("--require-sync-replica is for a PostgreSQL store; SQLite has no replicas")
		}
		return openSQLite(ctx, o)
	case strings.HasPrefix(o.Store, "postgres://"), strings.HasPrefix(o.Store, "postgresql://"):
		return openPostgres(ctx, o)
	}
	return nil, errors.New("--store is neither sqlite: (in the data directory) nor postgres://…")
}

// openPostgres opens the store of several relays. They sign one log with one key, so none may choose for itself where that
// lies.
func openPostgres(ctx context.Context, o Options) (engine, error) {
	if o.SigningKey == "" {
		return nil, errors.New("a PostgreSQL store needs --signing-key FILE: the first relay makes the file, and ip.key and link.key beside it; copy all three to every other relay of the store before its first start")
	}
	if err := os.MkdirAll(o.Data, 0o700); err != nil { // the key of webhooks' secrets lies there
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	return postgres.Open(ctx, postgres.Options{URL: o.Store, RequireSync: o.RequireSyncReplica, Now: time.Now, Log: o.Log})
}

func openSQLite(ctx context.Context, o Options) (engine, error) {
	s, err := sqlite.Open(ctx, o.Data, time.Now)
	if err != nil {
		return nil, err
	}
	if took, crashed := s.Checked(); crashed {
		o.Log.Warn("the last end was no clean one; the store was checked and is whole", "took", took)
	}
	return s, nil
}
