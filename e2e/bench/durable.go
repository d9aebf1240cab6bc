package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cotrail/cotrail/masking/event"
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

	before, err := r.used()
	if err != nil {
		return nil, err
	}
	full, err := startLoad(ctx, r, lines)
	if err != nil {
		return nil, err
	}
	defer full.close()
	acknowledged, err := full.fill(ctx, loadTime)
	if err != nil {
		return nil, fmt.Errorf("filling the relay: %w", err)
	}
	numbered, err := full.check(ctx, r, lines)
	if err != nil {
		return nil, err
	}
	after, err := r.used()
	if err != nil {
		return nil, err
	}

	rate := float64(acknowledged) / loadTime.Seconds()
	waits, err := paced(ctx, r, lines, rate/2)
	if err != nil {
		return nil, fmt.Errorf("sending half of what the relay takes: %w", err)
	}
	sent := float64(full.sent())
	return append(durableRows(rate, numbered, waits),
		newRow("processor time, an event", "the relay", "us", []float64{(after.cpu - before.cpu).Seconds() * 1e6 / sent}),
		newRow("written to disk, an event", "the relay", "B", []float64{float64(after.written-before.written) / sent}),
	), nil
}

// paced loads the relay with a rate, and gives the sorted times to the acknowledgements.
func paced(ctx context.Context, r *relay, lines recording, rate float64) ([]time.Duration, error) {
	half, err := startLoad(ctx, r, lines)
	if err != nil {
		return nil, err
	}
	defer half.close()
	waits, err := half.pace(ctx, rate, loadTime)
	if err == nil {
		_, err = half.check(ctx, r, lines)
	}
	slices.Sort(waits)
	return waits, err
}

func durableRows(rate float64, numbered time.Duration, waits []time.Duration) []Row {
	perSecond := newRow("durable events, batches of 20", "relay and load", "/s", []float64{rate})
	perSecond.Limit = &Limit{Must: 100_000, Aim: 300_000, AtLeast: true}
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
