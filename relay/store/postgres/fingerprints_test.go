package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

// TestFingerprints: of relays that keep different fingerprints at once all are told the same one, now and later.
func TestFingerprints(t *testing.T) {
	url := pgtest.Database(t)
	stores := make([]*postgres.Store, 3)
	for i := range stores {
		stores[i] = mustOpen(t, options(url))
		defer stores[i].Close()
	}
	if got, err := stores[0].Fingerprint(t.Context(), "one"); err != nil || got != "" {
		t.Errorf("before the first: %q, %v", got, err)
	}
	kept := make([]string, len(stores))
	var group sync.WaitGroup
	for i, s := range stores {
		group.Go(func() {
			var err error
			if kept[i], err = s.KeepFingerprint(context.Background(), "one", fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i, s := range stores {
		if got, err := s.Fingerprint(t.Context(), "one"); err != nil || got != kept[0] || kept[i] != kept[0] || got == "" {
			t.Errorf("relay %d is told %q, then %q, %v; the first %q", i, kept[i], got, err, kept[0])
		}
	}
	if got, err := stores[0].Fingerprint(t.Context(), "other"); err != nil || got != "" {
		t.Errorf("of another key: %q, %v", got, err)
	}
}
