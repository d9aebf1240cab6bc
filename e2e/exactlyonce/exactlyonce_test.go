// Package exactlyonce tests that the recorder's uplink and the relay's ingest, store and sequencer together bring every
// event to the log exactly once, in its order: whatever the network does to their frames, and whichever side is started
// anew. And that relays which are killed while they seal and deliver bring every session to its receivers, by one id.
//
//	go test ./e2e/exactlyonce -v -cycles 100 -rapid.checks 1000
package exactlyonce

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"pgregory.net/rapid"

	"github.com/cotrail/cotrail/e2e/traffic"
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/uplink"
)

const (
	// jump is how far the relay's clock is set at most, in minutes.
	jump   = 120
	minute = 60_000 // milliseconds
)

// stream is what is noted of one page load.
type stream struct {
	id    string
	added uint64
	acked uint64
	lost  bool // the page crashed: what it had not sent is gone
}

// world is a page and its network. The relay outlives it.
type world struct {
	*rapid.T
	relay    *relay
	now      int64 // the page's clock
	hello    event.Hello
	uplink   *uplink.Uplink
	conn     *connection // nil when there is none
	dialing  bool
	out      [][]byte // frames on their way to the relay
	in       [][]byte // … to the page; nil for the end of the connection
	requests []request
	kept     [][]byte
	streams  []*stream
	sessions []string // by the page's knowledge
	refused  event.Code
}

// request is a POST on its way, then its answer.
type request struct {
	body, answer []byte
	answered     bool
	leaving      bool
	of           *uplink.Uplink
}

func (w *world) Connect() { w.drop(); w.dialing = true }
func (w *world) Send(frame []byte) {
	w.out = append(w.out, append([]byte(nil), frame...))
}
func (w *world) Close() { w.drop() }
func (w *world) Post(body []byte, leaving bool) {
	w.requests = append(w.requests, request{body: append([]byte(nil), body...), leaving: leaving, of: w.uplink})
}
func (w *world) Keep(bodies [][]byte) {
	w.kept = nil
	for _, b := range bodies {
		w.kept = append(w.kept, append([]byte(nil), b...))
	}
}
func (w *world) Session(id string) {
	w.hello.Session = id
	w.sessions = append(w.sessions, id)
}
func (w *world) Status(s uplink.Status, code event.Code) {
	if s == uplink.Refused {
		w.refused = code
	}
}

// drop ends the connection with all that is under way.
func (w *world) drop() {
	if w.conn != nil {
		_ = w.conn.ws.CloseNow()
	}
	w.conn, w.dialing, w.out, w.in = nil, false, nil, nil
}

// load opens a page, with what the page before has left.
func (w *world) load() {
	w.drop()
	w.hello.Stream = traffic.SomeHello(site).Stream
	w.streams = append(w.streams, &stream{id: fmt.Sprintf("%x", w.hello.Stream[:])})
	w.uplink = uplink.New(w.hello, w, w.kept) // which the browser goes on keeping until the uplink says otherwise
	w.uplink.Tick(w.now)
}

func (w *world) stream() *stream { return w.streams[len(w.streams)-1] }

func (w *world) act() {
	policy := masking.New()
	w.stream().added++
	e := event.Event{Type: event.ClientLog, Time: w.now, Source: event.SourcePage}
	e.Details.Text("message", policy.Free(fmt.Sprintf("act %d", w.stream().added)))
	e.Details.Word("level", "info")
	w.uplink.Add(&e)
}

// open lets the connection come up, if the page wants one.
func (w *world) open() {
	if w.dialing {
		w.dialing = false
		w.conn = w.relay.dial()
		w.uplink.Opened(w.now)
	}
}

// carry brings the frame at i to the relay.
func (w *world) carry(i int, keep bool) {
	if w.conn == nil || i >= len(w.out) {
		return
	}
	frame := w.out[i]
	if !keep {
		w.out = append(w.out[:i:i], w.out[i+1:]...)
	}
	answers, open := w.conn.carry(frame)
	w.in = append(w.in, answers...)
	if !open {
		w.conn = nil
		w.in = append(w.in, nil)
	}
}

// deliver brings the frame at i to the page.
func (w *world) deliver(i int, keep bool) {
	if i >= len(w.in) {
		return
	}
	frame := w.in[i]
	if !keep {
		w.in = append(w.in[:i:i], w.in[i+1:]...)
	}
	if frame == nil {
		w.drop()
		w.uplink.Closed(w.now)
		return
	}
	w.note(frame, w.stream())
	w.uplink.Message(frame, w.now)
}

// request brings a request to the relay, or its answer to the page.
func (w *world) request(i int, keep, lost bool) {
	if i >= len(w.requests) {
		return
	}
	r := &w.requests[i]
	if !r.answered || keep {
		r.answer, r.answered = w.relay.post(r.body), true
		return
	}
	answer, asked := r.answer, r.of == w.uplink && !r.leaving
	if lost {
		answer = nil
	}
	w.noteParts(r.body, answer)
	w.requests = append(w.requests[:i:i], w.requests[i+1:]...)
	if asked {
		w.uplink.Posted(answer, w.now)
	}
}

func (w *world) note(frame []byte, s *stream) {
	last, err := event.ReadAck(frame)
	if welcome, notWelcome := event.ReadWelcome(frame); notWelcome == nil {
		last, err = welcome.Last, nil
	}
	if err != nil {
		return
	}
	if last > s.added {
		w.Fatalf("the relay has event %d of a stream with %d", last, s.added)
	}
	s.acked = max(s.acked, last)
}

func (w *world) noteParts(body, answer []byte) {
	frame, _, _ := event.CutPart(body)
	hello, err := event.ReadHello(frame)
	if err != nil {
		w.Fatal(err)
	}
	for _, s := range w.streams {
		if s.id != fmt.Sprintf("%x", hello.Stream[:]) {
			continue
		}
		for rest := answer; ; {
			if frame, rest, err = event.CutPart(rest); err != nil {
				return
			}
			w.note(frame, s)
		}
	}
}

// step is one thing that happens.
func (w *world) step() {
	w.now += rapid.Int64Range(0, 20_000).Draw(w.T, "pause")
	second := rapid.IntRange(0, 3).Draw(w.T, "which") / 3 // mostly the first
	switch rapid.IntRange(0, 25).Draw(w.T, "step") {
	case 0, 1, 2, 3, 4:
		for range rapid.IntRange(1, 30).Draw(w.T, "acts") {
			w.act()
		}
	case 5, 6, 7:
		w.open()
	case 8, 9, 10, 11:
		w.carry(second, false)
	case 12, 13, 14:
		w.deliver(second, false)
	case 15: // a frame comes twice
		w.carry(second, true)
	case 16: // a frame is lost
		if len(w.out) > second {
			w.out = append(w.out[:second:second], w.out[second+1:]...)
		}
	case 17: // an answer comes twice
		w.deliver(second, true)
	case 18: // an answer is lost
		if len(w.in) > second && w.in[second] != nil {
			w.in = append(w.in[:second:second], w.in[second+1:]...)
		}
	case 19:
		w.drop()
		w.uplink.Closed(w.now)
	case 20, 21:
		w.request(second, rapid.Bool().Draw(w.T, "twice"), rapid.Bool().Draw(w.T, "lost"))
	case 22: // another page in the tab; what was posted by the one before may still come, late
		w.uplink.Leave(w.now)
		w.load()
	case 23: // the page crashes
		w.stream().lost = true
		w.load()
	case 24: // the relay's clock is set, and what it has received is from the future or long ago; not by seconds, which it would wait
		w.relay.skew.Store(rapid.Int64Range(-jump, jump).Draw(w.T, "clock") * minute)
	case 25:
		w.drop()
		w.relay.end()
		w.relay.start()
		w.uplink.Closed(w.now)
	}
	w.uplink.Tick(w.now)
}

// recover lets the network be well until the page has nothing left to send.
func (w *world) recover() {
	w.act() // so that there is a session, also when nothing else happened
	for range 1000 {
		w.now += 60_000
		w.uplink.Tick(w.now)
		w.uplink.Flush(w.now)
		for w.busy() {
			w.open()
			w.carry(0, false)
			w.deliver(0, false)
			w.request(0, false, false)
		}
		if len(w.uplink.Pending(w.now)) == 0 && w.uplink.Acknowledged() == w.stream().added {
			return
		}
	}
	w.Fatalf("the page still has events to send; refused: %q", w.refused)
}

// busy tells whether something is under way.
func (w *world) busy() bool {
	return w.dialing || len(w.out) > 0 && w.conn != nil || len(w.in) > 0 || len(w.requests) > 0
}

// check holds the logs against what happened.
func (w *world) check() {
	seen := map[string]uint64{}
	for _, id := range w.chain() {
		lines, _ := w.relay.numbered(id)
		for _, line := range lines {
			e := gjson.ParseBytes(line)
			if !e.Get("stream_seq").Exists() {
				continue
			}
			id, n := e.Get("stream").Str, e.Get("stream_seq").Uint()
			if n != seen[id]+1 || e.Get("details.message").Str != fmt.Sprintf("act %d", n) {
				w.Fatalf("after event %d of the stream: %s", seen[id], line)
			}
			seen[id] = n
		}
	}
	for _, s := range w.streams {
		if n := seen[s.id]; n < s.acked || n > s.added || n != s.added && !s.lost {
			w.Errorf("stream %s: %d events happened, %d were acknowledged, %d are in the log; the page crashed: %v", s.id, s.added, s.acked, n, s.lost)
		}
	}
}

// chain gives the sessions in their order: each goes on where the one before had ended.
func (w *world) chain() (ids []string) {
	for id := w.hello.Session; id != ""; {
		_, work := w.relay.numbered(id)
		ids = append([]string{id}, ids...)
		id = work.Continues
	}
	return ids
}

// TestExactlyOnce lets rapid find a way to lose or repeat an event.
func TestExactlyOnce(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]time.Duration{"sessions last": time.Hour, "sessions end at once": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &relay{t: t, dir: t.TempDir(), leave: leave}
			r.start()
			defer func() { r.end() }()
			events := uint64(0)
			rapid.Check(t, func(rt *rapid.T) {
				w := &world{T: rt, relay: r, now: time.Now().UnixMilli(), hello: traffic.SomeHello(site)}
				w.hello.URL = origin + "/"
				w.load()
				for range rapid.IntRange(1, 120).Draw(rt, "steps") {
					w.step()
				}
				w.recover()
				w.check()
				w.drop()
				for _, s := range w.streams {
					events += s.added
				}
			})
			t.Logf("%d events happened", events)
		})
	}
}
