package sequence

import (
	"runtime"
	"time"
)

const (
	// stepBack is how long a run waits, at most, while the store is busy with what pages send: a page waits for its
	// acknowledgement, nobody waits for a number. So forty runs a second are made with each turn under any load, and
	// the fewer there are the more events each finds.
	stepBack = 25 * time.Millisecond
	// lookAgain is how often it looks then whether the store is still busy.
	lookAgain = 5 * time.Millisecond
)

// turns are taken by runs while they use a processor. There is one for every two processors, so that numbering leaves
// the others to those who receive events.
type turns struct {
	busy  func() bool // of Config
	taken chan struct{}
}

func newTurns(busy func() bool) *turns {
	return &turns{busy, make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// take waits for a turn, and then for a while as long as the store is busy.
func (t *turns) take() {
	t.taken <- struct{}{}
	if t.busy == nil {
		return
	}
	for end := time.Now().Add(stepBack); t.busy() && time.Now().Before(end); {
		time.Sleep(lookAgain)
	}
}

func (t *turns) give() { <-t.taken }
