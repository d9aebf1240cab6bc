package session

import (
	"cmp"
	"math"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// Gone tells which tabs and participants have had no live stream for leaveAfter, when each was last heard of (the
// earliest first, a tab before who was in it), and when to look again for the others. all says that nobody is left.
func (s *Session) Gone(now, leaveAfter int64) (gone []Departure, next int64, all bool) {
	next, all = math.MaxInt64, s.firstPage() != nil || len(s.Participants) > 0
	tabs, people := s.presence()
	look := func(p presence, here bool, d Departure) {
		switch d.At = p.seen; {
		case p.live:
			all = false
		case p.seen+leaveAfter > now:
			next, all = min(next, p.seen+leaveAfter), false
		case here:
			d.Lost = p.lost
			gone = append(gone, d)
		}
	}
	for _, p := range tabs {
		t := s.tab(p.tab)
		look(p, t != nil && t.Closed == 0, Departure{Index: p.index, Tab: p.tab})
	}
	for _, p := range people {
		who := s.participant(p.index)
		look(p, who == nil || who.Left == 0, Departure{Index: p.index})
	}
	for i := range s.Participants { // whom only the app knows of leave by its word
		p := &s.Participants[i]
		if slices.ContainsFunc(people, func(by presence) bool { return by.index == p.Index }) {
			continue
		}
		if p.Left == 0 {
			all = false
		} else if p.Left+leaveAfter > now {
			next, all = min(next, p.Left+leaveAfter), false
		}
	}
	slices.SortStableFunc(gone, func(a, b Departure) int { return cmp.Compare(a.At, b.At) })
	return gone, next, all
}

// Departure is a participant who is no longer here, or only the tab, when there is one.
type Departure struct {
	Index int64
	Tab   string
	At    int64
	Lost  bool // the last connection did not end in order
}

// presence is when a tab or a participant was last heard of, and whether a connection is open.
type presence struct {
	tab   string
	index int64 // who was last in the tab
	seen  int64
	live  bool
	lost  bool // of the stream that was last heard of, the newest of several
}

// presence lists the tabs and the participants of the streams, in the order of their first stream.
func (s *Session) presence() (tabs, people []presence) {
	note := func(list []presence, at int, st *Stream) {
		p := &list[at]
		if seen := max(st.Info.Seen, st.Heard); seen >= p.seen {
			p.seen, p.lost = seen, st.Info.Lost()
		}
		p.index, p.live = st.Info.ClientIndex, p.live || st.Info.Live
	}
	tabAt, personAt := map[string]int{}, map[int64]int{}
	for _, st := range s.Streams {
		if st.Info.Stream == store.HostStream {
			continue
		}
		tab, index := st.Info.Tab, st.Info.ClientIndex
		if _, known := tabAt[tab]; !known {
			tabAt[tab] = len(tabs)
			tabs = append(tabs, presence{tab: tab})
		}
		if _, known := personAt[index]; !known {
			personAt[index] = len(people)
			people = append(people, presence{})
		}
		note(tabs, tabAt[tab], st)
		note(people, personAt[index], st)
	}
	return tabs, people
}

// Heard tells when the session's newest event was received; without any, when it was made.
func (s *Session) Heard() int64 {
	at := s.work.Created
	for _, st := range s.Streams {
		at = max(at, st.Heard)
	}
	return at
}

// Leave makes tab_closed or participant_left. A participant who never sent an event joins first, for the log to tell
// of them.
func (s *Session) Leave(d Departure, now int64) {
	if d.Tab != "" {
		s.closeTab(d, now)
		return
	}
	for _, st := range s.Streams {
		if st.Info.ClientIndex == d.Index {
			s.begin(st.Info.Received)
			s.enter(st, st.Info.Received)
			break
		}
	}
	p := s.participant(d.Index)
	p.Left, p.Lost = max(d.At, p.Joined), d.Lost
	reason := "left"
	if d.Lost {
		reason = ConnectionLost
	}
	s.relieve(p.Index)
	s.add(Entry{
		Type: string(event.ParticipantLeft), Time: p.Left, Received: now, Actor: p.as(Inferred),
	}, facts{reason: reason}, participantLeft{
		ClientIndex: p.Index, Username: orNull(p.Name), Reason: reason,
		PresentMS: p.Left - p.Joined, Count: s.here(), Synthesized: true,
	})
}

// closeTab makes the tab_closed of a tab that nobody closed in so many words.
func (s *Session) closeTab(d Departure, now int64) {
	t := s.tab(d.Tab)
	t.Closed = max(d.At, t.Opened)
	s.add(Entry{
		Type: string(event.TabClosed), Time: t.Closed, Received: now, Actor: s.participant(d.Index).as(Inferred), Tab: t.ID,
	}, facts{}, tabClosed{TabID: t.ID, How: "left", OpenMS: t.Closed - t.Opened, Synthesized: true})
}

// The reasons of session_end that are concluded here.
const (
	PageClosed     = "page_closed"     // the last participant has left
	ConnectionLost = "connection_lost" // the last participant was lost; also a reason of participant_left
	Timeout        = "timeout"         // there were no events for long
)

// Deserted makes session_end when nobody is left: the last one left, or was lost.
func (s *Session) Deserted(now int64) {
	reason := PageClosed
	if p := s.lastToLeave(); p != nil && p.Lost {
		reason = ConnectionLost
	}
	s.End(reason, s.Last, now)
}

// End makes session_end, once.
func (s *Session) End(reason string, at, now int64) {
	if s.Ended() {
		return
	}
	s.begin(s.work.Created)
	at = max(at, s.Started)
	s.Reason = reason
	entry := Entry{Type: string(event.SessionEnd), Time: at, Received: now}
	if p := s.lastToLeave(); p != nil && reason != Timeout {
		entry.Actor = p.as(Inferred)
	}
	s.add(entry, facts{reason: reason}, sessionEnd{
		Reason: reason, Started: FormatTime(s.Started), Ended: FormatTime(at),
		DurationMS: at - s.Started, EventCount: s.seq, Synthesized: true,
	})
}

// Ends tells whether an event is the word of the back end or of the host that the session is over.
func (s *Session) Ends(e *Event) bool { return e.Type == string(event.SessionEnd) && s.believes(e) }

// Close makes session_end of the events that say so: of the first one, with what the others know. Nothing comes
// after it, so all else that is pending must be in the log.
func (s *Session) Close(ends []Event) {
	for i := range ends {
		e := &ends[i]
		if s.Ended() {
			e.Stream.take(e)
			entry := Entry{Details: s.canonical(e.Details), Origin: Origin{e.Stream.Info.Stream, e.Seq}}
			s.merge(s.seq, e, &entry)
			continue
		}
		s.begin(e.Time)
		e.Time = max(e.Time, s.Last)
		s.apply(e)
		entry := s.made(s.seq)
		s.fill(entry, sessionEnd{
			Reason: "ended_by_host", EndedBy: entry.Actor.index(), Started: FormatTime(s.Started), Ended: FormatTime(e.Time),
			DurationMS: e.Time - s.Started, EventCount: s.seq - 1,
		})
		s.Reason = gjson.GetBytes(entry.Details, "reason").Str
		s.facts.reason = s.Reason
		entry.Message = s.facts.message(entry.Type, entry.Actor)
	}
}

// lastToLeave gives nil when nobody was ever there.
func (s *Session) lastToLeave() (last *Participant) {
	for i := range s.Participants {
		if p := &s.Participants[i]; last == nil || p.Left >= last.Left {
			last = p
		}
	}
	return last
}
