package sequence

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/e2e/schematest"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

const (
	// shuffles is in how many orders the scenario's events arrive.
	shuffles = 1000
	// together is how many of them are played at once, which share the commits of the store.
	together = 32
	// lateBy is how many times the time to settle an event is under way that is late.
	lateBy = 6
)

// shuffled is a store that takes all of a session: what pages send and what the back end tells.
type shuffled interface {
	journal
	store.Signals
}

// arrival is what reaches the relay when.
type arrival struct {
	step
	at  int64
	end bool
}

// arrivals gives the scenario's steps with a time under way for each. What a stream sends keeps its order; a page is open
// when it sends; the session is made before all of it, and ended after all of it.
func arrivals(steps []step, way func(i int) int64) []arrival {
	all := make([]arrival, len(steps))
	sent := map[string]int64{}
	last := int64(0)
	for i, s := range steps {
		a := arrival{step: s, at: s.At}
		if s.Send != "" && i > 0 {
			a.at += way(i)
			if s.Send != store.HostStream {
				a.at = max(a.at, sent[s.Send])
				sent[s.Send] = a.at
			}
		}
		last = max(last, a.at)
		all[i] = a
	}
	end := &all[len(all)-1]
	end.at, end.end = last+1, true
	slices.SortStableFunc(all, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	return all
}

// playArrivals plays them as a relay would, and gives the log.
func playArrivals(t *testing.T, s shuffled, id string, all []arrival) []byte {
	n, ctx := testNumberer(s), t.Context()
	next := map[string]uint64{}
	wake := int64(0)
	run := func(now int64) {
		v, err := n.run(ctx, id, time.UnixMilli(noon+now))
		if err != nil {
			t.Errorf("session %s at %d: %v", id, now, err)
		}
		wake = 0
		if !v.at.IsZero() {
			wake = v.at.UnixMilli() - noon
		}
	}
	for i, a := range all {
		for wake != 0 && wake < a.at {
			run(wake)
		}
		if err := a.deliver(ctx, s, id, i == 0, next); err != nil {
			t.Errorf("session %s: %v of %+v", id, err, a.step)
			return nil
		}
		if due := a.at + site.Settle.Milliseconds(); wake == 0 || due < wake {
			wake = due
		}
	}
	run(all[len(all)-1].at)
	var log []byte
	err := s.Entries(ctx, id, 0, func(_ uint64, line []byte) error {
		log = append(append(log, line...), '\n')
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return log
}

// deliver hands an arrival to the store, as ingest and API do.
func (a *arrival) deliver(ctx context.Context, s shuffled, id string, first bool, next map[string]uint64) error {
	received := noon + a.at
	var lines []byte
	for _, e := range a.Events {
		lines = append(append(lines, e...), '\n')
	}
	switch {
	case a.Open != "":
		_, err := s.Open(ctx, store.Opening{
			Site: "bank", Session: id, Stream: a.Open, Tab: a.Tab, Received: received, URL: a.URL, Person: a.Person,
			IP: "90a4e1c7d52b6f38", Agent: "Mozilla/5.0 (X11; Linux x86_64)", Width: 1280, Height: 800, Device: "desktop", Policy: "3e6d1c0b", Release: "1.0.0",
		})
		if err == nil {
			err = s.Seen(ctx, id, a.Open, received, true)
		}
		return err
	case a.Send == store.HostStream:
		_, err := s.Signal(ctx, store.Signal{Site: "bank", Session: id, Create: first, End: a.end, Received: received, Count: len(a.Events), Lines: lines})
		return err
	}
	last, err := s.Append(ctx, store.Batch{Session: id, Stream: a.Send, First: next[a.Send] + 1, Count: len(a.Events), Received: received, Lines: lines})
	next[a.Send] = last
	return err
}

// byArrival is what an entry tells of when it came: the relay's clock, and of what the back end signals its number, which
// it gets when it comes.
var byArrival = regexp.MustCompile(`"received":"[^"]*",|"stream":"0{16}","stream_seq":\d+,`)

// TestShuffle plays the scenario's events in many orders of arrival. Within the time to settle the log is the same in all
// of them.
func TestShuffle(t *testing.T) {
	settle := site.Settle.Milliseconds()
	bare := func(log []byte, id string) string {
		return strings.ReplaceAll(string(byArrival.ReplaceAll(log, nil)), id, "ID")
	}
	shuffle(t, func(random *rand.Rand, _ int) int64 { return random.Int64N(settle) }, func(id string, log, inOrder []byte, first string) {
		if got, want := bare(log, id), bare(inOrder, first); got != want {
			t.Errorf("order %s:\n%s", id, difference([]byte(got), []byte(want)))
		}
	})
}

// TestShuffleBeyond has some events come later than that. The same entries are in the log, and those are marked that
// stand behind what was after them.
func TestShuffleBeyond(t *testing.T) {
	settle := site.Settle.Milliseconds()
	late := 0
	way := func(random *rand.Rand, i int) int64 {
		if i > 2 && random.IntN(5) == 0 { // the back end's word of a join comes before the page's
			return settle + random.Int64N(lateBy*settle)
		}
		return random.Int64N(settle)
	}
	var mu sync.Mutex
	shuffle(t, way, func(id string, log, inOrder []byte, _ string) {
		if got, want := outlines(log), outlines(inOrder); !slices.Equal(got, want) {
			t.Errorf("order %s has other entries:\n%s", id, difference([]byte(strings.Join(got, "")), []byte(strings.Join(want, ""))))
		}
		before := ""
		for line := range bytes.Lines(log) {
			e := gjson.ParseBytes(line)
			at := e.Get("time").Str
			if marked := e.Get("late").Bool(); marked != (at < before) {
				t.Errorf("order %s: marked %v, behind %s: %s", id, marked, before, line)
			} else if marked {
				mu.Lock()
				late++
				mu.Unlock()
			}
			before = max(before, at)
		}
	})
	if late < shuffles {
		t.Errorf("only %d entries of all orders came late", late)
	}
}

// outlines gives the entries of a log by what does not depend on what was known when they had their number, sorted.
func outlines(log []byte) (all []string) {
	for line := range bytes.Lines(log) {
		e := gjson.ParseBytes(line)
		key := e.Get("source").Str + " " + e.Get("type").Str
		if e.Get("source").Str != "relay" {
			key += " " + e.Get("time").Str + " " + e.Get("stream").Str
		}
		all = append(all, key+"\n")
	}
	slices.Sort(all)
	return all
}

// shuffle plays the scenario in its own order, and then in the others; check gets the log of each, and the first.
func shuffle(t *testing.T, way func(random *rand.Rand, i int) int64, check func(id string, log, inOrder []byte, first string)) {
	steps := readSteps(t, filepath.Join("..", "..", "testdata", "sessions", "scenario.steps.ndjson"))
	s, err := sqlite.Open(t.Context(), t.TempDir(), func() time.Time { return time.UnixMilli(noon) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	first := fmt.Sprintf("%032x", 0)
	inOrder := playArrivals(t, s, first, arrivals(steps, func(int) int64 { return 0 }))
	schematest.Lines(t, inOrder)
	if entries := bytes.Count(inOrder, []byte("\n")); entries < len(steps)-4 || !bytes.Contains(inOrder, []byte(`"type":"session_end"`)) {
		t.Fatalf("%d entries of %d steps", entries, len(steps))
	}
	var group sync.WaitGroup
	seeds := make(chan uint64)
	for range together {
		group.Go(func() {
			for seed := range seeds {
				random := rand.New(rand.NewPCG(seed, 6))
				id := fmt.Sprintf("%032x", seed)
				check(id, playArrivals(t, s, id, arrivals(steps, func(i int) int64 { return way(random, i) })), inOrder, first)
			}
		})
	}
	for seed := range uint64(shuffles) {
		if t.Failed() {
			break
		}
		seeds <- seed + 1
	}
	close(seeds)
	group.Wait()
}
