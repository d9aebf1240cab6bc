package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cotrail/cotrail/masking/event"
)

const (
	// catchUp bounds the wait until all that was acknowledged has its number in the log.
	catchUp = 5 * time.Minute

	// readBack is how many logs are compared with what was acknowledged.
	readBack = 8
)

// durable loads a relay on the same machine, first with as much as it takes, then with half of that. No line
// is sent that opens a tab, since the same tab is opened only once.
func durable(ctx context.Context, c config) (_ []Row, err error) {
	lines, err := readRecording(c.session)
	if err != nil {
		return nil, err
	}
	lines = lines.without(event.TabCreated).moved(time.Now())
	r, err := startRelay(ctx, c.binary)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()

	full, err := startLoad(ctx, r, lines)
	if err != nil {
		return nil, err
	}
	defer full.close()
	events, err := full.fill(ctx, loadTime)
	if err != nil {
		return nil, fmt.Errorf("filling the relay: %w", err)
	}
	rate := float64(events) / loadTime.Seconds()
	numbered, err := full.check(ctx, r, lines)
	if err != nil {
		return nil, err
	}

	half, err := startLoad(ctx, r, lines)
	if err != nil {
		return nil, err
	}
	defer half.close()
	waits, err := half.pace(ctx, rate/2, loadTime)
	if err != nil {
		return nil, fmt.Errorf("sending half of what the relay takes: %w", err)
	}
	if _, err := half.check(ctx, r, lines); err != nil {
		return nil, err
	}
	return durableRows(rate, numbered, waits), nil
}

func durableRows(rate float64, numbered time.Duration, waits []time.Duration) []Row {
	perSecond := newRow("durable events, batches of 20", "relay and load", "/s", []float64{rate})
	perSecond.Limit = &Limit{Must: 100_000, Aim: 300_000, AtLeast: true}
	slices.Sort(waits)
	at := func(share float64) []float64 {
		return []float64{float64(waits[int(share*float64(len(waits)-1))].Microseconds()) / 1000}
	}
	p99 := newRow("acknowledgement, p99", "half that load", "ms", at(0.99))
	p99.Limit = &Limit{Must: 50, Aim: 15}
	return []Row{
		perSecond,
		newRow("all of them in the log", "after the load", "s", []float64{numbered.Seconds()}),
		newRow("acknowledgement, p50", "half that load", "ms", at(0.5)),
		p99,
	}
}
