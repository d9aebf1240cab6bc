package session

import (
	"encoding/json"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/canonical"
)

// RoleHost is the role of who leads; the first participant of an anonymous session does.
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
	if len(s.Streams) > 0 {
		first := s.Streams[0].Info
		created.StartURL, created.IP = first.URL, orNull(first.IP)
		created.Versions["recorder"] = first.Release
		entry.Actor = Actor{Index: first.ClientIndex, Role: role(first.ClientIndex), Basis: Inferred}
	}
	s.StartURL = created.StartURL
	s.add(entry, facts{}, created)
}

// enter gives the participant a stream belongs to, and makes participant_joined when that one is not here yet.
func (s *Session) enter(st *Stream, at int64) *Participant {
	index := st.Info.ClientIndex
	p := s.participant(index)
	if p != nil && p.Left == 0 {
		return p
	}
	if p == nil {
		s.Participants = append(s.Participants, Participant{Index: index, Role: role(index)})
		p = &s.Participants[len(s.Participants)-1]
	}
	info := st.Info
	opened := max(info.Received, s.Last)
	if p.Left != 0 && info.Received <= p.Left {
		opened = at // the stream had been given up for lost, and went on
	}
	p.Joined, p.Left, p.Seq = min(at, opened), 0, s.seq+1
	joined := participantJoined{
		ClientIndex: index, Name: orNull(p.Name), Role: orNull(p.Role),
		DeviceType: orNull(info.Device), UserAgent: orNull(info.Agent), IP: orNull(info.IP),
		Online: true, ParticipantNum: int64(len(s.Participants)), Count: s.here(), UserParams: struct{}{},
	}
	if info.Width > 0 && info.Height > 0 {
		joined.ScreenWidth, joined.ScreenHeight = &info.Width, &info.Height
	}
	s.add(Entry{
		Type: string(event.ParticipantJoined), Time: p.Joined, Received: info.Received,
		Actor: p.as(Inferred), Tab: info.Tab,
	}, facts{}, joined)
	return p
}

// add numbers an entry of the relay's own. Its details are one of the types below, which are always JSON.
func (s *Session) add(e Entry, f facts, details any) {
	e.Source = string(event.SourceRelay)
	raw, err := json.Marshal(details)
	if err == nil {
		e.Details, err = canonical.Append(nil, raw)
	}
	if err != nil {
		panic("session: details of " + e.Type + ": " + err.Error())
	}
	f.details, f.people = string(e.Details), s.Participants
	e.Message = f.message(e.Type, e.Actor)
	s.push(e)
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
	Synthesized  bool    `json:"synthesized"`
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func role(index int64) string {
	if index == 0 {
		return RoleHost
	}
	return ""
}
