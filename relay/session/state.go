// Package session is what the relay knows of one session while it runs, and how that makes entries of events.
//
// The promise: it is pure. What comes out depends on the saved state, the store's Work, the events and the times
// that are handed in, and on nothing else; so any relay can go on where another one stopped. It names the actor
// of every entry, tells what happened in one sentence, merges the doubles of an act, and makes the entries that
// no page sends: that the session began and ended, that somebody joined and left.
//
// All times are milliseconds since 1970.
package session

import (
	"encoding/json"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// State is what is saved between two runs of the sequencer.
type State struct {
	Started      int64              `json:"started,omitempty"` // time of session_created, 0 before it
	Reason       string             `json:"reason,omitempty"`  // of session_end, empty before it
	Last         int64              `json:"last,omitempty"`    // the latest time of an entry
	StartURL     string             `json:"start_url,omitempty"`
	Active       []Place            `json:"active,omitempty"`      // the active tabs, by time, as far back as is known
	Pages        []Place            `json:"pages,omitempty"`       // the pages of the tabs, likewise
	Host         *int64             `json:"host,omitempty"`        // who leads, once the host or the back end has said so
	Control      *int64             `json:"control,omitempty"`     // who may act, nil while nobody has said so
	TabControl   map[string]int64   `json:"tab_control,omitempty"` // who may act in a tab, where it is another
	Told         map[string]int64   `json:"told,omitempty"`        // of what kind of control the newest word is of when (control.go)
	Downloads    []Download         `json:"downloads,omitempty"`   // the latest, for the other report of the same
	Participants []Participant      `json:"participants,omitempty"`
	Tabs         []Tab              `json:"tabs,omitempty"`
	Known        map[string]*Stream `json:"streams,omitempty"` // by their ids
}

// Participant is a person in the session.
type Participant struct {
	Index  int64  `json:"client_index"`
	Name   string `json:"name,omitempty"` // as the log shows it, empty when unknown
	Role   string `json:"role,omitempty"`
	Given  string `json:"given,omitempty"` // the role of who leads, before that
	UserID string `json:"user_id,omitempty"`
	Joined int64  `json:"joined"`
	Left   int64  `json:"left,omitempty"`  // 0 while here
	Lost   bool   `json:"lost,omitempty"`  // left because the connection was lost
	Out    bool   `json:"out,omitempty"`   // left by the word of the host or the back end: an open page is no return
	Paged  bool   `json:"paged,omitempty"` // a page of theirs has been heard of since they joined
	Token  bool   `json:"token,omitempty"` // a token says who it is
	Hand   int64  `json:"hand,omitempty"`  // when they last acted with their own hand, 0 since another one has acted in their page
	Seq    uint64 `json:"seq"`             // of participant_joined
}

// Tab is a tab of the session.
type Tab struct {
	ID     string `json:"id"`
	Seq    uint64 `json:"seq,omitempty"`    // of tab_created, 0 when there was none
	Opened int64  `json:"opened"`           // or came back
	Closed int64  `json:"closed,omitempty"` // 0 while it is open
	Paused int64  `json:"paused,omitempty"` // 0 while it is shared
}

// Stream is what is known of one recorder.
type Stream struct {
	Numbered uint64   `json:"numbered,omitempty"` // its events up to this one are in the log
	Ahead    []uint64 `json:"ahead,omitempty"`    // and these: the back end's events are in the order of their time, and doubles are merged as soon as they can be
	Last     int64    `json:"last,omitempty"`     // time of that event
	Heard    int64    `json:"heard,omitempty"`    // when its newest event was received
	Restored bool     `json:"restored,omitempty"` // its page was left and came back
	URL      string   `json:"url,omitempty"`      // of its page, scrubbed
	Title    string   `json:"title,omitempty"`

	Info *store.Stream `json:"-"` // what the store knows of it
}

// Session is a session during one run of the sequencer. Load makes it ready; it may be loaded again and again,
// and then uses its memory again.
type Session struct {
	State
	Streams []*Stream // in the order of opening

	work    *store.Work
	release string // version of the relay
	entries []Entry
	seq     uint64 // of the last entry
	before  int64  // the latest time of an entry of earlier runs
	facts   facts
	scratch []byte // for details on their way to canonical form
	arena   []byte // details of the entries
}

// Load takes over the work of a session. release is the relay's version, which session_created tells.
func (s *Session) Load(w *store.Work, release string) error {
	clear(s.entries)
	s.State, s.work, s.release = State{}, w, release
	s.Streams, s.entries, s.seq, s.arena = s.Streams[:0], s.entries[:0], w.LastSeq, s.arena[:0]
	if w.State != nil {
		if err := json.Unmarshal(w.State, &s.State); err != nil {
			return fmt.Errorf("reading the saved state: %w", err)
		}
	}
	s.before = s.Last
	known := s.Known
	s.Known = make(map[string]*Stream, len(w.Streams))
	for i := range w.Streams {
		info := &w.Streams[i]
		st := known[info.Stream]
		if st == nil {
			st = &Stream{URL: info.URL, Info: info}
			s.opens(st)
		}
		st.Info = info
		st.Heard = max(st.Heard, info.Received)
		s.Known[info.Stream] = st
		s.Streams = append(s.Streams, st)
	}
	return nil
}

// Save gives the state to keep.
func (s *Session) Save() ([]byte, error) {
	b, err := json.Marshal(&s.State)
	if err != nil {
		return nil, fmt.Errorf("writing the state: %w", err)
	}
	return b, nil
}

// Seq is the number of the last entry.
func (s *Session) Seq() uint64 { return s.seq }

// Entries are those that were made since Load, in order. They are good until the next Load.
func (s *Session) Entries() []Entry { return s.entries }

// Ended tells whether session_end is in the log.
func (s *Session) Ended() bool { return s.Reason != "" }

// Summary is what a list shows of the session.
func (s *Session) Summary() store.Summary {
	sum := store.Summary{
		ID: s.work.ID, Site: s.work.Site, Created: s.work.Created, LastTime: s.Last,
		Ended: s.Ended(), EndReason: s.Reason, Entries: s.seq, StartURL: s.StartURL, Continues: s.work.Continues,
	}
	for i := range s.Participants {
		sum.Participants = append(sum.Participants, s.Participants[i].shown())
	}
	return sum
}

// participant gives the participant of a number, nil when nobody of that number has ever joined.
func (s *Session) participant(index int64) *Participant {
	for i := range s.Participants {
		if s.Participants[i].Index == index {
			return &s.Participants[i]
		}
	}
	return nil
}

// here counts who has joined and not left.
func (s *Session) here() int64 {
	var n int64
	for i := range s.Participants {
		if s.Participants[i].Left == 0 {
			n++
		}
	}
	return n
}

func (s *Session) tab(id string) *Tab {
	for i := range s.Tabs {
		if s.Tabs[i].ID == id {
			return &s.Tabs[i]
		}
	}
	return nil
}
