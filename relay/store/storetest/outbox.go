package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

// delivery is a new one of a session, made so many milliseconds after noon.
func delivery(t *testing.T, site, destination, session, kind string, made int64) store.Delivery {
	t.Helper()
	d, err := store.NewDelivery(site, destination, session, noon-1000, kind, noon+made)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (f *fixture) mustAdd(deliveries ...store.Delivery) {
	f.t.Helper()
	if err := f.AddDeliveries(ctx(), deliveries); err != nil {
		f.t.Fatalf("add deliveries: %v", err)
	}
}

// claim leases for a second and gives what it got.
func (f *fixture) claim(destination, lease string, limit int, now int64) []store.Delivery {
	f.t.Helper()
	got, err := f.ClaimDeliveries(ctx(), "shop", destination, lease, limit, noon+now, noon+now+1000)
	if err != nil {
		f.t.Fatalf("claim for %s: %v", destination, err)
	}
	slices.SortFunc(got, func(a, b store.Delivery) int { return int(a.NextAt - b.NextAt) })
	return got
}

func (f *fixture) wantClaim(destination, lease string, limit int, now int64, want ...string) {
	f.t.Helper()
	ids := []string{}
	for _, d := range f.claim(destination, lease, limit, now) {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		f.t.Errorf("%s claims at %d of %s: %v, want %v", lease, now, destination, ids, want)
	}
}

func (f *fixture) mustSettle(o store.Outcome) {
	f.t.Helper()
	if err := f.SettleDelivery(ctx(), o); err != nil {
		f.t.Fatalf("settle %+v: %v", o, err)
	}
}

func (f *fixture) wantDeliveries(q store.DeliveryQuery, want ...store.Delivery) {
	f.t.Helper()
	got, next, err := f.Deliveries(ctx(), q, 100, "")
	if err != nil || next != "" || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		f.t.Errorf("deliveries of %+v:\n%+v, %q, %v; want\n%+v", q, got, next, err, want)
	}
}

// What is settled is so after a new start; a lease ends by time, and only its holder settles.
func testOutbox(t *testing.T, f *fixture) {
	a := delivery(t, "shop", "hook", "s1", store.KindCreated, 0)
	f.mustAdd(a)
	again := a
	again.Attempts = 7
	f.mustAdd(again)
	f.wantDeliveries(store.DeliveryQuery{}, a)
	if due, err := f.DueDeliveries(ctx()); err != nil || !reflect.DeepEqual(due, []store.Due{{Site: "shop", Destination: "hook", At: noon}}) {
		t.Errorf("due %+v, %v", due, err)
	}
	f.wantClaim("hook", "one", 5, -1)
	f.wantClaim("other", "one", 5, 0)
	f.wantClaim("hook", "one", 5, 0, a.ID)
	f.wantClaim("hook", "two", 5, 999)
	f.reopen()
	f.wantClaim("hook", "two", 5, 1000, a.ID)
	wantError(t, "settle by the one before", f.SettleDelivery(ctx(), store.Outcome{ID: a.ID, Lease: "one", State: store.StateDelivered}), store.ErrLeaseLost)

	failed := store.Outcome{ID: a.ID, Lease: "two", State: store.StateWaiting, Attempts: 1, NextAt: noon + 9000, LastError: "timed out"}
	f.mustSettle(failed)
	wantError(t, "settle twice", f.SettleDelivery(ctx(), failed), store.ErrLeaseLost)
	f.wantClaim("hook", "one", 5, 8999)
	f.wantClaim("hook", "one", 5, 9000, a.ID)
	f.mustSettle(store.Outcome{ID: a.ID, Lease: "one", State: store.StateDelivered, Attempts: 2, NextAt: noon + 9500})
	f.reopen()
	want := a
	want.State, want.Attempts, want.NextAt = store.StateDelivered, 2, noon+9500
	f.wantDeliveries(store.DeliveryQuery{}, want)
	f.wantClaim("hook", "one", 5, 1<<40)
	if due, err := f.DueDeliveries(ctx()); err != nil || len(due) != 0 {
		t.Errorf("due after all is delivered: %+v, %v", due, err)
	}
}

// The longest due goes first, and an erasure waits for what it erases, at its own destination.
func testOutboxOrder(t *testing.T, f *fixture) {
	created := delivery(t, "shop", "hook", "s1", store.KindCreated, 30)
	erased := delivery(t, "shop", "hook", "s1", store.KindErased, 0)
	elsewhere := delivery(t, "shop", "bucket", "s1", store.KindErased, 0)
	other := delivery(t, "shop", "hook", "s2", store.KindCreated, 10)
	f.mustAdd(created, erased, elsewhere, other)
	f.wantClaim("hook", "one", 1, 50, other.ID)
	f.wantClaim("hook", "two", 9, 50, created.ID)
	f.wantClaim("hook", "three", 9, 50)
	f.wantClaim("bucket", "four", 9, 50, elsewhere.ID)
	f.mustSettle(store.Outcome{ID: created.ID, Lease: "two", State: store.StateDead})
	f.wantClaim("hook", "five", 9, 50, erased.ID)
}

// A destination that is disabled is left alone until one of its deliveries is to be tried again.
func testOutboxRetry(t *testing.T, f *fixture) {
	a, b := delivery(t, "shop", "hook", "s1", store.KindCreated, 0), delivery(t, "shop", "hook", "s2", store.KindCreated, 1)
	other, foreign := delivery(t, "shop", "bucket", "s1", store.KindCreated, 2), delivery(t, "bank", "hook", "s3", store.KindCreated, 3)
	f.mustAdd(a, b, other, foreign)
	f.claim("hook", "one", 1, 0)
	f.mustSettle(store.Outcome{ID: a.ID, Lease: "one", State: store.StateDead, Attempts: 10, LastError: "refused"})
	for range 2 {
		if err := f.DisableDestination(ctx(), "shop", "hook", noon); err != nil {
			t.Fatal(err)
		}
	}
	wantDisabled := func(want ...store.Disabled) {
		t.Helper()
		if got, err := f.DisabledDestinations(ctx()); err != nil || !slices.Equal(got, want) {
			t.Errorf("disabled %+v, %v; want %+v", got, err, want)
		}
	}
	wantDisabled(store.Disabled{Site: "shop", Destination: "hook", At: noon})
	f.wantClaim("hook", "two", 9, 100)
	if due, err := f.DueDeliveries(ctx()); err != nil || len(due) != 2 {
		t.Errorf("due %+v, %v; want two destinations", due, err)
	}
	retry := func(q store.DeliveryQuery, want int) {
		t.Helper()
		if n, err := f.RetryDeliveries(ctx(), q, noon+5000); err != nil || n != want {
			t.Errorf("retry %+v: %d, %v; want %d", q, n, err, want)
		}
	}
	retry(store.DeliveryQuery{ID: other.ID}, 1)
	wantDisabled(store.Disabled{Site: "shop", Destination: "hook", At: noon})
	retry(store.DeliveryQuery{Sites: []string{"bank"}, ID: a.ID}, 0)
	retry(store.DeliveryQuery{Sites: []string{}, State: store.StateDead}, 0)
	retry(store.DeliveryQuery{Sites: []string{"shop"}, Destination: "hook", State: store.StateDead, From: noon, To: noon + 1}, 1)
	wantDisabled()
	fresh := a
	fresh.Since, fresh.NextAt, fresh.LastError = noon+5000, noon+5000, "refused"
	f.wantDeliveries(store.DeliveryQuery{ID: a.ID}, fresh)
	f.wantClaim("hook", "two", 9, 5000, a.ID, b.ID)
	retry(store.DeliveryQuery{Destination: "hook", Sites: []string{"shop"}}, 0) // both are being tried
}

// Of an erased session nothing waits any more, but what is just being tried, before the word of the erasure.
func testOutboxDrop(t *testing.T, f *fixture) {
	waiting, tried := delivery(t, "shop", "bucket", "s1", store.KindCreated, 0), delivery(t, "shop", "hook", "s1", store.KindCreated, 0)
	dead, other := delivery(t, "shop", "dir", "s1", store.KindCreated, 0), delivery(t, "shop", "bucket", "s2", store.KindCreated, 0)
	erased := delivery(t, "shop", "hook", "s1", store.KindErased, 0)
	f.mustAdd(waiting, tried, dead, other, erased)
	f.claim("dir", "one", 1, 0)
	f.mustSettle(store.Outcome{ID: dead.ID, Lease: "one", State: store.StateDead})
	f.wantClaim("hook", "two", 1, 0, tried.ID)
	drop := func(now int64, want ...string) {
		t.Helper()
		if err := f.DropDeliveries(ctx(), "s1", noon+now); err != nil {
			t.Fatal(err)
		}
		left, _, err := f.Deliveries(ctx(), store.DeliveryQuery{}, 100, "")
		var ids []string
		for _, d := range left {
			ids = append(ids, d.ID)
		}
		slices.Sort(ids)
		slices.Sort(want)
		if err != nil || !slices.Equal(ids, want) {
			t.Errorf("left are %v, %v; want %v", ids, err, want)
		}
	}
	drop(500, tried.ID, dead.ID, other.ID, erased.ID)
	f.wantClaim("hook", "three", 9, 500)
	drop(1000, dead.ID, other.ID, erased.ID) // its lease is over
	f.wantClaim("hook", "three", 9, 1000, erased.ID)
}

func testOutboxLists(t *testing.T, f *fixture) {
	var all []store.Delivery
	for i := range int64(5) {
		all = append(all, delivery(t, []string{"shop", "bank"}[i%2], "hook", fmt.Sprintf("s%d", i/2), store.KindCreated, i))
	}
	f.mustAdd(all...)
	f.claim("hook", "one", 1, 0)
	f.mustSettle(store.Outcome{ID: all[0].ID, Lease: "one", State: store.StateDead, NextAt: noon})
	all[0].State = store.StateDead
	slices.Reverse(all) // the newest first
	f.wantDeliveries(store.DeliveryQuery{}, all...)
	f.wantDeliveries(store.DeliveryQuery{Sites: []string{"bank"}}, all[1], all[3])
	f.wantDeliveries(store.DeliveryQuery{Sites: []string{}})
	f.wantDeliveries(store.DeliveryQuery{State: store.StateDead}, all[4])
	f.wantDeliveries(store.DeliveryQuery{Session: "s1"}, all[1], all[2])
	f.wantDeliveries(store.DeliveryQuery{Destination: "bucket"})
	f.wantDeliveries(store.DeliveryQuery{From: noon + 1, To: noon + 3}, all[2], all[3])
	var paged []store.Delivery
	for next, pages := "", 0; pages < 3; pages++ {
		page, after, err := f.Deliveries(ctx(), store.DeliveryQuery{}, 2, next)
		if err != nil || (after == "") != (pages == 2) {
			t.Fatalf("page %d: cursor %q, %v", pages, after, err)
		}
		paged, next = append(paged, page...), after
	}
	if !reflect.DeepEqual(paged, all) {
		t.Errorf("by pages: %+v", paged)
	}
	_, _, err := f.Deliveries(ctx(), store.DeliveryQuery{}, 2, "garbage")
	wantError(t, "a cursor that is none", err, store.ErrCursor)
	counts, err := f.CountDeliveries(ctx())
	want := []store.DeliveryCount{{Site: "bank", Destination: "hook", State: "waiting", Count: 2, Oldest: noon + 1},
		{Site: "shop", Destination: "hook", State: "waiting", Count: 2, Oldest: noon + 2}, {Site: "shop", Destination: "hook", State: "dead", Count: 1, Oldest: noon}}
	if err != nil || !reflect.DeepEqual(counts, want) {
		t.Errorf("counts %+v, %v", counts, err)
	}
}

// Many claim at once; each delivery goes to one of them.
func testOutboxClaims(t *testing.T, f *fixture) {
	const deliveries, relays = 60, 8
	for i := range int64(deliveries) {
		f.mustAdd(delivery(t, "shop", "hook", fmt.Sprintf("s%d", i), store.KindCreated, i))
	}
	var mu sync.Mutex
	got := map[string]int{}
	var group sync.WaitGroup
	for relay := range relays {
		group.Go(func() {
			for {
				claimed, err := f.ClaimDeliveries(ctx(), "shop", "hook", fmt.Sprint(relay), 4, noon+1000, noon+2000)
				if err != nil || len(claimed) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				for _, d := range claimed {
					got[d.ID]++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for id, times := range got {
		if times != 1 {
			t.Errorf("%s was claimed %d times", id, times)
		}
	}
	if len(got) != deliveries {
		t.Errorf("%d of %d were claimed", len(got), deliveries)
	}
}
