package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// streamBatch is how many entries are published before the position is stored: what a crash sends again.
	streamBatch = 256
	// publishWithin bounds the time for publishing a batch, and leaseStream is longer than that.
	publishWithin = 30 * time.Second
	leaseStream   = publishWithin + leaseMargin
	// streamsAtOnce is how many sessions of a destination are published at once.
	streamsAtOnce = 8
	// firstPause and lastPause bound the pause after a failure, which doubles from one to the other.
	firstPause = time.Second
	lastPause  = time.Minute
	// lookBack is by how much the creation of a session may be known to another relay later than that of a younger one.
	lookBack = 10 * 60 * 1000
)

// Entry is one entry of a log on its way to a stream.
type Entry struct {
	Seq  uint64
	Line []byte // canonical JSON
}

// ID is by which a stream knows a repeated entry.
func (e Entry) ID(session string) string { return fmt.Sprintf("%s:%d", session, e.Seq) }

// Publisher is a stream that takes entries as they are numbered.
type Publisher interface {
	// Last gives the last entry of a session that the stream is known to have, 0 when it cannot tell.
	Last(ctx context.Context, site, session string) (seq uint64, err error)
	// Publish hands over entries in their order and returns when the stream has all of them for good.
	Publish(ctx context.Context, site, session string, entries []Entry) error
}

// StreamLane is a stream of a site.
type StreamLane struct {
	Site      string
	Name      string
	Publisher Publisher
}

// StreamStore is what streaming needs of the store.
type StreamStore interface {
	store.Positions
	Entries(ctx context.Context, id string, after uint64, fn func(seq uint64, line []byte) error) error
}

// StreamConfig is what a Streamer needs.
type StreamConfig struct {
	Store   StreamStore
	Lanes   []StreamLane
	Poll    time.Duration // how long an entry may wait that nobody told of
	Now     func() time.Time
	Metrics prometheus.Registerer
	Log     *slog.Logger
}

// Streamer publishes entries as they are numbered.
//
// The promise: a stream gets every entry of the sessions that began after it was configured, those of a session in
// order, each at least once and with an ID by which it tells a repetition; an entry counts as published when the stream
// has acknowledged it. What is erased before that is not published any more. One relay at a time publishes a session.
type Streamer struct {
	StreamConfig
	entries  *prometheus.CounterVec
	failures *prometheus.CounterVec
	wake     []chan struct{} // of each lane
}

// NewStreamer makes a Streamer that does nothing before Run.
func NewStreamer(c StreamConfig) *Streamer {
	with := promauto.With(c.Metrics)
	s := &Streamer{StreamConfig: c,
		entries:  with.NewCounterVec(prometheus.CounterOpts{Name: "cotrail_stream_entries_total", Help: "Entries that a stream has acknowledged."}, ofDestination),
		failures: with.NewCounterVec(prometheus.CounterOpts{Name: "cotrail_stream_failures_total", Help: "Rounds in which a stream did not take what there was."}, ofDestination),
	}
	for range c.Lanes {
		s.wake = append(s.wake, make(chan struct{}, 1))
	}
	return s
}

// Wake tells that there are new entries. It returns at once.
func (s *Streamer) Wake() {
	for _, wake := range s.wake {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Run publishes until the context ends. It returns when all of its goroutines have.
func (s *Streamer) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for i, lane := range s.Lanes {
		group.Go(func() { (&stream{StreamLane: lane, s: s}).run(ctx, s.wake[i]) })
	}
	group.Wait()
	return nil
}

// stream is what a relay does for one stream.
type stream struct {
	StreamLane
	s     *Streamer
	from  int64             // sessions created before are published to their ends
	sure  map[string]uint64 // positions that were compared with what the stream has, of open sessions
	begun bool
}

// run makes rounds. The same trouble is logged once, and once more when it is over.
func (l *stream) run(ctx context.Context, wake <-chan struct{}) {
	failures := 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		err := l.round(ctx)
		wait := l.s.Poll
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if failures == 0 {
				l.s.Log.Warn("a stream does not take entries; trying again", "site", l.Site, "destination", l.Name, "error", told(err))
			}
			l.s.failures.WithLabelValues(l.Site, l.Name).Inc()
			wait = min(firstPause<<min(failures, 10), lastPause)
			failures++
		case failures > 0:
			l.s.Log.Info("the stream takes entries again", "site", l.Site, "destination", l.Name)
			failures = 0
		}
		timer.Reset(wait)
		early := wake
		if failures > 0 {
			early = nil // what is new waits as well
		}
		select {
		case <-timer.C:
		case <-early:
		case <-ctx.Done():
			return
		}
	}
}

// round publishes what there is.
func (l *stream) round(ctx context.Context) error {
	now := l.s.Now().UnixMilli()
	if !l.begun {
		since, err := l.s.Store.BeginStream(ctx, l.Site, l.Name, now)
		if err != nil {
			return err
		}
		l.from, l.begun = since, true
	}
	open, err := l.s.Store.OpenPositions(ctx, l.Site, l.Name, l.from)
	if err != nil {
		return err
	}
	still := map[string]uint64{}
	var group sync.WaitGroup
	var mu sync.Mutex // guards errs and still
	var errs []error
	room := make(chan struct{}, streamsAtOnce)
	for _, p := range open {
		sure, known := l.sure[p.Session]
		if known {
			still[p.Session] = sure
		}
		if p.Seq >= p.LastSeq {
			continue
		}
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			seq, err := l.publish(ctx, p.Session, known, sure)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				still[p.Session] = seq
			} else {
				delete(still, p.Session)
				errs = append(errs, err)
			}
		})
	}
	group.Wait()
	l.sure = still
	if len(errs) > 0 {
		return errs[0] // they are of one stream, and so mostly the same
	}
	l.from = max(l.from, now-lookBack)
	if len(open) > 0 {
		l.from = min(l.from, max(open[0].Created, 0))
	}
	return nil
}

// publish publishes what a session has after its position. When this relay has not published the session before, or failed
// at it, the stream is asked what it has: a relay that died may have published more than it could store.
func (l *stream) publish(ctx context.Context, session string, known bool, sure uint64) (seq uint64, err error) {
	lease := uuid.NewString()
	now := l.s.Now()
	seq, err = l.s.Store.ClaimPosition(ctx, l.Site, l.Name, session, lease, now.UnixMilli(), now.Add(leaseStream).UnixMilli())
	if errors.Is(err, store.ErrLeaseLost) {
		return 0, nil // another relay is at it
	}
	if err != nil {
		return 0, err
	}
	defer func() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
		defer cancel()
		if giving := l.s.Store.AdvancePosition(within, l.Site, l.Name, session, lease, seq, 0); err == nil {
			err = giving
		}
	}()
	if !known || sure != seq {
		last, err := l.Publisher.Last(ctx, l.Site, session)
		if err != nil {
			return seq, err
		}
		seq = max(seq, last)
	}
	batch := make([]Entry, 0, streamBatch)
	send := func() error {
		within, cancel := context.WithTimeout(ctx, publishWithin)
		defer cancel()
		if err := l.Publisher.Publish(within, l.Site, session, batch); err != nil {
			return err
		}
		seq = batch[len(batch)-1].Seq
		l.s.entries.WithLabelValues(l.Site, l.Name).Add(float64(len(batch)))
		batch = batch[:0]
		return l.s.Store.AdvancePosition(ctx, l.Site, l.Name, session, lease, seq, l.s.Now().Add(leaseStream).UnixMilli())
	}
	err = l.s.Store.Entries(ctx, session, seq, func(n uint64, line []byte) error {
		batch = append(batch, Entry{n, append([]byte(nil), line...)})
		if len(batch) == streamBatch {
			return send()
		}
		return nil
	})
	switch {
	case errors.Is(err, store.ErrErased):
		return seq, nil // just now: it is no trouble of the stream's, and the next round does not find it
	case err == nil && len(batch) > 0:
		err = send()
	}
	return seq, err
}
