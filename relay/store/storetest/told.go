package storetest

import (
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

// Who is to be told of a sealed or erased session is told if, and only if, it was sealed or erased.
func testTold(t *testing.T, f *fixture) {
	created, erased := delivery(t, "shop", "hook", session, store.KindCreated, 0), delivery(t, "shop", "hook", session, store.KindErased, 1)
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 4), 4)
	f.mustNumber(session, nil)
	seal := f.sealed(session)
	seal.Deliveries = []store.Delivery{created}
	wantError(t, "sealing what is live", f.Seal(ctx(), seal), store.ErrConflict)
	f.wantDeliveries(store.DeliveryQuery{})
	f.end(session)
	if err := f.Seal(ctx(), seal); err != nil {
		t.Fatal(err)
	}
	f.wantDeliveries(store.DeliveryQuery{}, created)
	e := erasure(session)
	e.Deliveries = []store.Delivery{erased}
	if err := f.Hold(ctx(), session, noon); err != nil {
		t.Fatal(err)
	}
	wantError(t, "erasing what is held", f.Erase(ctx(), e), store.ErrHeld)
	f.wantDeliveries(store.DeliveryQuery{}, created)
	if err := f.Release(ctx(), session); err != nil {
		t.Fatal(err)
	}
	if err := f.Erase(ctx(), e); err != nil {
		t.Fatal(err)
	}
	f.reopen()
	f.wantDeliveries(store.DeliveryQuery{}, erased)
}
