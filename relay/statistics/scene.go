package statistics

import (
	"net/netip"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

// scene is the session as far as its entries have been told.
type scene struct {
	Session
	host     *Participant
	control  map[string]int64 // who has control, by tab; of the session under ""
	streamOf map[int64]string // the first stream of each participant's own pages
}

// wholeSession is the tab_id that stands for all tabs.
const wholeSession = "all"

func (s *scene) entry(e *entry) {
	d := e.details
	switch e.typ {
	case event.SessionCreated:
		if e.seq == 1 { // another one tells of the same
			s.Start = text(e.time)
		}
	case event.ParticipantJoined:
		s.joined(e)
	case event.ParticipantLeft:
		s.left(d.Get("client_index").Int(), e.time)
	case event.TabCreated, event.TabClosed, event.Navigate:
		s.window(e)
	case event.HostChange:
		if from, held := s.control[""]; !held || d.Get("from").Type == gjson.Number && from == d.Get("from").Int() {
			s.pass("", d.Get("to"), e.time)
		}
	case event.ControlGained:
		s.pass("", d.Get("client_index"), e.time)
	case event.ControlSwitch:
		if d.Get("cause").Str != "denied" {
			s.pass("", d.Get("to"), e.time)
		}
	case event.TabControl:
		s.tabControl(d, e.time)
	case event.Chat:
		s.chat(e)
	case event.SessionEnd:
		s.end(e)
	}
}

// joined begins a stay, or completes what is known of one.
func (s *scene) joined(e *entry) {
	d := e.details
	for _, p := range s.Participants {
		if e.second != 0 && p.seq == e.second {
			p.fill(d)
			s.owner(p, d)
			return
		}
	}
	index := d.Get("client_index").Int()
	p := &Participant{
		ID: s.ID + "/participants/" + strconv.Itoa(len(s.Participants)+1), Type: Guest, Start: text(e.time), SessionID: s.ID,
		ParticipantID: strconv.FormatInt(index, 10), NavigationControlPeriod: []*ControlPeriod{}, WebSessionID: text(s.streamOf[index]), index: index, seq: e.seq,
	}
	p.fill(d)
	s.Participants = append(s.Participants, p)
	s.owner(p, d)
}

// owner notes the first host.
func (s *scene) owner(p *Participant, d gjson.Result) {
	if d.Get("role").Str == "host" && s.host == nil {
		s.host = p
	}
	if s.host != nil && s.host.index == p.index {
		p.Type = Owner
		s.OwnerID = first(s.OwnerID, p.UserID)
	}
}

// fill takes what a join tells; what an earlier one has told stands.
func (p *Participant) fill(d gjson.Result) {
	set := func(to **string, from gjson.Result) { *to = first(*to, said(from)) }
	set(&p.RuntimeSystem, d.Get("user_agent"))
	set(&p.UserID, d.Get("user_id"))
	set(&p.UserDisplayName, d.Get("name"))
	set(&p.UserName, d.Get("name"))
	if ip := d.Get("ip"); ip.Str != "" {
		if _, err := netip.ParseAddr(ip.Str); err == nil {
			set(&p.RemoteIP, ip)
		} else {
			set(&p.RemoteIPHash, ip)
		}
	}
	params := d.Get("user_params")
	for key, to := range map[string]**string{
		"first_name": &p.FirstName, "last_name": &p.LastName, "role": &p.AuthorizationRole, "rating": &p.SessionRating,
		"team_id": &p.TeamID, "team_name": &p.TeamName, "additional_info": &p.AdditionalInfo,
	} {
		set(to, params.Get(key))
	}
}

func (s *scene) left(index int64, at string) {
	for control, holder := range s.control {
		if holder == index {
			delete(s.control, control)
		}
	}
	s.release(index, at)
	if p := s.here(index); p != nil {
		p.End = text(at)
	}
}

// here gives the stay of a participant that has not ended, nil when there is none.
func (s *scene) here(index int64) *Participant {
	for _, p := range s.Participants {
		if p.index == index && p.End == nil {
			return p
		}
	}
	return nil
}

// person gives the last stay of the participant that a value of the details names, nil when it names none.
func (s *scene) person(v gjson.Result) (found *Participant) {
	for _, p := range s.Participants {
		if v.Type == gjson.Number && p.index == v.Int() {
			found = p
		}
	}
	return found
}

func (s *scene) chat(e *entry) {
	d := e.details
	c := &ChatProtocol{
		MessageNumber: int64(len(s.ChatProtocols)) + 1, SessionID: s.ID, ID: s.ID + "/chat_protocols/" + strconv.Itoa(len(s.ChatProtocols)+1),
		Message: said(d.Get("text")), Time: text(e.time),
	}
	if n := d.Get("message_number"); n.Type == gjson.Number {
		c.MessageNumber = n.Int()
	}
	if p := s.person(d.Get("from")); p != nil {
		c.SenderName, c.SenderFirstName, c.SenderLastName, c.SenderID = p.UserDisplayName, p.FirstName, p.LastName, p.UserID
	}
	s.ChatProtocols = append(s.ChatProtocols, c)
}

func (s *scene) end(e *entry) {
	d := e.details
	s.End, s.TerminationReason, s.TerminatorMessage = text(e.time), said(d.Get("reason")), said(d.Get("ended_message"))
	by := d.Get("ended_by")
	if p := s.person(by); p != nil {
		s.TerminatorName, s.TerminatorID = p.UserDisplayName, p.UserID
	} else if by.Type == gjson.Null {
		s.TerminatorID = text(SystemID)
	} else {
		s.TerminatorID = said(by)
	}
	for _, p := range s.Participants {
		s.left(p.index, e.time)
	}
	for _, w := range s.Windows {
		w.close(e.time)
	}
}

// said gives a text, or a number as one; nil for anything else.
func said(v gjson.Result) *string {
	if v.Type == gjson.String || v.Type == gjson.Number {
		return text(v.String())
	}
	return nil
}

// text gives nil for an empty text.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// first gives the one that is known.
func first(a, b *string) *string {
	if a != nil {
		return a
	}
	return b
}
