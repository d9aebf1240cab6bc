package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/relay/sequence"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

// relay is what a relay does with its store: it takes events and numbers them.
type relay struct {
	*postgres.Store
	*sequence.Sequencer
	stop  context.CancelFunc
	ended chan error
}

func startRelay(t *testing.T, url string) *relay {
	t.Helper()
	r := &relay{Store: mustOpen(t, options(url)), ended: make(chan error, 1)}
	r.Sequencer = sequence.New(sequence.Config{Store: r.Store, Release: "1.0.0", Log: slog.New(slog.DiscardHandler),
		Settings: func(string) sequence.Settings {
			return sequence.Settings{Settle: 200 * time.Millisecond, LeaveAfter: 2 * time.Second, IdleTimeout: time.Hour}
		}})
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.ended <- r.Run(ctx); close(r.ended) }()
	t.Cleanup(r.end)
	return r
}

// end ends the relay in order.
func (r *relay) end() {
	r.stop()
	<-r.ended
	r.Store.Close()
}

// die ends it as kill -9 does.
func (r *relay) die() {
	r.Store.Die()
	r.stop()
	<-r.ended
}

// open opens a stream at a relay, with a connection.
func (r *relay) open(t *testing.T, session, stream string) {
	t.Helper()
	o, err := r.Open(context.Background(), opening(session, stream))
	if err == nil {
		err = r.Seen(context.Background(), o.Session, stream, time.Now().UnixMilli(), true)
	}
	if err != nil || o.Session != session {
		t.Fatalf("open %s: %+v, %v", stream, o, err)
	}
	r.Wake(session)
}

// close closes the stream's connection.
func (r *relay) close(t *testing.T, session, stream string) {
	t.Helper()
	if err := r.Seen(context.Background(), session, stream, time.Now().UnixMilli(), false); err != nil {
		t.Errorf("close %s: %v", stream, err)
	}
	r.Wake(session)
}

// say sends one event of a stream.
func (r *relay) say(t *testing.T, session, stream string, n uint64) {
	t.Helper()
	now := time.Now().UnixMilli()
	line := fmt.Sprintf(`{"type":"client_log","time":%d,"source":"page","details":{"message":"%s %d"}}`+"\n", now, stream, n)
	last, err := r.Append(context.Background(), store.Batch{Session: session, Stream: stream, First: n, Count: 1, Received: now, Lines: []byte(line)})
	if err != nil || last != n {
		t.Errorf("event %d of %s: last %d, %v", n, stream, last, err)
	}
	r.Wake(session)
}

// TestThreeRelays: one session through three relays at once, one of which dies in the middle. There is one log in one
// order, with every event once, and one end.
func TestThreeRelays(t *testing.T) {
	const session, rounds = "000000000000000000000000000000aa", 60
	url := pgtest.Database(t)
	relays := []*relay{startRelay(t, url), startRelay(t, url), startRelay(t, url)}
	stream := func(i int) string { return fmt.Sprintf("%016x", i) }
	const wanderer = "ffffffffffffffff" // its page reconnects to another relay each time
	relays[0].open(t, session, wanderer)
	for i, r := range relays {
		r.open(t, session, stream(i))
	}
	at := map[string]uint64{}
	say := func(r *relay, stream string) {
		at[stream]++
		r.say(t, session, stream, at[stream])
	}
	for round := range rounds {
		if round == rounds/2 {
			await(t, "the first relay, which made the session, to number it", func() bool { return len(log(t, relays[1], session)) > 0 })
			relays[0].die()
			relays = relays[1:]
			relays[0].open(t, session, stream(0)) // its page comes back elsewhere
		}
		home := relays[round%len(relays)]
		if o, err := home.Open(context.Background(), opening(session, wanderer)); err != nil || o.Last != at[wanderer] {
			t.Fatalf("the page that wanders: %+v, %v; want last %d", o, err, at[wanderer])
		}
		say(home, wanderer)
		for i := range 3 {
			say(relays[i%len(relays)], stream(i))
		}
	}
	total := 0
	await(t, "the other relays to number what the dead one left", func() bool {
		total = len(said(log(t, relays[0], session), "client_log"))
		return total >= 4*rounds
	})

	for i, home := range []*relay{relays[0], relays[0], relays[1]} { // where their connections are now
		home.close(t, session, stream(i))
	}
	await(t, "the session to end", func() bool {
		s, err := relays[1].Session(context.Background(), session)
		return err == nil && s.Ended
	})
	entries := log(t, relays[0], session)
	if got := said(entries, "session_end"); len(got) != 1 || gjson.Get(entries[len(entries)-1], "type").Str != "session_end" {
		t.Errorf("%d session_end, the last entry is %s", len(got), entries[len(entries)-1])
	}
	if got := said(entries, "session_created"); len(got) != 1 {
		t.Errorf("%d session_created", len(got))
	}
	next, before := map[string]uint64{}, ""
	for _, e := range said(entries, "client_log") {
		if at := gjson.Get(e, "time").Str; at < before && !gjson.Get(e, "late").Bool() {
			t.Errorf("%s follows what was at %s", e, before)
		} else {
			before = at
		}
		from := gjson.Get(e, "stream").Str
		if next[from]++; gjson.Get(e, "stream_seq").Uint() != next[from] {
			t.Errorf("want %s %d next, got %s", from, next[from], e)
		}
	}
	for from, n := range at {
		if next[from] != n {
			t.Errorf("%s: %d events in the log, %d were acknowledged", from, next[from], n)
		}
	}
}

// log gives the entries of a session, whose numbers must be 1, 2, 3 …
func log(t *testing.T, r *relay, session string) (lines []string) {
	t.Helper()
	err := r.Entries(context.Background(), session, 0, func(seq uint64, line []byte) error {
		if seq != uint64(len(lines))+1 || gjson.GetBytes(line, "seq").Uint() != seq {
			t.Errorf("entry %d: %s", seq, line)
		}
		lines = append(lines, string(line))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// said gives the entries of one type.
func said(entries []string, kind string) []string {
	return slices.DeleteFunc(slices.Clone(entries), func(e string) bool { return gjson.Get(e, "type").Str != kind })
}

// TestNumberedByOne: while a relay lives its sessions are its own; when it ends in order they are free at once.
func TestNumberedByOne(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Database(t)
	first, second := mustOpen(t, options(url)), mustOpen(t, options(url))
	defer first.Close()
	defer second.Close()
	if _, err := first.Open(ctx, opening("s1", "x1")); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Append(ctx, numbered("s1", "x1", 1, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Work(ctx, "s1", store.AllEvents); !errors.Is(err, store.ErrLeased) {
		t.Errorf("work of a session that the other relay made: %v, want %v", err, store.ErrLeased)
	}
	for what, row := range map[string]struct {
		ask  func(context.Context) ([]string, error)
		want []string
	}{
		"what the first is left": {first.Elsewhere, []string{"s1"}}, "what the second is left": {second.Elsewhere, nil},
		"what lives at the first": {first.Live, []string{"s1"}}, "what lives at the second": {second.Live, nil},
	} {
		if got, err := row.ask(ctx); err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, %v; want %v", what, got, err, row.want)
		}
	}
	first.Close()
	if got, err := second.Elsewhere(ctx); err != nil || !slices.Equal(got, []string{"s1"}) {
		t.Errorf("what the second is left when the first has gone: %v, %v", got, err)
	}
	if w, err := second.Work(ctx, "s1", store.AllEvents); err != nil || len(w.Pending) != 1 {
		t.Errorf("work of a session whose relay has gone: %d batches, %v", len(w.Pending), err)
	}
}

// TestConnectedElsewhere: a relay knows of a connection to another, and that it ended with that relay.
func TestConnectedElsewhere(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Database(t)
	first, second := mustOpen(t, options(url)), mustOpen(t, options(url))
	defer first.Close()
	defer second.Close()
	if _, err := first.Open(ctx, opening("s1", "x1")); err != nil {
		t.Fatal(err)
	}
	live := func() bool {
		w, err := first.Work(ctx, "s1", store.AllEvents)
		if err != nil {
			t.Fatal(err)
		}
		return w.Streams[0].Live
	}
	if _, err := second.Open(ctx, opening("s1", "x1")); err != nil {
		t.Fatal(err)
	}
	if live() {
		t.Error("live without a connection")
	}
	if err := second.Seen(ctx, "s1", "x1", time.Now().UnixMilli(), true); err != nil {
		t.Fatal(err)
	}
	await(t, "the connection to be known", live)
	if err := first.Seen(ctx, "s1", "x1", time.Now().UnixMilli(), false); err != nil { // the page's older connection
		t.Fatal(err)
	}
	// The note of the close is in the database when the next one is.
	if _, err := first.Open(ctx, opening("s1", "x2")); err != nil {
		t.Fatal(err)
	}
	if !live() {
		t.Error("the end of an older connection ended the newer one")
	}
	second.Die()
	await(t, "the dead relay to be missed", func() bool { return !live() })
}

// TestSameEventsEverywhere: the same stream is sent through several relays at once, as nobody should. Each event is
// stored once, and no relay ever waits for one that waits for it.
func TestSameEventsEverywhere(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Database(t)
	stores := []*postgres.Store{mustOpen(t, options(url)), mustOpen(t, options(url)), mustOpen(t, options(url))}
	var group sync.WaitGroup
	for i, s := range stores {
		for session := range 5 {
			id := fmt.Sprintf("%032x", session)
			group.Go(func() {
				if _, err := s.Open(ctx, opening(id, "x1")); err != nil {
					t.Errorf("open: %v", err)
					return
				}
				for n := uint64(1); n <= 40; {
					last, err := s.Append(ctx, numbered(id, "x1", n, 1+i)) // each cuts its batches in another way
					if err != nil {
						t.Errorf("append: %v", err)
						return
					}
					n = last + 1
				}
			})
		}
	}
	group.Wait()
	for _, s := range stores {
		s.Close()
	}
	if n := deadlocks(t, url); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
	s := mustOpen(t, options(url))
	defer s.Close()
	for session := range 5 {
		wantStored(t, s, []*sender{{session: fmt.Sprintf("%032x", session), stream: "x1", acked: 40}})
	}
}

// deadlocks counts those of a database, as far as its connections have ended.
func deadlocks(t *testing.T, url string) (n int) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if err := c.QueryRow(ctx, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMigrateTogether: relays that start at once on an empty database all start.
func TestMigrateTogether(t *testing.T) {
	url := pgtest.Database(t)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			s, err := postgres.Open(context.Background(), options(url))
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.Ready(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
