package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cotrail/cotrail/masking/event"
)

// durable loads a relay on the same machine, first with as much as it takes, then with half of what it also brings
// into the log, and with half of all it takes. No line is sent that opens a tab, since a tab is opened only once.
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

	sent := float64(full.sent())
	burst := float64(acknowledged) / loadTime.Seconds()
	lasting := sent / (loadTime + numbered).Seconds()
	perSecond := newRow("durable events, batches of 20", "relay and load", "/s", []float64{burst})
	perSecond.Limit = &Limit{Must: 100_000, Aim: 300_000, AtLeast: true}
	rows := []Row{
		perSecond,
		newRow("until all of them are in the log", "after the load", "s", []float64{numbered.Seconds()}),
		newRow("durable and in the log", "relay and load", "/s", []float64{lasting}),
		newRow("processor time, an event", "the relay", "us", []float64{(after.cpu - before.cpu).Seconds() * 1e6 / sent}),
		newRow("written to disk, an event", "the relay", "B", []float64{float64(after.written-before.written) / sent}),
	}
	// A load that the log cannot follow does not last, so the promise is about half of what lasts.
	for _, half := range []struct {
		rate float64
		p99  *Limit
	}{{lasting / 2, &Limit{Must: 50, Aim: 15}}, {burst / 2, nil}} {
		paced, err := pacedRows(ctx, r, lines, half.rate, half.p99)
		if err != nil {
			return nil, fmt.Errorf("sending %.0f events a second: %w", half.rate, err)
		}
		rows = append(rows, paced...)
	}
	return rows, nil
}

// pacedRows tells how soon acknowledgements come at a rate.
func pacedRows(ctx context.Context, r *relay, lines recording, rate float64, limit *Limit) ([]Row, error) {
	l, err := startLoad(ctx, r, lines)
	if err != nil {
		return nil, err
	}
	defer l.close()
	waits, err := l.pace(ctx, rate, loadTime)
	if err != nil {
		return nil, err
	}
	if _, err := l.check(ctx, r, lines); err != nil {
		return nil, err
	}
	slices.Sort(waits)
	at := func(share float64) []float64 {
		return []float64{float64(waits[int(share*float64(len(waits)-1))].Microseconds()) / 1000}
	}
	load := fmt.Sprintf("%.0f events/s", rate)
	p99 := newRow("acknowledgement, p99", load, "ms", at(0.99))
	p99.Limit = limit
	return []Row{newRow("acknowledgement, p50", load, "ms", at(0.5)), p99}, nil
}
