package main

import (
	"context"
	"fmt"

	"github.com/cotrail/cotrail/e2e/traffic"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/batch"
)

// between is the time between two batches. A batch of 20 comes of a busy moment, so no pause lets the brotli
// window be forgotten.
const between = 100 // milliseconds

// batchSizes are those that are promised something.
var batchSizes = []struct {
	events int
	limit  Limit
}{
	{20, Limit{Must: 30, Aim: 18}},
	{5, Limit{Must: 45, Aim: 26}},
}

// wireBytes compresses the recorded session frame by frame, as the page does. All bytes of the WebSocket's messages
// count; hello and acknowledgement are told apart, for they are no events.
//
// The limits are for one connection that lasts, as that of a single-page application does: what came before makes
// an event small. A page that is soon left pays for its first events, which the other rows tell.
func wireBytes(_ context.Context, c config) ([]Row, error) {
	lines, err := traffic.ReadRecording(c.session)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, size := range batchSizes {
		what := fmt.Sprintf("bytes an event, batches of %d", size.events)
		whole := newRow(what, "one connection", "B", frameBytes([]traffic.Recording{lines}, size.events))
		whole.Limit = &size.limit
		rows = append(rows, whole,
			newRow(what, fmt.Sprintf("%d visits", len(lines.Visits())), "B", frameBytes(lines.Visits(), size.events)),
			newRow(what, fmt.Sprintf("%d pages", len(lines.Pages())), "B", frameBytes(lines.Pages(), size.events)))
	}
	hello := traffic.SomeHello("demo")
	return append(rows,
		newRow("hello", "a connection", "B", []float64{float64(len(hello.Append(nil)))}),
		newRow("acknowledgement", "a batch", "B", []float64{float64(len(event.AppendAck(nil, uint64(len(lines)))))}),
	), nil
}

// frameBytes gives the bytes an event of each connection.
func frameBytes(connections []traffic.Recording, size int) (perEvent []float64) {
	for _, lines := range connections {
		var w batch.Writer
		first, sent := uint64(1), 0
		for n, lines := range lines.Batches(size) {
			sent += len(w.Frame(event.StreamID{1}, first, lines, int64(n*between)))
			first += uint64(len(lines))
		}
		perEvent = append(perEvent, float64(sent)/float64(len(lines)))
	}
	return perEvent
}
