package sequence

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurns: while the store is busy a turn rests after a run, by the run's own length; when it is not, or no more,
// the next run begins at once.
func TestTurns(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // one turn
	const run = 40 * time.Millisecond
	for _, tt := range []struct {
		name     string
		busy     bool
		calmsIn  time.Duration // after the run
		min, max time.Duration // the pause
	}{
		{"calm", false, 0, 0, 0},
		{"busy", true, time.Hour, rest * run, rest * run},
		{"busy for a while", true, run, run, run + lookAgain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var busy atomic.Bool
				busy.Store(tt.busy)
				turns := newTurns(busy.Load)
				began := turns.take()
				time.Sleep(run)
				turns.give(began)
				ended := time.Now()
				calm := time.AfterFunc(tt.calmsIn, func() { busy.Store(false) })
				defer calm.Stop()
				if pause := turns.take().Sub(ended); pause < tt.min || pause > tt.max {
					t.Errorf("the next run waits %v, want %v to %v", pause, tt.min, tt.max)
				}
			})
		})
	}
}
