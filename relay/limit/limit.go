// Package limit bounds how often each of many callers may ask. It needs memory for as many as have asked lately, and
// for no more than a fixed number, whoever asks.
package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxCallers bounds the callers of one generation, at some 150 bytes each. Whoever asks under more names than that
// is bounded by nothing here; but then no single name asks often.
const maxCallers = 20_000

// Limiter bounds each caller by itself. Its zero value is of no use; a nil one lets everybody pass.
type Limiter struct {
	perSecond rate.Limit
	burst     int

	mu         sync.Mutex
	young, old map[string]*rate.Limiter // who asks moves to young; when that is full, old is forgotten
}

// New makes a Limiter: so many a second in the long run, and so many at once.
func New(perSecond float64, burst int) *Limiter {
	return &Limiter{perSecond: rate.Limit(perSecond), burst: burst, young: map[string]*rate.Limiter{}}
}

// Take takes n from what a caller may do, or tells how long to wait until it may be done. More than the burst at once
// counts as the burst.
func (l *Limiter) Take(caller string, n int, now time.Time) (wait time.Duration) {
	if l == nil {
		return 0
	}
	of := l.of(caller)
	reserved := of.ReserveN(now, min(n, l.burst))
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

func (l *Limiter) of(caller string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := l.young[caller]; known != nil {
		return known
	}
	of := l.old[caller]
	if of == nil {
		of = rate.NewLimiter(l.perSecond, l.burst)
	}
	if len(l.young) >= maxCallers {
		l.old, l.young = l.young, map[string]*rate.Limiter{}
	}
	l.young[caller] = of
	return of
}
