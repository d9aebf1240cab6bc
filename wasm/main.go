//go:build js && wasm

// Command wasm is the recorder: the program that runs in the page. The loader (js/) starts it and the sensor feeds it.
package main

import (
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/wasm/capture"
	"github.com/cotrail/cotrail/wasm/dom"
	"github.com/cotrail/cotrail/wasm/recorder"
)

func main() {
	calls, done := make(chan func()), make(chan struct{})
	var r *recorder.Recorder
	dom.Serve(func(what, text string, data []byte, now int64) {
		calls <- func() {
			if what == "start" {
				r = start(text)
			} else if r != nil {
				handle(r, what, text, data, now)
			}
		}
		<-done
	})
	// Each call of the sensor comes in a goroutine of its own, whose small stack would have to grow anew for every
	// batch. This one's grows once.
	for call := range calls {
		call()
		done <- struct{}{}
	}
}

// start makes the recorder of one recording, from the row of facts that begins it. Without a bridge there is none.
func start(facts string) *recorder.Recorder {
	bridge, ok := dom.Open()
	if !ok {
		return nil
	}
	policy := recorder.Policy([]byte(bridge.Text("policy")))
	block, mask, allow := policy.Selectors()
	if !bridge.Rules(block, mask, allow, policy.Default == masking.DefaultAllow, policy.Shows("id")) {
		policy = masking.Strictest() // a selector is no selector: what it was to hide is unknown
	}
	row := capture.Row{}
	if rows := capture.Rows(facts); len(rows) > 0 {
		row = rows[0]
	}
	return recorder.New(row, policy, bridge.Tail(), bridge)
}

// handle passes a call of the loader on. The names are those of js/bridge.js.
func handle(r *recorder.Recorder, what, text string, data []byte, now int64) {
	switch what {
	case "rows":
		r.Rows(text, now)
	case "flush":
		r.Flush(text, now)
	case "opened":
		r.Opened(now)
	case "message":
		r.Message(data, now)
	case "closed":
		r.Closed(now)
	case "posted":
		r.Posted(data, now)
	case "tick":
		r.Tick(now)
	case "leave":
		r.Leave(now)
	case "returned":
		r.Returned(now)
	case "stop":
		r.Stop(now)
	}
}
