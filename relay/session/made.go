package session

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

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
	s.add(entry, facts{url: created.StartURL}, created)
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
