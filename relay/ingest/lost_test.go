package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// TestLost: a connection that the page closes, or that the relay ends, is not lost; one that breaks off or falls silent is.
func TestLost(t *testing.T) {
	closes := func(code websocket.StatusCode) func(*relay, *page) {
		return func(_ *relay, p *page) { _ = p.ws.Close(code, "") }
	}
	for name, row := range map[string]struct {
		limits func(*Limits)
		end    func(r *relay, p *page)
		lost   bool
	}{
		"the page is left":              {nil, closes(websocket.StatusNoStatusRcvd), false},
		"the page closes by the book":   {nil, closes(websocket.StatusNormalClosure), false},
		"the browser says that it goes": {nil, closes(websocket.StatusGoingAway), true},
		"it breaks off":                 {nil, func(_ *relay, p *page) { _ = p.ws.CloseNow() }, true},
		"it falls silent": {func(l *Limits) {
			l.Beat, l.PingEvery, l.PingTimeout = time.Millisecond, time.Millisecond, 20*time.Millisecond
		}, func(*relay, *page) {}, true},
		"it falls silent within a frame": {func(l *Limits) { l.FrameTimeout = 20 * time.Millisecond }, func(_ *relay, p *page) {
			w, err := p.ws.Writer(context.Background(), websocket.MessageBinary)
			if err == nil {
				_, err = w.Write(make([]byte, 5000)) // more than the client's buffer holds
			}
			if err != nil {
				t.Fatal(err)
			}
		}, true},
		"the relay refuses":  {nil, func(_ *relay, p *page) { p.send([]byte("no frame")); p.refused() }, false},
		"the relay ends":     {nil, func(r *relay, p *page) { go p.receive(); _ = r.Shutdown(context.Background()) }, false},
		"the page was moved": {nil, func(r *relay, p *page) { r.end(p.hello.Session); p.send(p.batch(1)); p.welcome(); _ = p.ws.CloseNow() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRelay(t, func(c *Config) {
				if row.limits != nil {
					row.limits(&c.Limits)
				}
			})
			p := r.record(t, someHello())
			stream := func() store.Stream {
				work, err := r.db.Work(context.Background(), p.hello.Session, store.AllEvents)
				if err != nil {
					t.Fatal(err)
				}
				return work.Streams[0]
			}
			row.end(r, p)
			eventually(t, "the stream has no connection", func() bool { st := stream(); return !st.Live })
			if st := stream(); st.Lost() != row.lost {
				t.Errorf("lost: %v, want %v", st.Lost(), row.lost)
			}
		})
	}
}

// TestPostIsNoConnection: who only ever sends requests has no connection to lose, and a request after a page was left,
// as its last one may come, makes none of it.
func TestPostIsNoConnection(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, someHello())
	_ = p.ws.Close(websocket.StatusNoStatusRcvd, "")
	again := &page{hello: p.hello, next: 1}
	alone := &page{hello: someHello(), next: 1}
	for _, from := range []*page{again, alone} {
		eventually(t, "the page before has gone", func() bool { return r.value("cotrail_connections") == 0 })
		body := event.AppendPart(event.AppendPart(nil, from.hello.Append(nil)), from.plain(1, string(from.lines(1))))
		r.wantTaken(t, body, 1)
		work, err := r.db.Work(context.Background(), from.hello.Session, store.AllEvents)
		if err != nil || len(work.Pending) != 1 || work.Streams[0].Lost() {
			t.Errorf("after a request: %+v, %v", work, err)
		}
	}
}
