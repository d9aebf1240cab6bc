package sqlite

import (
	"math"
	"sync/atomic"
	"time"
)

const (
	// busyRate is how many batches of events a second make the store busy. With batches of 20 it is 60,000 events a
	// second, near to what two processors can receive and number at once.
	busyRate = 3000
	// busyWindow is the time over which the rate is smoothed, and after which it counts no more: dozens of groups.
	busyWindow = 100 * time.Millisecond
)

// pressure knows how much pages send. Its rate is the writer's own; anybody may ask whether it is high.
type pressure struct {
	rate  float64 // batches a second
	last  time.Time
	until atomic.Int64 // busy until then, in nanoseconds since 1970
}

// add counts the batches of a group that was committed now.
func (p *pressure) add(batches int, now time.Time) {
	passed := now.Sub(p.last).Seconds()
	p.last = now
	if passed <= 0 {
		return
	}
	fade := math.Exp(-passed / busyWindow.Seconds())
	p.rate = p.rate*fade + float64(batches)/passed*(1-fade)
	if p.rate >= busyRate {
		p.until.Store(now.Add(busyWindow).UnixNano())
	}
}

// high tells whether the rate was high a moment ago.
func (p *pressure) high(now time.Time) bool { return now.UnixNano() < p.until.Load() }
