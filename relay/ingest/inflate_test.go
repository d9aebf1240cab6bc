package ingest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/brotli/matchfinder"

	"github.com/cotrail/cotrail/masking/event"
)

// pen writes batches as the recorder does: one brotli stream, and after each batch a line feed that pushes its
// last bits out.
type pen struct {
	encoder  brotli.Encoder
	finder   *matchfinder.M4
	streamed int // plain bytes
}

func (p *pen) write(plain []byte) event.Batch {
	b := event.Batch{First: 1, Count: bytes.Count(plain, []byte{'\n'}), Plain: len(plain), Checksum: event.Checksum(plain), Encoding: event.BrotliNext}
	if p.finder == nil {
		p.finder = &matchfinder.M4{MaxDistance: event.RenewAfter, ChainLength: 32, TableBits: 14, DistanceBitCost: 40}
		b.Encoding = event.BrotliFirst
	}
	b.Body = p.encode(p.encode(nil, plain), []byte{'\n'})
	p.streamed += len(plain) + 1
	return b
}

func (p *pen) encode(dst, plain []byte) []byte {
	return p.encoder.Encode(dst, plain, p.finder.FindMatches(nil, plain), false)
}

// someLines is size bytes or a little more, of which a third is random.
func someLines(random *rand.Rand, size int) (lines []byte) {
	for len(lines) < size {
		lines = fmt.Appendf(lines, "{\"type\":\"click\",\"n\":%d,\"x\":\"%x\"}\n", random.IntN(100), random.Uint64())
	}
	return lines
}

func inflated(f *inflater, b event.Batch) ([]byte, error) {
	plain := make([]byte, b.Plain)
	err := f.inflate(plain, b, time.UnixMilli(noon))
	return plain, err
}

func wantCode(t *testing.T, doing string, err error, want event.Code) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: taken, want %s", doing, want)
	} else if r, _ := refusalOf(err); r.code != want {
		t.Errorf("%s: %v, want %s", doing, err, want)
	}
}

func TestInflateAcrossBatches(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var f inflater
	for stream := range 20 {
		var p pen
		for streamed := 0; streamed <= event.RenewAfter; {
			plain := someLines(random, 1+random.IntN(1<<(1+random.IntN(15))))
			b := p.write(plain)
			got, err := inflated(&f, b)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("stream %d, after %d bytes: %v; equal: %v", stream, streamed, err, bytes.Equal(got, plain))
			}
			streamed += len(plain) + 1
			if random.IntN(10) == 0 { // a plain batch in between changes nothing
				if got, err := inflated(&f, event.Batch{Plain: 3, Body: []byte("{}\n")}); err != nil || string(got) != "{}\n" {
					t.Fatalf("plain batch: %q, %v", got, err)
				}
			}
		}
	}
}

func TestInflateRefuses(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	plain := someLines(random, 500)

	var f inflater
	_, err := inflated(&f, event.Batch{Encoding: event.BrotliNext, Plain: 5, Body: []byte("xxxxx")})
	wantCode(t, "a batch that goes on with nothing", err, event.BadFrame)

	var p pen
	b := p.write(plain)
	b.Plain++
	_, err = inflated(&f, b)
	wantCode(t, "a batch that states a byte more", err, event.BadFrame)
	b.Plain -= 3
	_, err = inflated(&f, b)
	wantCode(t, "a batch that states two bytes less", err, event.BadFrame)
	b.Plain += 2
	b.Body = append(b.Body, b.Body...)
	_, err = inflated(&f, b)
	wantCode(t, "a batch with something behind it", err, event.BadFrame)

	p, f = pen{}, inflater{}
	if _, err := inflated(&f, p.write(plain)); err != nil {
		t.Fatal(err)
	}
	f.forget(time.UnixMilli(noon))
	if _, err := inflated(&f, p.write(plain)); err != nil {
		t.Errorf("forgotten while in use: %v", err)
	}
	f.forget(time.UnixMilli(noon + 1))
	_, err = inflated(&f, p.write(plain))
	wantCode(t, "a stream that was forgotten", err, event.BadFrame)

	p, f = pen{}, inflater{}
	for sent := 0; err == nil || sent == 0; sent += event.MaxPlain {
		if sent > event.MaxStreamed {
			t.Fatal("a brotli stream without end is taken")
		}
		_, err = inflated(&f, p.write(someLines(random, event.MaxPlain-100)))
	}
	wantCode(t, "a brotli stream that is never renewed", err, event.TooLarge)
}

// bomb is a small brotli stream of 300 MB of zeros.
func bomb(t testing.TB) []byte {
	t.Helper()
	b, err := makeBomb()
	if err != nil || len(b) > event.MaxPlain {
		t.Fatalf("the bomb has %d bytes, %v: it must fit in a frame", len(b), err)
	}
	return b
}

var makeBomb = sync.OnceValues(func() ([]byte, error) {
	var small bytes.Buffer
	w := brotli.NewWriterLevel(&small, 1)
	zeros := make([]byte, 1<<20)
	for range 300 {
		if _, err := w.Write(zeros); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return small.Bytes(), err
})

func TestInflateBomb(t *testing.T) {
	var f inflater
	_, err := inflated(&f, event.Batch{Encoding: event.BrotliFirst, Plain: event.MaxPlain, Body: bomb(t)})
	wantCode(t, "a bomb", err, event.BadFrame)
	if f.decoder != nil {
		t.Error("the decoder of a refused batch is kept")
	}
}

// A block that says it has 2 MiB makes the decoder take a window of that size, though the bytes never come. Of
// random bytes each takes about a byte, so some cut leaves just the three that the batch states.
func TestInflateWindow(t *testing.T) {
	block := make([]byte, 2<<20)
	random := rand.New(rand.NewPCG(5, 6))
	for i := range block {
		block[i] = byte(random.Uint32())
	}
	p := pen{finder: &matchfinder.M4{}}
	body := p.encode(nil, block)
	reasons := map[string]bool{}
	for cut := range 1000 {
		var f inflater
		_, err := inflated(&f, event.Batch{Encoding: event.BrotliFirst, Plain: 3, Body: body[:cut]})
		if err == nil {
			t.Fatalf("%d of %d bytes are taken as a batch, with a window of %d", cut, len(body), window(f.decoder))
		}
		reasons[err.Error()] = true
	}
	want := fmt.Sprintf("too_large: the brotli stream asks for a window of over %d bytes", maxWindow)
	if !reasons[want] {
		t.Errorf("reasons %v; want also %q", reasons, want)
	}
}

func FuzzInflate(f *testing.F) {
	var p pen
	first := p.write([]byte("{\"a\":1}\n"))
	next := p.write([]byte("{\"a\":2}\n"))
	f.Add(first.Body, next.Body, uint16(first.Plain), uint16(next.Plain))
	f.Add(first.Body, first.Body, uint16(first.Plain), uint16(first.Plain))
	f.Add(bomb(f), next.Body, uint16(60000), uint16(8))
	f.Add([]byte{}, []byte{0xff}, uint16(1), uint16(1))
	f.Fuzz(func(t *testing.T, one, two []byte, sizeOne, sizeTwo uint16) {
		var in inflater
		for _, b := range []event.Batch{
			{Encoding: event.BrotliFirst, Body: one, Plain: int(sizeOne) + 1},
			{Encoding: event.BrotliNext, Body: two, Plain: int(sizeTwo) + 1},
		} {
			_, err := inflated(&in, b)
			if err != nil && in.decoder != nil {
				t.Error("the decoder of a refused batch is kept")
			}
			if err == nil && (len(in.frame) > 0 || window(in.decoder) > maxWindow) {
				t.Errorf("%d bytes left over, window %d", len(in.frame), window(in.decoder))
			}
		}
	})
}

// What the recorder writes reads back, whatever it is.
func FuzzInflateRoundTrip(f *testing.F) {
	f.Add([]byte("a"), []byte("b"), []byte("c"))
	f.Add(bytes.Repeat([]byte("abc"), 5000), []byte("\n"), bytes.Repeat([]byte{0}, 300))
	f.Fuzz(func(t *testing.T, one, two, three []byte) {
		var p pen
		var in inflater
		for _, plain := range [][]byte{one, two, three} {
			if len(plain) == 0 || len(plain) > event.MaxPlain {
				return
			}
			if got, err := inflated(&in, p.write(plain)); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%q: %v, equal: %v", plain, err, bytes.Equal(got, plain))
			}
		}
	})
}
