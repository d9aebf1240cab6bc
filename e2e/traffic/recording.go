package traffic

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

// Recording is the lines of a recorded session, each as event.AppendLine wrote it.
type Recording [][]byte

// ReadRecording reads a file of lines.
func ReadRecording(file string) (Recording, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the recorded session: %w", err)
	}
	var lines Recording
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

// Visits cuts the recording where another visitor comes.
func (r Recording) Visits() []Recording {
	return r.cut(func(_, line string) bool { return opensTab(line) })
}

// Pages cuts the recording where another page begins, and with it a stream and a connection.
func (r Recording) Pages() []Recording {
	return r.cut(func(before, line string) bool { return opensTab(line) || loadsPage(line) && !opensTab(before) })
}

func opensTab(line string) bool { return strings.HasPrefix(line, `{"type":"`+string(event.TabCreated)) }

func loadsPage(line string) bool {
	return strings.HasPrefix(line, `{"type":"`+string(event.Navigate)) && gjson.Get(line, "details.kind").Str == "load"
}

func (r Recording) cut(at func(before, line string) bool) (parts []Recording) {
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

// Moved gives the recording as if its last event were of another time.
func (r Recording) Moved(last time.Time) Recording {
	latest := int64(0)
	for _, line := range r {
		latest = max(latest, gjson.GetBytes(line, "time").Int())
	}
	var lines Recording
	for _, line := range r {
		at := gjson.GetBytes(line, "time")
		moved := append([]byte{}, line[:at.Index]...)
		moved = fmt.Append(moved, at.Int()-latest+last.UnixMilli())
		lines = append(lines, append(moved, line[at.Index+len(at.Raw):]...))
	}
	return lines
}

// Without leaves out the events of a type.
func (r Recording) Without(kind event.Word) (rest Recording) {
	for _, line := range r {
		if gjson.GetBytes(line, "type").Str != string(kind) {
			rest = append(rest, line)
		}
	}
	return rest
}

// Batches cuts lines into batches of a size; the last may be smaller.
func (r Recording) Batches(size int) (batches []Recording) {
	for len(r) > 0 {
		n := min(size, len(r))
		batches = append(batches, r[:n])
		r = r[n:]
	}
	return batches
}
