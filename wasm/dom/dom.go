//go:build js && wasm

// Package dom is the recorder's only window to the browser. The sensor hands it one object, the bridge; through
// one function of ours it calls in, and through the functions of the bridge we act. No other package of the
// recorder knows that it runs in a page.
package dom

import (
	"encoding/base64"
	"strings"

	"github.com/hack-pad/safejs"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/uplink"
)

// Bridge is the sensor's object (js/bridge.js tells its members).
type Bridge struct{ js safejs.Value }

// Open finds the bridge of the recording that starts. Go's own program loader is given a scope of its own instead
// of the page's globals, and the bridge stands there.
func Open() (Bridge, error) {
	v, err := safejs.Global().Get("cotrailBridge")
	return Bridge{v}, err
}

// Text reads a text of the bridge.
func (b Bridge) Text(name string) string {
	v, err := b.js.Get(name)
	if err != nil {
		return ""
	}
	s, err := v.String()
	if err != nil {
		return ""
	}
	return s
}

// Tail reads what the tab's last page left behind.
func (b Bridge) Tail() [][]byte {
	var bodies [][]byte
	for _, s := range strings.Fields(b.Text("tail")) {
		if body, err := base64.StdEncoding.DecodeString(s); err == nil {
			bodies = append(bodies, body)
		}
	}
	return bodies
}

// Handler is called for each call of the sensor: what happened, its text or bytes, and the page's clock.
type Handler func(what, text string, data []byte, now int64)

// Serve gives the sensor its way in. It lives as long as the page.
func Serve(handle Handler) error {
	enter, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		if len(args) != 3 {
			return nil
		}
		what, _ := args[0].String()
		now, _ := args[2].Float()
		text, data := payload(args[1])
		handle(what, text, data, int64(now))
		return nil
	})
	if err != nil {
		return err
	}
	return safejs.Global().Set("cotrailEnter", enter.Value())
}

// payload takes a string or the bytes of a Uint8Array.
func payload(v safejs.Value) (string, []byte) {
	switch v.Type() {
	case safejs.TypeString:
		s, _ := v.String()
		return s, nil
	case safejs.TypeObject:
		n, err := v.Length()
		if err != nil {
			return "", nil
		}
		data := make([]byte, n)
		if _, err := safejs.CopyBytesToGo(data, v); err != nil {
			return "", nil
		}
		return "", data
	}
	return "", nil
}

// call acts through the bridge. The bridge's functions do not throw.
func (b Bridge) call(name string, args ...any) { _, _ = b.js.Call(name, args...) }

func (b Bridge) bytes(data []byte) any {
	v, err := b.js.Call("bytes", len(data))
	if err != nil {
		return nil
	}
	_, _ = safejs.CopyBytesToJS(v, data)
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
	words := make([]string, len(bodies))
	for i, body := range bodies {
		words[i] = base64.StdEncoding.EncodeToString(body)
	}
	b.call("keep", strings.Join(words, " "))
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
	ok, err := b.js.Call("rules", strings.Join(block, "\n"), strings.Join(mask, "\n"), strings.Join(allow, "\n"), values, ids)
	if err != nil {
		return false
	}
	all, err := ok.Bool()
	return err == nil && all
}
