package ingest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// someTicket is what a page that has the hello's secret makes for a frame, to last so many milliseconds.
func someTicket(h *event.Hello, frame string, life int64) string {
	t := event.Ticket{Expires: time.Now().UnixMilli() + life}
	key := sha256.Sum256([]byte(h.Secret))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(t.Text(h.Session, frame)))
	return fmt.Sprintf("1.%d.%s", t.Expires, hex.EncodeToString(mac.Sum(nil)))
}

// framed is the hello of a frame in a page, with a ticket.
func framed(page *event.Hello, ticket string) event.Hello {
	hello := *page
	hello.Stream, hello.Secret, hello.Ticket, hello.URL = someStream(), "", ticket, frameOrigin+"/card?number=1"
	return hello
}

// greet connects from an origin and says hello.
func (r *relay) greet(t testing.TB, from string, hello event.Hello) *page {
	t.Helper()
	ws, _, err := r.dial(from, event.Subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	p := &page{t: t, ws: ws, hello: hello, next: 1}
	p.send(hello.Append(nil))
	return p
}

// A frame's events go into the session of the page around it, by socket and by request.
func TestFrame(t *testing.T) {
	r := newRelay(t, nil)
	around := r.record(t, someHello())
	p := r.greet(t, frameOrigin, framed(&around.hello, someTicket(&around.hello, frameOrigin, event.TicketLife)))
	if w := p.welcome(); w.Session != around.hello.Session || w.ClientIndex != 0 {
		t.Fatalf("welcome %+v", w)
	}
	p.send(p.batch(3))
	p.wantAck(3)
	_ = p.ws.Close(websocket.StatusNormalClosure, "")
	work, err := r.db.Work(context.Background(), around.hello.Session, store.AllEvents)
	if err != nil || len(work.Streams) != 2 {
		t.Fatalf("%+v, %v", work.Streams, err)
	}
	if s := work.Streams[1]; s.Frame != frameOrigin || s.Tab != around.hello.Tab || s.URL != frameOrigin+"/card?number=" {
		t.Errorf("stream %+v", s)
	}
	p.hello.Ticket = someTicket(&around.hello, frameOrigin, event.TicketLife-1) // a later one
	answer, content := r.post(t, frameOrigin, "text/plain", body(p.hello.Append(nil), p.plain(4, string(p.lines(2)))))
	if answer.StatusCode != 200 || answer.Header.Get("Access-Control-Allow-Origin") != frameOrigin {
		t.Errorf("by request: %d %q", answer.StatusCode, content)
	}
	r.wantLog(t, p, 5)
}

func TestFrameRefusals(t *testing.T) {
	r := newRelay(t, nil)
	around, other := r.record(t, someHello()), r.record(t, someHello())
	good := someTicket(&around.hello, frameOrigin, event.TicketLife)
	for _, row := range []struct {
		what string
		from string
		edit func(*event.Hello)
		code event.Code
	}{
		{"another origin of the site with the frame's ticket", origin, func(*event.Hello) {}, event.NotAllowed},
		{"a foreign origin with the frame's ticket", "https://evil.example", func(*event.Hello) {}, event.ForeignOrigin},
		{"a foreign origin with a ticket of its own", "https://evil.example", func(h *event.Hello) {
			h.Ticket = someTicket(&around.hello, "https://evil.example", event.TicketLife)
		}, event.ForeignOrigin},
		{"a frame without origin", "null", func(h *event.Hello) { h.Ticket = someTicket(&around.hello, "null", event.TicketLife) }, event.ForeignOrigin},
		{"a ticket for another session", frameOrigin, func(h *event.Hello) { h.Session, h.Tab = other.hello.Session, other.hello.Tab }, event.NotAllowed},
		{"a ticket of another session", frameOrigin, func(h *event.Hello) { h.Ticket = someTicket(&other.hello, frameOrigin, event.TicketLife) }, event.NotAllowed},
		{"an expired ticket", frameOrigin, func(h *event.Hello) { h.Ticket = someTicket(&around.hello, frameOrigin, -60_000) }, event.TicketExpired},
		{"a ticket without end", frameOrigin, func(h *event.Hello) { h.Ticket = someTicket(&around.hello, frameOrigin, 1<<40) }, event.NotAllowed},
		{"a session that nobody has opened", frameOrigin, func(h *event.Hello) { h.Session = someHex(32) }, event.Unavailable},
		{"a tab that nobody has opened", frameOrigin, func(h *event.Hello) { h.Tab = someHex(16) }, event.Unavailable},
		{"the page's stream", frameOrigin, func(h *event.Hello) { h.Stream = around.hello.Stream }, event.NotAllowed},
		{"another site", frameOrigin, func(h *event.Hello) { h.Site = "closed" }, event.NotAllowed},
	} {
		hello := framed(&around.hello, good)
		row.edit(&hello)
		if code := r.greet(t, row.from, hello).refused(); code != row.code {
			t.Errorf("%s: %s, want %s", row.what, code, row.code)
		}
	}
	work, err := r.db.Work(context.Background(), around.hello.Session, store.AllEvents)
	if err != nil || len(work.Streams) != 1 {
		t.Errorf("after the refusals the session has %d streams, %v", len(work.Streams), err)
	}
	around.send(around.batch(1)) // none of them has disturbed the page
	around.wantAck(1)
}
