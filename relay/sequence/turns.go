package sequence

import (
	"runtime"
	"time"
)

const (
	// rest is how long a turn stays free after a run, as a multiple of the run, while the store is busy with what
	// pages send: a page waits for its acknowledgement, nobody waits for a number. So numbering has a ninth of its
	// processors' time under any load, whether it comes from few sessions or from many.
	rest = 8
	// lookAgain is how often a run that waits looks whether the store is still busy.
	lookAgain = 5 * time.Millisecond
)

// turns are taken by runs while they use a processor. There is one for every two processors, so that numbering leaves
// the others to those who receive events.
type turns struct {
	busy func() bool    // of Config; nil for never
	free chan time.Time // with the time from which each may be taken though the store is busy
}

func newTurns(busy func() bool) *turns {
	t := &turns{busy, make(chan time.Time, max(1, runtime.GOMAXPROCS(0)/2))}
	for range cap(t.free) {
		t.free <- time.Time{}
	}
	return t
}

// take waits for a turn and gives the time at which it began.
func (t *turns) take() (began time.Time) {
	rested := <-t.free
	for t.busy != nil && t.busy() && time.Now().Before(rested) {
		time.Sleep(min(lookAgain, time.Until(rested)))
	}
	return time.Now()
}

// give ends the turn that began then.
func (t *turns) give(began time.Time) {
	now := time.Now()
	t.free <- now.Add(rest * now.Sub(began))
}
