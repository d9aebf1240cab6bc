package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// backed is a setting with the back end's stream behind those of pages. Streams in capitals are of participants with
// tokens: "A" of participant 0, "B" of 1; F leads.
func backed(t *testing.T, streams string) *stage {
	s := setting(t, strings.ToLower(streams))
	for i, c := range streams {
		if c < 'a' {
			index := int64(c - 'A')
			s.work.Streams[i].Person = &store.Person{
				ClientIndex: index, UserID: fmt.Sprint("u-", index), Name: "Person " + string(c), Email: "5be1d24c7c8e6f00", Role: roleOf(c),
			}
		}
	}
	s.work.Streams = append(s.work.Streams, store.Stream{
		Opening: store.Opening{Site: "quote", Session: "s1", Stream: store.HostStream, Received: noon}, ClientIndex: store.NoParticipant, Ordinal: int64(len(streams)) + 1,
	})
	s.reload()
	return s
}

func roleOf(c rune) string {
	if c == 'F' {
		return RoleHost
	}
	return "customer"
}

// tells applies an event of the back end, ms after noon.
func (s *stage) tells(ms int64, typ, details string) *Entry {
	s.Helper()
	st := s.Known[store.HostStream]
	before := len(s.entries)
	s.Apply(&Event{Type: typ, Source: "host", Time: noon + ms, Received: noon + ms + 5, Seq: st.Numbered + 1, Stream: st, Details: details})
	if len(s.entries) == before {
		return nil
	}
	return &s.entries[len(s.entries)-1]
}

func who(a Actor) string {
	switch a.Basis {
	case "", Script:
		return string(a.Basis)
	}
	return strings.TrimSpace(fmt.Sprint(a.Basis, " ", a.Index, " ", a.Name))
}

// moved is all of the state that only believed events move.
func moved(s *stage) string {
	control, host := "nobody", "nobody"
	if s.Control != nil {
		control = fmt.Sprint(*s.Control)
	}
	if s.State.Host != nil {
		host = fmt.Sprint(*s.State.Host)
	}
	var people []string
	for i := range s.Participants {
		p := &s.Participants[i]
		people = append(people, fmt.Sprint(p.Index, p.Name, p.Role, p.UserID, p.Left != 0))
	}
	return fmt.Sprint(people, " host ", host, " control ", control, " ", s.TabControl, s.Reason)
}

// TestWhoIsBelieved: the same words move the state or do not, by who says them.
func TestWhoIsBelieved(t *testing.T) {
	words := []struct{ typ, details string }{
		{"participant_joined", `{"client_index":4,"name":"Eve Park"}`},
		{"participant_left", `{"client_index":0,"reason":"removed"}`},
		{"host_change", `{"from":0,"to":1}`},
		{"control_switch", `{"from":0,"to":1,"cause":"taken"}`},
		{"control_gained", `{"client_index":1}`},
		{"tab_control", `{"tab_id":"all","to":1,"action":"taken"}`},
	}
	for _, sayer := range []struct {
		name, streams, source string
		stream                byte
		moves                 bool
		basis                 Basis
	}{
		{"a page without a token", "ab", "page", 'b', false, Claimed},
		{"a participant's page", "AB", "page", 'b', false, Claimed},
		{"the host's page", "AF", "page", 'f', true, Said},
		{"an extension in the host's page", "AF", "extension", 'f', false, Claimed},
		{"a frame in the host's page", "AF", "frame", 'f', false, Claimed},
		{"the back end", "AB", "host", 0, true, ""},
	} {
		for _, word := range words {
			t.Run(sayer.name+" "+word.typ, func(t *testing.T) {
				s := backed(t, sayer.streams)
				s.happens('a', 0, "", "recorder_started", `{}`)
				s.happens(strings.ToLower(sayer.streams)[1], 1, "", "recorder_started", `{}`)
				before := moved(s)
				var e *Entry
				if sayer.source == "frame" {
					s.work.Streams[1].Frame = "https://pay.quote.example"
					e = s.happens(sayer.stream, 2, "page", word.typ, word.details)
				} else if sayer.source == "host" {
					e = s.tells(2, word.typ, word.details)
				} else {
					e = s.happens(sayer.stream, 2, sayer.source, word.typ, word.details)
				}
				if after := moved(s); (after != before) != sayer.moves {
					t.Errorf("the state was\n%s, and is\n%s", before, after)
				}
				if sayer.basis != "" && e.Actor.Basis != sayer.basis {
					t.Errorf("kept with the basis %s", e.Actor.Basis)
				}
				s.finish()
			})
		}
	}
}

// TestControl: who has control by what was said, and of which tab.
func TestControl(t *testing.T) {
	for _, tt := range []struct {
		said []string // type and details
		tab  string
		want string
	}{
		{nil, "t1", "nobody"},
		{[]string{"control_gained", `{"client_index":1}`}, "t1", "1"},
		{[]string{"control_gained", `{"client_index":1,"tab_id":null}`}, "t1", "1"},
		{[]string{"control_gained", `{"client_index":1,"tab_id":"t2"}`}, "t1", "nobody"},
		{[]string{"control_gained", `{"client_index":1,"tab_id":"t1"}`}, "t1", "1"},
		{[]string{"control_switch", `{"from":0,"to":2,"cause":"granted"}`}, "t1", "2"},
		{[]string{"control_switch", `{"from":0,"to":2}`}, "t1", "2"},
		{[]string{"control_switch", `{"from":0,"to":2,"cause":"denied"}`}, "t1", "nobody"},
		{[]string{"control_gained", `{"client_index":1}`, "control_switch", `{"from":1,"to":null,"cause":"revoked"}`}, "t1", "nobody"},
		{[]string{"control_gained", `{"client_index":1}`, "control_switch", `{"from":1,"to":0,"cause":"revoked"}`}, "t1", "0"},
		{[]string{"control_gained", `{"client_index":1}`, "tab_control", `{"tab_id":"t1","owner":1,"to":2,"action":"given"}`}, "t1", "2"},
		{[]string{"control_gained", `{"client_index":1}`, "tab_control", `{"tab_id":"t1","owner":1,"to":2,"action":"given"}`}, "t2", "1"},
		{[]string{"control_gained", `{"client_index":1}`, "tab_control", `{"tab_id":"t1","to":2,"action":"denied"}`}, "t1", "1"},
		{[]string{"tab_control", `{"tab_id":"t1","to":2,"action":"taken"}`, "tab_control", `{"tab_id":"t1","to":null,"action":"revoked"}`, "control_gained", `{"client_index":1}`}, "t1", "1"},
		{[]string{"tab_control", `{"tab_id":"t1","to":2,"action":"taken"}`, "control_gained", `{"client_index":1}`}, "t1", "2"},
		{[]string{"tab_control", `{"tab_id":"t1","to":2,"action":"taken"}`, "tab_control", `{"tab_id":"all","to":1,"action":"taken"}`}, "t1", "1"},
		{[]string{"control_gained", `{"client_index":1}`, "participant_joined", `{"client_index":1}`, "participant_left", `{"client_index":1}`}, "t1", "nobody"},
		{[]string{"participant_joined", `{"client_index":4,"user_id":"u-9"}`, "control_switch", `{"from":null,"to":"u-9"}`}, "t1", "4"},
		{[]string{"control_gained", `{"client_index":1}`, "control_switch", `{"from":1,"to":"nobody we know"}`}, "t1", "nobody"},
		{[]string{"participant_joined", `{"client_index":4,"user_id":"[email]"}`, "control_switch", `{"from":null,"to":"[email]"}`}, "t1", "nobody"},
	} {
		s := backed(t, "")
		for i := 0; i < len(tt.said); i += 2 {
			s.tells(int64(i), tt.said[i], tt.said[i+1])
			s.reload() // the state is saved and read between all of them
		}
		got := "nobody"
		if index, ok := s.controller(tt.tab); ok {
			got = fmt.Sprint(index)
		}
		if got != tt.want {
			t.Errorf("after %q %s has control of %s, want %s", tt.said, got, tt.tab, tt.want)
		}
		s.finish()
	}
}

// TestCalledByID: a sentence names whom the app names by its own id, unless the policy hides ids.
func TestCalledByID(t *testing.T) {
	for _, id := range []string{"u-9", "[email]"} {
		s := backed(t, "")
		s.tells(0, "participant_joined", `{"client_index":4,"name":"Person E","user_id":"`+id+`"}`)
		want := "Control of a tab passed to Person E"
		if id == "[email]" {
			want = "Control of a tab passed to [email]"
		}
		if e := s.tells(1, "tab_control", `{"tab_id":"t1","to":"`+id+`","action":"granted"}`); e.Message != want {
			t.Errorf("%q, want %q", e.Message, want)
		}
		s.finish()
	}
}

// TestRemoteControl: who did what happens in a customer's page (stream a, tab-a), while the agent (1) has control.
func TestRemoteControl(t *testing.T) {
	masked := func(more string) string { return `{"is_masked":true,"node_name":"input","rule":"default"` + more + `}` }
	open := `"node_name":"button","attributes":{},"xpath":"/html"`
	for _, tt := range []struct{ what, control, typ, details, want, cause string }{
		{"a script's change", "1", "input_change", masked(`,"cause":"script","trusted":false`), "control 1 Person F", "remote"},
		{"an untrusted change", "1", "input_change", masked(`,"cause":"user","trusted":false`), "control 1 Person F", "remote"},
		{"the recorder knew", "1", "input_change", masked(`,"cause":"remote","trusted":false`), "control 1 Person F", "remote"},
		{"the customer's own hand", "1", "input_change", masked(`,"cause":"user","trusted":true`), "trusted 0 Person A", "user"},
		{"an untrusted click", "1", "click", `{` + open + `,"trusted":false}`, "control 1 Person F", ""},
		{"an untrusted submit", "1", "submit", `{"form":{},"trusted":false,"cause":"script"}`, "control 1 Person F", "remote"},
		{"a page reached", "1", "navigate", `{"url":"https://quote.example/"}`, "control 1 Person F", ""},
		{"leaving", "1", "relocate_start", `{"to_url":null,"cause":"script"}`, "control 1 Person F", "script"},
		{"the recorder's own", "1", "policy_loaded", `{"fallback":false}`, "inferred 0 Person A", ""},
		{"nobody has control", "", "input_change", masked(`,"cause":"script","trusted":false`), "script", "script"},
		{"the customer has", "0", "input_change", masked(`,"cause":"script","trusted":false`), "script", "script"},
		{"the customer has, and goes on", "0", "navigate", `{"url":""}`, "control 0 Person A", ""},
		{"nobody has, a page is reached", "", "navigate", `{"url":""}`, "inferred 0 Person A", ""},
		{"somebody unknown has", "7", "click", `{` + open + `,"trusted":false}`, "control 7", ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			s := backed(t, "AF")
			s.work.Streams[1].ClientIndex, s.work.Streams[1].Person.ClientIndex = 1, 1
			s.happens('f', 0, "", "recorder_started", `{}`)
			if tt.control != "" {
				s.tells(1, "control_gained", `{"client_index":`+tt.control+`}`)
			}
			s.reload()
			e := s.happens('a', 2, "", tt.typ, tt.details)
			if got := who(e.Actor); got != tt.want {
				t.Errorf("%s did it, want %s", got, tt.want)
			}
			if tt.cause != "" && !strings.Contains(string(e.Details), `"cause":"`+tt.cause+`"`) {
				t.Errorf("details %s, want the cause %s", e.Details, tt.cause)
			}
			s.finish()
		})
	}
}

// TestWhatAnActLeadsTo: it is of whoever acted last in the customer's pages, for a while; then of who has control.
func TestWhatAnActLeadsTo(t *testing.T) {
	const own, remote = "trusted", "remote"
	for _, tt := range []struct {
		what    string
		acts    []string // one after the other, a millisecond apart
		after   int64    // milliseconds from the last
		typ     string
		details string
		want    string
	}{
		{"of the customer's hand", []string{own}, 10, "file_download", `{"url":""}`, "inferred 0 Person A"},
		{"the page it leads to", []string{own}, leadsWithin, "navigate", `{"url":""}`, "inferred 0 Person A"},
		{"too late for it", []string{own}, leadsWithin + 1, "navigate", `{"url":""}`, "control 1 Person F"},
		{"of the agent's act", []string{own, remote}, 10, "file_download", `{"url":""}`, "control 1 Person F"},
		{"of the customer's after it", []string{remote, own}, 10, "relocate_start", `{"to_url":null,"cause":"link"}`, "inferred 0 Person A"},
		{"a script leaves", []string{own}, 10, "relocate_start", `{"to_url":null,"cause":"script"}`, "control 1 Person F"},
		{"no act at all", nil, 10, "file_download", `{"url":""}`, "control 1 Person F"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			s := backed(t, "AF")
			s.work.Streams[1].ClientIndex, s.work.Streams[1].Person.ClientIndex = 1, 1
			s.happens('f', 0, "", "recorder_started", `{}`)
			s.tells(1, "control_gained", `{"client_index":1}`)
			at := int64(1)
			for _, by := range tt.acts {
				at++
				s.happens('a', at, "", "click", fmt.Sprintf(`{"node_name":"a","attributes":{},"xpath":"/html","trusted":%v}`, by == own))
				s.reload()
			}
			if got := who(s.happens('a', at+tt.after, "", tt.typ, tt.details).Actor); got != tt.want {
				t.Errorf("%s did it, want %s", got, tt.want)
			}
			s.finish()
		})
	}
}

// TestTokenNames: a token says who it is, and no page can say otherwise.
func TestTokenNames(t *testing.T) {
	s := backed(t, "B")
	s.happens('b', 0, "", "recorder_started", `{}`)
	if d, want := string(s.Entries()[1].Details), `"email":"5be1d24c7c8e6f00","ip":"90a4e1c7","name":"Person B"`; !strings.Contains(d, want) || !strings.Contains(d, `"authenticated":true`) || !strings.Contains(d, `"role":"customer"`) {
		t.Errorf("joined as %s", d)
	}
	e := s.happens('b', 1, "page", "participant_joined", `{"client_index":-1,"name":"Mallory","role":"host","authenticated":false}`)
	if want := `{"authenticated":false,"client_index":1,"name":"Mallory","role":"host"}`; string(e.Details) != want || e.Actor.Basis != Claimed || e.Completes != 0 || e.Merged.Seq != 0 {
		t.Errorf("kept as %s, %+v", e.Details, e)
	}
	if p := s.participant(1); p.Name != "Person B" || p.Role != "customer" {
		t.Errorf("it moved %+v", p)
	}
	s.tells(2, "participant_joined", `{"client_index":1,"name":"Eve","role":"host"}`)
	if p := s.participant(1); p.Name != "Person B" || p.Role != "customer" {
		t.Errorf("the back end moved %+v", p)
	}
	s.finish()
}

// TestIdentifyMyself: a page need not know its number.
func TestIdentifyMyself(t *testing.T) {
	s := backed(t, "ab")
	e := s.happens('b', 1, "page", "participant_joined", `{"client_index":-1,"name":"Ada Miller"}`)
	if s.participant(1).Name != "Ada Miller" || !strings.Contains(string(e.Details), `"client_index":1,`) {
		t.Errorf("%s %+v", e.Details, s.Participants)
	}
	s.finish()
}

// TestHostChange: the roles follow, also of somebody who is not here yet.
func TestHostChange(t *testing.T) {
	s := backed(t, "AF")
	s.work.Streams[1].ClientIndex, s.work.Streams[1].Person.ClientIndex = 1, 1
	s.happens('a', 0, "", "recorder_started", `{}`)
	s.happens('f', 1, "", "recorder_started", `{}`)
	for i, step := range []struct{ to, want string }{{"0", "host "}, {"1", "customer host"}, {"7", "customer "}, {"0", "host "}} {
		s.tells(int64(2+i), "host_change", `{"to":`+step.to+`}`)
		s.reload()
		if got := s.participant(0).Role + " " + s.participant(1).Role; got != step.want {
			t.Errorf("after the change to %s: %q, want %q", step.to, got, step.want)
		}
	}
	s.tells(8, "host_change", `{"to":5}`)
	s.tells(9, "participant_joined", `{"client_index":5,"role":"agent"}`)
	if got := s.participant(5).Role; got != RoleHost {
		t.Errorf("who was to be host is %s", got)
	}
	s.finish()
}

// TestJoinsOfBothSides: a join that page and app tell of is one entry, or one that completes the other.
func TestJoinsOfBothSides(t *testing.T) {
	const told = `{"client_index":0,"name":"Ada Miller","country_code":"PT","deviceType":"tablet"}`
	t.Run("the page first, in one run", func(t *testing.T) {
		s := backed(t, "a")
		s.happens('a', 0, "", "recorder_started", `{}`)
		if e := s.tells(1, "participant_joined", told); e != nil && e.Type == "participant_joined" && e.Seq != 2 {
			t.Errorf("it has an entry of its own: %+v", e)
		}
		join := s.Entries()[1]
		for _, want := range []string{`"country_code":"PT"`, `"deviceType":"desktop"`, `"name":"Ada Miller"`} {
			if !strings.Contains(string(join.Details), want) {
				t.Errorf("%s lacks %s", join.Details, want)
			}
		}
		if join.MergedSource != "host" || join.Message != "Ada Miller joined" || s.participant(0).Name != "Ada Miller" {
			t.Errorf("%+v", join)
		}
		s.finish()
	})
	t.Run("the page first, in another", func(t *testing.T) {
		s := backed(t, "a")
		s.happens('a', 0, "", "recorder_started", `{}`)
		s.reload()
		if e := s.tells(1, "participant_joined", told); e.Completes != 2 || who(e.Actor) != "host 0 Ada Miller" {
			t.Errorf("%+v", e)
		}
		s.finish()
	})
	t.Run("the app first, in one run", func(t *testing.T) {
		s := backed(t, "a")
		s.tells(0, "participant_joined", told)
		s.happens('a', 1, "", "recorder_started", `{}`)
		if n := len(s.Entries()); n != 3 {
			t.Errorf("%d entries", n)
		}
		if d := string(s.Entries()[1].Details); !strings.Contains(d, `"user_agent":"Mozilla/5.0"`) || !strings.Contains(d, `"deviceType":"tablet"`) {
			t.Errorf("%s", d)
		}
		s.finish()
	})
	t.Run("the app first, in another", func(t *testing.T) {
		s := backed(t, "a")
		s.tells(0, "participant_joined", told)
		s.reload()
		s.happens('a', 1, "", "recorder_started", `{}`)
		s.happens('a', 2, "", "recorder_stopped", `{}`)
		if e := s.Entries()[0]; e.Type != "participant_joined" || e.Completes != 2 || !strings.HasSuffix(e.Message, " joined, as entry 2 tells") || len(s.Entries()) != 3 {
			t.Errorf("%+v of %d", e, len(s.Entries()))
		}
		s.finish()
	})
}

// TestLeavingByWord: whom the app has seen leave does not come back by an open page, but by a new one.
func TestLeavingByWord(t *testing.T) {
	s := backed(t, "aa")
	s.work.Streams = slices.Delete(s.work.Streams, 1, 2)
	s.reload()
	s.happens('a', 0, "", "recorder_started", `{}`)
	e := s.tells(1000, "participant_left", `{"client_index":0,"reason":"removed"}`)
	if want := `{"client_index":0,"count":0,"present_ms":1000,"reason":"removed","username":null}`; string(e.Details) != want || who(e.Actor) != "" || e.Message != "Guest was removed" {
		t.Errorf("%s, %q by %q", e.Details, e.Message, who(e.Actor))
	}
	s.happens('a', 1001, "", "recorder_stopped", `{}`)
	s.reload()
	if gone, _, all := s.Gone(noon+90000, 30000); len(gone) != 0 || all {
		t.Errorf("gone %v, all %v, while a page is open", gone, all)
	}
	s.work.Streams[0].Live, s.work.Streams[0].Seen = false, noon+2000
	if gone, _, all := s.Gone(noon+90000, 30000); len(gone) != 1 || gone[0].Tab == "" || !all {
		t.Errorf("gone %v, all %v", gone, all)
	}
	again := s.work.Streams[0]
	again.Opening.Stream, again.Received = strings.Repeat("b", 16), noon+5000
	s.work.Streams = append(s.work.Streams, again)
	s.reload()
	s.happens('b', 5000, "", "recorder_started", `{}`)
	if n := strings.Count(strings.Join(s.finish(), "\n"), `"participant_joined"`); n != 2 {
		t.Errorf("%d joins, want 2", n)
	}
}

// TestOnlyTheAppKnows: participants without a page leave by word, and the session is over when they have.
func TestOnlyTheAppKnows(t *testing.T) {
	s := backed(t, "")
	if _, _, all := s.Gone(noon+90000, 30000); all {
		t.Error("all have left before anybody came")
	}
	s.tells(0, "participant_joined", `{"client_index":0}`)
	if _, _, all := s.Gone(noon+90000, 30000); all {
		t.Error("all have left while one is here")
	}
	s.tells(1000, "participant_left", `{"client_index":0}`)
	if _, next, all := s.Gone(noon+30999, 30000); all || next != noon+31000 {
		t.Errorf("just before the time: all %v, next %d", all, next-noon)
	}
	if _, _, all := s.Gone(noon+31000, 30000); !all {
		t.Error("they have not left")
	}
	s.finish()
}

// TestDownloads: a download that page and app tell of within five seconds is one.
func TestDownloads(t *testing.T) {
	const url = `"url":"https://quote.example/f"`
	for _, tt := range []struct {
		what        string
		ms          int64
		source, tab string
		details     string
		entries     int
	}{
		{"the app, at once", 100, "host", "tab-a", `{` + url + `,"size":5}`, 1},
		{"the app, five seconds later", 5000, "host", "tab-a", `{` + url + `}`, 1},
		{"the app, later", 5001, "host", "tab-a", `{` + url + `}`, 2},
		{"the page", 100, "page", "tab-a", `{` + url + `}`, 1},
		{"another tab", 100, "host", "tab-b", `{` + url + `}`, 2},
		{"another address", 100, "host", "tab-a", `{"url":"https://quote.example/g"}`, 2},
		{"the recorder again", 100, "", "tab-a", `{` + url + `}`, 2},
	} {
		for _, another := range []bool{false, true} {
			s := backed(t, "a")
			s.happens('a', 0, "", "file_download", `{`+url+`,"how":"anchor","size":null}`)
			if another {
				s.reload()
			}
			if tt.source == "host" {
				st := s.Known[store.HostStream]
				s.Apply(&Event{Type: "file_download", Source: "host", Time: noon + tt.ms, Received: noon + tt.ms, Seq: 1, Stream: st, Tab: tt.tab, Details: tt.details})
			} else {
				s.happens('a', tt.ms, tt.source, "file_download", tt.details)
			}
			log := strings.Join(s.finish(), "\n")
			want := tt.entries
			if another {
				want = 2
			}
			if got := strings.Count(log, `"file_download"`); got != want || strings.Contains(log, `"completes":3`) != (another && tt.entries == 1) {
				t.Errorf("%s, another run %v: %d entries\n%s", tt.what, another, got, log)
			}
		}
	}
}

// TestBackEndsEntries: what an entry of the back end says of where and who.
func TestBackEndsEntries(t *testing.T) {
	s := backed(t, "A")
	s.tells(0, "session_created", `{"start_url":"https://quote.example/start","options":{"chat":true},"created_from":"console"}`)
	s.happens('a', 1, "", "tab_created", `{"tab_id":"tab-a"}`)
	s.happens('a', 2, "", "navigate", `{"url":"https://quote.example/now"}`)
	if first := s.Entries()[0]; string(first.Details) != `{"created_from":"console","ip":null,"options":{"chat":true},"server_region":null,"session_id":"s1","start_url":"https://quote.example/start","versions":{"relay":"2.0.0"}}` || first.Source != "host" {
		t.Errorf("%s", first.Details)
	}
	if s.StartURL != "https://quote.example/start" || s.Started != noon {
		t.Errorf("began %d at %s", s.Started-noon, s.StartURL)
	}
	e := s.tells(3, "chat", `{"from":0,"length":4}`)
	if who(e.Actor) != "host 0 Person A" || e.Tab != "tab-a" || e.URL != "https://quote.example/now" || e.Message != "Person A sent a chat message of 4 characters" {
		t.Errorf("%s %s %s %q", who(e.Actor), e.Tab, e.URL, e.Message)
	}
	three := int64(3)
	s.Apply(&Event{Type: "x_offer", Source: "host", Time: noon + 4, Received: noon + 4, Seq: 3, Stream: s.Known[store.HostStream], Tab: "t9", Index: &three, Details: `{}`})
	if e := s.Entries()[len(s.Entries())-1]; who(e.Actor) != "host 3" || e.Tab != "t9" || e.URL != "" {
		t.Errorf("%s %s %q", who(e.Actor), e.Tab, e.URL)
	}
	if e := s.tells(5, "screenshot_generated", `{"screenshot_id":"p1"}`); who(e.Actor) != "" {
		t.Errorf("%s made a screenshot", who(e.Actor))
	}
	s.tells(6, "tab_pause", `{"tab_id":"tab-a"}`)
	if got := s.tab("tab-a").Paused; got != noon+6 {
		t.Errorf("paused at %d", got-noon)
	}
	s.finish()
}

// TestCreatedOnce: another word that the session began is in the entry of the first, or completes it.
func TestCreatedOnce(t *testing.T) {
	s := backed(t, "F")
	s.happens('f', 0, "", "recorder_started", `{}`)
	began := s.Started
	if e := s.tells(1, "session_created", `{"start_url":"https://quote.example/other","server_region":"eu"}`); e != nil {
		t.Errorf("it has an entry of its own: %+v", e)
	}
	if first := s.Entries()[0]; !strings.Contains(string(first.Details), `"server_region":"eu","session_id":"s1","start_url":"https://quote.example/"`) || first.MergedSource != "host" {
		t.Errorf("%s %+v", first.Details, first)
	}
	s.reload()
	for _, e := range []Entry{*s.tells(2, "session_created", `{}`), *s.happens('f', 3, "page", "session_created", `{}`)} {
		if e.Completes != 1 || e.Message != "The session began, as entry 1 tells" {
			t.Errorf("completes %d: %s", e.Completes, e.Message)
		}
	}
	if s.Started != began || s.StartURL != "https://quote.example/" {
		t.Errorf("began %d later, at %s", s.Started-began, s.StartURL)
	}
	s.finish()
}

// TestMaskedBy: an entry names the rule that masked something in it, as far as that shows.
func TestMaskedBy(t *testing.T) {
	const page, none = ` f00d`, ""
	for _, tt := range []struct{ source, typ, details, want string }{
		{"", "input_change", `{"is_masked":true,"node_name":"input","rule":"mask:#iban"}`, "mask:#iban" + page},
		{"", "submit", `{"form":{},"fields":[{"is_masked":true,"field":"f1"}],"rule":"default"}`, "default" + page},
		{"page", "submit", `{"form":{},"rule":"of the app"}`, none},
		{"", "click", `{"node_name":"button","label":"Call [phone]"}`, "phone" + page},
		{"", "input_change", `{"node_name":"input","attributes":{"name":"[email]"},"xpath":"/html","value":"x"}`, none},
		{"", "click", `{"node_name":"button","label":"user[email]"}`, none},
		{"page", "client_log", `{"message":"mail to [email], card [card]"}`, "email" + page},
		{"page", "client_log", `{"message":"hello","data":{"pin":"**********"}}`, "hard_deny" + page},
		{"page", "client_log", `{"message":"*********** hello ***********"}`, none},
		{"host", "client_log", `{"message":"card [card]"}`, "card"},
		{"host", "input_change", `{"is_masked":true,"node_name":"input","rule":"said"}`, "said"},
		{"host", "click", `{"is_masked":true,"node_name":"input","rule":"default"}`, "default"},
		{"host", "document_share", `{"document_id":"d1","filename":"*.pdf"}`, "filenames"},
		{"host", "document_share", `{"document_id":"d1","filename":"terms.pdf"}`, none},
		{"host", "chat", `{"from":0,"length":5}`, "chat"},
		{"host", "chat", `{"from":0,"length":5,"text":"Hello"}`, none},
		{"host", "chat", `{"from":0,"length":7,"text":"[phone]"}`, "phone"},
	} {
		s := backed(t, "A")
		var e *Entry
		if tt.source == "host" {
			e = s.tells(1, tt.typ, tt.details)
		} else {
			e = s.happens('a', 1, tt.source, tt.typ, tt.details)
		}
		if got := strings.TrimSpace(e.Rule + " " + e.Policy); got != tt.want {
			t.Errorf("%s %s is masked by %q, want %q: %s", tt.source, tt.typ, got, tt.want, tt.details)
		}
		s.finish()
	}
}

// TestMaskedByTheOther: an entry names the rule also of the other report that is in it, and of what the relay found.
func TestMaskedByTheOther(t *testing.T) {
	s := backed(t, "A")
	s.happens('a', 0, "", "file_download", `{"url":"","filename":null}`)
	s.Apply(&Event{Type: "file_download", Source: "host", Time: noon, Received: noon, Seq: 1, Stream: s.Known[store.HostStream], Tab: "tab-a", Details: `{"url":"","filename":"*.pdf"}`})
	if e := s.Entries()[2]; e.Rule != "filenames" || e.Policy != "" || e.MergedSource != "host" {
		t.Errorf("%+v", e)
	}
	s.Apply(&Event{
		Type: "click", Source: "recorder", Time: noon + 1, Received: noon + 1, Seq: 2, Stream: s.Known[strings.Repeat("a", 16)],
		Details: `{"node_name":"a"}`, Corrected: `[{"rule":"labels","path":"details.label"}]`,
	})
	if e := s.Entries()[3]; e.Rule != "labels" || e.Policy != "" {
		t.Errorf("%+v", e)
	}
	s.finish()
}

// TestClose: the end is the last entry, once, with what the relay knows of it.
func TestClose(t *testing.T) {
	s := backed(t, "AF")
	s.work.Streams[1].ClientIndex, s.work.Streams[1].Person.ClientIndex = 1, 1
	s.happens('a', 0, "", "recorder_started", `{}`)
	s.happens('f', 5000, "", "recorder_started", `{}`)
	host, back := s.Known[strings.Repeat("f", 16)], s.Known[store.HostStream]
	ends := []Event{
		{Type: "session_end", Source: "page", Time: noon + 4000, Received: noon + 6000, Seq: 2, Stream: host, Details: `{"ended_message":"bye"}`},
		{Type: "session_end", Source: "host", Time: noon + 6000, Received: noon + 6000, Seq: 1, Stream: back, Details: `{"reason":"limit","plan":"basic"}`},
	}
	for i := range ends {
		if !s.Ends(&ends[i]) {
			t.Fatalf("%d does not end it", i)
		}
	}
	s.Close(ends)
	s.End(Timeout, noon+9000, noon+9000)
	log := s.finish()
	want := `"details":{"duration_ms":5000,"ended":"2026-11-22T12:00:05.000Z","ended_by":1,"ended_message":"bye","event_count":5,"plan":"basic","reason":"ended_by_host","started":"2026-11-22T12:00:00.000Z"},"merged":{"source":"host","stream":"0000000000000000","stream_seq":1},"message":"The session ended: the host ended it"`
	if last := log[len(log)-1]; !strings.Contains(last, want) || len(log) != 6 || s.Reason != "ended_by_host" || !s.Known[store.HostStream].Has(1) {
		t.Errorf("%d entries, the last %s\nwant %s", len(log), last, want)
	}
	lie := Event{Type: "session_end", Source: "page", Stream: s.Known[strings.Repeat("a", 16)]}
	if s.Ends(&lie) {
		t.Error("a page that does not lead ends the session")
	}
}

// TestEveryDoer: the key that says who did it is one of the type's.
func TestEveryDoer(t *testing.T) {
	for typ, key := range doer {
		spec, ok := event.Find(string(typ))
		if !ok || !slices.ContainsFunc(spec.Keys, func(k event.Key) bool { return k.Name == key }) {
			t.Errorf("%s has no %s", typ, key)
		}
	}
}
