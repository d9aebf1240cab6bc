package torture

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/uplink"
)

// link is a page's network, over real connections. Its goroutines hand what they get to the tab's own.
type link struct {
	*tab
	gone atomic.Bool // the page was left
	conn *connection // the one that counts, nil when there is none

	posting int // requests under way
}

// connection is a WebSocket that is being opened, or is open.
type connection struct {
	ctx  context.Context
	cut  context.CancelFunc
	send chan []byte // to the writer; the uplink never has more frames under way
}

// maxFrames is more than an uplink ever has under way.
const maxFrames = 64

// call lets the tab's goroutine do something, unless the page was left.
func (l *link) call(do func()) {
	select {
	case l.calls <- func() {
		if !l.gone.Load() {
			do()
		}
	}:
	case <-l.ended:
	}
}

// leave ends the page: nothing that comes later concerns the tab.
func (l *link) leave() {
	l.gone.Store(true)
	l.Close()
}

// Connect implements uplink.Link.
func (l *link) Connect() {
	l.Close()
	ctx, cut := context.WithCancel(context.Background())
	c := &connection{ctx, cut, make(chan []byte, maxFrames)}
	l.conn = c
	closed := func() {
		if l.conn == c {
			l.conn = nil
			l.uplink.Closed(l.now())
		}
	}
	go func() {
		defer cut()
		ws, _, err := websocket.Dial(ctx, l.url+"/v1/record", &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {origin}}, Subprotocols: []string{event.Subprotocol}, CompressionMode: websocket.CompressionDisabled,
		})
		if err != nil {
			l.call(closed)
			return
		}
		defer ws.CloseNow()
		ws.SetReadLimit(event.MaxFrame)
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case frame := <-c.send:
					if ws.Write(ctx, websocket.MessageBinary, frame) != nil {
						ws.CloseNow()
						return
					}
				}
			}
		}()
		l.call(func() {
			if l.conn == c {
				l.uplink.Opened(l.now())
			}
		})
		for {
			_, frame, err := ws.Read(ctx)
			if err != nil {
				l.call(closed)
				return
			}
			l.call(func() {
				if l.conn == c {
					l.note(frame, l.stream().id)
					l.uplink.Message(frame, l.now())
				}
			})
		}
	}()
}

// Send implements uplink.Link.
func (l *link) Send(frame []byte) {
	if l.conn != nil {
		l.conn.send <- bytes.Clone(frame)
	}
}

// Close implements uplink.Link.
func (l *link) Close() {
	if l.conn != nil {
		l.conn.cut()
		l.conn = nil
	}
}

// Post implements uplink.Link. What a page sends while it is left has no answer.
func (l *link) Post(body []byte, leaving bool) {
	sent := bytes.Clone(body)
	if !leaving {
		l.posting++
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), postWithin)
		defer cancel()
		answer := l.request(ctx, sent)
		if leaving {
			return
		}
		l.call(func() {
			l.posting--
			l.noteParts(sent, answer)
			l.uplink.Posted(answer, l.now())
		})
	}()
}

// postWithin bounds a request, as browsers do.
const postWithin = 10 * time.Second

// request gives the body of the answer, nil when there was none.
func (l *link) request(ctx context.Context, body []byte) []byte {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/v1/record", bytes.NewReader(body))
	if err != nil {
		return nil
	}
	r.Header.Set("Origin", origin)
	r.Header.Set("Content-Type", "text/plain")
	r.Close = true // each its own connection, to be cut or not
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil
	}
	return answer
}

// Keep implements uplink.Link.
func (l *link) Keep(bodies [][]byte) {
	l.kept = nil
	for _, b := range bodies {
		l.kept = append(l.kept, bytes.Clone(b))
	}
}

// Session implements uplink.Link.
func (l *link) Session(id string) {
	l.hello.Session = id
	l.sessions[id] = true
}

// Status implements uplink.Link. Nothing that a page of ours does is refused for good.
func (l *link) Status(s uplink.Status, code event.Code) {
	if s == uplink.Refused {
		l.wrong("stream %s was refused: %s", l.stream().id, code)
	}
}

// note notes what a frame of the relay says of a stream.
func (l *link) note(frame []byte, stream string) {
	if w, err := event.ReadWelcome(frame); err == nil {
		l.heard(stream, w.Last, "welcome")
	} else if last, err := event.ReadAck(frame); err == nil {
		l.heard(stream, last, "acknowledgement")
	} else if r, err := event.ReadRefusal(frame); err == nil {
		refusal := r.Code + ": " + r.Reason
		l.refusal.Store(&refusal)
	}
}

// noteParts does so for the answer to a request, which may be of an earlier page's stream.
func (l *link) noteParts(body, answer []byte) {
	frame, _, err := event.CutPart(body)
	if err != nil {
		return
	}
	hello, err := event.ReadHello(frame)
	if err != nil {
		return
	}
	for {
		if frame, answer, err = event.CutPart(answer); err != nil {
			return
		}
		l.note(frame, fmt.Sprintf("%x", hello.Stream[:]))
	}
}
