package sequence

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/store"
)

func testNumberer(m store.Sequence) *numberer {
	return &numberer{Config: Config{Store: m, Settings: settings, Release: "2.0.0", Log: slog.New(slog.DiscardHandler)}, turns: newTurns(nil)}
}

// mustRun makes a run, ms after noon, and gives when to look again, in ms after noon; 0 for never.
func mustRun(t testing.TB, n *numberer, id string, ms int64) int64 {
	t.Helper()
	v, err := n.run(t.Context(), id, time.UnixMilli(noon+ms))
	if err != nil {
		t.Fatal(err)
	}
	if v.at.IsZero() {
		return 0
	}
	return v.at.UnixMilli() - noon
}

// order gives the messages of the client_log entries of a log.
func order(log []byte) string {
	var all []string
	for line := range bytes.Lines(log) {
		if bytes.Contains(line, []byte(`"client_log"`)) {
			_, after, _ := strings.Cut(string(line), `logged '`)
			what, _, _ := strings.Cut(after, `'`)
			if bytes.Contains(line, []byte(`"late":true`)) {
				what += "(late)"
			}
			all = append(all, what)
		}
	}
	return strings.Join(all, " ")
}

func TestOrder(t *testing.T) {
	type step func(m *memory, n *numberer)
	open := func(name rune, tab string, at, offset int64) step {
		return func(m *memory, _ *numberer) { m.open("s", name, tab, noon+at, offset) }
	}
	add := func(name rune, received int64, lines ...string) step {
		return func(m *memory, _ *numberer) { m.add("s", name, noon+received, lines...) }
	}
	frame := func(name rune, tab string, at int64) step {
		return func(m *memory, _ *numberer) { m.openFrame("s", name, tab, noon+at) }
	}
	run := func(at int64) step { return func(_ *memory, n *numberer) { mustRun(t, n, "s", at) } }
	restored := func(at int64) string {
		return fmt.Sprintf(`{"type":"navigate","time":%d,"details":{"url":"","kind":"restore"}}`, noon+at)
	}
	for _, tt := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"by time, not by arrival", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 0),
			add('b', 50, said(20, "b1"), said(40, "b2")), add('a', 60, said(10, "a1"), said(30, "a2")), run(1060)}, "a1 b1 a2 b2"},
		{"at the same time by the order of opening", []step{open('b', "t2", 0, 0), open('a', "t1", 0, 0),
			add('a', 50, said(10, "a1")), add('b', 50, said(10, "b1")), run(1050)}, "b1 a1"},
		{"nothing before it has settled", []step{open('a', "t1", 0, 0), add('a', 50, said(10, "a1")), run(1049)}, ""},
		{"at the moment when it has settled", []step{open('a', "t1", 0, 0), add('a', 50, said(10, "a1")), run(1050)}, "a1"},
		{"what is fresh waits", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 0),
			add('a', 50, said(10, "a1")), add('b', 600, said(590, "b1")), run(1050)}, "a1"},
		{"what is fresh but earlier does not", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 0),
			add('a', 50, said(20, "a1")), add('b', 600, said(10, "b1"), said(20, "b2"), said(21, "b3")), run(1050)}, "b1 a1 b2"},
		{"and its batch goes on later", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 0),
			add('a', 50, said(20, "a1")), add('b', 600, said(10, "b1"), said(20, "b2"), said(21, "b3")), run(1050), run(1600)}, "b1 a1 b2 b3"},
		{"what comes too late says so", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 0),
			add('a', 50, said(20, "a1")), run(1050), add('b', 1100, said(10, "b1"), said(20, "b2")), run(2100)}, "a1 b1(late) b2"},
		{"the page's clock is corrected", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 60_000),
			add('a', 50, said(20, "a1")), add('b', 50, said(10-60_000, "b1"), said(30-60_000, "b2")), run(1050)}, "b1 a1 b2"},
		{"a time ahead counts as that of receipt", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 0),
			add('a', 50, said(99_999, "a1")), add('b', 60, said(60, "b1")), run(1060)}, "a1 b1"},
		{"time does not run back in a stream", []step{open('a', "t1", 0, 0), open('b', "t2", 0, 0),
			add('a', 50, said(30, "a1"), said(10, "a2")), add('b', 50, said(20, "b1")), run(1050)}, "b1 a1 a2"},
		{"nor from one batch to the next", []step{open('a', "t1", 0, 0),
			add('a', 50, said(30, "a1")), run(1050), add('a', 1100, said(10, "a2")), run(2100)}, "a1 a2"},
		{"nor from a page to the next in its tab", []step{open('a', "t1", 0, 0), open('b', "t1", 40, 0),
			add('b', 50, said(28, "b1")), add('a', 60, said(20, "a1"), said(30, "a2")), run(1060)}, "a1 a2 b1"},
		{"but from one tab to another it may", []step{open('a', "t1", 0, 0), open('b', "t2", 40, 0),
			add('b', 50, said(28, "b1")), add('a', 60, said(20, "a1"), said(30, "a2")), run(1060)}, "a1 b1 a2"},
		{"and from a page to a frame in it", []step{open('a', "t1", 0, 0), frame('f', "t1", 10),
			add('a', 60, said(20, "a1"), said(40, "a2")), add('f', 60, said(30, "f1"), said(50, "f2")), run(1060)}, "a1 f1 a2 f2"},
		{"a frame is no page before the next", []step{open('a', "t1", 0, 0), frame('f', "t1", 10), open('b', "t1", 30, 0),
			add('a', 60, said(20, "a1")), add('f', 60, said(50, "f1")), add('b', 60, said(10, "b1"), said(40, "b2")), run(1060)}, "a1 b1 b2 f1"},
		{"the tail of a page comes with the next page", []step{open('a', "t1", 0, 0), add('a', 10, said(5, "a1")), run(1010), open('b', "t1", 2000, 0),
			add('b', 2010, said(1995, "b1")), add('a', 2020, said(1990, "a2")), run(3020)}, "a1 a2 b1"},
		{"a page that was left and came back goes on after the other", []step{open('a', "t1", 0, 0), open('b', "t1", 10, 0),
			add('a', 5, said(5, "a1")), add('b', 30, said(20, "b1")), add('a', 60, restored(40), said(50, "a2")), run(1060)}, "a1 b1 a2"},
		{"also when that is known from before", []step{open('a', "t1", 0, 0), open('b', "t1", 10, 0),
			add('a', 60, restored(40)), run(1060), add('a', 2000, said(1900, "a2")), add('b', 2000, said(1800, "b2")), run(3000)}, "b2 a2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory()
			n := testNumberer(m)
			for _, s := range tt.steps {
				s(m, n)
			}
			if got := order(m.log(t, "s")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestTimes: what an entry tells of its time.
func TestTimes(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 500)
	m.add("s", 'a', noon+2000, said(1000, "x"), said(900, "y"), said(9000, "z"), said(-maxAge-9000, "w"))
	m.open("s", 'b', "t2", noon, 0)
	m.add("s", 'b', noon+2000, said(-maxAge-9000, "v"))
	mustRun(t, n, "s", 3000)
	log := m.log(t, "s")
	got := strings.Join(told(log, "time"), " ")
	want := "2026-10-22T12:00:02.000Z 2026-10-22T12:00:02.000Z 2026-10-22T12:00:02.000Z " + // the oldest time that is believed
		"2026-11-22T12:00:01.500Z 2026-11-22T12:00:01.500Z 2026-11-22T12:00:02.000Z 2026-11-22T12:00:02.000Z"
	if got != want {
		t.Errorf("times\n%s, want\n%s", got, want)
	}
	if got := told(log, "received"); got[3] != "2026-11-22T12:00:02.000Z" {
		t.Errorf("received %s", got[3])
	}
}

// TestArrival: whatever the order in which batches arrive within the time to settle, the log is the same, but for
// the times of receipt.
func TestArrival(t *testing.T) {
	const span, delay = 200, 750 // of a batch and on the way: together less than site.Settle
	type batch struct {
		stream  rune
		lines   []string
		newest  int64
		arrived int64
	}
	received := regexp.MustCompile(`"received":"[^"]*"`)
	rapid.Check(t, func(r *rapid.T) {
		streams := []rune("abcd")[:rapid.IntRange(1, 4).Draw(r, "streams")]
		tabs := rapid.IntRange(1, 4).Draw(r, "tabs")
		var all []batch
		left := make([]int64, tabs) // when the page before was left
		for i, s := range streams {
			at := left[i%tabs] + rapid.Int64Range(0, 200).Draw(r, "begin")
			for n := range rapid.IntRange(0, 5).Draw(r, "batches") {
				at += rapid.Int64Range(0, 300).Draw(r, "silence")
				b := batch{stream: s}
				for i, end := 0, at+span; i < 4 && at < end; i++ {
					b.lines = append(b.lines, said(at, fmt.Sprintf("%c%d.%d", s, n, i)))
					b.newest = at
					at += rapid.Int64Range(0, 60).Draw(r, "pause")
				}
				all = append(all, b)
			}
			left[i%tabs] = at
		}
		number := func() string {
			last := map[rune]int64{}
			for i := range all {
				b := &all[i]
				b.arrived = max(last[b.stream], b.newest+rapid.Int64Range(0, delay).Draw(r, "delay"))
				last[b.stream] = b.arrived
			}
			arrivals := slices.Clone(all)
			slices.SortStableFunc(arrivals, func(a, b batch) int { return int(a.arrived - b.arrived) })
			m := newMemory()
			n := testNumberer(m)
			for i, s := range streams {
				m.open("s", s, fmt.Sprint("t", i%tabs), noon, 0)
			}
			next := int64(math.MaxInt64) // when to run, as the plan would
			for _, b := range arrivals {
				for next <= b.arrived {
					next = mustRun(t, n, "s", next)
				}
				m.add("s", b.stream, noon+b.arrived, b.lines...)
				next = min(next, b.arrived+site.Settle.Milliseconds())
			}
			for len(m.sessions["s"].Pending) > 0 {
				next = mustRun(t, n, "s", next)
			}
			return received.ReplaceAllString(string(m.log(t, "s")), "")
		}
		first, second := number(), number()
		if first != second || strings.Contains(first, `"late":true`) {
			r.Fatalf("two arrivals, two logs:\n%s\n%s", first, second)
		}
	})
}

// TestBounds: a run numbers no more than maxRun events, at once followed by the next.
func TestBounds(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	const batches, each = 3, maxRun/2 + 10
	for b := range batches {
		lines := make([]string, each)
		for i := range lines {
			lines[i] = said(int64(b), "x")
		}
		p := store.Pending{ID: int64(b + 1), Batch: store.Batch{Session: "s", Stream: streamID('a'), First: uint64(b*each + 1), Count: each, Received: noon + 10, Lines: []byte(strings.Join(lines, "\n") + "\n")}}
		m.sessions["s"].Pending = append(m.sessions["s"].Pending, p)
	}
	if next := mustRun(t, n, "s", 2000); next > 2000 {
		t.Errorf("looks again at %d, want at once", next)
	}
	k := m.sessions["s"]
	if k.LastSeq != maxRun+2 || len(k.Pending) != 2 {
		t.Errorf("after one run: %d entries, %d batches pending", k.LastSeq, len(k.Pending))
	}
	mustRun(t, n, "s", 2000)
	if k.LastSeq != batches*each+2 || len(k.Pending) != 0 {
		t.Errorf("after two runs: %d entries, %d batches pending", k.LastSeq, len(k.Pending))
	}
	for i, seq := range told(m.log(t, "s"), "stream_seq")[2:] {
		if seq != fmt.Sprint(i+1) {
			t.Fatalf("entry %d has stream_seq %s", i+3, seq)
		}
	}
}

// TestPortions numbers a backlog that is read in portions. The order is what it is when a relay keeps up: what was
// received within the time to settle is put in order, over the end of a portion as well.
func TestPortions(t *testing.T) {
	for name, every := range map[string]int64{"within the time to settle": 50, "over minutes": 10_000} {
		m := newMemory()
		n := testNumberer(m)
		m.open("s", 'a', "t1", noon, 0)
		m.open("s", 'b', "t2", noon, 0)
		const batches, each = 12, maxRun / 4
		received := map[int64]func(at int64){}
		for b := range int64(batches) {
			received[b*every+2] = func(at int64) {
				m.add("s", 'a', at, slices.Repeat([]string{said(b*every, fmt.Sprint("a", b))}, each)...)
			}
			received[b*every+500] = func(at int64) { // before those of a in the log
				m.add("s", 'b', at, said(b*every-1, fmt.Sprint("b", b)))
			}
		}
		for _, at := range slices.Sorted(maps.Keys(received)) {
			received[at](noon + at)
		}
		for range 100 {
			if mustRun(t, n, "s", batches*every+5000); len(m.sessions["s"].Pending) == 0 {
				break
			}
		}
		var want []string
		for b := range batches {
			want = append(want, fmt.Sprint("b", b))
			want = append(want, slices.Repeat([]string{fmt.Sprint("a", b)}, each)...)
		}
		if got := order(m.log(t, "s")); got != strings.Join(want, " ") {
			t.Errorf("%s: the order is %.300q ...", name, got)
		}
	}
}

// TestPace: a session with events all the time is looked at once in the time to settle, not for every batch.
func TestPace(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	for at := int64(0); at < 2000; at += 50 {
		m.add("s", 'a', noon+at, said(at, "x"))
	}
	if next := mustRun(t, n, "s", 1000); next != 2000 {
		t.Errorf("looks again at %d, want 2000", next)
	}
}

// TestBadLines: what is no event becomes a gap in its place, and the others go on.
func TestBadLines(t *testing.T) {
	for name, line := range map[string]string{
		"nothing":             ``,
		"no JSON":             `{"type":`,
		"no object":           `[1]`,
		"no type":             `{"time":1795348800010,"details":{}}`,
		"no time":             `{"type":"click","details":{}}`,
		"a time in words":     `{"type":"click","time":"noon","details":{}}`,
		"no details":          `{"type":"click","time":1795348800010}`,
		"details are a list":  `{"type":"click","time":1795348800010,"details":[]}`,
		"the host's word":     `{"type":"click","time":1795348800010,"source":"host","details":{}}`,
		"the relay's word":    `{"type":"session_end","time":1795348800010,"source":"relay","details":{}}`,
		"a key twice":         `{"type":"click","time":1795348800010,"details":{"a":1,"a":2}}`,
		"half a character":    `{"type":"client_log","time":1795348800010,"details":{"message":"\ud800"}}`,
		"bytes that are none": "\xff\xfe",
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			n := testNumberer(m)
			var logged bytes.Buffer
			n.Log = slog.New(slog.NewTextHandler(&logged, nil))
			m.open("s", 'a', "t1", noon, 0)
			m.add("s", 'a', noon+50, said(10, "before"), line, said(20, "after"))
			mustRun(t, n, "s", 1050)
			if got := strings.Join(told(m.log(t, "s"), "type"), " "); got != "session_created participant_joined client_log gap client_log" &&
				got != "session_created participant_joined client_log client_log gap" { // one without a time has that of receipt
				t.Errorf("entries %s", got)
			}
			if got := strings.Join(told(m.log(t, "s"), "stream_seq")[2:], " "); got != "1 2 3" {
				t.Errorf("numbers %s", got)
			}
			if !strings.Contains(logged.String(), "events=1") || line != "" && strings.Contains(logged.String(), line) {
				t.Errorf("logged %q, want that it happened and not its text", logged.String())
			}
		})
	}
}

// TestMissingLines: a batch with fewer lines than it says has gaps for the rest.
func TestMissingLines(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	m.add("s", 'a', noon+50, said(10, "x"))
	m.sessions["s"].Pending[0].Count = 3
	mustRun(t, n, "s", 1050)
	if got := strings.Join(told(m.log(t, "s"), "type"), " "); got != "session_created participant_joined client_log gap gap" {
		t.Errorf("entries %s", got)
	}
}

func TestUnknownStream(t *testing.T) {
	m := newMemory()
	m.open("s", 'a', "t1", noon, 0)
	m.add("s", 'b', noon+50, said(10, "x"))
	if _, err := testNumberer(m).run(t.Context(), "s", time.UnixMilli(noon+2000)); err == nil {
		t.Error("numbered a batch of a stream that nobody opened")
	}
}

// TestChain computes the chain by its definition.
func TestChain(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	m.add("s", 'a', noon+50, said(10, "x"), said(11, "y"))
	mustRun(t, n, "s", 1050)
	m.add("s", 'a', noon+2050, said(2010, "z"))
	mustRun(t, n, "s", 3050)

	var want chain.Hash
	seq := uint64(0)
	k := m.sessions["s"]
	for line := range bytes.Lines(m.log(t, "s")) {
		seq++
		salt := sha256.Sum256(binary.BigEndian.AppendUint64(k.Salt[:], seq))
		h := sha256.New()
		h.Write([]byte{0})
		h.Write(salt[:16])
		h.Write(want[:])
		h.Write(bytes.TrimSuffix(line, []byte{'\n'}))
		if got := chain.Entry(chain.Salt(k.Salt, seq), want, bytes.TrimSuffix(line, []byte{'\n'})); got != chain.Hash(h.Sum(nil)) {
			t.Fatalf("the hash of entry %d is %x", seq, got)
		}
		h.Sum(want[:0])
	}
	if k.Hash != want || seq != 5 {
		t.Errorf("after %d entries the chain is at %x, want %x", seq, k.Hash, want)
	}
}

func TestSummary(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	m.add("s", 'a', noon+50, `{"type":"participant_joined","time":1795348800010,"source":"page","details":{"client_index":0,"name":"Ada Miller"}}`)
	mustRun(t, n, "s", 1050)
	got := m.sessions["s"].latest
	want := store.Summary{ID: "s", Site: "quote", Created: noon, LastTime: noon, Entries: 2, StartURL: "https://quote.example/", Participants: []string{"Ada Miller"}}
	if fmt.Sprint(got.Summary) != fmt.Sprint(want) || got.LastTime != noon {
		t.Errorf("summary %+v, want %+v", got.Summary, want)
	}
}

func BenchmarkRun(b *testing.B) {
	const sessions, batches, each = 8, 25, 20
	line := func(i int) string {
		at := noon + int64(i)
		switch i % 4 {
		case 0:
			return fmt.Sprintf(`{"type":"click","time":%d,"details":{"node_name":"button","attributes":{"id":"next","class":"primary wide"},"xpath":"//*[@id=\"next\"]","role":"button","label":"Next","button":0,"x":0.53,"y":0.41,"trusted":true,"via":"pointer"}}`, at)
		case 1:
			return fmt.Sprintf(`{"type":"input_change","time":%d,"details":{"node_name":"option","attributes":{"id":"country","name":"country"},"value":"PT","xpath":"//*[@id=\"country\"]/option[3]","parent_form_attributes":{"id":"quote"},"selected":true,"cause":"user","trusted":true}}`, at)
		}
		return fmt.Sprintf(`{"type":"input_change","time":%d,"details":{"is_masked":true,"node_name":"input","rule":"default","field":"90a4e1c7d52b6f38","filled":true,"cause":"user","trusted":true}}`, at)
	}
	m := newMemory()
	m.open("s", 'a', "t1", noon, 0)
	for i := range batches {
		var lines bytes.Buffer
		for j := range each {
			fmt.Fprintln(&lines, line(i*each+j))
		}
		m.sessions["s"].Pending = append(m.sessions["s"].Pending, store.Pending{ID: int64(i), Batch: store.Batch{
			Session: "s", Stream: streamID('a'), First: uint64(i*each + 1), Count: each, Received: noon + 1000, Lines: lines.Bytes(),
		}})
	}
	work := m.sessions["s"].Work
	n := testNumberer(m)
	n.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	b.ReportAllocs()
	entries := 0
	for b.Loop() {
		w := work
		out, _, err := n.make(&w, site, noon+5000)
		if err != nil || out.LastSeq != batches*each+2 {
			b.Fatal(out, err)
		}
		entries += batches * each
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(entries), "ns/event")
}
