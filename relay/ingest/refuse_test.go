package ingest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
)

// wantGood tells whether the relay still takes a good connection.
func (r *relay) wantGood(t testing.TB) {
	t.Helper()
	p := r.record(t, someHello())
	p.send(p.batch(3))
	p.wantAck(3)
	r.wantLog(t, p, 3)
	_ = p.ws.Close(websocket.StatusNormalClosure, "")
}

func TestBadHello(t *testing.T) {
	r := newRelay(t, func(c *Config) { c.Limits.HelloTimeout = 200 * time.Millisecond })
	known := r.record(t, someHello())
	for _, row := range []struct {
		what string
		edit func(*event.Hello)
		code event.Code
	}{
		{"an unknown site", func(h *event.Hello) { h.Site = "other" }, event.UnknownSite},
		{"no site", func(h *event.Hello) { h.Site = "" }, event.UnknownSite},
		{"a site that needs tokens", func(h *event.Hello) { h.Site = "closed" }, event.NotAllowed},
		{"another's session", func(h *event.Hello) { h.Session = known.hello.Session }, event.NotAllowed},
		{"a short session", func(h *event.Hello) { h.Session = h.Session[1:] }, event.BadHello},
		{"a session in capitals", func(h *event.Hello) { h.Session = strings.Repeat("A", 32) }, event.BadHello},
		{"a long secret", func(h *event.Hello) { h.Secret += "0" }, event.BadHello},
		{"neither secret nor ticket", func(h *event.Hello) { h.Secret = "" }, event.BadHello},
		{"both secret and ticket", func(h *event.Hello) { h.Ticket = someTicket(h, origin, event.TicketLife) }, event.BadHello},
		{"a ticket that is none", func(h *event.Hello) { h.Secret, h.Ticket = "", "1.2.3" }, event.BadHello},
		{"a tab that is no number", func(h *event.Hello) { h.Tab = strings.Repeat("x", 16) }, event.BadHello},
		{"no stream", func(h *event.Hello) { h.Stream = event.StreamID{} }, event.BadHello},
		{"no time", func(h *event.Hello) { h.Time = 0 }, event.BadHello},
		{"a time beyond all clocks", func(h *event.Hello) { h.Time = 1 << 62 }, event.BadHello},
		{"a negative width", func(h *event.Hello) { h.Width = -1 }, event.BadHello},
		{"a height beyond all screens", func(h *event.Hello) { h.Height = 1 << 40 }, event.BadHello},
		{"an unknown device", func(h *event.Hello) { h.Device = "fridge" }, event.BadHello},
		{"a policy that is no digest", func(h *event.Hello) { h.Policy = "mine" }, event.BadHello},
		{"a release that is none", func(h *event.Hello) { h.Release = "1.0 <b>" }, event.BadHello},
		{"an agent without end", func(h *event.Hello) { h.Agent = strings.Repeat("x", 5000) }, event.BadHello},
	} {
		hello := someHello()
		row.edit(&hello)
		p := r.connect(t, hello)
		p.send(hello.Append(nil))
		if code := p.refused(); code != row.code {
			t.Errorf("%s: %s, want %s", row.what, code, row.code)
		}
		r.wantGood(t)
	}

	whole := someHello()
	frame := whole.Append(nil)
	for cut := range frame {
		p := r.connect(t, whole)
		p.send(frame[:cut])
		if _, err := event.ReadHello(frame[:cut]); err == nil { // cut between two lines that may be left out
			p.welcome()
			_ = p.ws.CloseNow()
		} else if code := p.refused(); code != event.BadHello {
			t.Errorf("hello cut to %d of %d bytes: %s", cut, len(frame), code)
		}
	}
	r.wantGood(t)

	for _, row := range []struct {
		what  string
		frame []byte
		code  event.Code
	}{
		{"garbage", []byte("\xff\xfe\xfd garbage"), event.BadVersion},
		{"another version", append([]byte{event.Version + 1}, frame[1:]...), event.BadVersion},
		{"a batch before the hello", (&page{hello: whole, next: 1}).batch(1), event.BadHello},
		{"a line more", append(bytes.Clone(frame), "more x\n"...), event.BadHello},
		{"a frame that is too large", make([]byte, event.MaxFrame+1), event.TooLarge},
	} {
		p := r.connect(t, whole)
		p.send(row.frame)
		if code := p.refused(); code != row.code {
			t.Errorf("%s: %s, want %s", row.what, code, row.code)
		}
		r.wantGood(t)
	}

	slow := r.connect(t, whole)
	if code := slow.refused(); code != event.TooSlow {
		t.Errorf("no hello: %s, want %s", code, event.TooSlow)
	}
	text := r.connect(t, whole)
	if err := text.ws.Write(context.Background(), websocket.MessageText, frame); err != nil {
		t.Fatal(err)
	}
	if code := text.refused(); code != event.BadFrame {
		t.Errorf("a hello as text: %s", code)
	}
	r.wantGood(t)
}

func TestForeignOrigin(t *testing.T) {
	r := newRelay(t, nil)
	if _, answer, err := r.dial("", event.Subprotocol); err == nil || answer.StatusCode != 403 {
		t.Errorf("without an origin: %v", err)
	}
	for _, from := range []string{"https://evil.example", "null", "http://shop.example", origin + ".evil.example", r.server.URL} {
		ws, _, err := r.dial(from, event.Subprotocol)
		if err != nil {
			t.Fatal(err)
		}
		hello := someHello()
		p := &page{t: t, ws: ws, hello: hello}
		p.send(hello.Append(nil))
		if code := p.refused(); code != event.ForeignOrigin {
			t.Errorf("from %s: %s", from, code)
		}
		if _, err := r.db.Session(context.Background(), hello.Session); err == nil {
			t.Errorf("from %s: a session was made", from)
		}
	}
	ws, _, err := r.dial(origin) // no subprotocol
	if err != nil {
		t.Fatal(err)
	}
	if code := (&page{t: t, ws: ws}).refused(); code != event.BadVersion {
		t.Errorf("without subprotocol: %s", code)
	}
	r.wantGood(t)
}

func TestBadBatch(t *testing.T) {
	r := newRelay(t, nil)
	for _, row := range []struct {
		what  string
		frame func(*page) []byte
		code  event.Code
	}{
		{"a second hello", func(p *page) []byte { return p.hello.Append(nil) }, event.BadFrame},
		{"a failure", func(p *page) []byte { return (&event.Failure{What: "csp", Time: 1}).Append(nil) }, event.BadFrame},
		{"nothing", func(*page) []byte { return nil }, event.BadFrame},
		{"garbage", func(*page) []byte { return []byte("\x01\x02 garbage and more of it") }, event.BadFrame},
		{"another version", func(p *page) []byte { f := p.batch(1); f[0]++; return f }, event.BadVersion},
		{"an unknown kind", func(p *page) []byte { f := p.batch(1); f[1] = 99; return f }, event.BadFrame},
		{"another stream", func(p *page) []byte { f := p.batch(1); f[2] ^= 1; return f }, event.BadFrame},
		{"a wrong checksum", func(p *page) []byte { f := p.batch(1); f[10] ^= 1; return f }, event.BadChecksum},
		{"a wrong byte", func(p *page) []byte { f := p.plain(1, line("x_a", "{}")+"\n"); f[len(f)-3] ^= 1; return f }, event.BadChecksum},
		{"an unknown encoding", func(p *page) []byte { f := p.batch(1); f[14] = 3; return f }, event.BadFrame},
		{"out of order", func(p *page) []byte { p.next = 3; return p.batch(1) }, event.OutOfOrder},
		{"number zero", func(p *page) []byte { return p.compress(0, p.lines(1)) }, event.BadFrame},
		{"too many events", func(p *page) []byte { return p.compress(1, []byte(strings.Repeat("{}\n", event.MaxEvents+1))) }, event.BadFrame},
		{"too many bytes", func(p *page) []byte { return p.plain(1, strings.Repeat("x", event.MaxPlain)+"\n") }, event.BadFrame},
		{"a frame that is too large", func(p *page) []byte { return make([]byte, event.MaxFrame+1) }, event.TooLarge},
		{"another count", func(p *page) []byte {
			lines := string(p.lines(2))
			b := event.Batch{Stream: p.hello.Stream, First: 1, Count: 3, Plain: len(lines), Checksum: event.Checksum([]byte(lines)), Body: []byte(lines)}
			return b.Append(nil)
		}, event.BadFrame},
		{"an unknown type", func(p *page) []byte { return p.plain(1, line("made_up", "{}")+"\n") }, event.BadEvent},
		{"a bad shape", func(p *page) []byte {
			return p.plain(1, strings.Replace(string(p.lines(1)), `"event 1"`, "1", 1))
		}, event.BadEvent},
		{"an event from the far future", func(p *page) []byte {
			p.hello.Time += 2 * maxAhead.Milliseconds()
			return p.batch(1)
		}, event.BadEvent},
		{"no JSON", func(p *page) []byte { return p.plain(1, "garbage\n") }, event.BadEvent},
		{"an inflation bomb", func(p *page) []byte {
			b := event.Batch{Stream: p.hello.Stream, First: 1, Count: 1, Plain: event.MaxPlain, Encoding: event.BrotliFirst, Body: bomb(t)}
			return b.Append(nil)
		}, event.BadFrame},
	} {
		p := r.record(t, someHello())
		good := p.plain(1, string(p.lines(1)))
		p.next = 1
		frame := row.frame(p)
		p.send(frame)
		if code := p.refused(); code != row.code {
			t.Errorf("%s: %s, want %s", row.what, code, row.code)
		}
		if got := r.stored(p.hello.Session); got != "" {
			t.Errorf("%s: stored %q", row.what, got)
		}
		p.hello.Time = time.Now().UnixMilli()
		again := r.record(t, p.hello) // the same page may try again
		again.send(good)
		again.wantAck(1)
		r.wantGood(t)
	}
}

// Batches before the bad one are stored and acknowledged.
func TestGoodBeforeBad(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, someHello())
	for range 5 {
		p.send(p.batch(2))
	}
	p.send([]byte("garbage"))
	p.wantAcks(2, 10)
	if code := p.refused(); code != event.BadVersion {
		t.Errorf("garbage: %s", code)
	}
	r.wantLog(t, p, 10)
}

func TestCutBatch(t *testing.T) {
	r := newRelay(t, nil)
	p := page{hello: someHello(), next: 1}
	lines := string(p.lines(2))
	plain := p.plain(1, lines)
	p.next = 1
	compressed := p.batch(2)
	for what, frame := range map[string][]byte{"plain": plain, "brotli": compressed} {
		for cut := range frame {
			again := r.record(t, p.hello)
			again.send(frame[:cut])
			reply := again.read()
			refusal, err := event.ReadRefusal(reply)
			// The last bytes of a compressed frame hold only the line feed that pushed the batch out, about eight of them:
			// without those the batch is whole, as its checksum shows.
			if last, ackErr := event.ReadAck(reply); ackErr == nil && what == "brotli" && last == 2 && cut > len(frame)-16 {
				continue
			}
			if err != nil || refusal.Code != string(event.BadFrame) {
				t.Errorf("%s batch cut to %d of %d bytes: %+v, %v", what, cut, len(frame), refusal, err)
			}
			_ = again.ws.CloseNow()
		}
	}
	again := r.record(t, p.hello)
	again.send(plain)
	again.wantAck(2)
	if got := r.stored(p.hello.Session); got != lines {
		t.Errorf("stored:\n%swant\n%s", got, lines)
	}
}

func TestTooFast(t *testing.T) {
	r := newRelay(t, func(c *Config) { c.Limits.Events, c.Limits.Burst = 1, 10 })
	p := r.record(t, someHello())
	p.send(p.batch(10))
	p.wantAck(10)
	p.send(p.batch(10))
	if code := p.refused(); code != event.TooFast {
		t.Errorf("ten events at once with one a second allowed: %s", code)
	}
	r.wantLog(t, p, 10)
}
