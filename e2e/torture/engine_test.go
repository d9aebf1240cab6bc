package torture

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// engine is a store to torture.
type engine struct {
	name     string
	embedded bool // its files are in the directory of the relay's data
	// fresh makes an empty store, which ends with the test. It gives the relay's flags for it, and the function that opens
	// it when the relay has ended; dir is that of the relay's data.
	fresh func(t *testing.T) (flags []string, open func(dir string) (store.Store, error))
}

var engines = []engine{
	{name: "sqlite", embedded: true, fresh: func(t *testing.T) ([]string, func(string) (store.Store, error)) {
		return nil, func(dir string) (store.Store, error) { return sqlite.Open(context.Background(), dir, time.Now) }
	}},
	shared,
}

// shared is a store for several relays.
var shared = engine{name: "postgres", fresh: func(t *testing.T) ([]string, func(string) (store.Store, error)) {
	return database(pgtest.Database(t))
}}

// database is a PostgreSQL at an address.
func database(url string) (flags []string, open func(string) (store.Store, error)) {
	return []string{"--store", url}, func(string) (store.Store, error) {
		return postgres.Open(context.Background(), postgres.Options{URL: url, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	}
}

// asked skips the test of an engine that nobody asked for.
func (e engine) asked(t *testing.T) {
	t.Helper()
	if *only != "" && *only != e.name {
		t.Skipf("not asked for: -store is %s", *only)
	}
}

// verify looks at the store when the relay has ended.
func (s *stand) verify(dir string) {
	s.t.Helper()
	kept, err := s.open(dir)
	if err != nil {
		s.t.Fatal(err)
	}
	defer kept.Close()
	chains(s.t, kept)
}

// leased is how long the sessions of a relay that was killed are still its own: several lives of a lease.
const leased = 3 * store.LeaseLife

// work reads a session, as soon as no relay that was killed has it any more.
func work(ctx context.Context, s store.Store, id string) (w store.Work, err error) {
	ctx, cancel := context.WithTimeout(ctx, leased)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if w, err = s.Work(ctx, id, 1); !errors.Is(err, store.ErrLeased) {
			return w, err
		}
		select {
		case <-ctx.Done():
			return w, err
		case <-tick.C:
		}
	}
}

// chains makes the hash chain of every session anew.
func chains(t *testing.T, s store.Store) {
	t.Helper()
	ctx := context.Background()
	sessions, _, err := s.Sessions(ctx, store.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, session := range sessions {
		w, err := work(ctx, s, session.ID)
		if err != nil {
			t.Fatal(err)
		}
		var hash chain.Hash
		err = s.Entries(ctx, session.ID, 0, func(seq uint64, line []byte) error {
			hash = chain.Entry(chain.Salt(w.Salt, seq), hash, line)
			checked++
			return nil
		})
		if err != nil || hash != w.Hash {
			t.Errorf("session %s: the chain of its %d entries is broken (%v)", session.ID, w.LastSeq, err)
		}
	}
	t.Logf("the hash chains of %d sessions hold over %d entries", len(sessions), checked)
}
