package sequence

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/session"
	"github.com/cotrail/cotrail/relay/store"
)

// maxRun bounds the events that one run numbers, so that a session with a long backlog takes its turn like the
// others, and its transaction stays short.
const maxRun = 4096

// firstPortion is how many pending events a run reads at first, so that a long backlog is not read as a whole again
// and again for a part of it: two runs' worth, since most of it is then due. Where so many events came within the
// time to settle, a run that finds nothing due reads morePortion times as many.
const (
	firstPortion = 2 * maxRun
	morePortion  = 4
)

// maxKept bounds the memory that a worker keeps for its next run, by the bytes of entries: a usual run needs far
// less, and one with a long backlog should not cost its memory for ever.
const maxKept = 1 << 20

// numberer makes runs, one after the other. It is the memory of one worker.
type numberer struct {
	Config
	turns   *turns
	since   int64 // when this relay began to be reachable
	session session.Session
	events  []due
	ends    []session.Event // that say that the session is over
	lines   []byte
	hashed  []byte
}

// run numbers what is due of a session and tells when to look at it again.
func (n *numberer) run(ctx context.Context, id string, now time.Time) (visit, error) {
	began := n.turns.take()
	set, numbered, next, err := n.prepare(ctx, id, now.UnixMilli())
	n.turns.give(began)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return visit{}, nil
	case errors.Is(err, store.ErrLeased):
		return visit{at: now.Add(store.LeaseLife), leased: true}, nil
	case err != nil:
		return visit{settle: set.Settle}, err
	}
	if numbered != nil {
		err = n.Store.Number(ctx, *numbered)
	}
	if err != nil || cap(n.lines) > maxKept {
		*n = numberer{Config: n.Config, turns: n.turns, since: n.since} // after an error the store may still be holding the lines
	}
	switch {
	case errors.Is(err, store.ErrConflict): // another was faster; what is left is read again
		return visit{at: now.Add(set.Settle), settle: set.Settle}, nil
	case err != nil:
		return visit{settle: set.Settle}, fmt.Errorf("storing entries %d to %d: %w", numbered.After+1, numbered.LastSeq, err)
	}
	if next == never {
		return visit{settle: set.Settle}, nil
	}
	return visit{at: time.UnixMilli(next), settle: set.Settle}, nil
}

// prepare reads a session's work and makes of it what is to be stored.
func (n *numberer) prepare(ctx context.Context, id string, now int64) (set Settings, numbered *store.Numbered, next int64, err error) {
	for portion := firstPortion; ; portion *= morePortion {
		work, err := n.Store.Work(ctx, id, portion)
		if err != nil {
			return set, nil, 0, fmt.Errorf("reading the session's work: %w", err)
		}
		set = n.Settings(work.Site)
		numbered, next, err = n.make(&work, set, now)
		if err != nil || numbered != nil || work.Rest == 0 {
			return set, numbered, next, err
		}
	}
}

// never is no time: there is nothing more to do for the session.
const never = math.MaxInt64

// make makes of a session's work what is to be stored, nil when nothing is due, and tells when to look again.
func (n *numberer) make(w *store.Work, set Settings, now int64) (*store.Numbered, int64, error) {
	s := &n.session
	if err := s.Load(w, n.Release); err != nil {
		return nil, 0, err
	}
	clear(n.events)
	var err error
	if n.events, err = collect(n.events[:0], s, w.Pending); err != nil {
		return nil, 0, err
	}
	n.part()
	settle := set.Settle.Milliseconds()
	switch {
	case len(n.ends) > 0:
		return n.close(w, now)
	case w.Rest != 0:
		// What is not read yet may belong before what is: of this only that is due which was when the rest came.
		due := n.settled(min(now, w.Rest)-settle, now)
		n.apply(due, w.ID)
		n.foresee(n.events[len(due):])
		numbered, err := n.numbered(w)
		return numbered, now, err
	}
	due := n.settled(now-settle, now)
	n.apply(due, w.ID)

	rest, next := n.foresee(n.events[len(due):]), int64(never)
	if len(rest) == 0 {
		next = n.conclude(set, now)
	}
	for i := range rest {
		next = min(next, rest[i].Received+settle)
	}
	if len(rest) > 0 && len(due) < maxRun {
		next = max(next, now+settle) // so that a busy session's batches are read twice and no more
	}
	numbered, err := n.numbered(w)
	return numbered, next, err
}

// part takes out the events that say that the session is over.
func (n *numberer) part() {
	n.ends = n.ends[:0]
	n.events = slices.DeleteFunc(n.events, func(d due) bool {
		if !n.session.Ended() && n.session.Ends(&d.Event) {
			n.ends = append(n.ends, d.Event)
			return true
		}
		return false
	})
}

// close numbers all that is pending, settled or not, and then the end.
func (n *numberer) close(w *store.Work, now int64) (*store.Numbered, int64, error) {
	due := n.events[:min(len(n.events), maxRun)]
	n.apply(due, w.ID)
	next := now
	if w.Rest == 0 && len(due) == len(n.events) {
		n.session.Close(n.ends)
		next = never
	}
	numbered, err := n.numbered(w)
	return numbered, next, err
}

// apart is more than the clocks of relays differ, in milliseconds. What was received so far ahead was received before the
// clock was set back.
const apart = 10_000

// settled gives the events whose turn it is: those that were received by then, and all that come before one of
// them in the order, however fresh they are. What was received before the clock was set back has waited, and would wait as long as the
// clock was set.
func (n *numberer) settled(by, now int64) []due {
	last := int64(math.MinInt64)
	for i := range n.events {
		if at := n.events[i].Received; at <= by || at > now+apart {
			last = max(last, n.events[i].key)
		}
	}
	count := sort.Search(len(n.events), func(i int) bool { return n.events[i].key > last })
	return n.events[:min(count, maxRun)]
}

func (n *numberer) apply(due []due, id string) {
	unreadable := 0
	for i := range due {
		if !n.session.Apply(&due[i].Event) {
			unreadable++
		}
	}
	if unreadable > 0 {
		n.Log.Warn("events could not be read and became gaps", "session", id, "events", unreadable)
	}
}

// foresee merges what is not due into the entries of this run that tell of the same act, and gives what waits on. Behind
// a word that somebody has left, or a tab was closed, the same may be told of another time.
func (n *numberer) foresee(rest []due) []due {
	over := len(n.session.Entries()) == 0
	return slices.DeleteFunc(rest, func(d due) bool {
		over = over || d.Type == string(event.ParticipantLeft) || d.Type == string(event.TabClosed)
		return !over && n.session.Foresee(&d.Event)
	})
}

// conclude makes the entries of who has left and of the session's end, and tells when there may be more of them.
// All events are in the log by then: nobody leaves sooner than events settle.
func (n *numberer) conclude(set Settings, now int64) (next int64) {
	s := &n.session
	if s.Ended() {
		return never
	}
	leaveAfter := max(set.LeaveAfter, set.Settle).Milliseconds()
	gone, next, all := s.Gone(now, leaveAfter)
	for _, d := range gone {
		s.Leave(d, now)
	}
	idle := max(s.Heard(), n.since) + max(set.IdleTimeout, set.Settle).Milliseconds()
	switch {
	case all:
		s.Deserted(now)
	case idle <= now:
		s.End(session.Timeout, idle, now)
	}
	if s.Ended() {
		return never
	}
	return min(next, idle, now+leaveAfter) // the last because a stream may be closed without a Wake
}

// numbered writes down what the run has made, nil when that is nothing.
func (n *numberer) numbered(w *store.Work) (*store.Numbered, error) {
	s := &n.session
	out := &store.Numbered{
		ID: w.ID, After: w.LastSeq, LastSeq: s.Seq(), Hash: w.Hash,
		Ended: s.Ended(), LastTime: s.Last, Summary: s.Summary(),
	}
	for i := range w.Pending {
		if p := &w.Pending[i]; inLog(p, s.Known[p.Stream]) {
			out.Done = append(out.Done, p.ID)
		}
	}
	if out.LastSeq == out.After && len(out.Done) == 0 {
		return nil, nil
	}
	n.lines = n.lines[:0]
	entries := s.Entries()
	for i := range entries {
		start := len(n.lines)
		n.lines = entries[i].Append(n.lines)
		n.hashed = chain.AppendPreimage(n.hashed[:0], chain.Salt(w.Salt, entries[i].Seq), out.Hash, n.lines[start:])
		out.Hash = sha256.Sum256(n.hashed)
		n.lines = append(n.lines, '\n')
	}
	out.Entries = n.lines
	var err error
	out.State, err = s.Save()
	return out, err
}

// inLog tells whether all events of a batch are in the log: mostly its last one tells.
func inLog(p *store.Pending, st *session.Stream) bool {
	for seq := p.First + uint64(p.Count) - 1; seq >= p.First && seq > st.Numbered; seq-- {
		if !st.Has(seq) {
			return false
		}
	}
	return true
}
