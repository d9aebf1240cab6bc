package traffic

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/batch"
)

// Page is the recorder's side of a connection.
type Page struct {
	ws     *websocket.Conn
	hello  event.Hello
	next   uint64 // number of the next event
	frames int    // made so far
	wire   int64  // bytes of them
}

// OpenPage connects to the relay and says hello.
func OpenPage(ctx context.Context, t Target) (_ *Page, err error) {
	ws, _, err := websocket.Dial(ctx, t.URL+"/v1/record", &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {t.URL}}, Subprotocols: []string{event.Subprotocol}, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to the relay: %w", err)
	}
	ws.SetReadLimit(event.MaxFrame)
	p := &Page{ws: ws, hello: SomeHello(t.Site), next: 1}
	if err := p.send(ctx, p.hello.Append(nil)); err != nil {
		return nil, err
	}
	_, frame, err := ws.Read(ctx)
	if err == nil {
		_, err = event.ReadWelcome(frame)
	}
	if err != nil {
		ws.CloseNow()
		return nil, fmt.Errorf("waiting for the welcome: %w", err)
	}
	return p, nil
}

func (p *Page) send(ctx context.Context, frame []byte) error {
	if err := p.ws.Write(ctx, websocket.MessageBinary, frame); err != nil {
		return fmt.Errorf("sending a frame: %w", err)
	}
	return nil
}

// acknowledged waits for the next acknowledgement.
func (p *Page) acknowledged(ctx context.Context) (uint64, error) {
	_, frame, err := p.ws.Read(ctx)
	if err != nil {
		return 0, fmt.Errorf("waiting for an acknowledgement: %w", err)
	}
	if r, err := event.ReadRefusal(frame); err == nil {
		return 0, fmt.Errorf("the relay refuses: %s: %s", r.Code, r.Reason)
	}
	return event.ReadAck(frame)
}

// frame is the next events of the page's stream.
func (p *Page) frame(b event.Batch) []byte {
	b.Stream, b.First = p.hello.Stream, p.next
	p.next += uint64(b.Count)
	frame := b.Append(nil)
	p.frames++
	p.wire += int64(len(frame))
	return frame
}

// Sent is how many events the page has sent.
func (p *Page) Sent() uint64 { return p.next - 1 }

// between is the time between two batches that the brotli stream is told. A batch of 20 comes of a busy moment, so no
// pause lets the window be forgotten.
const between = 100 // milliseconds

// compressed is a recording as the batches of one brotli stream, made once for all pages: only the name of the stream
// and the numbers of the events are a page's own.
func compressed(lines Recording, size int) (batches []event.Batch, err error) {
	var w batch.Writer
	for n, lines := range lines.Batches(size) {
		b, err := event.ReadBatch(w.Frame(event.StreamID{1}, 1, lines, int64(n*between)))
		if err != nil {
			return nil, fmt.Errorf("reading a frame of the recorder's: %w", err)
		}
		batches = append(batches, b)
	}
	return batches, nil
}
