package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

// recording is the lines of a recorded session, each as event.AppendLine wrote it.
type recording [][]byte

func readRecording(file string) (recording, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the recorded session: %w", err)
	}
	var lines recording
	for line := range bytes.Lines(raw) {
		if !gjson.ValidBytes(line) || line[len(line)-1] != '\n' {
			return nil, fmt.Errorf("%s: line %d is no event", file, len(lines)+1)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	return lines, nil
}

// visits cuts the recording where another visitor comes.
func (r recording) visits() []recording {
	return r.cut(func(_, line string) bool { return opensTab(line) })
}

// pages cuts the recording where another page begins, and with it a stream and a connection.
func (r recording) pages() []recording {
	return r.cut(func(before, line string) bool { return opensTab(line) || loadsPage(line) && !opensTab(before) })
}

func opensTab(line string) bool { return strings.HasPrefix(line, `{"type":"`+string(event.TabCreated)) }

func loadsPage(line string) bool {
	return strings.HasPrefix(line, `{"type":"`+string(event.Navigate)) && gjson.Get(line, "details.kind").Str == "load"
}

func (r recording) cut(at func(before, line string) bool) (parts []recording) {
	before := ""
	for _, line := range r {
		if len(parts) == 0 || at(before, string(line)) {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], line)
		before = string(line)
	}
	return parts
}

// moved gives the recording as if its last event were of another time.
func (r recording) moved(last time.Time) recording {
	latest := int64(0)
	for _, line := range r {
		latest = max(latest, gjson.GetBytes(line, "time").Int())
	}
	var lines recording
	for _, line := range r {
		at := gjson.GetBytes(line, "time")
		moved := append([]byte{}, line[:at.Index]...)
		moved = fmt.Append(moved, at.Int()-latest+last.UnixMilli())
		lines = append(lines, append(moved, line[at.Index+len(at.Raw):]...))
	}
	return lines
}

// without leaves out the events of a type.
func (r recording) without(kind event.Word) (rest recording) {
	for _, line := range r {
		if gjson.GetBytes(line, "type").Str != string(kind) {
			rest = append(rest, line)
		}
	}
	return rest
}

// batches cuts lines into batches of a size; the last may be smaller.
func (r recording) batches(size int) (batches []recording) {
	for len(r) > 0 {
		n := min(size, len(r))
		batches = append(batches, r[:n])
		r = r[n:]
	}
	return batches
}
