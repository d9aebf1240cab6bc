package storetest

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func testWork(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustOpen(session, streamB)
	f.mustAppend(batch(session, streamB, 1, 2), 2)
	f.mustAppend(batch(session, streamA, 1, 1), 1)
	w := f.work(session)
	if w.ID != session || w.Site != "shop" || w.Created != noon || w.LastSeq != 0 || w.Ended || w.Continues != "" || w.State != nil {
		t.Errorf("work of a new session: %+v", w)
	}
	if w.Salt == [32]byte{} || w.Hash != [32]byte{} {
		t.Errorf("salt %x, hash %x: want a random one and zero", w.Salt, w.Hash)
	}
	want := opening(session, streamA)
	if got := w.Streams[0].Opening; !reflect.DeepEqual(got, want) {
		t.Errorf("opening of the first stream:\n%+v, want\n%+v", got, want)
	}
	for i, b := range []store.Batch{batch(session, streamB, 1, 2), batch(session, streamA, 1, 1)} {
		if got := w.Pending[i].Batch; !reflect.DeepEqual(got, b) {
			t.Errorf("pending %d:\n%+v, want\n%+v", i, got, b)
		}
	}
	wantLive(f, session)
}

func wantLive(f *fixture, want ...string) {
	f.t.Helper()
	if got, err := f.Live(ctx()); err != nil || !slices.Equal(got, want) {
		f.t.Errorf("live sessions %v, %v; want %v", got, err, want)
	}
}

func testNumber(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 3), 3)
	f.mustNumber(session, nil)
	w := f.work(session)
	if w.LastSeq != 3 || len(w.Pending) != 0 || string(w.State) != "state" || w.Hash != sha256.Sum256(make([]byte, 32)) {
		t.Errorf("after numbering: %+v", w)
	}
	f.mustAppend(batch(session, streamA, 2, 3), 4) // numbered events are still known
	wantStored(f, session, streamA, 4, 4)
	f.mustNumber(session, func(n *store.Numbered) { n.State, n.Done, n.Entries, n.LastSeq = nil, nil, nil, n.After })
	if w := f.work(session); len(w.Pending) != 1 || w.State != nil {
		t.Errorf("numbering nothing took %d pending batches to 1, state %q", len(w.Pending), w.State)
	}
	f.end(session)
	if w := f.work(session); !w.Ended || w.LastSeq != 4 || len(w.Pending) != 0 {
		t.Errorf("after the end: %+v", w)
	}
	wantLive(f)
}

func testAtomicNumber(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 3), 3)
	if err := f.number(session, func(n *store.Numbered) { n.LastSeq++ }); err == nil {
		t.Error("numbered four entries with three lines")
	}
	if w := f.work(session); w.LastSeq != 0 || len(w.Pending) != 1 || len(f.entries(session, 0)) != 0 {
		t.Errorf("a refused numbering left something: %+v", w)
	}
}

func testConflicts(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 1), 1)
	f.mustNumber(session, nil)
	f.mustAppend(batch(session, streamA, 2, 1), 2)
	for what, edit := range map[string]func(*store.Numbered){
		"an older log":            func(n *store.Numbered) { n.After, n.LastSeq = 0, 1 },
		"a later log":             func(n *store.Numbered) { n.After, n.LastSeq = 5, 6 },
		"a batch that is gone":    func(n *store.Numbered) { n.Done = append(n.Done, n.Done[0]+1000) },
		"an end that leaves some": func(n *store.Numbered) { n.Ended, n.Done, n.Entries, n.LastSeq = true, nil, nil, n.After },
	} {
		wantError(t, what, f.number(session, edit), store.ErrConflict)
	}
	if got := f.entries(session, 0); len(got) != 1 {
		t.Errorf("conflicts changed the log: %v", got)
	}
	wantStored(f, session, streamA, 2, 2)
	f.end(session)
	wantError(t, "a session that has ended", f.number(session, nil), store.ErrConflict)
}

func testContinuation(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustOpen(session, streamB)
	f.mustAppend(batch(session, streamA, 1, 5), 5)
	f.end(session)

	_, err := f.Append(ctx(), batch(session, streamA, 6, 1))
	wantError(t, "append to an ended session", err, store.ErrEnded)
	wrong := opening(session, streamA)
	wrong.SecretHash[0] ^= 1
	_, err = f.Open(ctx(), wrong)
	wantError(t, "another secret", err, store.ErrNotAllowed)

	next := f.mustOpen(session, streamA)
	if next.Session == session || !regexp.MustCompile("^[0-9a-f]{32}$").MatchString(next.Session) || next.Last != 5 {
		t.Fatalf("opened %+v, want a new session that goes on from 5", next)
	}
	if other := f.mustOpen(session, streamB); other.Session != next.Session || other.Last != 0 {
		t.Errorf("the other stream opened %+v, want session %s from 0", other, next.Session)
	}
	f.mustAppend(batch(next.Session, streamA, 4, 4), 7)
	wantStored(f, next.Session, streamA, 6, 7)
	w := f.work(next.Session)
	if w.Continues != session || w.Salt == f.work(session).Salt {
		t.Errorf("the new session continues %q; want %q and a salt of its own", w.Continues, session)
	}

	direct := opening(next.Session, streamA) // the recorder adopts the new session and keeps its secret
	direct.SecretHash = opening(session, streamA).SecretHash
	if o, err := f.Open(ctx(), direct); err != nil || o.Session != next.Session || o.Last != 7 {
		t.Errorf("opened by its own id: %+v, %v", o, err)
	}
	f.reopen()
	if again := f.mustOpen(session, streamA); again.Session != next.Session || again.Last != 7 {
		t.Errorf("opened once more: %+v, want %s", again, next.Session)
	}
	f.end(next.Session)
	third := f.mustOpen(session, streamA)
	if third.Session == next.Session || third.Last != 7 || f.work(third.Session).Continues != next.Session {
		t.Errorf("the continuation of a continuation: %+v", third)
	}
}

func testEntries(t *testing.T, f *fixture) {
	const chunks = 40 // more than any engine reads at once
	f.mustOpen(session, streamA)
	var want []string
	for i := range chunks {
		b := batch(session, streamA, uint64(2*i)+1, 2)
		f.mustAppend(b, uint64(2*i)+2)
		f.mustNumber(session, nil)
		for _, line := range strings.Split(strings.TrimSpace(string(b.Lines)), "\n") {
			want = append(want, fmt.Sprintf("%d %s", len(want)+1, line))
		}
	}
	for _, after := range []uint64{0, 1, 2, 31, 32, 33, 79, 80, 81, 1 << 63} {
		if got := f.entries(session, after); !slices.Equal(got, want[min(after, 2*chunks):]) {
			t.Errorf("entries after %d: %d of them, first %v", after, len(got), got[:min(len(got), 1)])
		}
	}
	stop := fmt.Errorf("enough")
	calls := 0
	err := f.Entries(ctx(), session, 0, func(uint64, []byte) error { calls++; return stop })
	if wantError(t, "a reader that stops", err, stop); calls != 1 {
		t.Errorf("called %d times after an error", calls)
	}
}
