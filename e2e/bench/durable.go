package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/e2e/traffic"
	"github.com/cotrail/cotrail/masking/event"
)

// mustTake is how many events a second a relay must make durable.
const mustTake = 100_000

const (
	// loadTime is how long the relay is given all that it takes.
	loadTime = 10 * time.Second

	// paceTime is how long a round of less lasts: long enough for several checkpoints of the store.
	paceTime = 4 * time.Second

	// readBack is how many logs are compared with what was acknowledged.
	readBack = 8
)

// shape is that of a busy relay's pages.
var shape = traffic.Shape{Pages: 128, Batch: 20}

// durable loads a relay on the same machine, first with as much as it takes, then with half of what it must take, and
// with half of what it did take. No line is sent that opens a tab, since a tab is opened only once.
func durable(ctx context.Context, c config) ([]Row, error) {
	lines, err := traffic.ReadRecording(c.session)
	if err != nil {
		return nil, err
	}
	lines = lines.Without(event.TabCreated).Moved(time.Now())
	rows, burst, err := fillRows(ctx, c, lines)
	if err != nil {
		return nil, fmt.Errorf("filling the relay: %w", err)
	}
	for _, half := range []struct {
		rate float64
		p99  *Limit
	}{{mustTake / 2, &Limit{Must: 50, Aim: 15}}, {burst / 2, nil}} {
		paced, err := pacedRows(ctx, c, lines, half.rate, half.p99)
		if err != nil {
			return nil, fmt.Errorf("sending %.0f events a second: %w", half.rate, err)
		}
		rows = append(rows, paced...)
	}
	return rows, nil
}

// fillRows tells how many events a second get durable while a load lasts, which is the burst, and how many when it lasts
// until all of them are in the log too.
func fillRows(ctx context.Context, c config, lines traffic.Recording) (_ []Row, burst float64, err error) {
	r, err := process.Start(ctx, c.binary)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	before, err := r.Used()
	if err != nil {
		return nil, 0, err
	}
	l, err := traffic.Connect(ctx, r.Target, lines, shape)
	if err != nil {
		return nil, 0, err
	}
	defer l.Close()
	acknowledged, err := l.Fill(ctx, loadTime)
	if err != nil {
		return nil, 0, err
	}
	numbered, err := l.Check(ctx, r.Target, readBack)
	if err != nil {
		return nil, 0, err
	}
	after, err := r.Used()
	if err != nil {
		return nil, 0, err
	}
	sent := float64(l.Sent())
	burst = float64(acknowledged) / loadTime.Seconds()
	first := newRow("durable events, batches of 20", "relay and load", "/s", []float64{burst})
	first.Limit = &Limit{Must: mustTake, Aim: 300_000, AtLeast: true}
	return []Row{
		first,
		newRow("until all of them are in the log", "after the load", "s", []float64{numbered.Seconds()}),
		newRow("durable and in the log", "relay and load", "/s", []float64{sent / (loadTime + numbered).Seconds()}),
		newRow("processor time, an event", "the relay", "us", []float64{(after.CPU - before.CPU).Seconds() * 1e6 / sent}),
		newRow("written to disk, an event", "the relay", "B", []float64{float64(after.Written-before.Written) / sent}),
	}, burst, nil
}

// pacedRows tells how soon acknowledgements come at a rate, in several rounds: one stall of the disk, which a machine
// shared with others has now and then, should not be taken for the relay's.
func pacedRows(ctx context.Context, c config, lines traffic.Recording, rate float64, limit *Limit) (_ []Row, err error) {
	r, err := process.Start(ctx, c.binary)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	l, err := traffic.Connect(ctx, r.Target, lines, shape)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	var p50, p99 []float64
	for range c.rounds {
		waits, err := l.Pace(ctx, rate, paceTime)
		if err != nil {
			return nil, err
		}
		slices.Sort(waits)
		p50 = append(p50, milliseconds(waits[len(waits)/2]))
		p99 = append(p99, milliseconds(waits[len(waits)*99/100]))
	}
	if _, err := l.Check(ctx, r.Target, readBack); err != nil {
		return nil, err
	}
	load := fmt.Sprintf("%.0f events/s", rate)
	last := newRow("acknowledgement, p99", load, "ms", p99)
	last.Limit = limit
	return []Row{newRow("acknowledgement, p50", load, "ms", p50), last}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
