package session

import (
	"maps"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// FromHost tells whether the app's back end signals the event.
func (e *Event) FromHost() bool { return e.Stream.Info.Stream == store.HostStream }

// believes tells whether an event may move the state of who is here, who leads and who may act: one of the back end,
// or of a page whose token has the role host. An extension is never believed, whoever's page it is in, nor a frame of
// another origin, which has no token.
func (s *Session) believes(e *Event) bool {
	info := e.Stream.Info
	return e.FromHost() || e.Source == string(event.SourcePage) && info.Frame == "" && info.Person != nil && info.Person.Role == RoleHost
}

// controller tells who may act in a tab; ok is false while nobody has said so.
func (s *Session) controller(tab string) (index int64, ok bool) {
	if index, ok := s.TabControl[tab]; ok {
		return index, true
	}
	if s.Control == nil {
		return 0, false
	}
	return *s.Control, true
}

// Kinds of control, in State.Told.
const (
	ofHost    = "host"
	ofSession = "session"
	ofTabs    = "tabs" // all tabs at once
	ofTab     = "tab "
)

// newest notes a word about one kind of control, unless a later word was here before it: one that comes late is in the
// log, and moves nothing that has been decided since.
func (s *Session) newest(kind string, at int64) bool {
	if s.Told == nil {
		s.Told = map[string]int64{}
	}
	if at < s.Told[kind] {
		return false
	}
	s.Told[kind] = at
	return true
}

// passControl moves control by what a believed event says.
func (s *Session) passControl(typ event.Word, at int64, entry *Entry) {
	f := &s.facts
	to := f.get("to")
	switch typ {
	case event.HostChange:
		if s.newest(ofHost, at) {
			s.lead(to)
		}
	case event.ControlGained:
		s.fill(entry, map[string]any{"username": orNull(s.someone(f.index).Name)})
		if f.tab == "" {
			s.give(at, f.get("client_index"))
		} else {
			s.giveTab(at, f.tab, f.get("client_index"))
		}
	case event.ControlSwitch:
		if f.cause != "denied" {
			s.give(at, to)
		}
	case event.TabControl:
		if f.get("action").Str != "denied" {
			s.giveTab(at, f.tab, to)
		}
	}
}

// give lets somebody act in the session; in tabs that another one has for himself it changes nothing.
func (s *Session) give(at int64, to gjson.Result) {
	if !s.newest(ofSession, at) {
		return
	}
	s.Control = nil
	if index, ok := s.who(to); ok && !s.leftSince(index, at) {
		s.Control = &index
	}
}

// giveTab lets somebody act in a tab, or in all of them. Of nobody's tab the session's control holds.
func (s *Session) giveTab(at int64, tab string, to gjson.Result) {
	if tab == "all" {
		maps.DeleteFunc(s.TabControl, func(id string, _ int64) bool { return s.Told[ofTab+id] <= at })
		s.newest(ofTabs, at)
		s.give(at, to)
		return
	}
	if at < s.Told[ofTabs] || !s.newest(ofTab+tab, at) {
		return
	}
	delete(s.TabControl, tab)
	if index, ok := s.who(to); ok && !s.leftSince(index, at) {
		if s.TabControl == nil {
			s.TabControl = map[string]int64{}
		}
		s.TabControl[tab] = index
	}
}

// leftSince tells whether somebody has left after that time, and so has control of nothing any more.
func (s *Session) leftSince(index, at int64) bool {
	p := s.participant(index)
	return p != nil && p.Left > at
}

// lead makes somebody host. Who was it has the role again that he had before.
func (s *Session) lead(to gjson.Result) {
	index, ok := s.who(to)
	if !ok {
		return
	}
	s.Host = &index
	for i := range s.Participants {
		switch p := &s.Participants[i]; {
		case p.Index == index && p.Role != RoleHost:
			p.Given, p.Role = p.Role, RoleHost
		case p.Index != index && p.Role == RoleHost:
			p.Given, p.Role = "", p.Given
		}
	}
}

// relieve takes control from somebody who has left.
func (s *Session) relieve(index int64) {
	if s.Control != nil && *s.Control == index {
		s.Control = nil
	}
	for tab, who := range s.TabControl {
		if who == index {
			delete(s.TabControl, tab)
		}
	}
}

// remote says that an act came by remote control, where the recorder took it for a script's: the visitor of the page
// did not do it, and another one may act there.
func (s *Session) remote(entry *Entry, p *Participant, f *facts) {
	if entry.Actor.Basis != Control || entry.Actor.Index == p.Index || f.cause == "remote" || f.trusted != no && f.cause != "script" {
		return
	}
	spec, _ := event.Find(entry.Type)
	keys := spec.Keys
	if f.masked && spec.Masked != nil {
		keys = spec.Masked
	}
	if slices.ContainsFunc(keys, func(k event.Key) bool { return k.Name == "cause" && slices.Contains(k.Enum, "remote") }) {
		f.cause = "remote"
		s.name(entry, "cause", `"remote"`)
	}
}
