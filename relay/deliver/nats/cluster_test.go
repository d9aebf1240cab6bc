package nats

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/deliver/servertest"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within bounds every wait of these tests.
const within = time.Minute

// cluster is three servers, by their names.
type cluster struct {
	url   string
	nodes map[string]*servertest.Process
}

func startCluster(t *testing.T, names ...string) cluster {
	t.Helper()
	path := servertest.Build(t, servertest.NATS)
	addresses := servertest.Addresses(t, 2*len(names))
	clients, routes := addresses[:len(names)], addresses[len(names):]
	c := cluster{"nats://" + strings.Join(clients, ","), map[string]*servertest.Process{}}
	for i, name := range names {
		host, port, err := net.SplitHostPort(clients[i])
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"-a", host, "-p", port, "-n", name, "-js", "-sd", t.TempDir()}
		if len(names) > 1 {
			args = append(args, "--cluster_name", "test", "--cluster", "nats://"+routes[i], "--routes", "nats://"+strings.Join(routes, ",nats://"))
		}
		c.nodes[name] = servertest.Start(t, clients[i], path, args...)
	}
	return c
}

// publisher connects and waits until there is a stream with its replicas.
func publisher(t *testing.T, c cluster, replicas int) *Stream {
	t.Helper()
	s, err := New(Config{URL: c.url, Name: "audit", Replicas: replicas, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	servertest.Until(t, "the cluster takes a stream", func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := s.open(ctx)
		return err
	})
	return s
}

// relay is a store with sessions that grow, and a streamer over it.
type relay struct {
	*testing.T
	store *sqlite.Store
	now   func() time.Time
}

func newRelay(t *testing.T) *relay {
	s, err := sqlite.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &relay{t, s, time.Now}
}

func sessionID(i int) string { return fmt.Sprintf("%032x", i) }

// grow adds entries to a session, as recorder and sequencer do.
func (r *relay) grow(session string, entries int) {
	r.Helper()
	o, err := r.store.Open(r.Context(), store.Opening{Site: "shop", Session: session, Stream: "aaaaaaaaaaaaaaaa", Received: time.Now().UnixMilli()})
	if err != nil {
		r.Fatal(err)
	}
	b := store.Batch{Session: session, Stream: "aaaaaaaaaaaaaaaa", First: o.Last + 1, Count: entries}
	for i := range entries {
		b.Lines = fmt.Appendf(b.Lines, "{\"session_id\":%q,\"seq\":%d}\n", session, o.Last+1+uint64(i))
	}
	if _, err := r.store.Append(r.Context(), b); err != nil {
		r.Fatal(err)
	}
	w, err := r.store.Work(r.Context(), session, store.AllEvents)
	if err != nil {
		r.Fatal(err)
	}
	n := store.Numbered{ID: session, After: w.LastSeq, LastSeq: w.LastSeq}
	for _, p := range w.Pending {
		n.Entries, n.Done, n.LastSeq = append(n.Entries, p.Lines...), append(n.Done, p.ID), n.LastSeq+uint64(p.Count)
	}
	if err := r.store.Number(r.Context(), n); err != nil {
		r.Fatal(err)
	}
}

// stream runs a streamer until stop.
func (r *relay) stream(p deliver.Publisher) (s *deliver.Streamer, stop func()) {
	s = deliver.NewStreamer(deliver.StreamConfig{
		Store: r.store, Lanes: []deliver.StreamLane{{Site: "shop", Name: "nats", Publisher: p}}, Poll: 50 * time.Millisecond,
		Now: r.now, Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	return s, func() {
		cancel()
		if err := <-ended; err != nil {
			r.Error(err)
		}
	}
}

// begin lets a streamer see the stream for the first time: what is older than that is not streamed.
func (r *relay) begin() {
	r.Helper()
	if _, err := r.store.BeginStream(r.Context(), "shop", "nats", time.Now().UnixMilli()); err != nil {
		r.Fatal(err)
	}
}

// published waits until all positions are at the ends of their logs.
func (r *relay) published() {
	r.Helper()
	servertest.Until(r.T, "everything is published", func() error {
		open, err := r.store.OpenPositions(r.Context(), "shop", "nats", 0)
		for _, p := range open {
			if p.Seq < p.LastSeq {
				return fmt.Errorf("%s is at %d of %d", p.Session, p.Seq, p.LastSeq)
			}
		}
		return err
	})
}

// messages reads the whole stream and gives, by session, its numbers in their order.
func messages(t *testing.T, s *Stream) map[string][]uint64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	stream, err := s.js.Stream(ctx, "audit")
	if err != nil {
		t.Fatal(err)
	}
	info, err := stream.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]uint64{}
	for n := info.State.FirstSeq; n <= info.State.LastSeq; n++ {
		m, err := stream.GetMsg(ctx, n)
		if err != nil {
			t.Fatalf("message %d: %v", n, err)
		}
		session, text, _ := strings.Cut(m.Header.Get(nats.MsgIdHdr), ":")
		seq, err := strconv.ParseUint(text, 10, 64)
		if err != nil || m.Subject != "audit.shop."+session || !bytes.Contains(m.Data, []byte(`"seq":`+text+"}")) {
			t.Fatalf("message %d: %s %v %s", n, m.Subject, m.Header, m.Data)
		}
		got[session] = append(got[session], seq)
	}
	return got
}

// wantAll wants each session's entries once, in their order.
func wantAll(t *testing.T, got map[string][]uint64, sessions, entries int) {
	t.Helper()
	if len(got) != sessions {
		t.Errorf("%d sessions, want %d", len(got), sessions)
	}
	for session, numbers := range got {
		for i, n := range numbers {
			if n != uint64(i+1) {
				t.Errorf("session %s: %d stands at place %d of %v", session, n, i+1, numbers)
				break
			}
		}
		if len(numbers) != entries {
			t.Errorf("session %s: %d entries, want %d", session, len(numbers), entries)
		}
	}
}

// TestKilledNode kills the node that leads the stream while entries come.
func TestKilledNode(t *testing.T) {
	const sessions, rounds, entries = 6, 20, 10
	c := startCluster(t, "one", "two", "three")
	s := publisher(t, c, 3)
	r := newRelay(t)
	r.begin()
	streamer, stop := r.stream(s)
	defer stop()
	for round := range rounds {
		for i := range sessions {
			r.grow(sessionID(i), entries)
		}
		streamer.Wake()
		if round == rounds/2 {
			stream, err := s.js.Stream(t.Context(), "audit")
			if err != nil {
				t.Fatal(err)
			}
			leader := stream.CachedInfo().Cluster.Leader
			t.Logf("killing %s", leader)
			c.nodes[leader].Kill()
		}
	}
	r.published()
	wantAll(t, messages(t, s), sessions, rounds*entries)
}

// TestDiedBeforeItWasNoted has relays that die after the stream acknowledged and before the store knew, long ago: the
// stream itself says what it has.
func TestDiedBeforeItWasNoted(t *testing.T) {
	c := startCluster(t, "one")
	s := publisher(t, c, 1)
	if err := s.js.DeleteStream(t.Context(), "audit"); err != nil {
		t.Fatal(err)
	}
	s.stream = nil
	if _, err := s.js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "audit", Subjects: []string{"audit.>"}, Duplicates: 100 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	r := newRelay(t)
	r.begin()
	r.grow(sessionID(1), 5)
	var entries []deliver.Entry
	for seq := range uint64(3) {
		entries = append(entries, deliver.Entry{Seq: seq + 1, Line: fmt.Appendf(nil, "{\"session_id\":%q,\"seq\":%d}", sessionID(1), seq+1)})
	}
	if err := s.Publish(t.Context(), "shop", sessionID(1), entries); err != nil {
		t.Fatal(err)
	}
	servertest.Until(t, "the stream has forgotten the IDs", func() error {
		ack, err := s.js.PublishMsg(t.Context(), &nats.Msg{Subject: "audit.shop.other", Data: []byte("{}")}, jetstream.WithMsgID("x:1"))
		if err == nil && ack.Duplicate {
			err = fmt.Errorf("it knows %d", ack.Sequence)
		}
		if err == nil && ack.Sequence < 5 {
			err = fmt.Errorf("it has not forgotten anything yet")
		}
		return err
	})
	if err := mustStream(t, s).Purge(t.Context(), jetstream.WithPurgeSubject("audit.shop.other")); err != nil {
		t.Fatal(err)
	}
	_, stop := r.stream(s)
	r.published()
	stop()
	info, err := mustStream(t, s).Info(t.Context())
	if err != nil || info.State.Msgs != 5 {
		t.Errorf("%d messages, %v; want 5", info.State.Msgs, err)
	}
}

func mustStream(t *testing.T, s *Stream) jetstream.Stream {
	t.Helper()
	stream, err := s.js.Stream(t.Context(), "audit")
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// TestErasure takes a session out of the stream and leaves the word of it.
func TestErasure(t *testing.T) {
	c := startCluster(t, "one")
	s := publisher(t, c, 1)
	r := newRelay(t)
	r.begin()
	r.grow(sessionID(1), 3)
	r.grow(sessionID(2), 3)
	_, stop := r.stream(s)
	r.published()
	stop()
	if err := s.Deliver(t.Context(), deliver.Message{ID: "d1", Kind: store.KindErased, Site: "shop", Session: sessionID(1)}); err != nil {
		t.Fatal(err)
	}
	m, err := mustStream(t, s).GetLastMsgForSubject(t.Context(), "audit.shop."+sessionID(1))
	if err != nil || !strings.Contains(string(m.Data), `"removed":true`) || !strings.Contains(string(m.Data), deliver.TypeErased) {
		t.Errorf("the word of the erasure: %v, %v", m, err)
	}
	info, err := mustStream(t, s).Info(t.Context())
	if err != nil || info.State.Msgs != 4 {
		t.Errorf("%d messages, %v; want 3 of the other session and the word", info.State.Msgs, err)
	}
}
