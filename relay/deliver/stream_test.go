package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// publisher is a stream that answers as the test says, and keeps what it has acknowledged.
type publisher struct {
	mu     sync.Mutex
	fails  error
	hangs  bool
	asks   func(session string) // before it tells what it has
	got    map[string][]uint64
	rounds int
}

func (p *publisher) Last(_ context.Context, _, session string) (uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asks != nil {
		p.asks(session)
	}
	if n := len(p.got[session]); n > 0 {
		return p.got[session][n-1], nil
	}
	return 0, nil
}

func (p *publisher) Publish(ctx context.Context, _, session string, entries []deliver.Entry) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rounds++
	if p.hangs {
		p.mu.Unlock()
		<-ctx.Done()
		p.mu.Lock()
		return ctx.Err()
	}
	if p.fails != nil {
		return p.fails
	}
	for _, e := range entries {
		if string(e.Line) != fmt.Sprintf("{\"n\":%d}", e.Seq) {
			return fmt.Errorf("entry %d is %s", e.Seq, e.Line)
		}
		p.got[session] = append(p.got[session], e.Seq)
	}
	return nil
}

// asked is how often something was to be published.
func (p *publisher) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rounds
}

// streams runs a test in a bubble of time, with so many relays that stream to the publishers.
func streams(t *testing.T, relays int, test func(t *testing.T, s *sqlite.Store, wake func()), publishers ...*publisher) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := sqlite.Open(t.Context(), dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		var lanes []deliver.StreamLane
		for i, p := range publishers {
			p.got = map[string][]uint64{}
			lanes = append(lanes, deliver.StreamLane{Site: "shop", Name: fmt.Sprint("stream", i), Publisher: p})
			if _, err := s.BeginStream(t.Context(), "shop", lanes[i].Name, time.Now().UnixMilli()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		var group sync.WaitGroup
		var all []*deliver.Streamer
		for range relays {
			streamer := deliver.NewStreamer(deliver.StreamConfig{
				Store: s, Lanes: lanes, Poll: 10 * time.Second, Now: time.Now, Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler),
			})
			all = append(all, streamer)
			group.Go(func() { _ = streamer.Run(ctx) })
		}
		time.Sleep(time.Second)
		test(t, s, func() {
			for _, streamer := range all {
				streamer.Wake()
			}
		})
		cancel()
		group.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// number adds entries to a session, and ends it.
func number(t *testing.T, s *sqlite.Store, session string, entries int, end bool) {
	t.Helper()
	o := store.Opening{Site: "shop", Session: session, Stream: "aaaaaaaaaaaaaaaa", Received: time.Now().UnixMilli()}
	if _, err := s.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	w, err := s.Work(t.Context(), session, store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	n := store.Numbered{ID: session, After: w.LastSeq, LastSeq: w.LastSeq + uint64(entries), Ended: end}
	for i := range entries {
		n.Entries = fmt.Appendf(n.Entries, "{\"n\":%d}\n", w.LastSeq+uint64(i)+1)
	}
	if err := s.Number(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

// erase seals a session of so many entries that has ended, and erases it.
func erase(t *testing.T, s *sqlite.Store, session string, entries uint64) {
	t.Helper()
	err := s.Seal(t.Context(), store.Sealed{ID: session, Entries: entries, Hashes: []byte{}})
	if err == nil {
		err = s.Erase(t.Context(), store.Erasure{ID: session, At: time.Now().UnixMilli(), Note: []byte("a tombstone")})
	}
	if err != nil {
		t.Error(err)
	}
}

func id(i int) string { return fmt.Sprintf("%032d", i) }

// wantGot wants entries 1 to n of a session, once each and in order.
func wantGot(t *testing.T, p *publisher, session string, n int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var want []uint64
	for i := range n {
		want = append(want, uint64(i)+1)
	}
	if !slices.Equal(p.got[session], want) {
		t.Errorf("%s: got %v, want 1 to %d", session, p.got[session], n)
	}
}

// Entries go out at the word of a new one, without it within the time of a look, and whatever happens only once.
func TestStream(t *testing.T) {
	p := &publisher{}
	streams(t, 3, func(t *testing.T, s *sqlite.Store, wake func()) {
		number(t, s, id(1), 700, false) // more than one batch
		wake()
		time.Sleep(time.Second)
		wantGot(t, p, id(1), 700)
		number(t, s, id(1), 5, true)
		number(t, s, id(2), 3, false)
		time.Sleep(11 * time.Second)
		wantGot(t, p, id(1), 705)
		wantGot(t, p, id(2), 3)
		rounds := p.asked()
		time.Sleep(time.Hour)
		if n := p.asked(); n != rounds {
			t.Errorf("%d times published what there was already", n-rounds)
		}
		number(t, s, id(2), 1, true) // a session that was silent for long
		wake()
		time.Sleep(time.Second)
		wantGot(t, p, id(2), 4)
	}, p)
}

// A stream that is down gets everything when it is back, and another meanwhile.
func TestStreamDown(t *testing.T) {
	down, well := &publisher{fails: errors.New("no leader")}, &publisher{}
	hung := &publisher{hangs: true}
	streams(t, 1, func(t *testing.T, s *sqlite.Store, wake func()) {
		for i := range 30 {
			number(t, s, id(i), 2, i%2 == 0)
			wake()
			time.Sleep(time.Minute)
		}
		for i := range 30 {
			wantGot(t, well, id(i), 2)
			wantGot(t, down, id(i), 0)
		}
		if n := down.asked(); n > 30*40 {
			t.Errorf("a stream that is down was tried %d times in half an hour", n)
		}
		down.mu.Lock()
		down.fails = nil
		down.mu.Unlock()
		time.Sleep(2 * time.Minute)
		for i := range 30 {
			wantGot(t, down, id(i), 2)
		}
	}, down, well, hung)
}

// A session that is erased before a stream has it, even at the last moment, is nothing that the stream waits for.
func TestStreamErased(t *testing.T) {
	const atOnce = 100 * time.Millisecond // shorter than any pause after a failure
	p := &publisher{fails: errors.New("no leader")}
	streams(t, 1, func(t *testing.T, s *sqlite.Store, wake func()) {
		number(t, s, id(1), 3, true)
		time.Sleep(time.Minute)
		erase(t, s, id(1), 3)
		p.mu.Lock()
		p.fails = nil
		p.asks = func(session string) {
			if session == id(2) {
				erase(t, s, session, 3)
			}
		}
		p.mu.Unlock()
		time.Sleep(2 * time.Minute)
		number(t, s, id(2), 3, true)
		wake()
		time.Sleep(atOnce)
		number(t, s, id(3), 2, false)
		wake()
		time.Sleep(atOnce)
		for i, n := range map[int]int{1: 0, 2: 0, 3: 2} {
			wantGot(t, p, id(i), n)
		}
	}, p)
}
