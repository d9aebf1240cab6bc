package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func testAppend(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	for _, step := range []struct {
		what  string
		first uint64
		count int
		last  uint64
	}{
		{"the first batch", 1, 3, 3},
		{"the same again", 1, 3, 3},
		{"a part of it", 2, 1, 3},
		{"the next", 4, 1, 4},
		{"an overlap with one new event", 3, 3, 5},
		{"an overlap that begins at 1", 1, 7, 7},
	} {
		last, err := f.Append(ctx(), batch(session, streamA, step.first, step.count))
		if err != nil || last != step.last {
			t.Errorf("%s: last %d, %v; want %d", step.what, last, err, step.last)
		}
	}
	wantStored(f, session, streamA, 1, 7)
	if o := f.mustOpen(session, streamA); o.Last != 7 || o.Session != session {
		t.Errorf("opened again: %+v, want last 7", o)
	}
}

// wantStored tells whether exactly the events from first to last wait to be numbered.
func wantStored(f *fixture, session, stream string, first uint64, last int) {
	f.t.Helper()
	want := string(batch(session, stream, first, last-int(first)+1).Lines)
	if got := f.pendingLines(session, stream); got != want {
		f.t.Errorf("pending of %s:\n%swant\n%s", stream, got, want)
	}
}

func testRefusals(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 2), 2)

	_, err := f.Append(ctx(), batch(session, streamA, 4, 1))
	wantError(t, "a batch beyond the next", err, store.ErrOutOfOrder)
	_, err = f.Append(ctx(), batch(session, streamB, 1, 1))
	wantError(t, "a stream that was not opened", err, store.ErrNotFound)
	_, err = f.Append(ctx(), batch("00000000000000000000000000000009", streamA, 1, 1))
	wantError(t, "a session that was not opened", err, store.ErrNotFound)

	wrong := opening(session, streamA)
	wrong.SecretHash[31] ^= 1
	_, err = f.Open(ctx(), wrong)
	wantError(t, "another secret", err, store.ErrNotAllowed)
	wrong = opening(session, streamB)
	wrong.Site = "bank"
	_, err = f.Open(ctx(), wrong)
	wantError(t, "another site", err, store.ErrNotAllowed)

	bad := batch(session, streamA, 3, 2)
	bad.Count = 3
	if _, err := f.Append(ctx(), bad); err == nil {
		t.Error("a batch with fewer lines than it counts was taken")
	}
	wantStored(f, session, streamA, 1, 2)
	if n := len(f.work(session).Streams); n != 1 {
		t.Errorf("%d streams after refused openings, want 1", n)
	}
}

// testAnyText: what a page says of itself may hold anything. It keeps nobody's events out.
func testAnyText(t *testing.T, f *fixture) {
	o := opening(session, streamA)
	o.Agent, o.URL, o.Release = "agent\x00 of \xff ours", "https://shop.example/\x00", "\xc3"
	if _, err := f.Open(ctx(), o); err != nil {
		t.Fatal(err)
	}
	f.mustAppend(batch(session, streamA, 1, 1), 1)
	f.mustNumber(session, func(n *store.Numbered) {
		n.Summary.StartURL, n.Summary.Participants = o.URL, []string{"Ada\x00 \xff Miller"}
	})
	if s, err := f.Session(ctx(), session); err != nil || !strings.HasPrefix(s.StartURL, "https://shop.example/") || len(s.Participants) != 1 {
		t.Errorf("summary: %+v, %v", s, err)
	}
	if agent := f.work(session).Streams[0].Agent; !strings.HasPrefix(agent, "agent") || !strings.HasSuffix(agent, "ours") {
		t.Errorf("agent %q", agent)
	}
}

func testClock(t *testing.T, f *fixture) {
	for _, step := range []struct {
		what             string
		stream           string
		measured, inForc int64
	}{
		{"the first measurement", streamA, 1000, 1000},
		{"another page, the same clock", streamB, 1250, 1000},
		{"the same page again", streamA, 760, 1000},
		{"a clock that was set", "cccccccccccccccc", 5000, 5000},
		{"a page after that", "dddddddddddddddd", 4900, 5000},
		{"the first page after that", streamA, 4800, 5000},
		{"the second page, near to its own", streamB, 1100, 1000},
	} {
		o := opening(session, step.stream)
		o.Offset = step.measured
		got, err := f.Open(ctx(), o)
		if err != nil || got.Offset != step.inForc {
			t.Errorf("%s: offset %d, %v; want %d", step.what, got.Offset, err, step.inForc)
		}
	}
	if got := f.work(session).Streams[0].Offset; got != 5000 {
		t.Errorf("stored offset of the first stream is %d, want 5000", got)
	}
}

func testStreams(t *testing.T, f *fixture) {
	for i := range store.MaxStreams {
		f.mustOpen(session, fmt.Sprintf("%016x", i))
	}
	_, err := f.Open(ctx(), opening(session, streamA))
	wantError(t, "one stream too many", err, store.ErrTooMany)
	f.mustOpen(session, fmt.Sprintf("%016x", 0)) // one that is there may come again
	for i, s := range f.work(session).Streams {
		if s.Ordinal != int64(i)+1 || s.Opening.Stream != fmt.Sprintf("%016x", i) {
			t.Fatalf("stream %d is %s with ordinal %d", i, s.Opening.Stream, s.Ordinal)
		}
	}
}

func testPresence(t *testing.T, f *fixture) {
	wantError(t, "a stream that was not opened", f.Seen(ctx(), session, streamA, noon, true), store.ErrNotFound)
	f.mustOpen(session, streamA)
	if s := f.work(session).Streams[0]; s.Live {
		t.Error("live without a connection")
	}
	late := noon + 1<<40 // later than the start of the store
	for _, step := range []struct {
		at   int64
		live bool
		seen int64
	}{{late, true, late}, {late + 10, true, late + 10}, {late + 5, false, late + 10}} {
		if err := f.Seen(ctx(), session, streamA, step.at, step.live); err != nil {
			t.Fatalf("seen: %v", err)
		}
		if s := f.work(session).Streams[0]; s.Live != step.live || s.Seen != step.seen {
			t.Errorf("after %+v: live %v, seen %d", step, s.Live, s.Seen)
		}
	}
	if err := f.Seen(ctx(), session, streamA, late, true); err != nil {
		t.Fatalf("seen: %v", err)
	}
	f.reopen()
	if s := f.work(session).Streams[0]; s.Live || s.Seen > late+10 || s.Seen < noon { // noon is before the start
		t.Errorf("after a new start: live %v, seen %d; want the time of the start, or of the last sign", s.Live, s.Seen)
	}
}

// testLost: a connection that is over is lost unless it has ended in order, also where its relay ended with it. A
// request is no connection.
func testLost(t *testing.T, f *fixture) {
	open := func(connected bool) error {
		o := opening(session, streamA)
		o.Connected = connected
		_, err := f.Open(ctx(), o)
		return err
	}
	live := func(is bool) error { return f.Seen(ctx(), session, streamA, noon, is) }
	left := func() error { return f.Left(ctx(), session, streamA) }
	wantError(t, "a session that was not opened", left(), store.ErrNotFound)
	for _, step := range []struct {
		what string
		do   func() error
		lost bool
	}{
		{"a request", func() error { return open(false) }, false},
		{"a connection", func() error { return errors.Join(open(true), live(true)) }, false},
		{"its loss", func() error { return live(false) }, true},
		{"a request after it", func() error { return open(false) }, true},
		{"a new start", func() error { f.reopen(); return nil }, true},
		{"a connection once more", func() error { return errors.Join(open(true), live(true)) }, false},
		{"its end in order", func() error { return errors.Join(left(), live(false)) }, false},
		{"a new start after that", func() error { f.reopen(); return nil }, false},
		{"a connection that ends with its relay", func() error { err := errors.Join(open(true), live(true)); f.reopen(); return err }, true},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if s := f.work(session).Streams[0]; s.Lost() != step.lost {
			t.Errorf("after %s: lost %v", step.what, s.Lost())
		}
	}
	wantError(t, "a stream that was not opened", f.Left(ctx(), session, streamB), store.ErrNotFound)
	f.end(session)
	wantError(t, "a session that has ended", left(), store.ErrEnded)
}

func testConcurrent(t *testing.T, f *fixture) {
	const streams, batches, size = 8, 20, 5
	var all sync.WaitGroup
	for i := range streams {
		all.Go(func() {
			id, stream := fmt.Sprintf("%032x", i%3), fmt.Sprintf("%016x", i)
			if _, err := f.Open(ctx(), opening(id, stream)); err != nil {
				t.Errorf("open: %v", err)
				return
			}
			for n := range batches {
				b := batch(id, stream, uint64(n*size)+1, size)
				if last, err := f.Append(ctx(), b); err != nil || last != uint64((n+1)*size) {
					t.Errorf("append: %d, %v", last, err)
				}
				_ = f.Seen(ctx(), id, stream, noon, true)
				if err := f.number(id, nil); err != nil && !errors.Is(err, store.ErrConflict) {
					t.Errorf("number: %v", err)
				}
			}
		})
	}
	all.Wait()
	total := 0
	for i := range 3 {
		id := fmt.Sprintf("%032x", i)
		f.mustNumber(id, nil)
		total += len(f.entries(id, 0))
	}
	if total != streams*batches*size {
		t.Errorf("%d entries, want %d", total, streams*batches*size)
	}
}

func testReady(t *testing.T, f *fixture) {
	if err := f.Ready(ctx()); err != nil {
		t.Errorf("ready: %v", err)
	}
}
