package ingest

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

const (
	origin      = "https://shop.example"
	frameOrigin = "https://pay.shop.example"
)

// oneSite is sites shop, which pages of both origins may record for, and closed, which needs tokens.
type oneSite struct{}

func (oneSite) Site(key string) (Site, bool) {
	allows := func(o string) bool { return o == origin || o == frameOrigin }
	policy := masking.New()
	site := Site{Key: key, Allows: allows, Anonymous: key == "shop", Policy: &policy}
	if key == "closed" {
		site.Secret = tokenSecret
	}
	return site, key == "shop" || key == "closed"
}

var tokenSecret = []byte("the secret by which tokens of closed are signed")

// relay is the handler over real HTTP and a real store.
type relay struct {
	*Handler
	t       testing.TB
	server  *httptest.Server
	db      *sqlite.Store
	metrics *prometheus.Registry

	mu    sync.Mutex
	woken map[string]int
	log   strings.Builder
}

func (r *relay) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(p)
}

func newRelay(t testing.TB, change func(*Config)) *relay {
	t.Helper()
	db, err := sqlite.Open(context.Background(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{t: t, db: db, metrics: prometheus.NewRegistry(), woken: map[string]int{}}
	c := Config{
		Sites: oneSite{}, Store: db, Now: time.Now, Limits: DefaultLimits, Metrics: r.metrics, Log: slog.New(slog.NewTextHandler(r, nil)),
		IP:       func(*http.Request, string) string { return "ip" },
		Client:   func(*http.Request) string { return "192.0.2.1" },
		FieldKey: func(session string) (key masking.FieldKey) { copy(key[:], session); return key },
		Wake: func(session string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.woken[session]++
		},
	}
	if change != nil {
		change(&c)
	}
	r.Handler = New(c)
	r.server = httptest.NewServer(r.Handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := r.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		r.server.Close()
		if left := r.room.left.Load(); left != c.Limits.Bytes {
			t.Errorf("%d bytes of room were never given back", c.Limits.Bytes-left)
		}
		http.DefaultClient.CloseIdleConnections()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// value reads a metric: the sum over its labels.
func (r *relay) value(name string) (sum float64) {
	r.t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == name {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// stored gives the lines of a session that wait to be numbered.
func (r *relay) stored(session string) string {
	r.t.Helper()
	w, err := r.db.Work(context.Background(), session, store.AllEvents)
	if err != nil {
		r.t.Fatal(err)
	}
	var all strings.Builder
	for _, p := range w.Pending {
		all.Write(p.Lines)
	}
	return all.String()
}

// end ends a session with all that is pending.
func (r *relay) end(session string) {
	r.t.Helper()
	w, err := r.db.Work(context.Background(), session, store.AllEvents)
	if err != nil {
		r.t.Fatal(err)
	}
	n := store.Numbered{ID: session, After: w.LastSeq, LastSeq: w.LastSeq, Ended: true}
	for _, p := range w.Pending {
		n.Done, n.Entries, n.LastSeq = append(n.Done, p.ID), append(n.Entries, p.Lines...), n.LastSeq+uint64(p.Count)
	}
	if err := r.db.Number(context.Background(), n); err != nil {
		r.t.Fatal(err)
	}
}

// eventually waits for a condition that something else brings about.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// page is the recorder's side of a connection.
type page struct {
	t     testing.TB
	ws    *websocket.Conn
	hello event.Hello
	pen   pen
	next  uint64 // number of the next event
}

func someHex(digits int) string {
	s := ""
	for len(s) < digits {
		s += fmt.Sprintf("%016x", rand.Uint64())
	}
	return s[:digits]
}

func someStream() (id event.StreamID) {
	_, _ = hex.Decode(id[:], []byte(someHex(16)))
	return id
}

func someHello() event.Hello {
	return event.Hello{Site: "shop", Session: someHex(32), Secret: someHex(32), Stream: someStream(), Tab: someHex(16), Time: time.Now().UnixMilli(),
		URL: "https://shop.example/?q=secret", Agent: "Mozilla/5.0", Width: 1280, Height: 800, Device: "desktop", Policy: someHex(64), Release: "1.0.0"}
}

// dial connects from an origin; none when it is empty.
func (r *relay) dial(from string, protocols ...string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{}
	if from != "" {
		header.Set("Origin", from)
	}
	return websocket.Dial(context.Background(), r.server.URL, &websocket.DialOptions{HTTPHeader: header, Subprotocols: protocols})
}

// connect opens the socket; the hello is still to come.
func (r *relay) connect(t testing.TB, hello event.Hello) *page {
	t.Helper()
	ws, _, err := r.dial(origin, event.Subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(event.MaxFrame)
	t.Cleanup(func() { _ = ws.CloseNow() })
	return &page{t: t, ws: ws, hello: hello, next: 1}
}

// record connects and says hello.
func (r *relay) record(t testing.TB, hello event.Hello) *page {
	t.Helper()
	p := r.connect(t, hello)
	p.send(hello.Append(nil))
	p.welcome()
	return p
}

func (p *page) send(frame []byte) {
	p.t.Helper()
	if err := p.ws.Write(context.Background(), websocket.MessageBinary, frame); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

// receive reads a frame, not waiting for ever.
func (p *page) receive() ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, frame, err := p.ws.Read(ctx)
	return frame, err
}

func (p *page) read() []byte {
	p.t.Helper()
	frame, err := p.receive()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	return frame
}

// welcome reads a welcome, adopts its session and goes on from its number.
func (p *page) welcome() event.Welcome {
	p.t.Helper()
	w, err := event.ReadWelcome(p.read())
	if err != nil {
		p.t.Fatal(err)
	}
	p.hello.Session, p.next = w.Session, w.Last+1
	return w
}

func (p *page) wantAck(last uint64) {
	p.t.Helper()
	frame := p.read()
	if got, err := event.ReadAck(frame); err != nil || got != last {
		p.t.Fatalf("acknowledged %d, %v (frame %q); want %d", got, err, frame, last)
	}
}

// wantAcks reads the acknowledgements of batches of one size that were sent one after the other: each is of one or
// more of them.
func (p *page) wantAcks(size, last uint64) {
	p.t.Helper()
	for before := uint64(0); before < last; {
		frame := p.read()
		got, err := event.ReadAck(frame)
		if err != nil || got <= before || got%size != 0 {
			p.t.Fatalf("acknowledged %d after %d, %v (frame %q)", got, before, err, frame)
		}
		before = got
	}
}

// refused reads on to the refusal and to the end of the connection.
func (p *page) refused() event.Code {
	p.t.Helper()
	for {
		frame, err := p.receive()
		if err != nil {
			p.t.Fatalf("the connection ended without a refusal: %v", err)
		}
		if r, err := event.ReadRefusal(frame); err == nil {
			if _, err := p.receive(); websocket.CloseStatus(err) == -1 && err != io.EOF {
				p.t.Errorf("after the refusal: %v, want a close frame", err)
			}
			return event.Code(r.Code)
		}
	}
}

// lines is the next events of the stream, each a log line with its number.
func (p *page) lines(count int) []byte {
	var plain []byte
	for range count {
		plain = fmt.Appendf(plain, "{\"type\":\"client_log\",\"time\":%d,\"details\":{\"message\":\"event %d\"}}\n", p.hello.Time, p.next)
		p.next++
	}
	return plain
}

// batch is the next events, compressed.
func (p *page) batch(count int) []byte {
	first := p.next
	return p.compress(first, p.lines(count))
}

func (p *page) compress(first uint64, plain []byte) []byte {
	b := p.pen.write(plain)
	b.Stream, b.First = p.hello.Stream, first
	return b.Append(nil)
}

// plain is a batch of given lines as they are, first the number of the first.
func (p *page) plain(first uint64, lines string) []byte {
	b := event.Batch{Stream: p.hello.Stream, First: first, Count: strings.Count(lines, "\n"), Plain: len(lines), Checksum: event.Checksum([]byte(lines)), Body: []byte(lines)}
	return b.Append(nil)
}

// wantLog compares what is stored of the page's session with events 1 to last.
func (r *relay) wantLog(t testing.TB, p *page, last uint64) {
	t.Helper()
	again := page{hello: p.hello, next: 1}
	if got, want := r.stored(p.hello.Session), string(again.lines(int(last))); got != want {
		t.Errorf("stored:\n%swant\n%s", got, want)
	}
}
