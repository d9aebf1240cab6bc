package session

import (
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// RoleHost is the role of who leads; the first participant of an anonymous session does. A page whose token has it is
// believed about who is here, who leads and who may act.
const RoleHost = "host"

// begin makes session_created, once. It is the first entry, so it is no later than what first happened in the
// page: that was sensed before there was a connection.
func (s *Session) begin(at int64) {
	if s.Started != 0 {
		return
	}
	s.Started = min(s.work.Created, at)
	created := sessionCreated{
		SessionID: s.work.ID, CreatedFrom: "page", Options: struct{}{}, Continues: s.work.Continues,
		Versions: map[string]string{"relay": s.release},
	}
	entry := Entry{Type: string(event.SessionCreated), Time: s.Started, Received: s.work.Created}
	if st := s.firstPage(); st == nil {
		created.CreatedFrom = "api"
	} else {
		first := st.Info
		created.StartURL, created.IP = first.URL, orNull(first.IP)
		created.Versions["recorder"] = first.Release
		entry.Actor = Actor{Index: first.ClientIndex, Role: role(st), Basis: Inferred}
		if first.Person != nil {
			entry.Actor.Name = first.Person.Name
		}
	}
	s.StartURL = created.StartURL
	s.add(entry, facts{}, created)
}

// creates tells whether an event is the back end's own word that the session began.
func (s *Session) creates(e *Event) bool {
	return s.Started == 0 && e.Type == string(event.SessionCreated) && e.FromHost()
}

// creation is the number of session_created: nothing stands before it.
const creation = 1

// create takes the back end's session_created for the session's own, where it is the first entry. A session is created
// once: another word of it tells of the same, and merged is the entry that it is in then, 0 when it has one of its own.
func (s *Session) create(e *Event, entry *Entry) (merged uint64) {
	if s.Started != 0 {
		if s.merge(creation, e, entry) {
			return creation
		}
		return 0
	}
	s.Started, s.StartURL = e.Time, s.facts.get("start_url").Str
	more := map[string]any{
		"start_url": "", "ip": nil, "created_from": "api", "options": struct{}{}, "server_region": nil,
		"versions": map[string]string{"relay": s.release},
	}
	if s.work.Continues != "" {
		more["continues"] = s.work.Continues
	}
	s.fill(entry, more)
	s.set(entry, map[string]any{"session_id": s.work.ID})
	return 0
}

// firstPage gives the first stream of a page, nil when there is none yet.
func (s *Session) firstPage() *Stream {
	for _, st := range s.Streams {
		if st.Info.Stream != store.HostStream {
			return st
		}
	}
	return nil
}

// add numbers an entry of the relay's own. Its details are one of the types below, which are always JSON.
func (s *Session) add(e Entry, f facts, of any) {
	e.Source = string(event.SourceRelay)
	details := s.canonical(string(object(of)))
	if details == nil {
		panic("session: details of " + e.Type + " have no canonical form")
	}
	e.Details = details
	f.details, f.people = string(e.Details), s.Participants
	e.Message = f.message(e.Type, e.Actor)
	s.push(e)
}

type maskingCorrected struct {
	Of   uint64 `json:"of"`
	Rule string `json:"rule"`
	Path string `json:"path"`
}

type sessionCreated struct {
	SessionID    string            `json:"session_id"`
	StartURL     string            `json:"start_url"`
	IP           *string           `json:"ip"`
	CreatedFrom  string            `json:"created_from"`
	Options      struct{}          `json:"options"`
	ServerRegion *string           `json:"server_region"`
	Versions     map[string]string `json:"versions"`
	Continues    string            `json:"continues,omitempty"`
}

type participantJoined struct {
	ClientIndex    int64    `json:"client_index"`
	Name           *string  `json:"name"`
	Email          *string  `json:"email"`
	UserID         *string  `json:"user_id"`
	Authenticated  bool     `json:"authenticated"`
	Role           *string  `json:"role"`
	DeviceType     *string  `json:"deviceType"`
	UserAgent      *string  `json:"user_agent"`
	ScreenWidth    *int64   `json:"screenWidth"`
	ScreenHeight   *int64   `json:"screenHeight"`
	IP             *string  `json:"ip"`
	Online         bool     `json:"online"`
	ParticipantNum int64    `json:"participant_num"`
	Count          int64    `json:"count"`
	UserParams     struct{} `json:"user_params"`
}

type tabClosed struct {
	TabID       string `json:"tab_id"`
	By          *int64 `json:"by"`
	How         string `json:"how"`
	OpenMS      int64  `json:"open_ms"`
	Synthesized bool   `json:"synthesized"`
}

type participantLeft struct {
	ClientIndex int64   `json:"client_index"`
	Username    *string `json:"username"`
	Reason      string  `json:"reason"`
	PresentMS   int64   `json:"present_ms"`
	Count       int64   `json:"count"`
	Synthesized bool    `json:"synthesized"`
}

type sessionEnd struct {
	Reason       string  `json:"reason"`
	EndedBy      *int64  `json:"ended_by"`
	EndedMessage *string `json:"ended_message"`
	Started      string  `json:"started"`
	Ended        string  `json:"ended"`
	DurationMS   int64   `json:"duration_ms"`
	EventCount   uint64  `json:"event_count"`
	Synthesized  bool    `json:"synthesized,omitempty"`
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// role is that of who comes by a page: what the token says; without one the first to come leads.
func role(st *Stream) string {
	switch {
	case st.Info.Person != nil:
		return st.Info.Person.Role
	case st.Info.ClientIndex == 0:
		return RoleHost
	}
	return ""
}
