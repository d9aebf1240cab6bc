package torture

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/cotrail/cotrail/e2e/traffic"
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/uplink"
)

const (
	// tick is how often a tab is looked after, and acts.
	tick = 10 * time.Millisecond
	// hurry is how much a page's clock runs ahead at a tick while it waits to connect again, so that the back-off of
	// half a minute does not make the test wait.
	hurry = 500
	// mostActs bounds the events of a tick: a batch and some.
	mostActs = 25
	// mostWaiting bounds the bytes that wait for the relay, also those of earlier pages, well below what an uplink can
	// hold: there must be no gap.
	mostWaiting = 256 << 10
	// loadEvery is after how many ticks, on average, another page is loaded in the tab.
	loadEvery = 150
	// jump is how far the clock is set at most before a page is loaded, either way, in milliseconds. Within a page it
	// only runs forward: the recorder's clock is the browser's monotonic one.
	jump = 3 * 3600 * 1000
)

// stream is what a tab notes of one page load.
type stream struct {
	id    string
	added uint64        // events that happened
	acked atomic.Uint64 // the highest number that the relay has acknowledged
}

// tab is a browser's tab: page after page records in it, each a stream of its own, and what one page could not send the
// next one does. Everything of it but the counters belongs to the goroutine of live.
type tab struct {
	url      string // of the relay, through the proxy
	link     *link
	hello    event.Hello
	uplink   *uplink.Uplink
	streams  []*stream // of all pages, the last one's is recording
	sessions map[string]bool
	kept     [][]byte // what the browser keeps for the next page
	skew     int64    // of the page's clock, milliseconds
	quiet    atomic.Bool
	acting   atomic.Bool
	acks     atomic.Uint64          // events acknowledged, of all pages
	fault    atomic.Pointer[string] // the first thing that must not be
	refusal  atomic.Pointer[string] // the last one
	waiting  atomic.Pointer[string] // what it waits for, for whoever waits for it
	calls    chan func()
	ended    chan struct{} // closed when nobody takes calls any more
}

// newTab gives a tab of a session that records through the proxy.
func newTab(url, session, secret string) *tab {
	t := &tab{url: url, sessions: map[string]bool{session: true}, calls: make(chan func(), 64), ended: make(chan struct{})}
	t.hello = traffic.SomeHello(site)
	t.hello.Session, t.hello.Secret = session, secret
	t.acting.Store(true)
	t.load()
	return t
}

func (t *tab) now() int64 { return time.Now().UnixMilli() + t.skew }

// load leaves the page, if there is one, and opens the next.
func (t *tab) load() {
	if t.uplink != nil {
		t.uplink.Leave(t.now())
		t.link.leave()
		if rand.IntN(3) == 0 {
			t.skew = rand.Int64N(2*jump) - jump
		}
	}
	t.hello.Stream = traffic.SomeHello(site).Stream
	t.streams = append(t.streams, &stream{id: fmt.Sprintf("%x", t.hello.Stream[:])})
	t.link = &link{tab: t}
	t.uplink = uplink.New(t.hello, t.link, t.kept) // which the browser goes on keeping until the uplink says otherwise
	t.uplink.Tick(t.now())
}

// live runs the tab until stop is closed.
func (t *tab) live(stop <-chan struct{}) {
	beat := time.NewTicker(tick)
	defer beat.Stop()
	defer close(t.ended)
	defer func() { t.link.leave() }()
	for {
		select {
		case <-stop:
			return
		case call := <-t.calls:
			call()
		case <-beat.C:
			t.beat()
		}
		if !t.acting.Load() {
			t.rest()
		}
	}
}

// rest tells whether everything is sent, and what is waited for when it is not.
func (t *tab) rest() {
	bodies := len(t.uplink.Pending(t.now()))
	waiting := fmt.Sprintf("stream %s of session %s: %d of %d events acknowledged, %d bodies to send, connected %v",
		t.stream().id, t.hello.Session, t.uplink.Acknowledged(), t.stream().added, bodies, t.link.conn != nil)
	t.waiting.Store(&waiting)
	t.quiet.Store(bodies == 0 && t.uplink.Acknowledged() == t.stream().added)
}

func (t *tab) beat() {
	if t.link.conn == nil && t.link.posting == 0 {
		t.skew += hurry
	}
	switch {
	case !t.acting.Load():
		t.uplink.Flush(t.now())
	case rand.IntN(loadEvery) == 0:
		t.load()
	case t.uplink.Waiting() < mostWaiting:
		t.act(rand.IntN(mostActs))
	}
	t.uplink.Tick(t.now())
}

func (t *tab) stream() *stream { return t.streams[len(t.streams)-1] }

// act lets events happen, each with its number in it.
func (t *tab) act(count int) {
	policy := masking.New()
	for range count {
		t.stream().added++
		e := event.Event{Type: event.ClientLog, Time: t.now(), Source: event.SourcePage}
		e.Details.Text("message", policy.Free(fmt.Sprintf("act %d", t.stream().added)))
		e.Details.Word("level", "info")
		t.uplink.Add(&e)
	}
	t.uplink.Tick(t.now())
}

// heard notes what the relay says is durable of a stream, and whether that is less than it has said before.
func (t *tab) heard(id string, last uint64, what string) {
	for _, s := range t.streams {
		if s.id != id {
			continue
		}
		if what == "welcome" && last < s.acked.Load() {
			t.wrong("stream %s: the relay acknowledged event %d and now has %d", id, s.acked.Load(), last)
		}
		if last > s.added {
			t.wrong("stream %s: the relay has event %d, and %d happened", id, last, s.added)
		}
		t.acks.Add(max(last, s.acked.Load()) - s.acked.Load())
		s.acked.Store(max(last, s.acked.Load()))
	}
}

// wrong notes what must not be; the first of it counts.
func (t *tab) wrong(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	t.fault.CompareAndSwap(nil, &text)
}
