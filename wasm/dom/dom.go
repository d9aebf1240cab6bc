//go:build js && wasm

// Package dom is the recorder's only window to the browser. The page calls the functions that package main exports,
// and hands over what belongs to a call through Payload; the recorder acts through the functions of the page's bridge
// (js/bridge.js). No other package of the recorder knows that it runs in a page.
//
// Both ways are WebAssembly's own calls, with numbers and memory. syscall/js would carry any JavaScript value, and
// costs a call some twenty times as much, a scheduler's round, and a support script in every page.
package dom

import (
	"encoding/binary"
	"slices"
	"strings"
	"unsafe"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/uplink"
)

// payload is what belongs to the call that comes next. Its place is used again and again.
var payload = make([]byte, 64<<10)

// room gives the page the place to write a payload of n bytes to.
//
//lint:ignore U1000 the page calls it
//go:wasmexport room
func room(n int32) unsafe.Pointer {
	if int(n) > len(payload) {
		payload = make([]byte, n)
	}
	return unsafe.Pointer(unsafe.SliceData(payload))
}

// View is the first n bytes of what the page has written, as text that is good until the next call.
func View(n int32) string {
	if n < 0 || int(n) > len(payload) {
		return ""
	}
	return text(payload[:n])
}

// Text is View for text that is kept.
func Text(n int32) string { return strings.Clone(View(n)) }

// Payload is Text for bytes; nil when the page gave none.
func Payload(n int32) []byte { return []byte(View(n)) }

// Bodies is Payload for what Keep or Backup has once given away.
func Bodies(n int32) (bodies [][]byte) {
	data := Payload(n)
	for len(data) > 0 {
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			break // written by another release, or by nobody of ours
		}
		bodies = append(bodies, data[size:size+int(n)])
		data = data[size+int(n):]
	}
	return bodies
}

// text is a view of bytes that nobody changes while it is used.
func text(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }

// flag passes a bool.
func flag(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

//go:wasmimport cotrail connect
func connect()

//go:wasmimport cotrail send
func send(frame string)

//go:wasmimport cotrail close
func closeSocket()

//go:wasmimport cotrail post
func post(body string, leaving int32)

//go:wasmimport cotrail keep
func keep(bodies string)

//go:wasmimport cotrail backup
func backup(bodies string)

//go:wasmimport cotrail remember
func remember(values string)

//go:wasmimport cotrail session
func session(id string)

//go:wasmimport cotrail status
func status(status, code string)

//go:wasmimport cotrail flushed
func flushed(id string)

//go:wasmimport cotrail wake
func wake(ms float64)

//go:wasmimport cotrail rules
func rules(block, mask, allow string, values, ids, pages int32) int32

// Bridge is the page's side. None of its functions throws; should one do so all the same, the recorder has crashed.
type Bridge struct{}

// Connect opens the socket.
func (Bridge) Connect() { connect() }

// Send sends a frame on it.
func (Bridge) Send(frame []byte) { send(text(frame)) }

// Close closes it.
func (Bridge) Close() { closeSocket() }

// Post sends a request.
func (Bridge) Post(body []byte, leaving bool) { post(text(body), flag(leaving)) }

// Keep stores bodies for the tab's next page.
func (Bridge) Keep(bodies [][]byte) { keep(text(joined(bodies))) }

// Backup gives the page what a recorder could go on from that is started after this one has crashed.
func (Bridge) Backup(bodies [][]byte) { backup(text(joined(bodies))) }

// Remember gives the page what such a recorder has to withhold.
func (Bridge) Remember(values [][]byte) { remember(text(joined(values))) }

// joined is what Bodies takes apart.
func joined(bodies [][]byte) (data []byte) {
	size := 0
	for _, body := range bodies {
		size += binary.MaxVarintLen32 + len(body)
	}
	data = slices.Grow(data, size)
	for _, body := range bodies {
		data = append(binary.AppendUvarint(data, uint64(len(body))), body...)
	}
	return data
}

// Session tells which session holds the events.
func (Bridge) Session(id string) { session(id) }

// Status tells how it goes.
func (Bridge) Status(s uplink.Status, code event.Code) { status(string(s), string(code)) }

// Flushed answers a flush.
func (Bridge) Flushed(id string) { flushed(id) }

// Wake asks for a tick.
func (Bridge) Wake(ms int64) { wake(float64(ms)) }

// Rules hands over the selectors to match, one a line, whether form values are shown that no rule names, and ids that
// look harmless, and whether some pages have other rules; it tells whether all of the selectors are selectors.
func (Bridge) Rules(block, mask, allow []string, values, ids, pages bool) bool {
	return rules(strings.Join(block, "\n"), strings.Join(mask, "\n"), strings.Join(allow, "\n"), flag(values), flag(ids), flag(pages)) != 0
}
