// Package pressure tells when so much comes to be written that what can wait should.
package pressure

import (
	"math"
	"sync"
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

// Pressure knows how much pages send.
type Pressure struct {
	mu    sync.Mutex // guards rate and last
	rate  float64    // batches a second
	last  time.Time
	until atomic.Int64 // busy until then, in nanoseconds since 1970
}

// Add counts the batches of a group that was committed now.
func (p *Pressure) Add(batches int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
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

// High tells whether the rate was high a moment ago.
func (p *Pressure) High(now time.Time) bool { return now.UnixNano() < p.until.Load() }
