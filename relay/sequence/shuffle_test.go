package sequence

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/e2e/schematest"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// orders is in how many orders the scenario's events arrive within the time to settle, and in how many beyond it. Each
// has 75 arrivals, so a rule that is broken shows in a few of them, and these take seconds; what goes wrong in one of a
// hundred is for make torture to find.
var orders = flag.Int("orders", 20, "in how many orders the scenario's events arrive at three relays over PostgreSQL")

// withOneRelay bounds the orders over SQLite, whose one relay has less to get wrong.
const withOneRelay = 100

// lateBy is how many times the time to settle an event is under way that is late.
const lateBy = 6

// arrival is what reaches a relay when.
type arrival struct {
	step
	at     int64
	relay  int    // its number, modulo that of the relays
	first  uint64 // the number of its first event in its stream
	create bool   // makes the session
	end    bool
}

// stream is what must arrive in order.
func (a *arrival) stream() string { return a.Open + a.Send }

// ordering is a session of the scenario's events, in the order in which they arrive.
type ordering struct {
	id       string
	arrivals []arrival
	log      []byte
}

// newOrdering gives the scenario's steps with a time under way for each. What a stream sends keeps its order; a page is
// open when it sends; the session is made before all of it, and ended when all of it has come.
func newOrdering(steps []step, seed uint64, way func(random *rand.Rand, i int) int64) *ordering {
	random := rand.New(rand.NewPCG(seed, 6))
	o := &ordering{id: fmt.Sprintf("%032x", seed)}
	sent, last := map[string]int64{}, int64(0)
	for i, s := range steps {
		a := arrival{step: s, at: s.At, relay: random.IntN(12), create: i == 0} // as many parts for one, two and three relays
		if s.Send != "" && i > 0 {
			a.at += way(random, i)
			if s.Send != store.HostStream {
				a.at = max(a.at, sent[s.Send])
				sent[s.Send] = a.at
			}
		}
		last = max(last, a.at)
		o.arrivals = append(o.arrivals, a)
	}
	end := &o.arrivals[len(steps)-1]
	end.at, end.end = last+tick, true
	slices.SortStableFunc(o.arrivals, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	next := map[string]uint64{}
	for i := range o.arrivals {
		a := &o.arrivals[i]
		a.first = next[a.Send] + 1
		next[a.Send] += uint64(len(a.Events))
	}
	return o
}

// deliver hands an arrival to a store, as ingest and API do.
func (o *ordering) deliver(ctx context.Context, s shuffled, a arrival) error {
	received := noon + a.at
	var lines []byte
	for _, e := range a.Events {
		lines = append(append(lines, e...), '\n')
	}
	switch {
	case a.Open != "":
		_, err := s.Open(ctx, store.Opening{
			Site: "bank", Session: o.id, Stream: a.Open, Tab: a.Tab, Received: received, URL: a.URL, Person: a.Person,
			IP: "90a4e1c7d52b6f38", Agent: "Mozilla/5.0 (X11; Linux x86_64)", Width: 1280, Height: 800, Device: "desktop", Policy: "3e6d1c0b", Release: "1.0.0",
		})
		if err == nil {
			err = s.Seen(ctx, o.id, a.Open, received, true)
		}
		return err
	case a.Send == store.HostStream:
		_, err := s.Signal(ctx, store.Signal{Site: "bank", Session: o.id, Create: a.create, End: a.end, Received: received, Count: len(a.Events), Lines: lines})
		return err
	}
	_, err := s.Append(ctx, store.Batch{Session: o.id, Stream: a.Send, First: a.first, Count: len(a.Events), Received: received, Lines: lines})
	return err
}

// TestShuffle plays the scenario's events in many orders of arrival, over each store. Within the time to settle the log
// is the same in all of them. Beyond it the same entries are in the log, and those are marked that stand behind what was
// after them.
func TestShuffle(t *testing.T) {
	clock := func() time.Time { return time.UnixMilli(noon) }
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s, err := sqlite.Open(t.Context(), t.TempDir(), clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		testShuffle(t, min(*orders, withOneRelay), s)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Database(t)
		var three []shuffled
		for range 3 {
			s, err := postgres.Open(t.Context(), postgres.Options{URL: url, Now: clock, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			three = append(three, s)
		}
		testShuffle(t, *orders, three...)
	})
}

func testShuffle(t *testing.T, count int, stores ...shuffled) {
	steps := readSteps(t, filepath.Join("..", "..", "testdata", "sessions", "scenario.steps.ndjson"))
	settle := site.Settle.Milliseconds()
	within := func(random *rand.Rand, _ int) int64 { return random.Int64N(settle) }
	beyond := func(random *rand.Rand, i int) int64 {
		if i > 2 && random.IntN(5) == 0 { // the back end's word of a join comes before the page's
			return settle + random.Int64N(lateBy*settle)
		}
		return random.Int64N(settle)
	}
	inOrder := newOrdering(steps, 0, func(*rand.Rand, int) int64 { return 0 })
	all := []*ordering{inOrder}
	for seed := range uint64(count) {
		all = append(all, newOrdering(steps, 2*seed+1, within), newOrdering(steps, 2*seed+2, beyond))
	}
	play(t, stores, all)
	if t.Failed() {
		return
	}
	schematest.Lines(t, inOrder.log)
	if entries := bytes.Count(inOrder.log, []byte("\n")); entries < len(steps)-4 || !bytes.Contains(inOrder.log, []byte(`"type":"session_end"`)) {
		t.Fatalf("%d entries of %d steps", entries, len(steps))
	}
	checkPages(t, steps, inOrder.log)
	late := 0
	for i, o := range all[1:] {
		if i%2 == 0 {
			checkWithin(t, o, inOrder)
		} else {
			late += checkBeyond(t, o, inOrder)
		}
		if t.Failed() {
			return
		}
	}
	if late < count {
		t.Errorf("only %d entries of all orders came late", late)
	}
	t.Logf("%d orders within the time to settle, %d beyond it with %d late entries", count, count, late)
}

// checkPages holds what the back end tells against the pages that were opened by then.
func checkPages(t *testing.T, steps []step, log []byte) {
	for line := range bytes.Lines(log) {
		e := gjson.ParseBytes(line)
		if e.Get("stream").Str != store.HostStream {
			continue
		}
		want := ""
		for _, s := range steps {
			if s.Open != "" && s.Tab == e.Get("tab_id").Str && !clock(s.At).After(e.Get("time").Time()) {
				want = s.URL
			}
		}
		if got := e.Get("page.url").Str; got != want {
			t.Errorf("page %q, want %q: %s", got, want, line)
		}
	}
}

// byArrival is what an entry tells of when it came: the relay's clock, and of what the back end signals its number, which
// it gets when it comes.
var byArrival = regexp.MustCompile(`"received":"[^"]*",|"stream":"0{16}","stream_seq":\d+,`)

// checkWithin holds an order of which nothing was late against that in which everything came at once.
func checkWithin(t *testing.T, o, inOrder *ordering) {
	bare := func(o *ordering) []byte {
		return bytes.ReplaceAll(byArrival.ReplaceAll(o.log, nil), []byte(o.id), []byte("ID"))
	}
	if got, want := bare(o), bare(inOrder); !bytes.Equal(got, want) {
		t.Errorf("order %s:\n%s", o.id, difference(got, want))
	}
}

// checkBeyond holds an order of which something was late against that, and gives how many entries are marked.
func checkBeyond(t *testing.T, o, inOrder *ordering) (late int) {
	if got, want := outlines(o.log), outlines(inOrder.log); !slices.Equal(got, want) {
		t.Errorf("order %s has other entries:\n%s", o.id, difference([]byte(strings.Join(got, "")), []byte(strings.Join(want, ""))))
	}
	before := ""
	for line := range bytes.Lines(o.log) {
		e := gjson.ParseBytes(line)
		at, marked := e.Get("time").Str, e.Get("late").Bool()
		if marked != (at < before) {
			t.Errorf("order %s: marked %v, behind %s: %s", o.id, marked, before, line)
		}
		if marked {
			late++
		}
		before = max(before, at)
	}
	return late
}

// outlines gives the entries of a log by what does not depend on what was known when they had their number, sorted.
func outlines(log []byte) (all []string) {
	for line := range bytes.Lines(log) {
		e := gjson.ParseBytes(line)
		key := e.Get("source").Str + " " + e.Get("type").Str
		if e.Get("source").Str != "relay" {
			key += " " + e.Get("time").Str + " " + e.Get("stream").Str + " " + e.Get("tab_id").Str + " " + e.Get("page.url").Str
		}
		all = append(all, key+"\n")
	}
	slices.Sort(all)
	return all
}
