package sequence

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/session"
	"github.com/cotrail/cotrail/relay/store"
)

// maxAge bounds how far back a page may date an event, in milliseconds: no browser keeps a tab's tail longer.
const maxAge = 31 * 24 * 60 * 60 * 1000

// due is a pending event with its place in the order.
type due struct {
	session.Event
	key int64 // corrected time, never before what must stand before it
}

// collect reads the pending batches and puts their events in order: by corrected time, then by the order in which
// the streams were opened. Within a stream, and from a stream to later ones of its tab, time does not run back. A
// frame's stream runs beside its page's: neither goes on after the other. Of the back end's stream, which several of
// its machines may write, each event stands by itself.
func collect(events []due, s *session.Session, pending []store.Pending) ([]due, error) {
	byStream := map[string][]*store.Pending{}
	for i := range pending {
		p := &pending[i]
		if s.Known[p.Stream] == nil {
			return nil, fmt.Errorf("batch %d is of stream %s, which the session does not have", p.ID, p.Stream)
		}
		byStream[p.Stream] = append(byStream[p.Stream], p)
	}
	floors := map[string]int64{} // by tab: what its later streams cannot be before
	for _, st := range s.Streams {
		floor, batches := floors[st.Info.Tab], byStream[st.Info.Stream]
		if st.Info.Frame != "" {
			floor = 0
		}
		slices.SortFunc(batches, func(a, b *store.Pending) int { return cmp.Compare(a.First, b.First) })
		r := reader{stream: st, key: max(floor, st.Last), floor: floor, host: st.Info.Stream == store.HostStream}
		if !st.Restored {
			r.floor = r.key
		}
		for _, b := range batches {
			events = r.batch(events, b)
		}
		if st.Info.Frame == "" {
			floors[st.Info.Tab] = r.floor
		}
	}
	slices.SortFunc(events, func(a, b due) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.Stream.Info.Ordinal, b.Stream.Info.Ordinal), cmp.Compare(a.Seq, b.Seq))
	})
	if len(events) > 1 && events[0].key == beginning { // the session began no later than what first happened
		events[0].Time = min(events[0].Time, events[1].Time)
	}
	return events, nil
}

// reader reads the batches of one stream in their order.
type reader struct {
	stream *session.Stream
	host   bool  // the stream is that of the back end, which has no order of its own
	key    int64 // of the last event
	floor  int64 // for the tab's later streams: a page that was left and came back goes on after them
	back   bool
}

func (r *reader) batch(events []due, b *store.Pending) []due {
	r.stream.Heard = max(r.stream.Heard, b.Received)
	rest := b.Lines
	for seq := b.First; seq < b.First+uint64(b.Count); seq++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		if !r.stream.Has(seq) {
			events = append(events, r.event(string(line), seq, b.Received))
		}
	}
	return events
}

// event reads a line. What is no event keeps its place in the stream, without a type.
func (r *reader) event(line string, seq uint64, received int64) due {
	e := session.Event{Time: received, Received: received, Seq: seq, Stream: r.stream}
	at, ok := read(line, &e)
	if r.host {
		return signalled(e, at)
	}
	if ok {
		e.Time = max(received-maxAge, min(at+r.stream.Info.Offset, received))
	} else {
		e.Type = ""
	}
	if e.Type == string(event.Navigate) && gjson.Get(e.Details, "kind").Str == session.Restore {
		r.back = true
	}
	r.key = max(r.key, e.Time)
	if !r.back && !r.stream.Restored {
		r.floor = r.key
	}
	e.Time = min(r.key, received)
	return due{Event: e, key: r.key}
}

// beginning is the key of what comes first of all.
const beginning = math.MinInt64 + 1

// signalled gives an event of the back end its place: by the time that it states, wherever its others are. Its word
// that the session began comes first of all, once it has settled.
func signalled(e session.Event, at int64) due {
	e.Source = string(event.SourceHost)
	e.Time = max(e.Received-maxAge, min(at, e.Received))
	if e.Type == string(event.SessionCreated) && e.Seq == 1 {
		return due{Event: e, key: beginning}
	}
	return due{Event: e, key: e.Time}
}

// read takes a line of event.AppendLine apart; the texts of e refer to it. The page's own time is given back.
func read(line string, e *session.Event) (at int64, ok bool) {
	if !gjson.Valid(line) {
		return 0, false
	}
	e.Source = string(event.SourceRecorder)
	timed := false
	gjson.Parse(line).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "type":
			e.Type = v.Str
		case "time":
			at, timed = v.Int(), v.Type == gjson.Number
		case "source":
			e.Source = v.Str
		case event.Corrected:
			e.Corrected = v.Raw
		case "tab_id":
			e.Tab = v.Str
		case "client_index":
			index := v.Int()
			e.Index = &index
		case "details":
			e.Details = v.Raw
		}
		return true
	})
	switch event.Word(e.Source) {
	case event.SourceRecorder, event.SourcePage, event.SourceExtension:
	default:
		return 0, false // only these can be said by a page
	}
	return at, timed && e.Type != "" && strings.HasPrefix(e.Details, "{")
}
