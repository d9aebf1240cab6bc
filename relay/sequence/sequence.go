// Package sequence gives durable events their numbers in the log.
//
// The promise: every durable event becomes exactly one entry, in one order that does not depend on when batches
// arrived within the time to settle; an entry never changes; a session that cannot be numbered holds up no other.
//
// The way of an event: ingest makes its batch durable and calls Wake. When the batch has settled, one run reads
// the session's work, orders what is due by corrected time, lets package session make the entries, extends the
// hash chain and stores all of it in one transaction. A run that fails is made again from what the store has.
package sequence

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// workers is how many sessions are numbered at once. A run mostly waits for its commit, and the store
	// commits together what comes together.
	workers = 16
	// firstRetry and lastRetry bound the pause after a failed run, which doubles from one to the other.
	firstRetry = 250 * time.Millisecond
	lastRetry  = 30 * time.Second
	// lookEvery is how often the store is asked what other relays have left to this one: an event that another relay
	// received waits so long at most for its time to settle to begin.
	lookEvery = 500 * time.Millisecond
	// lookWithin bounds that question,.
	lookWithin = 10 * time.Second
)

// Settings are the times of a site.
type Settings struct {
	Settle      time.Duration // an event waits so long for earlier ones that are still on their way
	LeaveAfter  time.Duration // without a live stream for so long, a participant has left
	IdleTimeout time.Duration // without events for so long, the session ends
}

// Config is what a Sequencer needs.
type Config struct {
	Store    store.Sequence
	Busy     func() bool // the store has its hands full with what pages send; nil for never
	Settings func(site string) Settings
	Release  string // of the relay, told in session_created
	Log      *slog.Logger
}

// Sequencer numbers the events of all sessions. At any time at most one of its goroutines is at a session.
type Sequencer struct {
	Config
	mu    sync.Mutex
	plan  plan
	since time.Time     // when Run began: before that no page could reach this relay
	early chan struct{} // the plan has got something earlier to do
}

// New makes a Sequencer that does nothing yet but to remember what Wake tells it.
func New(c Config) *Sequencer {
	return &Sequencer{Config: c, plan: newPlan(), early: make(chan struct{}, 1)}
}

// Wake tells that a session has changed: events have become durable, a stream was opened or closed.
// It returns at once.
func (s *Sequencer) Wake(session string) {
	s.mu.Lock()
	first := s.plan.wake(session, time.Now())
	s.mu.Unlock()
	if first {
		s.hurry()
	}
}

// End tells that a session is to end: it is looked at now, and nothing of it is waited for any longer.
func (s *Sequencer) End(session string) {
	s.mu.Lock()
	first := s.plan.hurry(session, time.Now())
	s.mu.Unlock()
	if first {
		s.hurry()
	}
}

func (s *Sequencer) hurry() {
	select {
	case s.early <- struct{}{}:
	default:
	}
}

// Run numbers events until the context ends, beginning with what an earlier run of the relay has left. It
// returns when all its goroutines have.
func (s *Sequencer) Run(ctx context.Context) error {
	s.since = time.Now()
	live, err := s.Store.Live(ctx)
	if err != nil {
		return fmt.Errorf("listing the live sessions: %w", err)
	}
	s.mu.Lock()
	for _, id := range live {
		s.plan.wake(id, s.since)
	}
	s.mu.Unlock()

	var group sync.WaitGroup
	defer group.Wait()
	jobs := make(chan *job)
	defer close(jobs)
	group.Go(func() { s.look(ctx) })
	turns := newTurns(s.Busy)
	for range workers {
		group.Go(func() {
			n := numberer{Config: s.Config, turns: turns, since: s.since.UnixMilli()}
			for j := range jobs {
				s.work(ctx, &n, j)
			}
		})
	}
	return s.dispatch(ctx, jobs)
}

// look finds what other relays have left to this one, until the context ends.
func (s *Sequencer) look(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		found, err := s.elsewhere(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.Log.Error("cannot see what other relays have left; trying again", "error", err)
		}
		failing = err != nil
		first := false
		s.mu.Lock()
		for _, id := range found {
			first = s.plan.find(id, time.Now()) || first
		}
		s.mu.Unlock()
		if first {
			s.hurry()
		}
	}
}

func (s *Sequencer) elsewhere(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return s.Store.Elsewhere(ctx)
}

// dispatch hands out what is due.
func (s *Sequencer) dispatch(ctx context.Context, jobs chan<- *job) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.mu.Lock()
		j, wait := s.plan.next(time.Now())
		s.mu.Unlock()
		if j != nil {
			select {
			case jobs <- j:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-s.early:
		case <-ctx.Done():
			return nil
		}
	}
}

// work makes one run of a session and plans the next. The same trouble is logged once, and once more when it
// is over.
func (s *Sequencer) work(ctx context.Context, n *numberer, j *job) {
	next, err := n.run(ctx, j.session, time.Now())
	switch {
	case err == nil && j.failures > 0:
		s.Log.Info("the session is numbered again", "session", j.session, "failures", j.failures)
		j.failures = 0
	case err != nil && ctx.Err() == nil:
		if j.failures == 0 {
			s.Log.Error("a session could not be numbered; trying again", "session", j.session, "error", err)
		}
		next.at = time.Now().Add(min(firstRetry<<min(j.failures, 10), lastRetry))
		j.failures++
	}
	s.mu.Lock()
	first := s.plan.done(j, next)
	s.mu.Unlock()
	if first {
		s.hurry()
	}
}
