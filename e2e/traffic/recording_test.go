package traffic

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

func theRecording(t *testing.T) Recording {
	lines, err := ReadRecording("../../testdata/sessions/demo.lines.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestVisits cuts the recording at its visitors and its pages.
func TestVisits(t *testing.T) {
	lines := theRecording(t)
	starts := len(lines) - len(lines.Without(event.RecorderStarted))
	if visits, pages := len(lines.Visits()), len(lines.Pages()); visits < 2 || pages != starts {
		t.Errorf("%d visits and %d pages; want several, and %d", visits, pages, starts)
	}
}

func TestMoved(t *testing.T) {
	lines := theRecording(t)
	now := time.UnixMilli(1_800_000_000_000)
	first := func(r Recording) int64 { return gjson.GetBytes(r[0], "time").Int() }
	last := func(r Recording) int64 { return gjson.GetBytes(r[len(r)-1], "time").Int() }
	moved := lines.Moved(now)
	if last(moved) != now.UnixMilli() || last(moved)-first(moved) != last(lines)-first(lines) {
		t.Errorf("from %d to %d is now from %d to %d", first(lines), last(lines), first(moved), last(moved))
	}
}

// TestCompare holds a log against the lines that were sent, and finds what is wrong with it.
func TestCompare(t *testing.T) {
	lines := Recording{
		[]byte(`{"type":"click","time":1,"details":{"x":0.5,"node_name":"a"}}`),
		[]byte(`{"type":"navigate","time":2,"details":{"url":"/"}}`),
	}
	relays := `{"type":"session_created","details":{}}` + "\n"
	one := `{"type":"click","stream":"s","stream_seq":1,"details":{"node_name":"a","x":0.5}}` + "\n"
	two := `{"type":"navigate","stream":"s","stream_seq":2,"details":{"url":"/","username":null}}` + "\n"
	again := strings.Replace(one, `"stream_seq":1`, `"stream_seq":3`, 1)
	for what, row := range map[string]struct {
		log string
		ok  bool
	}{
		"all of it":     {relays + one + two + again, true},
		"one missing":   {relays + one + again, false},
		"the last":      {relays + one + two, false},
		"one twice":     {relays + one + one + two + again, false},
		"another value": {relays + one + strings.Replace(two, `"/"`, `"/x"`, 1) + again, false},
		"another type":  {relays + strings.Replace(one, "click", "submit", 1) + two + again, false},
	} {
		p := Page{next: 4}
		if err := p.compare([]byte(row.log), lines); (err == nil) != row.ok {
			t.Errorf("%s: %v", what, err)
		}
	}
}
