// Package deliver brings finished sessions to the destinations of their site, and what is erased likewise.
//
// The promise: what stands in the outbox reaches its destination at least once, with the same id at each attempt, or
// becomes a dead letter that is kept and shown. A destination that is slow, dead or hostile holds up no other. A
// restart loses nothing, and any number of relays may work on one outbox.
//
// The way of a delivery: sealing puts it into the outbox, in its own transaction, and calls Wake. The lane of its
// destination leases it and makes one attempt. What fails is due again by the schedule (schedule.go); a destination
// that fails again and again, or asks for it, is given a rest (breaker.go).
package deliver

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// DefaultPoll is short beside the time that anybody waits for a log, and long beside that of a look at the outbox.
	DefaultPoll = 2 * time.Second
	// settleWithin bounds the time for storing how an attempt ended, also when the relay is stopping.
	settleWithin = 5 * time.Second
	// leaseMargin is how much longer a lease lasts than the attempt: time to store how it ended.
	leaseMargin = settleWithin + 10*time.Second
)

// Destination is where sessions go.
type Destination interface {
	// Deliver hands a message over. Nil means that the destination has it for good, nothing else does. The errors
	// Refused, Gone and Never say what to do then. It returns soon after ctx ends.
	Deliver(ctx context.Context, m Message) error
}

// Lane is a destination of a site and how much of it is done at once.
type Lane struct {
	Site        string
	Name        string // among the site's destinations, as the outbox has it
	Destination Destination
	Concurrency int           // attempts at once
	Timeout     time.Duration // of an attempt
	Streams     bool          // it gets entries as they are numbered, and from the outbox only the word of an erasure
}

// Config is what a Deliverer needs.
type Config struct {
	Outbox  store.Outbox
	Source  Source
	Lanes   []Lane
	Poll    time.Duration // how long a relay may not know what another has put into the outbox
	Now     func() time.Time
	Metrics prometheus.Registerer
	Log     *slog.Logger
}

// Deliverer works on the outbox.
type Deliverer struct {
	Config
	metrics *metrics
	lanes   map[laneKey]*lane
	early   chan struct{} // something has become due, or there is room for more
	group   sync.WaitGroup
}

type laneKey struct{ site, destination string }

// New makes a Deliverer that does nothing before Run.
func New(c Config) *Deliverer {
	d := &Deliverer{Config: c, lanes: map[laneKey]*lane{}, early: make(chan struct{}, 1)}
	for _, l := range c.Lanes {
		d.lanes[laneKey{l.Site, l.Name}] = &lane{Lane: l, d: d}
	}
	d.metrics = newMetrics(c.Metrics, d)
	return d
}

// Deliveries makes what tells the destinations of a site of one of its sessions, to be put into the outbox by whoever
// makes it true. began is when the session was created.
func (d *Deliverer) Deliveries(site, session string, began int64, kind string) (all []store.Delivery, err error) {
	for _, l := range d.Lanes {
		if l.Site != site || l.Streams && kind == store.KindCreated {
			continue
		}
		one, err := store.NewDelivery(site, l.Name, session, began, kind, d.Now().UnixMilli())
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// Wake tells that the outbox has something new. It returns at once.
func (d *Deliverer) Wake() {
	select {
	case d.early <- struct{}{}:
	default:
	}
}

// Resend tells that somebody has had something sent again by hand, to a destination of one of the sites: nil sites for all,
// an empty destination for each of theirs. They are tried at once, also those that this relay is sparing. It returns at once.
func (d *Deliverer) Resend(sites []string, destination string) {
	for _, l := range d.lanes {
		if (sites == nil || slices.Contains(sites, l.Site)) && (destination == "" || destination == l.Name) {
			l.wakeUp()
		}
	}
	d.Wake()
}

// Run delivers until the context ends. Attempts under way are then broken off and given back; it returns when all
// of its goroutines have.
func (d *Deliverer) Run(ctx context.Context) error {
	defer d.group.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	told := false // of the trouble that is
	for {
		wait, err := d.round(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !told:
			d.Log.Error("the outbox cannot be read; trying again", "error", err)
		case err == nil && told:
			d.Log.Info("the outbox is read again")
		}
		told = err != nil
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-d.early:
		case <-ctx.Done():
			return nil
		}
	}
}

// round lets each lane that has something due and room for it begin, and tells how long nothing else will be due.
func (d *Deliverer) round(ctx context.Context) (time.Duration, error) {
	due, err := d.Outbox.DueDeliveries(ctx)
	if err != nil {
		return d.Poll, fmt.Errorf("finding what is due: %w", err)
	}
	wait := d.Poll
	now := d.Now()
	for _, at := range due {
		l := d.lanes[laneKey{at.Site, at.Destination}]
		if l == nil {
			continue // it left the configuration; what waits for it is kept and counted
		}
		if pause := time.UnixMilli(at.At).Sub(now); pause > 0 {
			wait = min(wait, pause)
			continue
		}
		if room, rest := l.begin(now); room > 0 {
			d.group.Go(func() { l.pull(ctx, room) })
		} else if rest > 0 {
			wait = min(wait, rest)
		}
	}
	return wait, nil
}
