package storetest

import (
	"reflect"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

// A stream has a session's entries once, whoever sends them, and is done with it when it has the last.
func testPositions(t *testing.T, f *fixture) {
	for range 2 {
		if since, err := f.BeginStream(ctx(), "shop", "audit", noon); err != nil || since != noon {
			t.Fatalf("since %d, %v", since, err)
		}
	}
	if since, err := f.BeginStream(ctx(), "shop", "audit", noon+5); err != nil || since != noon {
		t.Errorf("begun once more: since %d, %v", since, err)
	}
	wantOpen := func(from int64, want ...store.Position) {
		t.Helper()
		if got, err := f.OpenPositions(ctx(), "shop", "audit", from); err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("open positions from %d: %+v, %v; want %+v", from, got, err, want)
		}
	}
	wantOpen(0)
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 3), 3)
	f.mustNumber(session, nil)
	at := store.Position{Session: session, Created: noon, LastSeq: 3}
	wantOpen(noon, at)
	wantOpen(noon + 1)

	claim := func(lease string, now int64, want uint64, wantErr error) {
		t.Helper()
		seq, err := f.ClaimPosition(ctx(), "shop", "audit", session, lease, noon+now, noon+now+100)
		if wantError(t, lease+" claims", err, wantErr); err == nil && seq != want {
			t.Errorf("%s claims at %d: position %d, want %d", lease, now, seq, want)
		}
	}
	advance := func(lease string, seq uint64, until int64, want error) {
		t.Helper()
		wantError(t, lease+" advances", f.AdvancePosition(ctx(), "shop", "audit", session, lease, seq, until), want)
	}
	claim("one", 0, 0, nil)
	claim("two", 99, 0, store.ErrLeaseLost)
	advance("two", 3, 0, store.ErrLeaseLost)
	advance("one", 2, noon+200, nil)
	claim("two", 199, 0, store.ErrLeaseLost)
	f.reopen()
	claim("two", 200, 2, nil)
	advance("one", 3, 0, store.ErrLeaseLost)
	advance("two", 3, 0, nil)
	at.Seq = 3
	wantOpen(0, at) // it is live
	claim("one", 201, 3, nil)
	advance("one", 3, 0, nil)
	if got, err := f.OpenPositions(ctx(), "shop", "other", 0); err != nil || len(got) != 1 || got[0].Seq != 0 {
		t.Errorf("another stream's: %+v, %v", got, err)
	}
	f.end(session)
	wantOpen(0)
	f.finished(other)
	wantOpen(0, store.Position{Session: other, Created: noon, LastSeq: 4, Ended: true})
	if err := f.Erase(ctx(), erasure(other)); err != nil {
		t.Fatal(err)
	}
	wantOpen(0) // there is nothing more to be had of it
}
