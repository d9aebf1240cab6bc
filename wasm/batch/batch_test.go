package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/masking/event"
)

// reader inflates frames as a relay does.
type reader struct {
	body   *bytes.Reader
	stream *brotli.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if r.body.Len() == 0 {
		return 0, errors.New("the frame's bytes are used up")
	}
	return r.body.Read(p)
}

func (r *reader) plain(t testing.TB, frame []byte) (event.Batch, []byte) {
	t.Helper()
	b, err := event.ReadBatch(frame)
	if err != nil {
		t.Fatal(err)
	}
	if b.Encoding == event.Plain {
		return b, b.Body
	}
	r.body = bytes.NewReader(b.Body)
	skip := 0
	if b.Encoding == event.BrotliFirst {
		r.stream = brotli.NewReader(r)
	} else {
		skip = 1
	}
	plain := make([]byte, skip+b.Plain)
	if _, err := io.ReadFull(r.stream, plain); err != nil {
		t.Fatalf("inflate: %v", err)
	}
	if got := event.Checksum(plain[skip:]); got != b.Checksum {
		t.Fatalf("checksum is %x, stated %x", got, b.Checksum)
	}
	return b, plain[skip:]
}

func line(i int, random *rand.Rand) []byte {
	return fmt.Appendf(nil, `{"type":"click","time":%d,"details":{"node_name":"button","attributes":{"id":"b%d"},"x":0.%d}}`+"\n", 1795341873343+int64(i)*731, random.IntN(40), random.IntN(99))
}

// recorded gives the events of a recorded session, at least as many as a person makes in some minutes.
func recorded(t testing.TB) (lines [][]byte) {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/sessions/demo.lines.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(raw) {
		lines = append(lines, line)
	}
	if len(lines) < 400 {
		t.Fatalf("the recorded session has %d events only", len(lines))
	}
	return lines
}

// TestRecordedSession inflates what a page's events become, whatever the size of the batches.
func TestRecordedSession(t *testing.T) {
	lines := recorded(t)
	for _, size := range []int{1, 5, 20, 200} {
		var w Writer
		var r reader
		var got []byte
		for first := 0; first < len(lines); first += size {
			_, plain := r.plain(t, w.Frame(event.StreamID{1}, uint64(first)+1, lines[first:min(first+size, len(lines))], 1))
			got = append(got, plain...)
		}
		if want := bytes.Join(lines, nil); !bytes.Equal(got, want) {
			t.Errorf("batches of %d: %d bytes came out, %d went in", size, len(got), len(want))
		}
	}
}

// TestFrames sends enough for several brotli streams, in batches of many sizes, with pauses and resets between.
func TestFrames(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var w Writer
	var r reader
	first, now, began := uint64(1), int64(0), 0
	for n := range 4000 {
		lines := make([][]byte, 1+random.IntN(30))
		for i := range lines {
			lines[i] = line(n*30+i, random)
		}
		now += 100
		switch {
		case n%997 == 996:
			w.Reset()
		case n%499 == 498:
			now += idleRenew
		}
		b, plain := r.plain(t, w.Frame(event.StreamID{1}, first, lines, now))
		if want := bytes.Join(lines, nil); !bytes.Equal(plain, want) {
			t.Fatalf("batch %d: got %q, want %q", n, plain, want)
		}
		if b.First != first || b.Count != len(lines) {
			t.Fatalf("batch %d: first %d count %d, want %d %d", n, b.First, b.Count, first, len(lines))
		}
		if b.Encoding == event.BrotliFirst {
			began++
		}
		first += uint64(len(lines))
	}
	if began < 20 {
		t.Errorf("only %d brotli streams were begun", began)
	}
	if _, plain := r.plain(t, PlainFrame(event.StreamID{1}, first, [][]byte{[]byte("a\n"), []byte("b\n")})); string(plain) != "a\nb\n" {
		t.Errorf("a plain frame holds %q", plain)
	}
}

// FuzzFrames compares what is read with what was written, over three batches of one brotli stream.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("{}\n"), []byte(`{"type":"click"}`+"\n"), []byte{0})
	f.Add(bytes.Repeat([]byte("a"), 5000), []byte("\n"), bytes.Repeat([]byte("ab"), 3000))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		var w Writer
		var r reader
		for i, plain := range [][]byte{a, b, c} {
			if len(plain) == 0 || len(plain) > event.MaxPlain {
				continue
			}
			if _, got := r.plain(t, w.Frame(event.StreamID{}, 1, [][]byte{plain}, 1)); !bytes.Equal(got, plain) {
				t.Errorf("batch %d: got %q, want %q", i, got, plain)
			}
		}
	})
}

// BenchmarkFrame gives the time and the wire bytes of an event in batches of 20 and of 5, over a recorded session
// that is one connection's.
func BenchmarkFrame(b *testing.B) {
	lines := recorded(b)
	for _, size := range []int{20, 5} {
		b.Run(fmt.Sprintf("of%d", size), func(b *testing.B) {
			var w Writer
			sent, events := 0, 0
			for b.Loop() {
				w.Reset()
				for first := 0; first < len(lines); first += size {
					batch := lines[first:min(first+size, len(lines))]
					sent += len(w.Frame(event.StreamID{}, 1, batch, 1))
					events += len(batch)
				}
			}
			b.ReportMetric(float64(sent)/float64(events), "bytes/event")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
		})
	}
}
