package sequence

import (
	"container/heap"
	"time"
)

// farAhead is how long the dispatcher sleeps when there is nothing to do.
const farAhead = time.Hour

// plan is which session is to be looked at when.
type plan struct {
	jobs  map[string]*job
	queue queue // of those that are not being worked on, the earliest first
}

// job is a session in the plan.
type job struct {
	session  string
	at       time.Time // when to look at it
	place    int       // in the queue; running when it is being worked on
	woken    time.Time // when it was woken during a run, zero when it was not
	hurried  bool      // during a run: there is nothing to wait for
	settle   time.Duration
	failures int  // in a row
	leased   bool // another relay numbers it
}

const running = -1

// visit is when to look at a session again. The zero visit is never.
type visit struct {
	at     time.Time
	settle time.Duration // of the session's site: a wake waits so long
	leased bool          // another relay numbers it until then at least, or until it is found
}

func newPlan() plan { return plan{jobs: map[string]*job{}} }

// wake plans to look at a session once what came now has settled; at once when its site is not known yet.
// It tells whether this is now the first to do.
func (p *plan) wake(session string, now time.Time) (first bool) {
	j := p.jobs[session]
	switch {
	case j == nil:
		j = &job{session: session, at: now}
		p.jobs[session] = j
		heap.Push(&p.queue, j)
	case j.place == running:
		if j.woken.IsZero() {
			j.woken = now
		}
		return false
	case j.failures > 0 || j.leased || !now.Add(j.settle).Before(j.at):
		return false
	default:
		j.at = now.Add(j.settle)
		heap.Fix(&p.queue, j.place)
	}
	return j.place == 0
}

// find is wake for a session that another relay has left to this one.
func (p *plan) find(session string, now time.Time) (first bool) {
	if j := p.jobs[session]; j != nil {
		j.leased = false
	}
	return p.wake(session, now)
}

// hurry plans to look at a session now, and tells whether this is the first to do.
func (p *plan) hurry(session string, now time.Time) (first bool) {
	switch j := p.jobs[session]; {
	case j == nil:
		return p.wake(session, now)
	case j.place == running:
		j.hurried = true
		return false
	case j.failures > 0 || j.leased:
		return false
	default:
		j.at = now
		heap.Fix(&p.queue, j.place)
		return j.place == 0
	}
}

// next takes the job that is due, or tells how long there is none.
func (p *plan) next(now time.Time) (*job, time.Duration) {
	if len(p.queue) == 0 {
		return nil, farAhead
	}
	if wait := p.queue[0].at.Sub(now); wait > 0 {
		return nil, wait
	}
	j := heap.Pop(&p.queue).(*job)
	j.woken, j.hurried = time.Time{}, false
	return j, 0
}

// done gives back a job that next has given out, and tells whether it is now the first to do.
func (p *plan) done(j *job, v visit) (first bool) {
	if v.settle > 0 {
		j.settle = v.settle
	}
	j.leased = v.leased
	if !j.woken.IsZero() && !j.leased {
		if again := j.woken.Add(j.settle); v.at.IsZero() || j.failures == 0 && again.Before(v.at) {
			v.at = again
		}
	}
	if j.hurried && j.failures == 0 {
		v.at = time.Unix(0, 0) // at once
	}
	if v.at.IsZero() {
		delete(p.jobs, j.session)
		return false
	}
	j.at = v.at
	heap.Push(&p.queue, j)
	return j.place == 0
}

// queue is a heap of jobs by time; each job knows its place.
type queue []*job

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(x any) {
	j := x.(*job)
	j.place = len(*q)
	*q = append(*q, j)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	j := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	j.place = running
	return j
}
