// Package ingest receives events from pages: the WebSocket and the POST fallback at /v1/record.
//
// The promise: nothing is acknowledged before it is durable, and nothing is stored that was not checked: the
// origin, every bound, the checksum, and each event against event.Specs; and masked again by what the relay can judge
// alone. What is refused is refused with one of
// event.Codes and a sentence, and the relay goes on.
//
//	handler.go  what the package is given; who is connected; shutting down
//	conn.go     one WebSocket
//	post.go     one request
//	intake.go   the way of a recorder's frames, the same for both: hello, batch, append
//	token.go    who a participant's token says it is
//	hello.go, inflate.go, check.go, shape.go, object.go  what is checked on that way
//	look.go, look_text.go, look_deny.go, look_plain.go  the second look: what is masked again
//	room.go     what all of them together may hold in memory
//	refusal.go  errors into codes
package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/limit"
	"github.com/cotrail/cotrail/relay/store"
)

// Site is what ingest must know of a site.
type Site struct {
	Key       string
	Allows    func(origin string) bool // whether pages of an origin may record for it
	Anonymous bool                     // pages may record without a token
	Secret    []byte                   // signs participants' tokens; nil where there are none
	Policy    *masking.Policy          // masks once more what a page has masked; nil hides all it can
}

// Sites finds a site by its public key.
type Sites interface {
	Site(key string) (Site, bool)
}

// Config is what a Handler is made of.
type Config struct {
	Sites   Sites
	Store   store.Ingest
	Now     func() time.Time                          // the relay's clock
	Limits  Limits                                    // usually DefaultLimits
	Metrics prometheus.Registerer                     // where to register the metrics; nil for nowhere
	Log     *slog.Logger                              // what an operator should know; never a page's words
	IP      func(r *http.Request, site string) string // the client's address as it may be stored
	Wake    func(session string)                      // the session has something new; must not block
	// Client is where a request comes from, for Limits; empty for this machine, which is not counted.
	Client func(r *http.Request) string
	// FieldKey gives the key by which ids and addresses of a session's people are hashed.
	FieldKey func(session string) masking.FieldKey
}

// Handler is the endpoint.
type Handler struct {
	sites   Sites
	store   store.Ingest
	now     func() time.Time
	limits  Limits
	metrics *metrics
	log     *slog.Logger
	ip      func(*http.Request, string) string
	wake    func(string)
	room    room
	key     func(session string) masking.FieldKey
	client  func(*http.Request) string

	addresses, siteHellos *limit.Limiter

	mu       sync.Mutex
	closing  bool
	conns    map[*conn]bool
	perSite  map[string]int
	streams  map[streamKey]*conn // the connection that a stream has now
	finished sync.WaitGroup      // of conns

	idled atomic.Int64 // decoders of idle connections that were freed
}

// streamKey names a stream. Its id alone would not do: another session's page could make up the same.
type streamKey struct{ session, stream string }

// New makes the endpoint.
func New(c Config) *Handler {
	h := &Handler{
		sites: c.Sites, store: c.Store, now: c.Now, limits: c.Limits, metrics: newMetrics(c.Metrics), log: c.Log, ip: c.IP, wake: c.Wake, key: c.FieldKey, client: c.Client,
		addresses: limit.New(c.Limits.Hellos, c.Limits.HellosAtOnce), siteHellos: limit.New(c.Limits.SiteHellos, c.Limits.SiteHellosAtOnce),
		conns: map[*conn]bool{}, perSite: map[string]int{}, streams: map[streamKey]*conn{},
	}
	h.room.give(int(c.Limits.Bytes))
	return h
}

// ServeHTTP takes GET for the WebSocket and POST for the fallback.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "record takes a WebSocket, or POST", http.StatusMethodNotAllowed)
	case r.Header.Get("Origin") == "":
		h.answer(w, refuse(event.ForeignOrigin, "only pages record: the request has no Origin"))
	case !h.counted(r):
		w.Header().Set("Retry-After", retryAddress)
		h.answer(w, refuse(event.TooFast, "too many connections and requests from this address"))
	case r.Method == http.MethodPost:
		h.post(w, r)
	default:
		h.socket(w, r)
	}
}

// retryAddress is when to try again, in seconds, after too many connections and requests from an address.
const retryAddress = "5"

// counted takes a request from what its address may do.
func (h *Handler) counted(r *http.Request) bool {
	address := h.client(r)
	return address == "" || h.addresses.Take(address, 1, h.now()) == 0
}

// socket upgrades a request and serves its connection.
func (h *Handler) socket(w http.ResponseWriter, r *http.Request) {
	c := &conn{h: h, in: intake{h: h}, queue: make(chan store.Batch, maxWaiting)}
	if err := h.enter(c); err != nil {
		h.answer(w, err)
		return
	}
	defer h.leave(c)
	// Origins are the site's, and the site is known with the hello only: no check here.
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{event.Subprotocol}, InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return // Accept has answered
	}
	c.serve(ws, r)
}

// enter counts a connection, unless there are too many or the relay is going down.
func (h *Handler) enter(c *conn) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closing:
		return refuse(event.Unavailable, "the relay is going down; connect again")
	case len(h.conns) >= h.limits.Connections:
		return refuse(event.Unavailable, "the relay has no room for more connections")
	}
	h.conns[c] = true
	h.finished.Add(1)
	return nil
}

func (h *Handler) leave(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	h.finished.Done()
}

// admit counts a connection to its site. Whoever is admitted is dismissed.
func (h *Handler) admit(site string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.perSite[site] >= h.limits.SiteConnections {
		return refuse(event.TooMany, "the site has no room for more connections")
	}
	h.perSite[site]++
	h.metrics.connections.WithLabelValues(site).Inc()
	return nil
}

func (h *Handler) dismiss(site string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.perSite[site]--; h.perSite[site] == 0 {
		delete(h.perSite, site)
	}
	h.metrics.connections.WithLabelValues(site).Dec()
}

// claim makes c the connection of a stream and gives the one that was, if any: a recorder connects again before
// the relay knows that its old connection is dead.
func (h *Handler) claim(k streamKey, c *conn) (before *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before = h.streams[k]
	h.streams[k] = c
	return before
}

// release tells whether c was still the connection of the stream, and lets it go.
func (h *Handler) release(k streamKey, c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams[k] != c {
		return false
	}
	delete(h.streams, k)
	return true
}

// Shutdown takes no new connections, closes those there are, so that recorders go elsewhere, and waits until all
// that was received is stored, or for ctx.
func (h *Handler) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closing = true
	for c := range h.conns {
		go c.goAway()
	}
	h.mu.Unlock()
	done := make(chan struct{})
	go func() { h.finished.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for recorders to close: %w", ctx.Err())
	}
}

// forgotten counts a decoder that was freed, and now and then gives what they had back to the system.
func (h *Handler) forgotten() {
	if h.idled.Add(1)%returnEvery == 0 {
		debug.FreeOSMemory()
	}
}

func (h *Handler) goingDown() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closing
}

// told counts a refusal and gives it. What no page could have caused goes into the log.
func (h *Handler) told(err error) *refusal {
	r, unexpected := refusalOf(err)
	if unexpected {
		h.log.Error("cannot store events", "error", err)
	}
	h.metrics.refusals.WithLabelValues(string(r.code)).Inc()
	return r
}
