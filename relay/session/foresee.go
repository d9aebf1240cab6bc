package session

import "github.com/cotrail/cotrail/masking/event"

// Foresee takes an event that has come and is not due: where it is the other report of an act that has its entry in this
// run, it is merged into it, and needs no number any more. Nothing else of it counts before its time, but that a page is
// there whose participant the app has told of.
func (s *Session) Foresee(e *Event) (merged bool) {
	var p *Participant
	if !e.FromHost() {
		if p = s.participant(e.Stream.Info.ClientIndex); p == nil {
			return false
		}
		if p.Left == 0 && !p.Paged && s.made(p.Seq) != nil {
			s.enter(e.Stream, e.Time)
		}
	}
	if !reported[event.Word(e.Type)] || e.Corrected != "" { // what was found in it has entries of their own, in their time
		return false
	}
	details := s.canonical(e.Details)
	if details == nil {
		return false
	}
	f := &s.facts
	f.read(e.Details, s.Participants)
	entry := Entry{Type: e.Type, Details: details, Origin: Origin{e.Stream.Info.Stream, e.Seq}, Tab: e.Stream.Info.Tab}
	if e.FromHost() {
		entry.Tab = s.tabOf(e, f)
	}
	s.mask(e, &entry)
	if !s.takes(s.first(e, entry.Tab, p)) || s.move(e, &entry, p) == 0 {
		return false
	}
	e.Stream.note(e.Seq)
	return true
}

// reported are the types of which two sides tell the same.
var reported = map[event.Word]bool{event.SessionCreated: true, event.ParticipantJoined: true, event.TabCreated: true, event.FileDownload: true}

// first gives the entry of the act that an event of such a type tells of, 0 when there is none yet; p is as in move.
func (s *Session) first(e *Event, tab string, p *Participant) uint64 {
	switch event.Word(e.Type) {
	case event.SessionCreated:
		if s.believes(e) {
			return creation
		}
	case event.TabCreated:
		if t := s.tab(s.facts.tab); t != nil && t.Closed == 0 {
			return t.Seq
		}
	case event.FileDownload:
		if i := s.told(e, tab); i >= 0 {
			return s.Downloads[i].Seq
		}
	case event.ParticipantJoined:
		index := s.facts.index
		if index == Myself && p != nil {
			index = p.Index
		}
		own := p != nil && p.Index == index && !p.Token
		if who := s.participant(index); who != nil && who.Left == 0 && (own || s.believes(e)) {
			return who.Seq
		}
	}
	return 0
}
