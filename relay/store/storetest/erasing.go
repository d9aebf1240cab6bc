package storetest

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func (f *fixture) finished(id string) {
	f.t.Helper()
	f.mustOpen(id, streamA)
	f.mustAppend(batch(id, streamA, 1, 4), 4)
	f.end(id)
	f.mustSeal(id)
}

func erasure(id string) store.Erasure {
	return store.Erasure{ID: id, At: noon + 99, Note: []byte("tombstone of " + id), Leaf: sha256.Sum256([]byte("tombstone of " + id))}
}

func testErase(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 4), 4)
	wantError(t, "erasing what is live", f.Erase(ctx(), erasure(session)), store.ErrNotSealed)
	f.end(session)
	wantError(t, "erasing what is not sealed", f.Erase(ctx(), erasure(session)), store.ErrNotSealed)
	f.mustSeal(session)
	f.finished(other)
	wantError(t, "erasing one that there is not", f.Erase(ctx(), erasure(session), erasure("none")), store.ErrNotFound)
	if got := f.entries(session, 0); len(got) != 4 {
		t.Errorf("a refused erasure took something: %v", got)
	}
	_, err := f.Tombstone(ctx(), session)
	wantError(t, "a tombstone before the erasure", err, store.ErrNotFound)
	if err := f.Erase(ctx(), erasure(session)); err != nil {
		t.Fatal(err)
	}
	wantError(t, "erasing twice", f.Erase(ctx(), erasure(session)), store.ErrErased)
	for range 2 {
		want := store.Summary{ID: session, Site: "shop", Created: noon, LastTime: noon + 5, Ended: true, Sealed: true, Erased: noon + 99, Entries: 4,
			Participants: []string{}, Policies: []string{}}
		if got := f.summary(session); !reflect.DeepEqual(got, want) {
			t.Errorf("summary of an erased session\n%+v, want\n%+v", got, want)
		}
		err = f.Entries(ctx(), session, 0, func(uint64, []byte) error { return nil })
		wantError(t, "entries", err, store.ErrErased)
		_, err = f.Document(ctx(), session)
		wantError(t, "document", err, store.ErrErased)
		if w := f.work(session); w.Salt != [32]byte{} || w.Hash != [32]byte{} {
			t.Errorf("salt and hash of an erased session: %x, %x", w.Salt, w.Hash)
		}
		tomb, err := f.Tombstone(ctx(), session)
		if err != nil || string(tomb.Note) != "tombstone of "+session || tomb.Leaf != 0 || tomb.Own != 2 {
			t.Errorf("tombstone %+v, %v", tomb, err)
		}
		hashes, err := f.TreeHashes(ctx(), []int64{0, 3})
		if err != nil || hashes[0] != leafOf(session) || hashes[1] != erasure(session).Leaf {
			t.Errorf("the leaves of session and tombstone: %x, %v", hashes, err)
		}
		if places, err := f.SealedFrom(ctx(), 0, 9); err != nil || len(places) != 1 || places[0].ID != other {
			t.Errorf("sealed sessions: %+v, %v", places, err)
		}
		if next := f.mustOpen(session, streamA); next.Session == session || next.Last != 4 {
			t.Errorf("a recorder that comes back opened %+v, want a new session that goes on from 4", next)
		}
		wantUnsealed(f)
		f.reopen()
	}
	if err := f.Clean(ctx()); err != nil {
		t.Error(err)
	}
	if got := f.entries(other, 0); len(got) != 4 {
		t.Errorf("the other session has entries %v", got)
	}
}

func testHold(t *testing.T, f *fixture) {
	wantError(t, "holding one that there is not", f.Hold(ctx(), session, noon), store.ErrNotFound)
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 4), 4)
	for _, at := range []int64{noon + 1, noon + 2} {
		if err := f.Hold(ctx(), session, at); err != nil {
			t.Fatal(err)
		}
	}
	f.end(session)
	f.mustSeal(session)
	if got := f.summary(session); got.Held != noon+1 {
		t.Errorf("held since %d, want %d", got.Held, noon+1)
	}
	f.finished(other)
	wantError(t, "erasing what is held", f.Erase(ctx(), erasure(other), erasure(session)), store.ErrHeld)
	if got := f.entries(other, 0); len(got) != 4 {
		t.Error("the other was erased")
	}
	if err := f.Release(ctx(), session); err != nil || f.summary(session).Held != 0 {
		t.Errorf("released: %v, %+v", err, f.summary(session))
	}
	if err := f.Erase(ctx(), erasure(other), erasure(session)); err != nil {
		t.Error(err)
	}
	wantError(t, "holding what was erased", f.Hold(ctx(), session, noon), store.ErrErased)
}

func testExpired(t *testing.T, f *fixture) {
	var want []string
	for i := range 5 {
		id := fmt.Sprintf("%032x", i)
		f.finished(id)
		switch i {
		case 1:
			if err := f.Hold(ctx(), id, noon); err != nil {
				t.Fatal(err)
			}
		case 2:
			if err := f.Erase(ctx(), erasure(id)); err != nil {
				t.Fatal(err)
			}
		default:
			want = append(want, id)
		}
	}
	for _, c := range []struct {
		site   string
		before int64
		limit  int
		want   []string
	}{{"shop", noon + 6, 9, want}, {"shop", noon + 6, 2, want[:2]}, {"shop", noon + 5, 9, nil}, {"bank", noon + 6, 9, nil}} {
		places, err := f.Expired(ctx(), c.site, c.before, c.limit)
		var got []string
		for _, p := range places {
			got = append(got, p.ID)
		}
		if slices.Sort(got); err != nil || len(got) != len(c.want) || c.limit > 2 && !slices.Equal(got, c.want) {
			t.Errorf("expired of %s before %d: %v, %v; want %v", c.site, c.before-noon, got, err, c.want)
		}
	}
}

func testAccess(t *testing.T, f *fixture) {
	note := func(site, day, what string) {
		t.Helper()
		err := f.NoteAccess(ctx(), site, day, func(seq uint64, before [32]byte) ([]byte, [32]byte) {
			entry := fmt.Appendf(nil, "%s %d", what, seq)
			return entry, sha256.Sum256(append(before[:], entry...))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	note("shop", "2026-11-20", "a")
	note("shop", "2026-11-20", "b")
	note("bank", "2026-11-20", "x")
	note("shop", "2026-11-21", "c")
	f.reopen()
	note("shop", "2026-11-20", "d") // the clock was set back
	want := [][]string{{"2026-11-20", "a 1"}, {"2026-11-20", "b 2"}, {"2026-11-21", "c 1"}, {"2026-11-21", "d 2"}}
	var before [32]byte
	got, err := f.Accesses(ctx(), "shop", "", 0, 9)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, a := range got {
		before = sha256.Sum256(append(before[:], a.Entry...))
		if a.Day != want[i][0] || string(a.Entry) != want[i][1] || a.Hash != before {
			t.Errorf("entry %d: %s %s %x, want %v %x", i, a.Day, a.Entry, a.Hash, want[i], before)
		}
	}
	if page, err := f.Accesses(ctx(), "shop", "2026-11-20", 1, 2); err != nil || !reflect.DeepEqual(page, got[1:3]) {
		t.Errorf("two after the first: %+v, %v", page, err)
	}
	days, err := f.OpenDays(ctx(), "2026-11-21")
	if err != nil || len(days) != 2 || days[1] != (store.AccessDay{Site: "shop", Day: "2026-11-20", Entries: 2, Hash: got[1].Hash}) || days[0].Site != "bank" {
		t.Fatalf("days that are over: %+v, %v", days, err)
	}
	if err := f.CloseDay(ctx(), days[1], leafOf("day")); err != nil {
		t.Fatal(err)
	}
	wantError(t, "closing a day twice", f.CloseDay(ctx(), days[1], leafOf("day")), store.ErrConflict)
	if rest, err := f.OpenDays(ctx(), "2026-11-22"); err != nil || len(rest) != 2 || rest[0] != days[0] {
		t.Errorf("days that are left: %+v, %v", rest, err)
	}
	if hashes, err := f.TreeHashes(ctx(), []int64{0}); err != nil || hashes[0] != leafOf("day") {
		t.Errorf("the day's leaf: %x, %v", hashes, err)
	}
	if err := f.CloseDay(ctx(), days[0], leafOf("other day")); err != nil {
		t.Fatal(err)
	}
	closed := []store.ClosedDay{{AccessDay: days[1], Leaf: 0}, {AccessDay: days[0], Leaf: 1}}
	for _, c := range []struct {
		after int64
		limit int
		want  []store.ClosedDay
	}{{-1, 9, closed}, {-1, 1, closed[:1]}, {0, 9, closed[1:]}, {1, 9, nil}} {
		if got, err := f.ClosedDays(ctx(), c.after, c.limit); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%d days in the tree behind leaf %d: %+v, %v, want %+v", c.limit, c.after, got, err, c.want)
		}
	}
}
