package postgres_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

// Three relays write one access log at once, from its first entry on: it is one chain.
func TestOneAccessLog(t *testing.T) {
	const relays, entries = 3, 40
	url := pgtest.Database(t)
	var group sync.WaitGroup
	for relay := range relays {
		s := mustOpen(t, options(url))
		t.Cleanup(func() { s.Close() })
		group.Go(func() {
			for i := range entries {
				day := fmt.Sprintf("2026-11-2%d", i*3/entries)
				err := s.NoteAccess(t.Context(), "shop", day, func(seq uint64, before [32]byte) ([]byte, [32]byte) {
					entry := fmt.Appendf(nil, "%d of relay %d", i, relay)
					return entry, sha256.Sum256(append(before[:], entry...))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	s := mustOpen(t, options(url))
	t.Cleanup(func() { s.Close() })
	log, err := s.Accesses(t.Context(), "shop", "", 0, 1000)
	if err != nil || len(log) != relays*entries {
		t.Fatalf("%d entries, %v; want %d", len(log), err, relays*entries)
	}
	var before store.Access
	for _, a := range log {
		seq := before.Seq + 1
		if a.Day != before.Day {
			seq = 1
		}
		if a.Seq != seq || a.Hash != sha256.Sum256(append(before.Hash[:], a.Entry...)) {
			t.Errorf("%s %d %q does not come after %s %d", a.Day, a.Seq, a.Entry, before.Day, before.Seq)
		}
		before = a
	}
	days, err := s.OpenDays(t.Context(), "2026-12-01")
	if err != nil || len(days) != 3 {
		t.Fatalf("days %+v, %v", days, err)
	}
}

// Three relays claim the same deliveries at once: each goes to one of them.
func TestClaimedOnce(t *testing.T) {
	const relays, deliveries = 3, 90
	url := pgtest.Database(t)
	now := time.Now().UnixMilli()
	var all []store.Delivery
	for i := range deliveries {
		d, err := store.NewDelivery("shop", "hook", fmt.Sprintf("s%d", i), 0, store.KindCreated, now)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	var stores []store.Store
	for range relays {
		s := mustOpen(t, options(url))
		t.Cleanup(func() { s.Close() })
		stores = append(stores, s)
	}
	if err := stores[0].AddDeliveries(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	times := map[string]int{}
	var group sync.WaitGroup
	for relay, s := range stores {
		group.Go(func() {
			for { // a relay that gets none has lost against one that goes on
				claimed, err := s.ClaimDeliveries(t.Context(), "shop", "hook", fmt.Sprint(relay), 3, now, now+60_000)
				if err != nil || len(claimed) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				for _, d := range claimed {
					times[d.ID]++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for id, n := range times {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
	if len(times) != deliveries {
		t.Errorf("%d of %d were claimed", len(times), deliveries)
	}
}

// A relay whose clock is an hour ahead does not take over what another has leased.
func TestWrongClock(t *testing.T) {
	url := pgtest.Database(t)
	ahead := func() time.Time { return time.Now().Add(time.Hour) }
	o := options(url)
	right := mustOpen(t, o)
	t.Cleanup(func() { right.Close() })
	o.Now = ahead
	wrong := mustOpen(t, o)
	t.Cleanup(func() { wrong.Close() })

	d, err := store.NewDelivery("shop", "hook", "s1", 0, store.KindCreated, ahead().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	if err := wrong.AddDeliveries(t.Context(), []store.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	claim := func(s store.Store, now time.Time) int {
		t.Helper()
		claimed, err := s.ClaimDeliveries(t.Context(), "shop", "hook", fmt.Sprint(now.UnixNano()), 1, now.UnixMilli(), now.Add(time.Minute).UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		return len(claimed)
	}
	const slack = 2 * time.Second // of the measurement
	if claim(right, time.Now().Add(slack)) != 1 {
		t.Error("what is due by the database's clock is not given")
	}
	if claim(wrong, ahead().Add(slack)) != 0 {
		t.Error("a relay whose clock is ahead takes over what another has leased")
	}
	if claim(wrong, ahead().Add(slack+time.Minute+slack)) != 1 {
		t.Error("a lease that is over is not given to a relay whose clock is ahead")
	}

	if _, err := right.ClaimPosition(t.Context(), "shop", "audit", "s1", "one", time.Now().UnixMilli(), time.Now().Add(time.Minute).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	_, err = wrong.ClaimPosition(t.Context(), "shop", "audit", "s1", "two", ahead().UnixMilli(), ahead().Add(time.Minute).UnixMilli())
	if !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("a relay whose clock is ahead claims a position: %v", err)
	}
}
