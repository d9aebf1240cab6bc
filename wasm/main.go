//go:build js && wasm

// Command wasm is the recorder: the program that runs in the page. The loader (js/) fetches it and the sensor feeds
// it, by calling the functions that are exported here: one at a time, each with the length of its payload (see
// dom.Payload) and the page's clock in milliseconds since 1970. js/host.js is the other side.
package main

//lint:file-ignore U1000 the page calls what is exported

import (
	"runtime"

	"github.com/cotrail/cotrail/wasm/batch"
	"github.com/cotrail/cotrail/wasm/capture"
	"github.com/cotrail/cotrail/wasm/dom"
	"github.com/cotrail/cotrail/wasm/recorder"
)

// The recording, and what is handed over before it starts.
var (
	recording *recorder.Recorder
	compiled  []byte   // policy
	tail      [][]byte // what the tab's last page left behind
	withheld  [][]byte // what a recorder of this page that has crashed withheld
)

// main waits: the build keeps the program as it is here (wasm/build/boot), and each page goes on from here.
func main() { select {} }

// rehearse grows the heap and the stack of calls to what a recording needs. The build calls it before it keeps the
// program, so that no page pays for it.
//
//go:wasmexport rehearse
func rehearse() {
	batch.Prepare()
	runtime.KeepAlive(make([]byte, 2<<20))
	runtime.GC()
	for size := 8; size <= 256; size += 8 { // one of each small class, with and without pointers
		runtime.KeepAlive(make([]byte, size))
		runtime.KeepAlive(make([]*byte, size/8))
	}
	deep()
}

//go:noinline
func deep() {
	var frame [64 << 10]byte
	runtime.KeepAlive(&frame)
}

//go:wasmexport policy
func policy(n int32, _ float64) { compiled = dom.Payload(n) }

//go:wasmexport tail
func takeTail(n int32, _ float64) {
	if recording != nil {
		recording.Tail(dom.Bodies(n))
	} else {
		tail = dom.Bodies(n)
	}
}

//go:wasmexport withhold
func withhold(n int32, _ float64) { withheld = dom.Bodies(n) }

// start begins a recording, with the one row of facts that begins it.
//
//go:wasmexport start
func start(n int32, _ float64) {
	for row := range capture.Rows(dom.Text(n)) {
		policy := recorder.Policy(compiled)
		policy.Withhold(withheld)
		recording = recorder.New(row, policy, tail, dom.Bridge{})
	}
	compiled, tail, withheld = nil, nil, nil
}

//go:wasmexport rows
func rows(n int32, now float64) { recording.Rows(dom.View(n), int64(now)) }

//go:wasmexport flush
func flush(n int32, now float64) { recording.Flush(dom.Text(n), int64(now)) }

//go:wasmexport opened
func opened(_ int32, now float64) { recording.Opened(int64(now)) }

//go:wasmexport message
func message(n int32, now float64) { recording.Message(dom.Payload(n), int64(now)) }

//go:wasmexport closed
func closed(_ int32, now float64) { recording.Closed(int64(now)) }

// posted has no payload, not even an empty one, where there was no answer.
//
//go:wasmexport posted
func posted(n int32, now float64) { recording.Posted(dom.Payload(n), int64(now)) }

//go:wasmexport ticket
func ticket(n int32, _ float64) { recording.Ticket(dom.Text(n)) }

//go:wasmexport tick
func tick(_ int32, now float64) { recording.Tick(int64(now)) }

//go:wasmexport leave
func leave(_ int32, now float64) { recording.Leave(int64(now)) }

//go:wasmexport returned
func returned(_ int32, now float64) { recording.Returned(int64(now)) }

//go:wasmexport stop
func stop(_ int32, now float64) { recording.Stop(int64(now)) }
