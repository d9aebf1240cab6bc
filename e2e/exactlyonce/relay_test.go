package exactlyonce

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/ingest"
	"github.com/cotrail/cotrail/relay/sequence"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

const (
	site   = "shop"
	origin = "https://shop.example"

	// patience bounds every wait.
	patience = 30 * time.Second
)

// relay is what a relay is made of, without the rest of it: ingest over a real store, and the sequencer.
type relay struct {
	t      testing.TB
	dir    string
	leave  time.Duration // without a connection for so long, a participant has left
	skew   atomic.Int64  // of the clock by which it receives, milliseconds; that of the sequencer is right
	db     *sqlite.Store
	ingest *ingest.Handler
	server *httptest.Server
	stop   context.CancelFunc
	ended  chan struct{}
}

// sites is the one site that there is.
type sites struct{}

func (sites) Site(key string) (ingest.Site, bool) {
	policy := masking.New()
	return ingest.Site{Key: key, Allows: func(o string) bool { return o == origin }, Anonymous: true, Policy: &policy}, key == site
}

func (r *relay) now() time.Time {
	return time.Now().Add(time.Duration(r.skew.Load()) * time.Millisecond)
}

func (r *relay) start() {
	var err error
	if r.db, err = sqlite.Open(context.Background(), r.dir, r.now); err != nil {
		r.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	q := sequence.New(sequence.Config{Store: r.db, Log: log, Settings: func(string) sequence.Settings {
		return sequence.Settings{Settle: time.Millisecond, LeaveAfter: r.leave, IdleTimeout: time.Hour}
	}})
	r.ingest = ingest.New(ingest.Config{
		Sites: sites{}, Store: r.db, Now: r.now, Limits: ingest.DefaultLimits, Log: log, Wake: q.Wake,
		IP: func(*http.Request, string) string { return "" },
	})
	r.server = httptest.NewServer(r.ingest)
	var numbering context.Context
	numbering, r.stop = context.WithCancel(context.Background())
	ended := make(chan struct{})
	r.ended = ended
	go func() {
		defer close(ended)
		if err := q.Run(numbering); err != nil && numbering.Err() == nil {
			r.t.Errorf("numbering: %v", err)
		}
	}()
}

func (r *relay) end() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.ingest.Shutdown(ctx); err != nil {
		r.t.Error(err)
	}
	r.server.Close()
	r.stop()
	<-r.ended
	if err := r.db.Close(); err != nil {
		r.t.Error(err)
	}
}

// connection is a page's socket. A frame that is taken is answered before the next one goes, so that the test alone
// decides what comes when.
type connection struct {
	ws      *websocket.Conn
	greeted bool
}

func (r *relay) dial() *connection {
	ws, _, err := websocket.Dial(context.Background(), r.server.URL, &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {origin}}, Subprotocols: []string{event.Subprotocol},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	ws.SetReadLimit(event.MaxFrame)
	return &connection{ws: ws}
}

// carry brings a frame to the relay and gives its answers; open is false when the connection has ended.
func (c *connection) carry(frame []byte) (answers [][]byte, open bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if c.ws.Write(ctx, websocket.MessageBinary, frame) != nil {
		return nil, false
	}
	for {
		_, answer, err := c.ws.Read(ctx)
		if err != nil {
			return answers, false
		}
		answers = append(answers, answer)
		switch kind, _ := event.FrameKind(answer); {
		case kind == event.KindRefuse:
			_ = c.ws.CloseNow()
			return answers, false
		case kind == event.KindAck, kind == event.KindWelcome && !c.greeted:
			c.greeted = true
			return answers, true
		}
	}
}

// post brings a request to the relay and gives its answer.
func (r *relay) post(body []byte) []byte {
	q := httptest.NewRequest(http.MethodPost, "/v1/record", bytes.NewReader(body))
	q.Header.Set("Origin", origin)
	q.Header.Set("Content-Type", "text/plain")
	w := httptest.NewRecorder()
	r.ingest.ServeHTTP(w, q)
	return w.Body.Bytes()
}

// numbered waits until nothing is pending in a session and gives its log, and the session that goes on after it.
func (r *relay) numbered(session string) (lines [][]byte, work store.Work) {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		var err error
		if work, err = r.db.Work(context.Background(), session, 1); err != nil {
			r.t.Fatal(err)
		}
		if len(work.Pending) == 0 {
			break
		}
		if time.Now().After(end) {
			r.t.Fatalf("session %s is not numbered", session)
		}
	}
	var hash chain.Hash
	err := r.db.Entries(context.Background(), session, 0, func(seq uint64, line []byte) error {
		if seq != uint64(len(lines))+1 {
			return fmt.Errorf("entry %d stands where %d should", seq, len(lines)+1)
		}
		lines = append(lines, bytes.Clone(line))
		if seq <= work.LastSeq {
			hash = chain.Entry(chain.Salt(work.Salt, seq), hash, line)
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if hash != work.Hash {
		r.t.Fatalf("the hash chain of session %s is broken", session)
	}
	return lines, work
}
