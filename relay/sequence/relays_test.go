package sequence

import (
	"sync"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// tick is the clock's step in milliseconds when sessions are played: what comes within one step comes while the relays
// number what was due before it. A smaller step takes longer, for every step waits for its commits.
const tick = 100

// shuffled is a store that takes all of a session: what pages send and what the back end tells.
type shuffled interface {
	journal
	store.Signals
}

// relay is a Sequencer and its store, with the test's clock in place of the machine's.
type relay struct {
	shuffled
	numberers chan *numberer // one for each worker
	mu        sync.Mutex
	plan      plan // guarded by mu
}

// play plays all sessions at once, each over all the stores, and gives each its log.
func play(t *testing.T, stores []shuffled, all []*ordering) {
	var relays []*relay
	for _, s := range stores {
		r := &relay{shuffled: s, plan: newPlan(), numberers: make(chan *numberer, workers)}
		for range workers {
			r.numberers <- testNumberer(s)
		}
		relays = append(relays, r)
	}
	last := int64(0)
	for _, o := range all {
		last = max(last, o.arrivals[len(o.arrivals)-1].at)
	}
	// The end may be received by another relay than the one that numbers, which finds it when it looks and then settles.
	last += (2*lookEvery + 2*site.Settle).Milliseconds()
	coming := make([]int, len(all)) // of each session, the next arrival
	for now := int64(0); now <= last && !t.Failed(); now += tick {
		var group sync.WaitGroup
		for _, r := range relays {
			r.act(t, &group, now)
		}
		for i, o := range all {
			byStream := map[string][]arrival{}
			for coming[i] < len(o.arrivals) && o.arrivals[coming[i]].at <= now+tick {
				a := o.arrivals[coming[i]]
				byStream[a.stream()] = append(byStream[a.stream()], a)
				coming[i]++
			}
			for _, some := range byStream {
				group.Go(func() { arrive(t, relays, o, some) })
			}
		}
		group.Wait()
	}
	for i, o := range all {
		o.log = relays[i%len(relays)].read(t, o.id)
	}
}

// arrive hands arrivals of a stream to their relays, one after the other.
func arrive(t *testing.T, relays []*relay, o *ordering, some []arrival) {
	for _, a := range some {
		r := relays[a.relay%len(relays)]
		if err := o.deliver(t.Context(), r, a); err != nil {
			t.Errorf("order %s: %v of %+v", o.id, err, a.step)
			return
		}
		r.mu.Lock()
		if a.end {
			r.plan.hurry(o.id, clock(a.at))
		} else {
			r.plan.wake(o.id, clock(a.at))
		}
		r.mu.Unlock()
	}
}

// act does what a Sequencer does at that time: it looks what other relays have left to it, and works off its plan.
func (r *relay) act(t *testing.T, group *sync.WaitGroup, now int64) {
	if now%lookEvery.Milliseconds() == 0 {
		group.Go(func() {
			found, err := r.Elsewhere(t.Context())
			if err != nil {
				t.Error(err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, id := range found {
				r.plan.find(id, clock(now))
			}
		})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		j, _ := r.plan.next(clock(now))
		if j == nil {
			return
		}
		group.Go(func() {
			n := <-r.numberers
			next, err := n.run(t.Context(), j.session, clock(now))
			r.numberers <- n
			if err != nil {
				t.Errorf("session %s at %d: %v", j.session, now, err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.plan.done(j, next)
		})
	}
}

// read gives the log of a session.
func (r *relay) read(t *testing.T, id string) (log []byte) {
	err := r.Entries(t.Context(), id, 0, func(_ uint64, line []byte) error {
		log = append(append(log, line...), '\n')
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return log
}

func clock(ms int64) time.Time { return time.UnixMilli(noon + ms) }
