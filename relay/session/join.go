package session

import (
	"encoding/json"

	"github.com/cotrail/cotrail/masking/event"
)

// Myself in the client_index of what a page says of a participant is the one whose page it is: a page need not know
// its participant's number.
const Myself = -1

// identify takes what a page says about who is at it, where nobody has to believe it: of the page's own participant,
// only the name, and never over a token. merged is the join that it is in, 0 when it has an entry of its own.
func (s *Session) identify(e *Event, entry *Entry, p *Participant) (merged uint64) {
	f := &s.facts
	s.myself(entry, p)
	if f.index != p.Index || p.Token {
		return 0
	}
	if f.name != "" {
		p.Name = f.name
	}
	return s.rejoin(e, entry, p)
}

// myself writes the number of the page's participant for Myself.
func (s *Session) myself(entry *Entry, p *Participant) {
	if s.facts.index == Myself && p != nil {
		s.facts.index = p.Index
		s.set(entry, map[string]any{"client_index": p.Index})
	}
}

// join takes what the back end or the host says about who is here.
func (s *Session) join(e *Event, entry *Entry, page *Participant) (merged uint64) {
	f := &s.facts
	s.myself(entry, page)
	p := s.participant(f.index)
	if p == nil {
		s.Participants = append(s.Participants, Participant{Index: f.index})
		p = &s.Participants[len(s.Participants)-1]
	} else if p.Left == 0 {
		s.learn(p)
		s.refresh(entry)
		return s.rejoin(e, entry, p)
	}
	s.learn(p)
	p.Joined, p.Left, p.Lost, p.Out, p.Paged, p.Seq = e.Time, 0, false, false, false, s.seq+1
	s.fill(entry, map[string]any{"count": s.here(), "participant_num": len(s.Participants)})
	s.refresh(entry)
	return 0
}

// refresh names an entry's actor anew, of whom more is known now.
func (s *Session) refresh(entry *Entry) {
	if entry.Actor.Basis != "" && entry.Actor.Basis != Script {
		entry.Actor = s.someone(entry.Actor.Index).as(entry.Actor.Basis)
	}
}

// learn notes what is said of a participant. A token knows better.
func (s *Session) learn(p *Participant) {
	f := &s.facts
	if p.Token {
		return
	}
	if f.name != "" {
		p.Name = f.name
	}
	if id := f.get("user_id").String(); id != "" {
		p.UserID = id
	}
	switch {
	case f.role != "" && p.Role != RoleHost:
		p.Role = f.role
	case f.role != "":
		p.Given = f.role
	}
	s.leads(p)
}

// leads gives the role of host to whom it was passed before more was known of them, and to nobody else then.
func (s *Session) leads(p *Participant) {
	switch {
	case s.Host == nil:
	case *s.Host == p.Index && p.Role != RoleHost:
		p.Given, p.Role = p.Role, RoleHost
	case *s.Host != p.Index && p.Role == RoleHost:
		p.Role = ""
	}
}

// rejoin puts another report of a join into the first.
func (s *Session) rejoin(e *Event, entry *Entry, p *Participant) (merged uint64) {
	if !s.merge(p.Seq, e, entry) {
		return 0
	}
	join := s.made(p.Seq)
	s.refresh(join)
	join.Message = s.facts.message(join.Type, join.Actor)
	return p.Seq
}

// part takes somebody's leave by the word of the host or the back end. Who goes on in a page that was open then has
// left all the same.
func (s *Session) part(e *Event, entry *Entry) {
	p := s.participant(s.facts.index)
	if p == nil || p.Left != 0 {
		return
	}
	p.Left, p.Lost, p.Out = max(e.Time, p.Joined), s.facts.get("reason").Str == ConnectionLost, true
	s.relieve(p.Index)
	s.fill(entry, map[string]any{"username": orNull(p.Name), "reason": "left", "present_ms": p.Left - p.Joined, "count": s.here()})
}

// enter gives the participant a stream belongs to, and makes participant_joined when that one is not here yet.
func (s *Session) enter(st *Stream, at int64) *Participant {
	info := st.Info
	p := s.participant(info.ClientIndex)
	switch {
	case p == nil:
		s.Participants = append(s.Participants, Participant{Index: info.ClientIndex, Role: role(st)})
		p = &s.Participants[len(s.Participants)-1]
	case p.Left == 0 && p.Paged, p.Out && info.Received <= p.Left:
		return p
	}
	opened := max(info.Received, s.Last)
	if p.Left != 0 && info.Received <= p.Left {
		opened = at // the stream had been given up for lost, and went on
	}
	first := p.Seq
	told := first != 0 && p.Left == 0 // the app has told of the join
	if !told {
		p.Joined, p.Left, p.Lost, p.Out, p.Seq = min(at, opened), 0, false, false, s.seq+1
	}
	p.Paged = true
	s.recognize(p, st)
	entry := Entry{
		Type: string(event.ParticipantJoined), Time: min(at, opened), Received: info.Received, Actor: p.as(Inferred), Tab: info.Tab,
	}
	details := s.joined(p, st)
	switch join := s.made(first); {
	case !told:
		s.add(entry, facts{}, details)
	case join != nil:
		s.fill(join, details)
		s.refresh(join)
	default:
		entry.Completes = first
		s.add(entry, facts{}, details)
	}
	return p
}

// recognize notes whom the token of a page names.
func (s *Session) recognize(p *Participant, st *Stream) {
	if person := st.Info.Person; person != nil && !p.Token {
		p.Token, p.UserID, p.Role = true, person.UserID, person.Role
		if person.Name != "" {
			p.Name = person.Name
		}
	}
	s.leads(p)
}

// joined is what the relay knows of who joined by a page.
func (s *Session) joined(p *Participant, st *Stream) participantJoined {
	info := st.Info
	joined := participantJoined{
		ClientIndex: p.Index, Name: orNull(p.Name), Role: orNull(p.Role), UserID: orNull(p.UserID), Authenticated: p.Token,
		DeviceType: orNull(info.Device), UserAgent: orNull(info.Agent), IP: orNull(info.IP),
		Online: true, ParticipantNum: int64(len(s.Participants)), Count: s.here(), UserParams: struct{}{},
	}
	if info.Person != nil {
		joined.Email = orNull(info.Person.Email)
	}
	if info.Width > 0 && info.Height > 0 {
		joined.ScreenWidth, joined.ScreenHeight = &info.Width, &info.Height
	}
	return joined
}

// fill adds to an entry's details what they do not have; set adds what they have to have.
func (s *Session) fill(entry *Entry, more any) {
	s.scratch = filled(s.scratch[:0], string(entry.Details), string(object(more)))
	entry.Details = s.canonical(string(s.scratch))
}

func (s *Session) set(entry *Entry, more any) {
	s.scratch = filled(s.scratch[:0], string(object(more)), string(entry.Details))
	entry.Details = s.canonical(string(s.scratch))
}

// object writes details of the relay's own, which always have a JSON form.
func object(details any) []byte {
	raw, err := json.Marshal(details)
	if err != nil {
		panic("session: details of the relay's own: " + err.Error())
	}
	return raw
}
