package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
)

// wire stands before a relay and keeps all that pages send, as it arrives. It can hold the module back, and be cut.
type wire struct {
	url string
	up  chan struct{} // closed when the module may pass

	mu      sync.Mutex
	frames  [][][]byte // of each socket
	bodies  [][]byte   // of requests, also of those that are refused
	isCut   bool
	sockets []context.CancelFunc
}

func tap(t *testing.T, r *relay) *wire {
	w := &wire{up: make(chan struct{})}
	w.url = r.proxy(func(out http.ResponseWriter, q *http.Request) bool {
		if strings.HasSuffix(q.URL.Path, ".wasm") {
			select {
			case <-w.up:
			case <-q.Context().Done():
				return false
			}
		}
		if q.Header.Get("Upgrade") == "websocket" {
			w.socket(out, q, r.url)
			return false
		}
		body, err := io.ReadAll(q.Body)
		if err != nil {
			return false
		}
		q.Body = io.NopCloser(bytes.NewReader(body))
		w.mu.Lock()
		defer w.mu.Unlock()
		w.bodies = append(w.bodies, body)
		if w.isCut && q.Method == http.MethodPost {
			panic(http.ErrAbortHandler) // no answer
		}
		return true
	})
	return w
}

// cut breaks the connections and answers nothing that is sent, until it is mended.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = true
	for _, end := range w.sockets {
		end()
	}
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = false
}

// socket passes messages on in both directions.
func (w *wire) socket(out http.ResponseWriter, q *http.Request, relay string) {
	ctx, cancel := context.WithCancel(q.Context())
	defer cancel()
	w.mu.Lock()
	at, isCut := len(w.frames), w.isCut
	if !isCut {
		w.frames, w.sockets = append(w.frames, nil), append(w.sockets, cancel)
	}
	w.mu.Unlock()
	if isCut {
		panic(http.ErrAbortHandler)
	}
	page, err := websocket.Accept(out, q, &websocket.AcceptOptions{Subprotocols: []string{event.Subprotocol}, InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer page.CloseNow()
	behind, _, err := websocket.Dial(ctx, relay+q.URL.Path, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": q.Header["Origin"]}, Subprotocols: []string{event.Subprotocol}})
	if err != nil {
		return
	}
	defer behind.CloseNow()
	pump := func(from, to *websocket.Conn, keep bool) {
		defer cancel()
		for {
			kind, message, err := from.Read(ctx)
			if err != nil {
				return
			}
			if keep {
				w.mu.Lock()
				w.frames[at] = append(w.frames[at], message)
				w.mu.Unlock()
			}
			if to.Write(ctx, kind, message) != nil {
				return
			}
		}
	}
	go pump(behind, page, false)
	pump(page, behind, true)
}

// plain gives all that was sent, decoded.
func (w *wire) plain(t *testing.T) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out bytes.Buffer
	sockets := slices.Clone(w.frames)
	for _, body := range w.bodies {
		out.Write(body)
		var frames [][]byte
		for rest := body; len(rest) > 0; {
			frame, more, err := event.CutPart(rest)
			if err != nil {
				break // no recorder's: a page asks for the policy
			}
			frames, rest = append(frames, frame), more
		}
		sockets = append(sockets, frames)
	}
	for _, frames := range sockets {
		var packed bytes.Buffer // a brotli stream
		unpack := func() {
			text, _ := io.ReadAll(brotli.NewReader(&packed)) // ends without an end
			out.Write(text)
			packed.Reset()
		}
		for _, frame := range frames {
			out.Write(frame)
			b, err := event.ReadBatch(frame)
			switch {
			case err != nil:
				continue
			case b.Encoding == event.Plain:
				out.Write(b.Body)
				continue
			case b.Encoding == event.BrotliFirst:
				unpack()
			}
			packed.Write(b.Body)
		}
		unpack()
	}
	if !bytes.Contains(out.Bytes(), []byte(`"type":"recorder_started"`)) {
		t.Error("nothing of what was sent could be read")
	}
	return out.Bytes()
}
