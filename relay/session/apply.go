package session

import (
	"slices"
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
	Tab      string // of the back end's: which tab it belongs to; empty for the active one
	Index    *int64 // of the back end's: who did it, nil where that is not said
	Details  string // a JSON object
	// Corrected is what ingest hid in it, a JSON list of rules and paths; empty when that is nothing.
	Corrected string
}

// Apply makes the entry of the next event in order, after those that must stand before it: that the session
// began, that the participant joined. Behind it stands what the relay hid in it. An event that cannot be read becomes a gap; ok is false then.
func (s *Session) Apply(e *Event) (ok bool) {
	of, ok := s.apply(e)
	if ok {
		s.corrected(e, of)
	}
	return ok
}

// corrected says behind an event's entry what the relay hid in it.
func (s *Session) corrected(e *Event, of uint64) {
	in := s.made(of)
	gjson.Parse(e.Corrected).ForEach(func(_, found gjson.Result) bool {
		s.add(Entry{
			Type: string(event.MaskingCorrected), Time: e.Time, Received: e.Received, Tab: in.Tab, URL: in.URL, Title: in.Title,
		}, facts{rule: found.Get("rule").Str}, maskingCorrected{of, found.Get("rule").Str, found.Get("path").Str})
		return true
	})
}

// apply gives the number of the entry that tells of the event: its own, or the one that it was merged into.
func (s *Session) apply(e *Event) (of uint64, ok bool) {
	if !s.creates(e) {
		s.begin(e.Time)
	}
	var p *Participant
	if !e.FromHost() {
		p = s.enter(e.Stream, e.Time)
	}
	e.Stream.take(e)

	details := s.canonical(e.Details)
	if e.Type == "" || details == nil {
		s.unreadable(e)
		return 0, false
	}
	f := &s.facts
	f.read(e.Details, s.Participants)
	entry := Entry{
		Type: e.Type, Time: e.Time, Source: e.Source, Received: e.Received, Details: details, Origin: Origin{e.Stream.Info.Stream, e.Seq},
	}
	s.mask(e, &entry)
	if e.FromHost() {
		entry.Tab, entry.Actor = s.tabOf(e, f), s.signaller(e, f)
	} else {
		entry.Tab, entry.Actor = e.Stream.Info.Tab, s.actor(e, p, f)
		s.attribute(e, &entry, p)
	}
	if of := s.move(e, &entry, p); of != 0 {
		return of, true
	}
	if !e.FromHost() {
		entry.URL, entry.Title = e.Stream.URL, e.Stream.Title
	} else if page := s.pageIn(entry.Tab, e.Time); page != nil {
		entry.URL, entry.Title = page.URL, page.Title
	}
	f.people = s.Participants // somebody may have joined
	entry.Message = f.message(entry.Type, entry.Actor)
	s.push(entry)
	return s.seq, true
}

// take notes that an event of the stream is in the log.
func (st *Stream) take(e *Event) {
	if e.FromHost() {
		st.note(e.Seq)
		return
	}
	st.Numbered, st.Last = e.Seq, max(st.Last, e.Time)
	st.catchUp()
}

// note notes that an event of the stream is in the log before those that come before it in the stream.
func (st *Stream) note(seq uint64) {
	st.Ahead = append(st.Ahead, seq)
	slices.Sort(st.Ahead)
	st.catchUp()
}

func (st *Stream) catchUp() {
	for len(st.Ahead) > 0 && st.Ahead[0] == st.Numbered+1 {
		st.Numbered, st.Ahead = st.Ahead[0], st.Ahead[1:]
	}
}

// Has tells whether an event of the stream is in the log.
func (st *Stream) Has(seq uint64) bool { return seq <= st.Numbered || slices.Contains(st.Ahead, seq) }

// attribute writes down what the relay knows of an event in a page: who it was, that it came by remote control, and once
// in each page by how much the page's clock is corrected.
func (s *Session) attribute(e *Event, entry *Entry, p *Participant) {
	f := &s.facts
	if f.unnamed && e.Source == string(event.SourceRecorder) {
		s.name(entry, "by", strconv.FormatInt(p.Index, 10))
	}
	switch entry.Actor.Basis {
	case Trusted:
		p.Hand = e.Time
	case Control:
		if entry.Actor.Index != p.Index {
			p.Hand = 0
		}
	}
	if event.Word(e.Type) == event.RecorderStarted {
		s.name(entry, "clock_offset_ms", strconv.FormatInt(e.Stream.Info.Offset, 10))
	}
	s.remote(entry, p, f)
	s.visit(e)
}

// tabOf is the tab that an event of the back end belongs to: the one that it names, or the one that was active then.
func (s *Session) tabOf(e *Event, f *facts) string {
	switch {
	case event.Word(e.Type) == event.SessionCreated, event.Word(e.Type) == event.SessionEnd:
		return ""
	case e.Tab != "":
		return e.Tab
	case f.tab != "" && f.tab != "all":
		return f.tab
	}
	return s.activeTab(e.Time)
}

// move changes the state by an event; p is the participant of its page, nil for the back end's. merged is the entry
// of an earlier report of the same act that it is in, 0 when it has one of its own.
func (s *Session) move(e *Event, entry *Entry, p *Participant) (merged uint64) {
	switch event.Word(e.Type) {
	case event.Navigate:
		s.navigate(e, entry)
	case event.SwitchActiveTab:
		s.activates(e.Time, s.facts.tab)
	case event.TabCreated:
		return s.openTab(e, entry)
	case event.TabClosed:
		if t := s.tab(s.facts.tab); t != nil {
			t.Closed = e.Time
		}
	case event.TabPause, event.TabResume:
		s.pause(e)
	case event.FileDownload:
		return s.download(e, entry)
	case event.ParticipantJoined:
		if !s.believes(e) {
			return s.identify(e, entry, p)
		}
		return s.join(e, entry, p)
	}
	if s.believes(e) {
		switch event.Word(e.Type) {
		case event.SessionCreated:
			return s.create(e, entry)
		case event.ParticipantLeft:
			s.part(e, entry)
		case event.HostChange, event.ControlGained, event.ControlSwitch, event.TabControl:
			s.passControl(event.Word(e.Type), e.Time, entry)
		}
	}
	return 0
}

// push numbers an entry. It is late when it came after later ones had their numbers; those of one run came in time.
func (s *Session) push(e Entry) {
	s.seq++
	e.Seq, e.Session, e.Late = s.seq, s.work.ID, e.Time < s.before
	if e.Completes != 0 && e.Actor.Basis != Claimed { // a claim tells something else
		e.Message += ", as entry " + strconv.FormatUint(e.Completes, 10) + " tells"
	}
	s.Last = max(s.Last, e.Time)
	s.entries = append(s.entries, e)
}

// Restore is the kind of a navigate by which a page that was left comes back as it was.
const Restore = "restore"

// navigate tells who reached a page, and notes it as the stream's, unless it is one that only the app knows of.
func (s *Session) navigate(e *Event, entry *Entry) {
	f := &s.facts
	if e.Source == string(event.SourceRecorder) {
		e.Stream.URL, e.Stream.Title = f.url, f.title
		e.Stream.Restored = e.Stream.Restored || f.kind == Restore
		s.reaches(e.Time, e.Stream)
	}
	if entry.Actor.Basis != "" {
		s.name(entry, "username", string(optional(nil, "", entry.Actor.Name)))
	}
}

// name says in details what a recorder does not know, such as who it was.
func (s *Session) name(entry *Entry, key, what string) {
	s.scratch = withKey(s.scratch[:0], string(entry.Details), key, []byte(what))
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

// openTab notes a tab. merged is the entry of an earlier report that it is in, 0 when there is none. A tab that was closed since then is a
// new one.
func (s *Session) openTab(e *Event, entry *Entry) (merged uint64) {
	id := s.facts.tab
	t := s.tab(id)
	if t != nil && t.Seq != 0 && t.Closed == 0 {
		if s.merge(t.Seq, e, entry) {
			return t.Seq
		}
		return 0
	}
	if t == nil {
		s.Tabs = append(s.Tabs, Tab{ID: id, Opened: e.Time})
		t = &s.Tabs[len(s.Tabs)-1]
	} else if t.Closed != 0 {
		t.Opened, t.Closed = e.Time, 0
	}
	t.Seq = s.seq + 1
	if len(s.Active) == 0 {
		s.activates(e.Time, id)
	}
	return 0
}

// pause notes that a tab is not shared, or is again.
func (s *Session) pause(e *Event) {
	t := s.tab(s.facts.tab)
	switch {
	case t == nil:
	case event.Word(e.Type) == event.TabResume:
		t.Paused = 0
	default:
		t.Paused = e.Time
	}
}

// made gives an entry of this run, nil when it is of an earlier one.
func (s *Session) made(seq uint64) *Entry {
	if seq <= s.work.LastSeq {
		return nil
	}
	return &s.entries[seq-s.work.LastSeq-1]
}

// takes tells whether an entry can take another report of its act.
func (s *Session) takes(first uint64) bool {
	entry := s.made(first)
	return entry != nil && entry.MergedSource == ""
}

// merge puts the second report of an act into the entry of the first, when that has not been numbered yet and
// holds no other one; else the second becomes an entry that completes the first. What the first knows stands.
func (s *Session) merge(first uint64, e *Event, second *Entry) bool {
	entry := s.made(first)
	if !s.takes(first) {
		second.Completes = first
		return false
	}
	s.scratch = filled(s.scratch[:0], string(entry.Details), string(second.Details))
	entry.Details = s.canonical(string(s.scratch))
	entry.Merged, entry.MergedSource = second.Origin, e.Source
	if entry.Rule == "" {
		entry.Rule, entry.Policy = second.Rule, second.Policy
	}
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
	add(b, true)
	return append(dst, '}')
}

func appendMember(dst []byte, key, raw string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(append(masking.AppendQuote(dst, key), ':'), raw...)
}
