package event

import (
	"slices"
	"strconv"

	"github.com/cotrail/cotrail/masking"
)

// Sources of an event: who says that it happened.
const (
	SourceRecorder  Word = "recorder"
	SourcePage      Word = "page"
	SourceExtension Word = "extension"
	SourceHost      Word = "host"
	SourceRelay     Word = "relay"
)

// Corrected is the key by which the relay notes in an event's line, before it is stored, what its second look found. No
// page sends it.
const Corrected = "corrected"

// Event is one thing that happened, masked. Its number is its place in its stream.
type Event struct {
	Type    Word
	Time    int64 // milliseconds since 1970 by the page's clock
	Source  Word  // SourceRecorder when empty
	Details Details
}

// lineFrame is the room for what stands around the details of a line, in bytes: two names and a time of 13 digits.
const lineFrame = 96

// AppendLine writes the event as the line of JSON that a batch carries:
// {"type":…,"time":…,"source":…,"details":{…}} and a line feed. The source is left out when it is the recorder.
func (e *Event) AppendLine(b []byte) []byte {
	typ := e.Type
	if !typ.own() {
		typ = typ.plain()
	}
	b = slices.Grow(b, len(e.Details.b)+lineFrame)
	b = append(b, `{"type":`...)
	b = masking.AppendQuote(b, string(typ))
	b = append(b, `,"time":`...)
	b = strconv.AppendInt(b, e.Time, 10)
	if e.Source != "" && e.Source != SourceRecorder {
		b = append(b, `,"source":`...)
		b = masking.AppendQuote(b, string(e.Source.plain()))
	}
	b = append(b, `,"details":{`...)
	b = append(b, e.Details.b...)
	return append(b, "}}\n"...)
}
