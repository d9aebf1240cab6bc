package traffic

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cotrail/cotrail/masking/event"
)

// maxInFlight is how many frames a recorder lets wait for their acknowledgement.
const maxInFlight = 16

// Shape is what a load is made of.
type Shape struct {
	Pages int // that record at once; the relay takes 5,000 events a second of each
	Batch int // events of a batch
}

// Load is pages that all send the same batches again and again. Each knows what it has sent and what of it was
// acknowledged.
type Load struct {
	Pages []*Page

	lines   Recording
	batches []event.Batch
	size    int // of a batch
}

// flight is a frame that waits for its acknowledgement.
type flight struct {
	due    time.Time
	last   uint64 // its last event
	events int
}

// landed is called for each frame when it is acknowledged, by one goroutine at a time.
type landed func(f flight, at time.Time)

// Connect opens pages that will send lines.
func Connect(ctx context.Context, t Target, lines Recording, s Shape) (*Load, error) {
	l := &Load{lines: lines, size: s.Batch, Pages: make([]*Page, s.Pages)}
	var err error
	if l.batches, err = compressed(lines, s.Batch); err != nil {
		return nil, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(dialing)
	for i := range l.Pages {
		group.Go(func() (err error) {
			l.Pages[i], err = OpenPage(groupCtx, t)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// dialing bounds the connections that are being made at once: a listener's queue is short.
const dialing = 32

// Close ends the connections.
func (l *Load) Close() {
	for _, p := range l.Pages {
		if p != nil {
			p.ws.CloseNow()
		}
	}
}

// Once lets every page send one batch, and returns when all are acknowledged.
func (l *Load) Once(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(dialing)
	for _, p := range l.Pages {
		group.Go(func() error {
			if err := p.send(ctx, p.frame(l.batches[0])); err != nil {
				return err
			}
			_, err := p.acknowledged(ctx)
			return err
		})
	}
	return group.Wait()
}

// Sent is how many events all pages have sent.
func (l *Load) Sent() (events uint64) {
	for _, p := range l.Pages {
		events += p.Sent()
	}
	return events
}

// Wire is how many bytes all pages have sent, hellos left out.
func (l *Load) Wire() (bytes int64) {
	for _, p := range l.Pages {
		bytes += p.wire
	}
	return bytes
}

// Rest lets the pages do nothing from now on but to answer when the relay asks whether they are there.
func (l *Load) Rest(ctx context.Context) {
	for _, p := range l.Pages {
		p.ws.CloseRead(ctx)
	}
}

// Fill sends as much as gets acknowledged, with maxInFlight frames of each page under way, and counts the events that
// were acknowledged within the time.
func (l *Load) Fill(ctx context.Context, within time.Duration) (events int, err error) {
	end := time.Now().Add(within)
	now := func(int, int) (time.Time, bool) { at := time.Now(); return at, at.Before(end) }
	err = l.run(ctx, now, maxInFlight-1, func(f flight, at time.Time) { // run itself holds one more
		if at.Before(end) {
			events += f.events
		}
	})
	return events, err
}

// Pace sends at a rate whatever the acknowledgements do, and gives the time from when each frame was to be sent to
// its acknowledgement. So a relay, or a generator, that falls behind is not spared the frames that it keeps waiting.
func (l *Load) Pace(ctx context.Context, eventsPerSecond float64, within time.Duration) (waits []time.Duration, err error) {
	start := time.Now()
	every := time.Duration(float64(l.size) / eventsPerSecond * float64(time.Second))
	schedule := func(page, frame int) (time.Time, bool) {
		after := time.Duration(frame*len(l.Pages)+page) * every
		return start.Add(after), after < within
	}
	frames := int(within/every)/len(l.Pages) + 1
	err = l.run(ctx, schedule, frames, func(f flight, at time.Time) { waits = append(waits, at.Sub(f.due)) })
	return waits, err
}

// run lets each page send its frames when they are due, until they are due no more, and returns when all are
// acknowledged. inFlight bounds the frames of a page that wait.
func (l *Load) run(ctx context.Context, due func(page, frame int) (time.Time, bool), inFlight int, done landed) error {
	var mu sync.Mutex // guards what done does
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range l.Pages {
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
