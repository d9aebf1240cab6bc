package session

import (
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/canonical"
)

// Event is an event of a stream that is due for its number.
type Event struct {
	Type     string // empty when the event could not be read
	Source   string
	Time     int64 // corrected to the relay's clock
	Received int64
	Seq      uint64 // its number in the stream
	Stream   *Stream
	Details  string // a JSON object
}

// Apply makes the entry of the next event in order, after those that must stand before it: that the session
// began, that the participant joined. An event that cannot be read becomes a gap; ok is false then.
func (s *Session) Apply(e *Event) (ok bool) {
	s.begin(e.Time)
	p := s.enter(e.Stream, e.Time)
	e.Stream.Numbered, e.Stream.Last = e.Seq, max(e.Stream.Last, e.Time)

	details := s.canonical(e.Details)
	if e.Type == "" || details == nil {
		s.unreadable(e)
		return false
	}
	f := &s.facts
	f.read(e.Details, s.Participants)
	entry := Entry{
		Type: e.Type, Time: e.Time, Source: e.Source, Received: e.Received, Details: details,
		Origin: Origin{e.Stream.Info.Stream, e.Seq}, Actor: p.actor(e.Source, f), Tab: e.Stream.Info.Tab,
	}
	if f.masked {
		entry.Rule, entry.Policy = f.rule, e.Stream.Info.Policy
	}
	if f.unnamed && e.Source == string(event.SourceRecorder) {
		s.name(&entry, "by", strconv.FormatInt(p.Index, 10))
	}
	s.visit(e)
	switch event.Word(e.Type) {
	case event.Navigate:
		s.navigate(e, &entry, p)
	case event.SwitchActiveTab:
		s.ActiveTab = f.tab
	case event.TabCreated:
		if s.openTab(e, &entry) {
			return true
		}
	case event.TabClosed:
		if t := s.tab(f.tab); t != nil {
			t.Closed = e.Time
		}
	case event.ParticipantJoined:
		if s.identify(e, &entry, p) {
			return true
		}
	}
	entry.URL, entry.Title = e.Stream.URL, e.Stream.Title
	entry.Message = f.message(entry.Type, entry.Actor)
	s.push(entry)
	return true
}

// push numbers an entry. It is late when it came after later ones had their numbers; those of one run came in time.
func (s *Session) push(e Entry) {
	s.seq++
	e.Seq, e.Session, e.Late = s.seq, s.work.ID, e.Time < s.before
	s.Last = max(s.Last, e.Time)
	s.entries = append(s.entries, e)
}

// Restore is the kind of a navigate by which a page that was left comes back as it was.
const Restore = "restore"

// navigate tells who reached a page, and notes it as the stream's, unless it is one that only the app knows of.
func (s *Session) navigate(e *Event, entry *Entry, p *Participant) {
	f := &s.facts
	if e.Source == string(event.SourceRecorder) {
		e.Stream.URL, e.Stream.Title = f.url, f.title
		e.Stream.Restored = e.Stream.Restored || f.kind == Restore
	}
	s.name(entry, "username", string(optional(nil, "", p.Name)))
}

// name says in details who it was, which a recorder does not know.
func (s *Session) name(entry *Entry, key, who string) {
	s.scratch = withKey(s.scratch[:0], string(entry.Details), key, []byte(who))
	entry.Details = s.canonical(string(s.scratch))
}

// visit notes that something happened in the stream's tab, so that it is open, also when it had been given up.
func (s *Session) visit(e *Event) {
	id := e.Stream.Info.Tab
	if id == "" || event.Word(e.Type) == event.TabCreated && s.facts.tab == id {
		return
	}
	t := s.tab(id)
	if t == nil {
		s.Tabs = append(s.Tabs, Tab{ID: id, Opened: e.Time})
	} else if t.Closed != 0 {
		t.Opened, t.Closed = e.Time, 0
	}
}

// openTab notes a tab. done says that it is in the entry of an earlier report. A tab that was closed since then is a
// new one.
func (s *Session) openTab(e *Event, entry *Entry) (done bool) {
	id := s.facts.tab
	t := s.tab(id)
	if t != nil && t.Seq != 0 && t.Closed == 0 {
		return s.merge(t.Seq, e, entry)
	}
	if t == nil {
		s.Tabs = append(s.Tabs, Tab{ID: id, Opened: e.Time})
		t = &s.Tabs[len(s.Tabs)-1]
	} else if t.Closed != 0 {
		t.Opened, t.Closed = e.Time, 0
	}
	t.Seq = s.seq + 1
	if s.ActiveTab == "" {
		s.ActiveTab = id
	}
	return false
}

// identify takes what a page says about who is at it: it is believed of the stream's own participant, and only
// the name. done says that it is in the entry of the join.
func (s *Session) identify(e *Event, entry *Entry, p *Participant) (done bool) {
	f := &s.facts
	if f.index != p.Index {
		return false
	}
	if f.name != "" {
		p.Name = f.name
	}
	if s.merge(p.Seq, e, entry) {
		join := s.made(p.Seq)
		join.Actor = p.as(join.Actor.Basis)
		join.Message = f.message(join.Type, join.Actor)
		return true
	}
	return false
}

// made gives an entry of this run, nil when it is of an earlier one.
func (s *Session) made(seq uint64) *Entry {
	if seq <= s.work.LastSeq {
		return nil
	}
	return &s.entries[seq-s.work.LastSeq-1]
}

// merge puts the second report of an act into the entry of the first, when that has not been numbered yet and
// holds no other one; else the second becomes an entry that completes the first. What the first knows stands.
func (s *Session) merge(first uint64, e *Event, second *Entry) bool {
	entry := s.made(first)
	if entry == nil || entry.MergedSource != "" {
		second.Completes = first
		return false
	}
	s.scratch = filled(s.scratch[:0], string(entry.Details), string(second.Details))
	entry.Details = s.canonical(string(s.scratch))
	entry.Merged, entry.MergedSource = second.Origin, e.Source
	return true
}

// unreadable makes a gap of an event whose JSON is none.
func (s *Session) unreadable(e *Event) {
	f := facts{count: 1, reason: "unreadable"}
	s.push(Entry{
		Type: string(event.Gap), Time: e.Time, Source: string(event.SourceRelay), Received: e.Received,
		Details: []byte(`{"count":1,"first":null,"last":null,"reason":"unreadable"}`),
		Origin:  Origin{e.Stream.Info.Stream, e.Seq}, Tab: e.Stream.Info.Tab, URL: e.Stream.URL, Title: e.Stream.Title,
		Message: f.message(string(event.Gap), Actor{}),
	})
}

// canonical gives the canonical form of a JSON object, nil when it is none.
func (s *Session) canonical(object string) []byte {
	start := len(s.arena)
	var err error
	s.scratch = append(s.scratch[:0], object...)
	s.arena, err = canonical.Append(s.arena, s.scratch)
	if err != nil || s.arena[start] != '{' {
		s.arena = s.arena[:start]
		return nil
	}
	return s.arena[start:len(s.arena):len(s.arena)]
}

// withKey writes an object with one key set.
func withKey(dst []byte, object, key string, value []byte) []byte {
	dst = append(dst, '{')
	dst = appendMember(dst, key, string(value))
	gjson.Parse(object).ForEach(func(k, v gjson.Result) bool {
		if k.Str != key {
			dst = appendMember(dst, k.Str, v.Raw)
		}
		return true
	})
	return append(dst, '}')
}

// filled writes the object a with those members of b that a does not have or has as null.
func filled(dst []byte, a, b string) []byte {
	known := map[string]bool{}
	dst = append(dst, '{')
	add := func(object string, nulls bool) {
		gjson.Parse(object).ForEach(func(k, v gjson.Result) bool {
			if (v.Type == gjson.Null) == nulls && !known[k.Str] {
				known[k.Str] = true
				dst = appendMember(dst, k.Str, v.Raw)
			}
			return true
		})
	}
	add(a, false)
	add(b, false)
	add(a, true)
	return append(dst, '}')
}

func appendMember(dst []byte, key, raw string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(append(masking.AppendQuote(dst, key), ':'), raw...)
}
