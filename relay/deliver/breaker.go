package deliver

import (
	"errors"
	"time"
)

const (
	// opensAfter is how many attempts in a row must fail until a destination is given a rest: fewer may be the fault
	// of what was delivered.
	opensAfter = 5
	// firstRest and lastRest bound the rest, which doubles when the attempt after it fails. A destination that is back
	// should have its first delivery soon.
	firstRest = 5 * time.Second
	lastRest  = 5 * time.Minute
	// maxAfter bounds what a destination may ask for by Retry-After: a day, the longest pause of the schedule.
	maxAfter = 24 * time.Hour
)

// breaker spares a destination that fails again and again, or that says it has too much to do: it gets nothing for a
// while, and then one delivery to try. What waits meanwhile loses none of its attempts. Whoever has something sent again
// by hand knows more than the breaker, and ends the rest.
type breaker struct {
	failures int // in a row
	rest     time.Duration
	until    time.Time // it rests; zero when it does not
}

// room tells how many attempts may begin; of none, how long to wait, 0 for until one has ended.
func (b *breaker) room(now time.Time, running, concurrency int) (int, time.Duration) {
	switch {
	case b.until.IsZero():
		return max(concurrency-running, 0), 0
	case now.Before(b.until):
		return 0, b.until.Sub(now)
	}
	return max(1-running, 0), 0
}

// ended takes in how an attempt ended. One that was under way when the rest began makes it no longer by its failure, for it
// tells nothing that is not known; only what the destination asks for counts.
func (b *breaker) ended(began, now time.Time, err error) {
	if err == nil {
		*b = breaker{}
		return
	}
	if never := (*Never)(nil); errors.As(err, &never) {
		return // the fault of what was delivered
	}
	if began.Before(b.until) {
		if asked := now.Add(after(err)); asked.After(b.until) {
			b.until = asked
		}
		return
	}
	b.failures++
	if b.failures < opensAfter && !busy(err) {
		return
	}
	b.rest = min(max(2*b.rest, firstRest), lastRest)
	b.until = now.Add(max(b.rest, after(err)))
}

// open tells whether the destination is being spared.
func (b *breaker) open() bool { return !b.until.IsZero() }
