package ingest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

func TestRecord(t *testing.T) {
	r := newRelay(t, nil)
	p := r.connect(t, someHello())
	p.send(p.hello.Append(nil))
	w := p.welcome()
	if w.Session != p.hello.Session || w.Last != 0 || w.ClientIndex != 0 || time.Since(time.UnixMilli(w.Time)).Abs() > time.Minute {
		t.Errorf("welcome %+v", w)
	}
	total := uint64(0)
	for n := 1; n <= 60; n++ {
		p.send(p.batch(n))
		total += uint64(n)
		p.wantAck(total)
	}
	r.wantLog(t, p, total)
	work, err := r.db.Work(context.Background(), p.hello.Session, store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	if s := work.Streams[0]; !s.Live || s.URL != "https://shop.example/?q=" || s.IP != "ip" || s.Tab != p.hello.Tab || s.Agent != p.hello.Agent || s.Policy != p.hello.Policy {
		t.Errorf("stream %+v", s)
	}
	if got := r.value("cotrail_events_received_total"); got != float64(total) {
		t.Errorf("counted %g events, want %d", got, total)
	}
	if got := r.value("cotrail_connections"); got != 1 {
		t.Errorf("counted %g connections, want 1", got)
	}
	_ = p.ws.Close(websocket.StatusNormalClosure, "")
	eventually(t, "the stream is not live", func() bool {
		work, err := r.db.Work(context.Background(), p.hello.Session, store.AllEvents)
		return err == nil && !work.Streams[0].Live && r.value("cotrail_connections") == 0
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.woken[p.hello.Session]; n != 62 {
		t.Errorf("the sequencer was woken %d times; want once for the opening, each batch and the end", n)
	}
}

// Batches are read while the one before waits for its commit, and acknowledged in their order, some of them together.
func TestPipeline(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, someHello())
	const batches = 200
	go func() {
		for range batches {
			if p.ws.Write(context.Background(), websocket.MessageBinary, p.batch(3)) != nil {
				return
			}
		}
	}()
	p.wantAcks(3, 3*batches)
	r.wantLog(t, p, 3*batches)
}

func TestResume(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, someHello())
	p.send(p.batch(5))
	p.wantAck(5)
	lost := p.batch(5) // sent, and the connection ends before the answer
	p.send(lost)
	_ = p.ws.CloseNow()
	eventually(t, "the batch is stored", func() bool { return strings.Contains(r.stored(p.hello.Session), "event 10") })

	again := r.record(t, p.hello)
	if again.next != 11 {
		t.Fatalf("the welcome goes on from %d, want 11", again.next)
	}
	again.next = 4 // a recorder that did not know: repeats, then new ones
	for _, last := range []uint64{10, 13} {
		again.send(again.batch(int(last - again.next + 1)))
		again.wantAck(last)
	}
	r.wantLog(t, again, 13)
}

// A recorder connects again before the relay knows that its old connection is dead: it stays live.
func TestSecondConnection(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, someHello())
	again := r.record(t, p.hello)
	if _, err := p.receive(); err == nil {
		t.Error("the old connection is still read from")
	}
	eventually(t, "the old connection has ended", func() bool { return r.value("cotrail_connections") == 1 })
	work, err := r.db.Work(context.Background(), p.hello.Session, store.AllEvents)
	if err != nil || !work.Streams[0].Live {
		t.Errorf("the stream is not live: %+v, %v", work.Streams, err)
	}
	again.send(again.batch(1))
	again.wantAck(1)
}

func TestEndedSession(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, someHello())
	p.send(p.batch(2))
	p.wantAck(2)
	ended := p.hello.Session
	r.end(ended)
	p.send(p.batch(2))
	w := p.welcome()
	if w.Session == ended || w.Last != 2 {
		t.Fatalf("welcome %+v, want another session, from 2", w)
	}
	p.wantAck(4)
	if got := r.stored(w.Session); strings.Count(got, "\n") != 2 || !strings.Contains(got, "event 3") {
		t.Errorf("the new session has:\n%s", got)
	}
	work, err := r.db.Work(context.Background(), w.Session, store.AllEvents)
	if err != nil || work.Continues != ended || !work.Streams[0].Live {
		t.Errorf("the new session: %+v, %v", work, err)
	}
	p.next = 5
	again := r.record(t, p.hello) // by the adopted session, while the old connection is open
	if again.hello.Session != w.Session || again.next != 5 {
		t.Errorf("connected again: session %s, next %d", again.hello.Session, again.next)
	}
	if _, err := p.receive(); err == nil {
		t.Error("the old connection is still open")
	}
	eventually(t, "one stream has a connection", func() bool {
		r.Handler.mu.Lock()
		defer r.Handler.mu.Unlock()
		return len(r.streams) == 1
	})
}

func TestIdleConnection(t *testing.T) {
	r := newRelay(t, func(c *Config) {
		c.Limits.Beat, c.Limits.PingEvery, c.Limits.PingTimeout, c.Limits.DecoderIdle = time.Millisecond, 2*time.Millisecond, 10*time.Second, time.Millisecond
	})
	p := r.record(t, someHello())
	p.send(p.batch(1))
	p.wantAck(1)
	c := r.onlyConn(t)
	eventually(t, "the decoder is freed", func() bool {
		c.in.inflater.mu.Lock()
		defer c.in.inflater.mu.Unlock()
		return c.in.inflater.decoder == nil
	})
	p.send(p.batch(1))
	if code := p.refused(); code != event.BadFrame {
		t.Errorf("a batch that goes on with a forgotten stream: %s", code)
	}
}

func (r *relay) onlyConn(t *testing.T) *conn {
	t.Helper()
	r.Handler.mu.Lock()
	defer r.Handler.mu.Unlock()
	for c := range r.conns {
		return c
	}
	t.Fatal("there is no connection")
	return nil
}

// A page that is gone without a word does not answer the ping.
func TestDeadConnection(t *testing.T) {
	r := newRelay(t, func(c *Config) {
		c.Limits.Beat, c.Limits.PingEvery, c.Limits.PingTimeout = time.Millisecond, time.Millisecond, 20*time.Millisecond
	})
	p := r.record(t, someHello()) // it reads no more, so it answers no ping
	eventually(t, "the connection is given up", func() bool { return r.value("cotrail_connections") == 0 })
	work, err := r.db.Work(context.Background(), p.hello.Session, store.AllEvents)
	if err != nil || work.Streams[0].Live {
		t.Errorf("the stream is live: %+v, %v", work.Streams, err)
	}
}

func TestShutdown(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, someHello())
	p.send(p.batch(3))
	p.wantAck(3)
	closed := make(chan error, 1)
	go func() {
		_, err := p.receive()
		closed <- err
	}()
	if err := r.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if status := websocket.CloseStatus(<-closed); status != websocket.StatusGoingAway {
		t.Errorf("closed with %v, want %v", status, websocket.StatusGoingAway)
	}
	if _, answer, err := r.dial(origin, event.Subprotocol); err == nil || answer.StatusCode != 503 {
		t.Errorf("a connection after the shutdown: %v", err)
	}
}

func TestConnectionLimits(t *testing.T) {
	r := newRelay(t, func(c *Config) { c.Limits.SiteConnections, c.Limits.Connections = 1, 2 })
	r.record(t, someHello())
	second := r.connect(t, someHello())
	if _, answer, err := r.dial(origin, event.Subprotocol); err == nil || answer.StatusCode != 503 {
		t.Errorf("one connection too many: %v", err)
	}
	second.send(second.hello.Append(nil))
	if code := second.refused(); code != event.TooMany {
		t.Errorf("one connection of the site too many: %s", code)
	}
	if _, err := r.db.Session(context.Background(), second.hello.Session); err == nil {
		t.Error("a session was made for a connection that was refused")
	}
}

// troubled is a store that fails.
type troubled struct {
	store.Ingest
	open, append error
}

func (s *troubled) Open(ctx context.Context, o store.Opening) (store.Opened, error) {
	if s.open != nil {
		return store.Opened{}, s.open
	}
	return s.Ingest.Open(ctx, o)
}

func (s *troubled) Append(context.Context, store.Batch) (uint64, error) { return 0, s.append }

func TestStoreRefusals(t *testing.T) {
	secret := "nothing of this must reach a page"
	for _, row := range []struct {
		err  error
		code event.Code
	}{
		{store.ErrFull, event.Unavailable}, {store.ErrOutOfOrder, event.OutOfOrder}, {store.ErrTooMany, event.TooMany},
		{store.ErrNotAllowed, event.NotAllowed}, {store.ErrNotFound, event.Unavailable}, {store.ErrEnded, event.Unavailable},
		{errTrouble(secret), event.Unavailable},
	} {
		s := &troubled{append: row.err}
		r := newRelay(t, func(c *Config) { s.Ingest = c.Store; c.Store = s })
		p := r.record(t, someHello())
		p.send(p.batch(1))
		if code := p.refused(); code != row.code {
			t.Errorf("append: %v becomes %s, want %s", row.err, code, row.code)
		}
		s.open = row.err
		p = r.connect(t, someHello())
		p.send(p.hello.Append(nil))
		frame := p.read()
		refusal, err := event.ReadRefusal(frame)
		if err != nil || event.Code(refusal.Code) != row.code || strings.Contains(refusal.Reason, secret) {
			t.Errorf("open: %v becomes %+v, %v; want %s", row.err, refusal, err, row.code)
		}
		r.mu.Lock()
		if told := strings.Contains(r.log.String(), secret); told != (row.err == errTrouble(secret)) {
			t.Errorf("%v is in the log: %v", row.err, told)
		}
		r.mu.Unlock()
	}
}

type errTrouble string

func (e errTrouble) Error() string { return string(e) }
