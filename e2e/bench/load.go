package main

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cotrail/cotrail/masking/event"
)

const (
	// loadPages is how many pages record at once. The relay takes 5,000 events a second of each.
	loadPages = 128

	// loadBatch is the size of their batches.
	loadBatch = 20

	// maxInFlight is how many frames a recorder lets wait for their acknowledgement.
	maxInFlight = 16

	// loadTime is how long the relay is given all that it takes.
	loadTime = 10 * time.Second

	// paceTime is how long a round of less lasts: long enough for several checkpoints of the store.
	paceTime = 4 * time.Second
)

// load is pages that all send the same batches again and again. Each knows what it has sent and what of it was
// acknowledged.
type load struct {
	pages   []*page
	batches []event.Batch
}

// flight is a frame that waits for its acknowledgement.
type flight struct {
	due    time.Time
	last   uint64 // its last event
	events int
}

// landed is called for each frame when it is acknowledged, by one goroutine at a time.
type landed func(f flight, at time.Time)

// startLoad connects the pages.
func startLoad(ctx context.Context, r *relay, lines recording) (*load, error) {
	l := &load{}
	var err error
	if l.batches, err = compressed(lines); err != nil {
		return nil, err
	}
	for range loadPages {
		p, err := openPage(ctx, r)
		if err != nil {
			l.close()
			return nil, err
		}
		l.pages = append(l.pages, p)
	}
	return l, nil
}

func (l *load) close() {
	for _, p := range l.pages {
		if p != nil {
			p.ws.CloseNow()
		}
	}
}

// sent is how many events all pages have sent.
func (l *load) sent() (events uint64) {
	for _, p := range l.pages {
		events += p.next - 1
	}
	return events
}

// fill sends as much as gets acknowledged, with maxInFlight frames of each page under way, and counts the events that
// were acknowledged within the time.
func (l *load) fill(ctx context.Context, within time.Duration) (events int, err error) {
	end := time.Now().Add(within)
	now := func(int, int) (time.Time, bool) { at := time.Now(); return at, at.Before(end) }
	err = l.run(ctx, now, maxInFlight-1, func(f flight, at time.Time) { // run itself holds one more
		if at.Before(end) {
			events += f.events
		}
	})
	return events, err
}

// pace sends at a rate whatever the acknowledgements do, and gives the time from when each frame was to be sent to
// its acknowledgement. So a relay, or a generator, that falls behind is not spared the frames that it keeps waiting.
func (l *load) pace(ctx context.Context, eventsPerSecond float64, within time.Duration) (waits []time.Duration, err error) {
	start := time.Now()
	every := time.Duration(loadBatch / eventsPerSecond * float64(time.Second))
	schedule := func(page, frame int) (time.Time, bool) {
		after := time.Duration(frame*len(l.pages)+page) * every
		return start.Add(after), after < within
	}
	frames := int(within/every)/len(l.pages) + 1
	err = l.run(ctx, schedule, frames, func(f flight, at time.Time) { waits = append(waits, at.Sub(f.due)) })
	return waits, err
}

// run lets each page send its frames when they are due, until they are due no more, and returns when all are
// acknowledged. inFlight bounds the frames of a page that wait.
func (l *load) run(ctx context.Context, due func(page, frame int) (time.Time, bool), inFlight int, done landed) error {
	var mu sync.Mutex // guards what done does
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range l.pages {
		flying := make(chan flight, inFlight)
		group.Go(func() error {
			defer close(flying)
			for frame := 0; ; frame++ {
				at, more := due(i, frame)
				if !more {
					return nil
				}
				time.Sleep(time.Until(at))
				b := l.batches[p.frames%len(l.batches)]
				bytes := p.frame(b)
				select {
				case flying <- flight{at, p.next - 1, b.Count}:
				case <-ctx.Done():
					return ctx.Err()
				}
				if err := p.send(ctx, bytes); err != nil {
					return err
				}
			}
		})
		group.Go(func() (err error) {
			acked := uint64(0)
			for f := range flying {
				for acked < f.last {
					if acked, err = p.acknowledged(ctx); err != nil {
						return err
					}
				}
				at := time.Now()
				mu.Lock()
				done(f, at)
				mu.Unlock()
			}
			return nil
		})
	}
	return group.Wait()
}
