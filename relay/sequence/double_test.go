package sequence

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestDoublesThatHaveCome: the other report of an act is in the entry of the first when it has come by then, though its
// own time to settle is not over; what comes between them has its own place, and is not late.
func TestDoublesThatHaveCome(t *testing.T) {
	line := func(at int64, typ, source, details string) string {
		return fmt.Sprintf(`{"type":%q,"time":%d,%s"details":%s}`, typ, noon+at, source, details)
	}
	const byPage, tab, load = `"source":"page",`, `{"tab_id":"t1"}`, `{"url":"https://shop.example/a.pdf"}`
	joined := `{"client_index":0,"name":"Ada Miller"}`
	for _, tt := range []struct {
		name      string
		page, app []string // received at 10 and 18
		app2      []string // received when the first run is over
		again     string   // the type that is told of again
		times     int
		merged    bool
	}{
		{"a join, the page first", []string{said(5, "a1")}, []string{line(13, "participant_joined", "", joined)}, nil, "participant_joined", 1, true},
		{"a tab", []string{line(5, "tab_created", "", tab)}, []string{line(13, "tab_created", "", tab)}, nil, "tab_created", 1, true},
		{"a tab, the app first", []string{said(6, "a1"), line(15, "tab_created", "", tab), said(16, "a2")}, []string{line(5, "tab_created", "", tab)}, nil, "tab_created", 1, true},
		{"a download", []string{line(5, "file_download", "", load)}, []string{line(13, "file_download", `"tab_id":"t1",`, load)}, nil, "file_download", 1, true},
		{"a tab that was closed in between", []string{line(5, "tab_created", "", tab)},
			[]string{line(12, "tab_closed", "", tab), line(13, "tab_created", "", tab)}, nil, "tab_created", 2, false},
		{"who left in between", []string{said(5, "a1")},
			[]string{line(12, "participant_left", "", joined), line(13, "participant_joined", "", joined)}, nil, "participant_joined", 2, false},
		{"what has not come", []string{line(5, "tab_created", "", tab)}, nil, []string{line(13, "tab_created", "", tab)}, "tab_created", 2, false},
		{"what a page claims of its visitor", []string{said(5, "a1"), line(13, "participant_joined", byPage, joined), said(14, "a2")}, nil, nil, "participant_joined", 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory()
			n := testNumberer(m)
			m.open("s", 'a', "t1", noon, 0)
			m.backEnd("s", noon)
			for i, l := range tt.page { // each in a batch of its own, the first of which settles first
				m.add("s", 'a', noon+10+8*int64(i), l)
			}
			if tt.app != nil {
				m.add("s", '0', noon+18, tt.app...)
			}
			mustRun(t, n, "s", 1010)
			if tt.app2 != nil {
				m.add("s", '0', noon+1011, tt.app2...)
			}
			mustRun(t, n, "s", 2100)
			log := m.log(t, "s")
			types := told(log, "type")
			if got := len(types) - len(slices.DeleteFunc(types, func(typ string) bool { return typ == tt.again })); got != tt.times {
				t.Errorf("%d %s, want %d\n%s", got, tt.again, tt.times, log)
			}
			if strings.Contains(string(log), `"merged":`) != tt.merged || strings.Contains(string(log), `"late":true`) {
				t.Errorf("merged is to be %v, and nothing late\n%s", tt.merged, log)
			}
			if left := len(m.sessions["s"].Pending); left != 0 {
				t.Errorf("%d batches are left", left)
			}
		})
	}
}

// TestPageThatHasCome: a join that the app tells of has in it what the page tells, when that has come by then.
func TestPageThatHasCome(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	m.backEnd("s", noon)
	m.add("s", '0', noon+6, fmt.Sprintf(`{"type":"participant_joined","time":%d,"details":{"client_index":0,"name":"Ada Miller"}}`, noon+5))
	m.add("s", 'a', noon+18, said(15, "a1"))
	mustRun(t, n, "s", 1006)
	if log := string(m.log(t, "s")); !strings.Contains(log, `"deviceType":"desktop"`) || strings.Contains(log, "a1") {
		t.Errorf("the join is without the page, or the page is there before its time\n%s", log)
	}
	mustRun(t, n, "s", 2100)
	if got := strings.Join(told(m.log(t, "s"), "type"), " "); got != begun {
		t.Errorf("got %s", got)
	}
}
