package deliver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/cotrail/cotrail/relay/store"
)

// lane is what a relay does for one destination.
type lane struct {
	Lane
	d *Deliverer

	mu      sync.Mutex // guards what follows
	pulling bool       // somebody is at the outbox for this lane
	running int        // attempts
	breaker breaker
	told    bool // of the trouble that is
}

// begin tells how many attempts may begin now; more than none is the order to pull. Of none it tells when to ask
// again, 0 for when an attempt has ended.
func (l *lane) begin(now time.Time) (room int, rest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pulling {
		return 0, 0
	}
	room, rest = l.breaker.room(now, l.running, l.Concurrency)
	l.pulling = room > 0
	return room, rest
}

// wakeUp ends the destination's rest.
func (l *lane) wakeUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaker = breaker{}
}

// pull leases what is due and starts an attempt of each.
func (l *lane) pull(ctx context.Context, room int) {
	lease := uuid.NewString()
	now := l.d.Now()
	claimed, err := l.d.Outbox.ClaimDeliveries(ctx, l.Site, l.Name, lease, room, now.UnixMilli(), now.Add(l.Timeout+leaseMargin).UnixMilli())
	if err != nil && ctx.Err() == nil {
		l.d.Log.Error("deliveries could not be leased", "site", l.Site, "destination", l.Name, "error", err)
	}
	l.mu.Lock()
	l.pulling = false
	l.running += len(claimed)
	l.mu.Unlock()
	for _, delivery := range claimed {
		l.d.group.Go(func() {
			l.try(ctx, delivery)
			l.d.Wake()
		})
	}
}

// try makes one attempt and stores how it ended.
func (l *lane) try(ctx context.Context, delivery store.Delivery) {
	began := l.d.Now()
	err := l.attempt(ctx, delivery)
	now := l.d.Now()
	broken := err != nil && ctx.Err() != nil // the relay is stopping: it counts for nothing
	l.ended(began, now, err, broken)

	o := store.Outcome{ID: delivery.ID, Lease: delivery.Lease, State: store.StateWaiting, Attempts: delivery.Attempts, NextAt: now.UnixMilli()}
	if broken {
		o.LastError = delivery.LastError
	} else {
		o.Attempts++
		l.judge(&o, delivery, err, now)
		l.d.metrics.tried(l.Site, l.Name, o.State, err, now.Sub(began))
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	if gone := (*Gone)(nil); errors.As(err, &gone) {
		l.disable(within, now)
	}
	if err := l.d.Outbox.SettleDelivery(within, o); err != nil {
		l.d.Log.Error("how a delivery ended could not be stored; it will be made again", "delivery", o.ID, "error", err)
	}
}

// attempt hands the delivery over.
func (l *lane) attempt(ctx context.Context, delivery store.Delivery) (err error) {
	ctx, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	m := Message{ID: delivery.ID, Kind: delivery.Kind, Site: delivery.Site, Session: delivery.Session,
		Began: time.UnixMilli(delivery.Began).UTC(), Made: time.UnixMilli(delivery.Made).UTC()}
	if m.Kind == store.KindCreated {
		m.Document, err = l.d.Source.Document(ctx, m.Session)
		if errors.Is(err, store.ErrNotFound) {
			return &Never{errors.New("the session is no longer there")}
		}
		if err != nil {
			return fmt.Errorf("reading the session: %w", err)
		}
	}
	return l.Destination.Deliver(ctx, m)
}

// judge tells what becomes of a delivery after its attempt.
func (l *lane) judge(o *store.Outcome, delivery store.Delivery, err error, now time.Time) {
	var never *Never
	var gone *Gone
	switch {
	case err == nil:
		o.State = store.StateDelivered
		return
	case errors.As(err, &gone):
		o.Attempts = delivery.Attempts // it waits with all others until the destination wants them again
	case errors.As(err, &never), o.Attempts >= len(schedule):
		o.State = store.StateDead
	default:
		o.NextAt = now.Add(max(pause(o.Attempts), after(err))).UnixMilli()
	}
	o.LastError = told(err)
}

// ended tells the breaker how an attempt ended. The same trouble is logged once, and once more when it is over.
func (l *lane) ended(began, now time.Time, err error, broken bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if broken {
		return
	}
	l.breaker.ended(began, now, err)
	switch {
	case err != nil && !l.told:
		l.d.Log.Warn("a destination does not take a delivery; trying again by the schedule", "site", l.Site, "destination", l.Name, "error", told(err))
	case err == nil && l.told:
		l.d.Log.Info("the destination takes deliveries again", "site", l.Site, "destination", l.Name)
	}
	l.told = err != nil
}

func (l *lane) disable(ctx context.Context, now time.Time) {
	l.d.Log.Warn("a destination wants nothing more and is disabled; retry one of its deliveries to enable it", "site", l.Site, "destination", l.Name)
	if err := l.d.Outbox.DisableDestination(ctx, l.Site, l.Name, now.UnixMilli()); err != nil {
		l.d.Log.Error("a destination could not be disabled", "site", l.Site, "destination", l.Name, "error", err)
	}
}
