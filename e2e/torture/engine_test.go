package torture

import (
	"context"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// engine is a store to torture.
type engine struct {
	name     string
	embedded bool // its files are in the directory of the relay's data
	// flags gives the relay's flags for a store of its own, which ends with the test.
	flags func(t *testing.T) []string
	// verify looks at the store when the relay has ended.
	verify func(t *testing.T, dir string)
}

var engines = []engine{{
	name: "sqlite", embedded: true,
	flags: func(*testing.T) []string { return nil },
	verify: func(t *testing.T, dir string) {
		t.Helper()
		s, err := sqlite.Open(context.Background(), dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		chains(t, s)
	},
}}

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
		w, err := s.Work(ctx, session.ID, 1)
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
