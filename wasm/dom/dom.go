//go:build js && wasm

// Package dom is the recorder's only window to the browser. The sensor hands it one object, the bridge; through
// one function of ours it calls in, and through the functions of the bridge we act. No other package of the
// recorder knows that it runs in a page.
package dom

import (
	"encoding/binary"
	"strings"
	"syscall/js"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/uplink"
)

// Bridge is the sensor's object (js/bridge.js tells its members). None of its functions throws; should one do so
// all the same, call keeps the program alive. This is syscall/js and not a wrapper of it: safejs costs every page
// 120 KB, for fmt, and what it guards is these few calls.
type Bridge struct{ js js.Value }

// Open finds the bridge of the recording that starts. Go's own program loader is given a scope of its own instead
// of the page's globals, and the bridge stands there.
func Open() (b Bridge, ok bool) {
	v := js.Global().Get("cotrailBridge")
	return Bridge{v}, v.Type() == js.TypeObject
}

// Handler is called for each call of the sensor: what happened, its text or bytes, and the page's clock.
type Handler func(what, text string, data []byte, now int64)

// Serve gives the sensor its way in. It lives as long as the page.
func Serve(handle Handler) {
	js.Global().Set("cotrailEnter", js.FuncOf(func(_ js.Value, args []js.Value) any {
		if len(args) == 3 {
			text, data := payload(args[1])
			handle(args[0].String(), text, data, int64(args[2].Float()))
		}
		return nil
	}))
}

// payload takes a string or the bytes of a Uint8Array.
func payload(v js.Value) (string, []byte) {
	switch v.Type() {
	case js.TypeString:
		return v.String(), nil
	case js.TypeObject:
		data := make([]byte, v.Length())
		js.CopyBytesToGo(data, v)
		return "", data
	}
	return "", nil
}

// Text reads a text of the bridge, "" when there is none.
func (b Bridge) Text(name string) string {
	if v := b.js.Get(name); v.Type() == js.TypeString {
		return v.String()
	}
	return ""
}

// Tail reads what the tab's last page left behind, as Keep gave it.
func (b Bridge) Tail() [][]byte {
	_, data := payload(b.js.Get("tail"))
	var bodies [][]byte
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

// call acts through the bridge.
func (b Bridge) call(name string, args ...any) (result js.Value) {
	defer func() { _ = recover() }() // a js.Error: what the page did to its own browser must not end the program
	return b.js.Call(name, args...)
}

func (b Bridge) bytes(data []byte) js.Value {
	v := b.call("bytes", len(data))
	if v.Type() == js.TypeObject {
		js.CopyBytesToJS(v, data)
	}
	return v
}

// Connect opens the socket.
func (b Bridge) Connect() { b.call("connect") }

// Send sends a frame on it.
func (b Bridge) Send(frame []byte) { b.call("send", b.bytes(frame)) }

// Close closes it.
func (b Bridge) Close() { b.call("close") }

// Post sends a request.
func (b Bridge) Post(body []byte, leaving bool) { b.call("post", b.bytes(body), leaving) }

// Keep stores bodies for the tab's next page.
func (b Bridge) Keep(bodies [][]byte) {
	var data []byte
	for _, body := range bodies {
		data = append(binary.AppendUvarint(data, uint64(len(body))), body...)
	}
	b.call("keep", b.bytes(data))
}

// Session tells which session holds the events.
func (b Bridge) Session(id string) { b.call("session", id) }

// Status tells how it goes.
func (b Bridge) Status(s uplink.Status, code event.Code) { b.call("status", string(s), string(code)) }

// Flushed answers a flush.
func (b Bridge) Flushed(id string) { b.call("flushed", id) }

// Wake asks for a tick.
func (b Bridge) Wake(ms int64) { b.call("wake", float64(ms)) }

// Rules hands over the selectors to match, one a line, and whether form values are shown that no rule names, and
// ids; it tells whether all of the selectors are selectors.
func (b Bridge) Rules(block, mask, allow []string, values, ids bool) bool {
	ok := b.call("rules", strings.Join(block, "\n"), strings.Join(mask, "\n"), strings.Join(allow, "\n"), values, ids)
	return ok.Type() == js.TypeBoolean && ok.Bool()
}
