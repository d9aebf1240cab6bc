package session

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/schematest"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/canonical"
	"github.com/cotrail/cotrail/relay/store"
)

const noon = 1795348800000 // 2026-11-22T12:00:00Z

// stage is a session under test. Streams are named by a letter; their ids are sixteen of it.
type stage struct {
	*testing.T
	Session
	work store.Work
	log  []byte // of the runs before
}

// setting makes a session with one stream for each letter: "a" is of participant 0, "b" of 1 and so on.
func setting(t *testing.T, streams string) *stage {
	s := &stage{T: t, work: store.Work{ID: "s1", Site: "quote", Created: noon}}
	for i, c := range streams {
		s.work.Streams = append(s.work.Streams, store.Stream{
			Opening: store.Opening{
				Site: "quote", Session: "s1", Stream: strings.Repeat(string(c), 16), Tab: "tab-" + string(c), Received: noon,
				URL: "https://quote.example/", IP: "90a4e1c7", Agent: "Mozilla/5.0", Width: 1280, Height: 800, Device: "desktop",
				Policy: "f00d", Release: "1.2.0",
			},
			ClientIndex: int64(c - 'a'), Ordinal: int64(i + 1), Live: true, Seen: noon,
		})
	}
	s.reload()
	return s
}

// reload ends the run and begins the next one, from what was saved.
func (s *stage) reload() {
	s.Helper()
	if s.Session.work != nil {
		for i := range s.Entries() {
			s.log = append(s.Entries()[i].Append(s.log), '\n')
		}
		saved, err := s.Save()
		if err != nil {
			s.Fatal(err)
		}
		s.work.State, s.work.LastSeq = saved, s.Seq()
	}
	if err := s.Load(&s.work, "2.0.0"); err != nil {
		s.Fatal(err)
	}
}

// happens applies an event of a stream, ms after noon. source may be empty for the recorder.
func (s *stage) happens(stream byte, ms int64, source, typ, details string) *Entry {
	s.Helper()
	st := s.Known[strings.Repeat(string(stream), 16)]
	if source == "" {
		source = "recorder"
	}
	s.Apply(&Event{Type: typ, Source: source, Time: noon + ms, Received: noon + ms + 5, Seq: st.Numbered + 1, Stream: st, Details: details})
	return &s.entries[len(s.entries)-1]
}

// finish gives the whole log, after checking what is true of every log.
func (s *stage) finish() []string {
	s.Helper()
	s.reload()
	schematest.Lines(s, s.log)
	var lines []string
	for line := range bytes.Lines(s.log) {
		line = bytes.TrimSuffix(line, []byte{'\n'})
		if c, err := canonical.Append(nil, line); err != nil || !bytes.Equal(c, line) {
			s.Errorf("%s\nis not canonical: %s %v", line, c, err)
		}
		if !bytes.Contains(line, fmt.Appendf(nil, `"seq":%d,`, len(lines)+1)) {
			s.Errorf("%s\nis not number %d", line, len(lines)+1)
		}
		lines = append(lines, string(line))
	}
	return lines
}

func wantLine(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBeginning(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', -300, "", "navigate", `{"url":"https://quote.example/cover","title":"Cover","kind":"load"}`)
	log := s.finish()
	wantLine(t, log[0], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"created_from":"page","ip":"90a4e1c7","options":{},"server_region":null,"session_id":"s1","start_url":"https://quote.example/","versions":{"recorder":"1.2.0","relay":"2.0.0"}},"message":"The session began on https://quote.example/","received":"2026-11-22T12:00:00.000Z","seq":1,"session_id":"s1","source":"relay","time":"2026-11-22T11:59:59.700Z","type":"session_created"}`)
	wantLine(t, log[1], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"authenticated":false,"client_index":0,"count":1,"deviceType":"desktop","email":null,"ip":"90a4e1c7","name":null,"online":true,"participant_num":1,"role":"host","screenHeight":800,"screenWidth":1280,"user_agent":"Mozilla/5.0","user_id":null,"user_params":{}},"message":"Guest joined","received":"2026-11-22T12:00:00.000Z","seq":2,"session_id":"s1","source":"relay","tab_id":"tab-a","time":"2026-11-22T11:59:59.700Z","type":"participant_joined"}`)
	wantLine(t, log[2], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"kind":"load","title":"Cover","url":"https://quote.example/cover","username":null},"message":"Guest opened https://quote.example/cover","page":{"title":"Cover","url":"https://quote.example/cover"},"received":"2026-11-22T11:59:59.705Z","seq":3,"session_id":"s1","source":"recorder","stream":"aaaaaaaaaaaaaaaa","stream_seq":1,"tab_id":"tab-a","time":"2026-11-22T11:59:59.700Z","type":"navigate"}`)
}

func TestUnknownBrowser(t *testing.T) {
	s := setting(t, "a")
	o := &s.work.Streams[0].Opening
	o.URL, o.IP, o.Agent, o.Width, o.Device, o.Policy, o.Release = "", "", "", 0, "", "", ""
	s.work.Continues = "s0"
	s.happens('a', 0, "", "click", `{"is_masked":true,"node_name":"button","rule":"default"}`)
	log := s.finish()
	for i, want := range []string{
		`"ip":null,"options":{},"server_region":null,"session_id":"s1","start_url":"","versions":{"recorder":"","relay":"2.0.0"}},"message":"The session began"`,
		`"deviceType":null,"email":null,"ip":null,"name":null,"online":true,"participant_num":1,"role":"host","screenHeight":null,"screenWidth":null,"user_agent":null`,
		`"masked_by":{"rule":"default"}`,
	} {
		if !strings.Contains(log[i], want) {
			t.Errorf("%s\nlacks %s", log[i], want)
		}
	}
	if want := `"details":{"continues":"s0",`; !strings.Contains(log[0], want) {
		t.Errorf("%s\nlacks %s", log[0], want)
	}
}

func TestActor(t *testing.T) {
	open := func(more string) string {
		return `{"node_name":"button","attributes":{},"xpath":"/html/body/button"` + more + `}`
	}
	for _, tt := range []struct{ name, source, typ, details, want string }{
		{"the browser vouches for it", "", "click", open(`,"trusted":true`), "trusted 0"},
		{"a script clicked", "", "click", open(`,"trusted":false`), "script"},
		{"a script changed it", "", "input_change", `{"is_masked":true,"node_name":"input","rule":"default","cause":"script"}`, "script"},
		{"remote control, vouched for", "", "input_change", `{"is_masked":true,"node_name":"input","rule":"default","cause":"remote","trusted":true}`, "trusted 0"},
		{"nothing is said", "", "navigate", `{"url":""}`, "inferred 0"},
		{"the page says it", "page", "client_log", `{"message":"x"}`, "claimed 0"},
		{"the page says that it is trusted", "page", "click", open(`,"trusted":true`), "claimed 0"},
		{"an extension says it", "extension", "client_log", `{"message":"x"}`, "claimed 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := setting(t, "a")
			a := s.happens('a', 0, tt.source, tt.typ, tt.details).Actor
			got := string(a.Basis)
			if a.Basis != Script {
				got = fmt.Sprint(a.Basis, " ", a.Index)
			}
			if got != tt.want {
				t.Errorf("actor %s, want %s", got, tt.want)
			}
			s.finish()
		})
	}
}

func TestMessage(t *testing.T) {
	const country = `"attributes":{"id":"c1","name":"country"},"xpath":"//*[@id=\"c1\"]"`
	const bare = `"attributes":{},"xpath":"/html/body/input"`
	for _, tt := range []struct{ typ, details, want string }{
		{"navigate", `{"url":"https://quote.example/"}`, "Ada Miller opened https://quote.example/"},
		{"navigate", `{"url":"https://quote.example/","kind":"reload"}`, "Ada Miller reloaded https://quote.example/"},
		{"navigate", `{"url":"https://quote.example/","kind":"restore"}`, "Ada Miller returned to https://quote.example/"},
		{"input_change", `{"node_name":"option","value":"PT","selected":true,` + country + `}`, "Ada Miller changed country to 'PT'"},
		{"input_change", `{"node_name":"option","value":"PT","selected":false,` + country + `}`, "Ada Miller deselected 'PT' in country"},
		{"input_change", `{"node_name":"input","value":"","input_type":"text",` + country + `}`, "Ada Miller emptied country"},
		{"input_change", `{"node_name":"input","value":"on","input_type":"checkbox","checked":true,"attributes":{"id":"terms"},"xpath":""}`, "Ada Miller checked terms"},
		{"input_change", `{"node_name":"input","value":"on","input_type":"checkbox","checked":false,"attributes":{"id":"terms"},"xpath":""}`, "Ada Miller unchecked terms"},
		{"input_change", `{"node_name":"input","value":"basic","input_type":"radio","checked":true,"attributes":{"name":"plan"},"xpath":""}`, "Ada Miller chose 'basic' for plan"},
		{"input_change", `{"node_name":"input","value":"7","label":"Number of years",` + bare + `}`, "Ada Miller changed Number of years to '7'"},
		{"input_change", `{"node_name":"input","value":"7","input_type":"number",` + bare + `}`, "Ada Miller changed a number field to '7'"},
		{"input_change", `{"node_name":"textarea","value":"7",` + bare + `}`, "Ada Miller changed a field to '7'"},
		{"input_change", `{"node_name":"input","value":"` + strings.Repeat("é", 100) + `",` + country + `}`, "Ada Miller changed country to '" + strings.Repeat("é", 60) + "…'"},
		{"input_change", `{"is_masked":true,"node_name":"input","rule":"default","filled":true}`, "Ada Miller changed a masked input field"},
		{"input_change", `{"is_masked":true,"node_name":"input","rule":"default","filled":false}`, "Ada Miller emptied a masked input field"},
		{"input_change", `{"is_masked":true,"node_name":"option","rule":"default"}`, "Ada Miller changed a masked select field"},
		{"click", `{"node_name":"button","role":"button","label":"Next",` + bare + `}`, "Ada Miller clicked button 'Next'"},
		{"click", `{"node_name":"a","label":"Terms","button":1,` + bare + `}`, "Ada Miller middle-clicked link 'Terms'"},
		{"click", `{"node_name":"div",` + bare + `}`, "Ada Miller clicked a div"},
		{"click", `{"node_name":"img","button":2,` + bare + `}`, "Ada Miller right-clicked an img"},
		{"click", `{"node_name":"div",` + country + `}`, "Ada Miller clicked div 'country'"},
		{"click", `{"node_name":"",` + bare + `}`, "Ada Miller clicked something"},
		{"click", `{"is_masked":true,"node_name":"button","rule":"keypad"}`, "Ada Miller clicked a masked button"},
		{"submit", `{"form":{"id":"quote"},"valid":true}`, "Ada Miller submitted form 'quote'"},
		{"submit", `{"form":{},"valid":false}`, "Ada Miller tried to submit a form"},
		{"submit", `{"form":{},"is_masked":true,"rule":"block:#x"}`, "Ada Miller submitted a masked form"},
		{"tab_created", `{"tab_id":"9d2c","url":"https://quote.example/help"}`, "Ada Miller opened a tab with https://quote.example/help"},
		{"switch_active_tab", `{"to_tab":"9d2c"}`, "Ada Miller switched to another tab"},
		{"client_log", `{"message":"offer shown"}`, "The page of Ada Miller logged 'offer shown'"},
		{"recorder_started", `{}`, "The recorder started"},
		{"recorder_stopped", `{"reason":"consent withdrawn"}`, "The recorder stopped: consent withdrawn"},
		{"recorder_failed", `{"what":"csp"}`, "The recorder failed: the page forbids WebAssembly"},
		{"gap", `{"count":12,"reason":"overflow"}`, "12 events are missing here: there was no room for more"},
		{"x_offer_made", `{"plan":"basic"}`, "Ada Miller: x offer made"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			s := setting(t, "a")
			s.happens('a', 0, "page", "participant_joined", `{"client_index":0,"name":"Ada Miller"}`)
			if got := s.happens('a', 1, "", tt.typ, tt.details).Message; got != tt.want {
				t.Errorf("%s", got)
			}
			s.finish()
		})
	}
}

// TestWords holds the sentences against the vocabulary: a word without a sentence would end in nothing.
func TestWords(t *testing.T) {
	for typ, words := range map[string]struct {
		key  string
		said map[string]string
	}{"session_end": {"reason", endings}, "recorder_failed": {"what", failures}, "gap": {"reason", losses}} {
		spec, _ := event.Find(typ)
		for _, k := range spec.Keys {
			for _, word := range k.Enum {
				if k.Name == words.key && words.said[word] == "" {
					t.Errorf("%s: no sentence for %s %q", typ, k.Name, word)
				}
			}
		}
	}
}

func TestIdentify(t *testing.T) {
	const ada = `{"client_index":0,"name":"Ada Miller","email":"90a4e1c7d52b6f38","role":"customer","authenticated":false}`
	click := `{"is_masked":true,"node_name":"button","rule":"default","trusted":true}`

	t.Run("in the run of the join it is in the join", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "", "recorder_started", `{}`)
		s.happens('a', 1, "page", "participant_joined", ada)
		s.happens('a', 2, "", "click", click)
		log := s.finish()
		if len(log) != 4 {
			t.Fatalf("%d entries, want 4: %q", len(log), log)
		}
		wantLine(t, log[1], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":"Ada Miller"},"details":{"authenticated":false,"client_index":0,"count":1,"deviceType":"desktop","email":"90a4e1c7d52b6f38","ip":"90a4e1c7","name":"Ada Miller","online":true,"participant_num":1,"role":"host","screenHeight":800,"screenWidth":1280,"user_agent":"Mozilla/5.0","user_id":null,"user_params":{}},"merged":{"source":"page","stream":"aaaaaaaaaaaaaaaa","stream_seq":2},"message":"Ada Miller joined","received":"2026-11-22T12:00:00.000Z","seq":2,"session_id":"s1","source":"relay","tab_id":"tab-a","time":"2026-11-22T12:00:00.000Z","type":"participant_joined"}`)
		if want := `"role":"host","username":"Ada Miller"`; !strings.Contains(log[3], want) {
			t.Errorf("%s\nlacks %s", log[3], want)
		}
	})
	t.Run("later it completes the join", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "", "recorder_started", `{}`)
		s.reload()
		s.happens('a', 1, "page", "participant_joined", ada)
		s.happens('a', 2, "", "click", click)
		log := s.finish()
		wantLine(t, log[3], `{"actor":{"basis":"claimed","client_index":0,"role":"host","username":null},"completes":2,"details":`+
			`{"authenticated":false,"client_index":0,"email":"90a4e1c7d52b6f38","name":"Ada Miller","role":"customer"},"message":"Guest is Ada Miller","page":{"url":"https://quote.example/"},"received":"2026-11-22T12:00:00.006Z","seq":4,"session_id":"s1","source":"page","stream":"aaaaaaaaaaaaaaaa","stream_seq":2,"tab_id":"tab-a","time":"2026-11-22T12:00:00.001Z","type":"participant_joined"}`)
		if want := `"message":"Ada Miller clicked a masked button"`; !strings.Contains(log[4], want) {
			t.Errorf("%s\nlacks %s", log[4], want)
		}
	})
	t.Run("another name in the same run is not lost", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "page", "participant_joined", ada)
		e := s.happens('a', 1, "page", "participant_joined", `{"client_index":0,"name":"Eve Park"}`)
		if e.Completes != 2 || e.Message != "Ada Miller is Eve Park" || s.Participants[0].Name != "Eve Park" {
			t.Errorf("completes %d, %q; now named %q", e.Completes, e.Message, s.Participants[0].Name)
		}
		s.finish()
	})
	t.Run("of somebody else it is not believed", func(t *testing.T) {
		s := setting(t, "a")
		e := s.happens('a', 0, "page", "participant_joined", `{"client_index":1,"name":"Eve Park"}`)
		if e.Actor.Basis != Claimed || e.Completes != 0 || len(s.Participants) != 1 || s.Participants[0].Name != "" {
			t.Errorf("basis %s, completes %d, participants %+v", e.Actor.Basis, e.Completes, s.Participants)
		}
		s.finish()
	})
	t.Run("without a name it renames nobody", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "page", "participant_joined", ada)
		e := s.happens('a', 1, "page", "participant_joined", `{"client_index":0,"user_id":"u7"}`)
		if s.Participants[0].Name != "Ada Miller" || e.Message != "Ada Miller was identified" {
			t.Errorf("named %q, told as %q", s.Participants[0].Name, e.Message)
		}
		s.finish()
	})
}

func TestTabs(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 0, "", "tab_created", `{"tab_id":"t1","opener_tab_id":null,"url":"https://quote.example/"}`)
	s.happens('a', 1, "page", "tab_created", `{"tab_id":"t1","opener_tab_id":"t0","how":"link","url":"https://other.example/"}`)
	if e := s.Entries()[2]; len(s.Entries()) != 3 || string(e.Details) != `{"how":"link","opener_tab_id":"t0","tab_id":"t1","url":"https://quote.example/"}` ||
		e.MergedSource != "page" || e.Merged != (Origin{"aaaaaaaaaaaaaaaa", 2}) || e.Origin.Seq != 1 {
		t.Errorf("two reports in one run: %d entries, %s %+v", len(s.Entries()), e.Details, e)
	}
	s.happens('a', 2, "", "tab_created", `{"tab_id":"t2"}`)
	s.reload()
	if e := s.happens('a', 3, "page", "tab_created", `{"tab_id":"t1","how":"link"}`); e.Completes != 3 {
		t.Errorf("a report in a later run completes %d, want 3", e.Completes)
	}
	if s.ActiveTab != "t1" {
		t.Errorf("active tab %q, want the first", s.ActiveTab)
	}
	s.happens('a', 4, "", "switch_active_tab", `{"to_tab":"t2"}`)
	s.reload()
	if s.ActiveTab != "t2" {
		t.Errorf("active tab %q, want t2", s.ActiveTab)
	}
	s.finish()
}

func TestPageOfStream(t *testing.T) {
	s := setting(t, "ab")
	if e := s.happens('a', 0, "", "recorder_started", `{}`); e.URL != "https://quote.example/" {
		t.Errorf("before any navigate: %q, want the one of the opening", e.URL)
	}
	s.happens('a', 1, "", "navigate", `{"url":"https://quote.example/2","title":"Two"}`)
	s.reload()
	if e := s.happens('a', 2, "", "recorder_stopped", `{}`); e.URL != "https://quote.example/2" || e.Title != "Two" {
		t.Errorf("after it: %q %q", e.URL, e.Title)
	}
	if e := s.happens('b', 3, "", "recorder_started", `{}`); e.URL != "https://quote.example/" || e.Title != "" {
		t.Errorf("of another stream: %q %q", e.URL, e.Title)
	}
	if e := s.happens('a', 4, "", "navigate", `{"url":"https://quote.example/3"}`); e.Title != "" {
		t.Errorf("the title of the page before stayed: %q", e.Title)
	}
	s.finish()
}

func TestNavigateNamesTheParticipant(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 0, "page", "participant_joined", `{"client_index":0,"name":"Ada \"A\" Miller"}`)
	e := s.happens('a', 1, "", "navigate", `{"username":"Mallory","url":"https://quote.example/"}`)
	wantLine(t, string(e.Details), `{"url":"https://quote.example/","username":"Ada \"A\" Miller"}`)
	s.finish()
}

func TestUnreadable(t *testing.T) {
	for name, e := range map[string]Event{
		"no type":        {Details: `{}`},
		"no details":     {Type: "click"},
		"a list":         {Type: "click", Details: `[]`},
		"cut":            {Type: "click", Details: `{"a":`},
		"a key twice":    {Type: "navigate", Details: `{"url":"a","url":"b"}`},
		"half a pair":    {Type: "navigate", Details: `{"url":"\ud83d"}`},
		"a large number": {Type: "x_y", Details: `{"n":1e999}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := setting(t, "a")
			e.Time, e.Received, e.Seq, e.Source, e.Stream = noon, noon, 1, "recorder", s.Streams[0]
			if s.Apply(&e) {
				t.Error("was read")
			}
			s.happens('a', 1, "", "recorder_started", `{}`)
			log := s.finish()
			wantLine(t, log[2], `{"details":{"count":1,"first":null,"last":null,"reason":"unreadable"},"message":"1 event is missing here: unreadable","page":{"url":"https://quote.example/"},"received":"2026-11-22T12:00:00.000Z","seq":3,"session_id":"s1","source":"relay","stream":"aaaaaaaaaaaaaaaa","stream_seq":1,"tab_id":"tab-a","time":"2026-11-22T12:00:00.000Z","type":"gap"}`)
		})
	}
}

func TestLate(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 100, "", "recorder_started", `{}`)
	s.reload()
	for _, tt := range []struct {
		ms   int64
		late bool
	}{{99, true}, {99, true}, {100, false}, {101, false}} {
		if e := s.happens('a', tt.ms, "", "recorder_stopped", `{}`); e.Late != tt.late || e.Time != noon+tt.ms {
			t.Errorf("at %d: late %v, want %v; time %d is to stay", tt.ms, e.Late, tt.late, e.Time-noon)
		}
	}
	s.finish()
}

func TestLeavingAndEnding(t *testing.T) {
	s := setting(t, "ab")
	s.happens('a', 10, "", "recorder_started", `{}`)
	s.happens('b', 20, "", "recorder_started", `{}`)
	s.reload()
	a, b := &s.work.Streams[0], &s.work.Streams[1]

	a.Live, a.Seen = false, noon+1000
	gone, next, all := s.Gone(noon+1000+29999, 30000)
	if len(gone) != 0 || next != noon+31000 || all {
		t.Errorf("just before the time: gone %v, next %d, all %v", gone, next-noon, all)
	}
	gone, _, all = s.Gone(noon+31000, 30000)
	if len(gone) != 1 || gone[0] != (Departure{0, noon + 1000}) || all {
		t.Fatalf("at the time: gone %v, all %v", gone, all)
	}
	s.Leave(gone[0], noon+31000)
	s.reload()
	if gone, _, all = s.Gone(noon+31000, 30000); len(gone) != 0 || all {
		t.Errorf("left once more: %v, all %v", gone, all)
	}

	a.Live = true
	s.happens('a', 40000, "", "recorder_started", `{}`) // back again
	s.reload()
	a.Live, a.Seen, b.Live, b.Seen = false, noon+60000, false, noon+50000
	gone, _, all = s.Gone(noon+90000, 30000)
	if len(gone) != 2 || gone[0].Index != 1 || !all {
		t.Fatalf("everybody: gone %v, all %v", gone, all)
	}
	for _, d := range gone {
		s.Leave(d, noon+90000)
	}
	s.End(PageClosed, s.Last, noon+90000)
	s.End(Timeout, s.Last, noon+95000)
	s.reload()
	s.End(Timeout, s.Last, noon+95000)
	if sum := s.Summary(); !sum.Ended || sum.EndReason != PageClosed || sum.Entries != 11 || sum.LastTime != noon+60000 {
		t.Errorf("summary %+v", sum)
	}

	log := s.finish()
	var told []string
	for i := range log {
		told = append(told, between(log[i], `"message":"`, `"`))
	}
	want := "The session began on https://quote.example/|Guest joined|The recorder started|Guest 2 joined|The recorder started|" +
		"Guest left|Guest joined|The recorder started|Guest 2 left|Guest left|The session ended: the last page was closed"
	if got := strings.Join(told, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	wantLine(t, log[9], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"client_index":0,"count":0,"present_ms":20000,"reason":"left","synthesized":true,"username":null},"message":"Guest left","received":"2026-11-22T12:01:30.000Z","seq":10,"session_id":"s1","source":"relay","time":"2026-11-22T12:01:00.000Z","type":"participant_left"}`)
	wantLine(t, log[10], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"duration_ms":60000,"ended":"2026-11-22T12:01:00.000Z","ended_by":null,"ended_message":null,"event_count":10,"reason":"page_closed","started":"2026-11-22T12:00:00.000Z","synthesized":true},"message":"The session ended: the last page was closed","received":"2026-11-22T12:01:30.000Z","seq":11,"session_id":"s1","source":"relay","time":"2026-11-22T12:01:00.000Z","type":"session_end"}`)
}

// TestSilentParticipant: who opened a stream and never sent an event is told of when leaving.
func TestSilentParticipant(t *testing.T) {
	s := setting(t, "a")
	s.work.Streams[0].Live = false
	gone, _, all := s.Gone(noon+30000, 30000)
	if len(gone) != 1 || !all {
		t.Fatalf("gone %v, all %v", gone, all)
	}
	s.Leave(gone[0], noon+30000)
	s.End(PageClosed, s.Last, noon+30000)
	if log := s.finish(); len(log) != 4 {
		t.Errorf("log %q, want the four entries of a session in which nothing happened", log)
	}
}

func TestTimeout(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 0, "", "recorder_started", `{}`)
	if got := s.Heard(); got != noon {
		t.Errorf("heard at %d", got-noon)
	}
	s.End(Timeout, noon+1800000, noon+1800001)
	log := s.finish()
	wantLine(t, log[3], `{"details":{"duration_ms":1800000,"ended":"2026-11-22T12:30:00.000Z","ended_by":null,"ended_message":null,"event_count":3,"reason":"timeout","started":"2026-11-22T12:00:00.000Z","synthesized":true},"message":"The session ended: there were no events for long","received":"2026-11-22T12:30:00.001Z","seq":4,"session_id":"s1","source":"relay","time":"2026-11-22T12:30:00.000Z","type":"session_end"}`)
}

func TestBadState(t *testing.T) {
	var s Session
	if err := s.Load(&store.Work{State: []byte("{")}, ""); err == nil {
		t.Error("took a state that is none")
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
