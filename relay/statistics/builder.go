package statistics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// Builder gathers the entries of a session's log.
type Builder struct {
	entries []entry
}

// entry is what statistics need of an entry.
type entry struct {
	seq     uint64
	typ     event.Word
	time    string
	tab     string
	actor   int64  // -1 for nobody
	stream  string // of the actor's own page, empty for none
	details gjson.Result
	claimed bool
	second  uint64 // the entry that it completes, 0 for none
}

// told are the types that statistics are made of.
var told = []event.Word{
	event.SessionCreated, event.SessionEnd, event.ParticipantJoined, event.ParticipantLeft, event.TabCreated, event.TabClosed, event.Navigate,
	event.HostChange, event.ControlSwitch, event.ControlGained, event.TabControl, event.Chat,
}

// state are those of them that the page alone cannot move: what it says of them is claimed, and changes nothing.
var state = []event.Word{
	event.SessionCreated, event.SessionEnd, event.ParticipantJoined, event.ParticipantLeft,
	event.HostChange, event.ControlSwitch, event.ControlGained, event.TabControl,
}

// Add takes the next entry.
func (b *Builder) Add(line []byte) error {
	if !gjson.ValidBytes(line) {
		return fmt.Errorf("an entry is no JSON")
	}
	e := gjson.ParseBytes(line)
	stream, typ := recorder(e), event.Word(e.Get("type").Str)
	if !slices.Contains(told, typ) && stream == "" {
		return nil
	}
	one := entry{
		seq: e.Get("seq").Uint(), typ: typ, time: e.Get("time").Str, tab: e.Get("tab_id").String(), actor: -1, stream: stream,
		claimed: e.Get("actor.basis").Str == "claimed", second: e.Get("completes").Uint(),
	}
	if index := e.Get("actor.client_index"); index.Type == gjson.Number {
		one.actor = index.Int()
	}
	switch {
	case slices.Contains(told, typ):
		one.details = gjson.Parse(strings.Clone(e.Get("details").Raw))
	case b.knows(one.actor, stream):
		return nil // of other entries only the first page of each participant is needed
	}
	b.entries = append(b.entries, one)
	return nil
}

// recorder gives the stream of the actor's own page, empty when there is none: the back end's is nobody's page, and by
// control somebody acts in another one's.
func recorder(e gjson.Result) string {
	if stream := e.Get("stream").Str; stream != store.HostStream && e.Get("actor.basis").Str != "control" {
		return stream
	}
	return ""
}

func (b *Builder) knows(actor int64, stream string) bool {
	return actor < 0 || slices.ContainsFunc(b.entries, func(e entry) bool { return e.actor == actor && e.stream != "" })
}

// Session tells the session of a site. What came late has its place by its time.
func (b *Builder) Session(id, site string) *Session {
	slices.SortStableFunc(b.entries, func(x, y entry) int { return cmp.Compare(x.time, y.time) })
	s := &scene{
		Session:  Session{ID: id, AccountID: site, Participants: []*Participant{}, Windows: []*Window{}, ChatProtocols: []*ChatProtocol{}},
		control:  map[string]int64{},
		streamOf: map[int64]string{},
	}
	for i := range b.entries {
		if e := &b.entries[i]; e.actor >= 0 && e.stream != "" && s.streamOf[e.actor] == "" {
			s.streamOf[e.actor] = e.stream
		}
	}
	for i := range b.entries {
		e := &b.entries[i]
		if !e.claimed || !slices.Contains(state, e.typ) {
			s.entry(e)
		}
	}
	return &s.Session
}

// Of tells a session by what calls a function with each line of its log.
func Of(site, id string, entries func(fn func(line []byte) error) error) (any, error) {
	var b Builder
	if err := entries(b.Add); err != nil {
		return nil, err
	}
	return b.Session(id, site), nil
}
