package session

import (
	"fmt"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

// TestPlaces: an event of the back end belongs to the tab and the page of its own time, however late it comes.
func TestPlaces(t *testing.T) {
	s := backed(t, "a")
	a, b := s.work.Streams[0].Tab, "tab-b"
	s.work.Streams = append(s.work.Streams, store.Stream{
		Opening: store.Opening{Site: "quote", Session: "s1", Stream: "bbbbbbbbbbbbbbbb", Tab: b, URL: "https://quote.example/b?", Received: noon + 300}, Ordinal: 3,
	})
	s.reload()
	s.happens('a', 10, "", "tab_created", fmt.Sprintf(`{"tab_id":%q}`, a))
	s.happens('a', 10, "", "navigate", `{"url":"https://quote.example/1","title":"One"}`)
	s.happens('a', 200, "", "navigate", `{"url":"https://quote.example/2"}`)
	s.happens('b', 290, "", "tab_created", fmt.Sprintf(`{"tab_id":%q}`, b))
	s.happens('b', 290, "", "navigate", `{"url":"https://quote.example/b"}`)
	s.happens('b', 310, "", "switch_active_tab", fmt.Sprintf(`{"to_tab":%q}`, b))
	s.happens('a', 400, "", "navigate", `{"url":"https://quote.example/3","kind":"push"}`)
	s.reload()
	for _, tt := range []struct {
		at             int64
		details        string
		tab, url, name string
	}{
		{5, `{"message":"m"}`, "", "", ""},
		{5, fmt.Sprintf(`{"message":"m","tab_id":%q}`, a), a, "https://quote.example/1", "One"},
		{100, `{"message":"m"}`, a, "https://quote.example/1", "One"},
		{250, `{"message":"m"}`, a, "https://quote.example/2", ""},
		{250, fmt.Sprintf(`{"message":"m","tab_id":%q}`, b), b, "", ""},
		{300, `{"message":"m"}`, a, "https://quote.example/2", ""},
		{320, `{"message":"m"}`, b, "https://quote.example/b", ""},
		{320, fmt.Sprintf(`{"message":"m","tab_id":%q}`, a), a, "https://quote.example/2", ""},
		{500, fmt.Sprintf(`{"message":"m","tab_id":%q}`, a), a, "https://quote.example/3", ""},
		{500, `{"message":"m","tab_id":"t9"}`, "t9", "", ""},
	} {
		e := s.tells(tt.at, "client_log", tt.details)
		if e.Tab != tt.tab || e.URL != tt.url || e.Title != tt.name {
			t.Errorf("at %d, %s: tab %q, page %q %q", tt.at, tt.details, e.Tab, e.URL, e.Title)
		}
		if late := tt.at < 400; e.Late != late {
			t.Errorf("at %d: late %v", tt.at, e.Late)
		}
	}
	s.finish()
}

// TestForgottenPlaces: what is no longer known is not guessed, and each tab's newest page stays known.
func TestForgottenPlaces(t *testing.T) {
	s := backed(t, "ab")
	a, b := s.work.Streams[0].Tab, s.work.Streams[1].Tab
	s.happens('b', 5, "", "navigate", `{"url":"https://quote.example/b"}`)
	const all = 3 * maxPast
	for i := range int64(all) {
		s.happens('a', 10*i+10, "", "navigate", fmt.Sprintf(`{"url":"https://quote.example/%d"}`, i))
		s.happens('a', 10*i+10, "", "switch_active_tab", fmt.Sprintf(`{"to_tab":"t%d"}`, i))
	}
	s.reload()
	if len(s.Pages) > maxPast+2 || len(s.Active) > maxPast+1 {
		t.Errorf("%d pages and %d active tabs are remembered", len(s.Pages), len(s.Active))
	}
	for _, tt := range []struct {
		at       int64
		tab, url string
	}{
		{15, a, ""},
		{10 * all, a, fmt.Sprint("https://quote.example/", all-1)},
		{10 * (all - maxPast), a, fmt.Sprint("https://quote.example/", all-maxPast-1)},
		{10 * all, b, "https://quote.example/b"},
		{15, b, "https://quote.example/b"},
	} {
		if e := s.tells(tt.at, "client_log", fmt.Sprintf(`{"message":"m","tab_id":%q}`, tt.tab)); e.URL != tt.url {
			t.Errorf("at %d in tab %s: page %q, want %q", tt.at, tt.tab, e.URL, tt.url)
		}
	}
	if e := s.tells(15, "client_log", `{"message":"m"}`); e.Tab != "" || e.URL != "" {
		t.Errorf("the tab active long ago: %q %q", e.Tab, e.URL)
	}
	s.finish()
}

// TestFrameIsNoPage: a frame of another origin is in a tab whose page is another.
func TestFrameIsNoPage(t *testing.T) {
	s := backed(t, "a")
	tab := s.work.Streams[0].Tab
	s.work.Streams = append(s.work.Streams, store.Stream{
		Opening: store.Opening{Site: "quote", Session: "s1", Stream: "cccccccccccccccc", Tab: tab, Frame: "https://pay.quote.example", URL: "https://pay.quote.example/", Received: noon + 5}, Ordinal: 3,
	})
	s.reload()
	s.happens('a', 1, "", "navigate", `{"url":"https://quote.example/1"}`)
	s.happens('c', 10, "", "navigate", `{"url":"https://pay.quote.example/1"}`)
	if e := s.tells(20, "client_log", fmt.Sprintf(`{"message":"m","tab_id":%q}`, tab)); e.URL != "https://quote.example/1" {
		t.Errorf("page %q", e.URL)
	}
	s.finish()
}

// TestLateControl: a word about control that comes late moves nothing that has been decided since, and what it says of
// other things counts.
func TestLateControl(t *testing.T) {
	type said struct {
		at           int64
		typ, details string
	}
	to := func(kind string, at int64, details string) said { return said{at, kind, details} }
	for _, tt := range []struct {
		said []said // in the order in which they come
		want string // who may act in t1, in t2, and who leads
	}{
		{[]said{to("control_switch", 20, `{"from":null,"to":2}`), to("control_switch", 10, `{"from":null,"to":1}`)}, "2 2 nobody"},
		{[]said{to("control_switch", 20, `{"from":null,"to":2}`), to("control_gained", 10, `{"client_index":1}`)}, "2 2 nobody"},
		{[]said{to("control_switch", 20, `{"from":null,"to":null}`), to("control_gained", 10, `{"client_index":1}`)}, "nobody nobody nobody"},
		{[]said{to("control_switch", 20, `{"from":null,"to":2}`), to("tab_control", 10, `{"tab_id":"t1","to":1,"action":"given"}`)}, "1 2 nobody"},
		{[]said{to("tab_control", 20, `{"tab_id":"t1","to":2,"action":"given"}`), to("tab_control", 10, `{"tab_id":"t1","to":1,"action":"given"}`)}, "2 nobody nobody"},
		{[]said{to("tab_control", 20, `{"tab_id":"t1","to":null,"action":"given"}`), to("tab_control", 10, `{"tab_id":"t1","to":1,"action":"given"}`)}, "nobody nobody nobody"},
		{[]said{to("tab_control", 20, `{"tab_id":"all","to":2,"action":"given"}`), to("tab_control", 10, `{"tab_id":"t1","to":1,"action":"given"}`)}, "2 2 nobody"},
		{[]said{to("tab_control", 20, `{"tab_id":"t1","to":2,"action":"given"}`), to("tab_control", 10, `{"tab_id":"all","to":1,"action":"given"}`)}, "2 1 nobody"},
		{[]said{to("tab_control", 5, `{"tab_id":"t2","to":0,"action":"given"}`), to("tab_control", 20, `{"tab_id":"t1","to":2,"action":"given"}`), to("tab_control", 10, `{"tab_id":"all","to":1,"action":"given"}`)}, "2 1 nobody"},
		{[]said{to("host_change", 20, `{"from":0,"to":2}`), to("host_change", 10, `{"from":0,"to":1}`), to("control_switch", 10, `{"from":null,"to":1}`)}, "1 1 2"},
		{[]said{to("control_switch", 20, `{"from":null,"to":2}`), to("control_switch", 20, `{"from":null,"to":1}`)}, "1 1 nobody"},
		{[]said{to("participant_joined", 1, `{"client_index":1}`), to("participant_left", 20, `{"client_index":1}`), to("control_switch", 10, `{"from":null,"to":1}`), to("tab_control", 10, `{"tab_id":"t1","to":1,"action":"given"}`)}, "nobody nobody nobody"},
	} {
		s := backed(t, "")
		for _, w := range tt.said {
			s.tells(w.at, w.typ, w.details)
			s.reload()
		}
		who := func(index int64, ok bool) string {
			if !ok {
				return "nobody"
			}
			return fmt.Sprint(index)
		}
		host := "nobody"
		if s.Host != nil {
			host = fmt.Sprint(*s.Host)
		}
		if got := who(s.controller("t1")) + " " + who(s.controller("t2")) + " " + host; got != tt.want {
			t.Errorf("after %v: %s, want %s", tt.said, got, tt.want)
		}
		s.finish()
	}
}
