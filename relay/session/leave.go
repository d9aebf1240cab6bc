package session

import (
	"cmp"
	"math"
	"slices"

	"github.com/cotrail/cotrail/masking/event"
)

// Gone tells which participants have had no live stream for leaveAfter, when each was last heard of (the
// earliest first), and when to look again for the others. all says that nobody is left.
func (s *Session) Gone(now, leaveAfter int64) (gone []Departure, next int64, all bool) {
	next, all = math.MaxInt64, len(s.Streams) > 0
	for _, index := range s.indexes() {
		seen, live := s.seen(index)
		switch {
		case live:
			all = false
		case seen+leaveAfter > now:
			next, all = min(next, seen+leaveAfter), false
		default:
			if p := s.participant(index); p == nil || p.Left == 0 {
				gone = append(gone, Departure{index, seen})
			}
		}
	}
	slices.SortStableFunc(gone, func(a, b Departure) int { return cmp.Compare(a.At, b.At) })
	return gone, next, all
}

// Departure is a participant who is no longer here.
type Departure struct {
	Index int64
	At    int64
}

// indexes lists whom the streams belong to, in the order of their first stream.
func (s *Session) indexes() []int64 {
	var list []int64
	known := map[int64]bool{}
	for _, st := range s.Streams {
		if i := st.Info.ClientIndex; !known[i] {
			known[i] = true
			list = append(list, i)
		}
	}
	return list
}

// seen tells when a participant was last heard of, and whether a connection is open.
func (s *Session) seen(index int64) (at int64, live bool) {
	for _, st := range s.Streams {
		if st.Info.ClientIndex == index {
			at = max(at, st.Info.Seen, st.Heard)
			live = live || st.Info.Live
		}
	}
	return at, live
}

// Heard tells when the session's newest event was received; without any, when it was made.
func (s *Session) Heard() int64 {
	at := s.work.Created
	for _, st := range s.Streams {
		at = max(at, st.Heard)
	}
	return at
}

// Leave makes participant_left. A participant who never sent an event joins first, for the log to tell of them.
func (s *Session) Leave(d Departure, now int64) {
	for _, st := range s.Streams {
		if st.Info.ClientIndex == d.Index {
			s.begin(st.Info.Received)
			s.enter(st, st.Info.Received)
			break
		}
	}
	p := s.participant(d.Index)
	p.Left = max(d.At, p.Joined)
	s.add(Entry{
		Type: string(event.ParticipantLeft), Time: p.Left, Received: now, Actor: p.as(Inferred),
	}, facts{}, participantLeft{
		ClientIndex: p.Index, Username: orNull(p.Name), Reason: "left",
		PresentMS: p.Left - p.Joined, Count: s.here(), Synthesized: true,
	})
}

// The reasons of session_end that are concluded here.
const (
	PageClosed = "page_closed" // the last participant has left
	Timeout    = "timeout"     // there were no events for long
)

// End makes session_end, once.
func (s *Session) End(reason string, at, now int64) {
	if s.Ended() {
		return
	}
	s.begin(s.work.Created)
	at = max(at, s.Started)
	s.Reason = reason
	entry := Entry{Type: string(event.SessionEnd), Time: at, Received: now}
	if reason == PageClosed {
		entry.Actor = s.lastToLeave()
	}
	s.add(entry, facts{reason: reason}, sessionEnd{
		Reason: reason, Started: FormatTime(s.Started), Ended: FormatTime(at),
		DurationMS: at - s.Started, EventCount: s.seq, Synthesized: true,
	})
}

func (s *Session) lastToLeave() Actor {
	var last *Participant
	for i := range s.Participants {
		if p := &s.Participants[i]; last == nil || p.Left >= last.Left {
			last = p
		}
	}
	if last == nil {
		return Actor{}
	}
	return last.as(Inferred)
}
