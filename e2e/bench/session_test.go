package main

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

func theRecording(t *testing.T) recording {
	lines, err := readRecording("../../testdata/sessions/demo.lines.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestRecording holds the committed recording to what the measures need of it.
func TestRecording(t *testing.T) {
	lines := theRecording(t)
	kinds := map[string]int{}
	for _, line := range lines {
		kinds[gjson.GetBytes(line, "type").Str]++
		for _, v := range visitors {
			for _, secret := range []string{v.name, v.email, v.phone, v.password, v.card, "127.0.0.1"} {
				if strings.Contains(string(line), secret) {
					t.Errorf("a line has %q: %s", secret, line)
				}
			}
		}
	}
	if len(lines) < 400 || len(kinds) < 6 {
		t.Errorf("%d lines of the types %v: too few", len(lines), kinds)
	}
	if visits, pages := len(lines.visits()), len(lines.pages()); visits != len(visitors) || pages != kinds[string(event.RecorderStarted)] {
		t.Errorf("%d visits and %d pages; want %d and %d", visits, pages, len(visitors), kinds[string(event.RecorderStarted)])
	}
}

func TestMoved(t *testing.T) {
	lines := theRecording(t)
	now := time.UnixMilli(1_800_000_000_000)
	first := func(r recording) int64 { return gjson.GetBytes(r[0], "time").Int() }
	last := func(r recording) int64 { return gjson.GetBytes(r[len(r)-1], "time").Int() }
	moved := lines.moved(now)
	if last(moved) != now.UnixMilli() || last(moved)-first(moved) != last(lines)-first(lines) {
		t.Errorf("from %d to %d is now from %d to %d", first(lines), last(lines), first(moved), last(moved))
	}
}

// TestCompare holds a log against the lines that were sent, and finds what is wrong with it.
func TestCompare(t *testing.T) {
	lines := recording{
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
		p := page{next: 4}
		if err := p.compare([]byte(row.log), lines); (err == nil) != row.ok {
			t.Errorf("%s: %v", what, err)
		}
	}
}
