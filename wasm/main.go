//go:build js && wasm

// Command wasm is the recorder: the program that runs in the page. The loader (js/) senses and starts it.
package main

import (
	"github.com/cotrail/cotrail/wasm/capture"
	"github.com/cotrail/cotrail/wasm/dom"
	"github.com/cotrail/cotrail/wasm/recorder"
)

func main() {
	bridge, err := dom.Open()
	if err != nil {
		return // the loader sees the program end and says so
	}
	policy := recorder.Policy([]byte(bridge.Text("policy")))
	bridge.Rules(policy.Block, policy.Mask, policy.Allow)
	start := capture.Row{}
	if rows := capture.Rows(bridge.Text("start")); len(rows) > 0 {
		start = rows[0]
	}
	r := recorder.New(start, policy, bridge.Tail(), bridge)
	if bridge.Serve(func(what, text string, data []byte, now int64) { handle(r, what, text, data, now) }) != nil {
		return
	}
	select {} // from here on the program lives in the loader's calls
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
