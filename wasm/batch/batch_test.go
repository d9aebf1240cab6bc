package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

// BenchmarkFrame gives the time and the wire bytes of an event in batches of 20.
func BenchmarkFrame(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var w Writer
	lines := make([][]byte, 20)
	sent := 0
	for n := range b.N {
		for i := range lines {
			lines[i] = line(n*20+i, random)
		}
		sent += len(w.Frame(event.StreamID{}, 1, lines, int64(n)))
	}
	b.ReportMetric(float64(sent)/float64(b.N*20), "bytes/event")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*20), "ns/event")
}
