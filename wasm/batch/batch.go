// Package batch makes frames of events: it joins their lines, compresses them and states their checksum. The
// brotli window carries over from frame to frame, so an event costs little more than what is new in it.
package batch

import (
	"cmp"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/brotli/matchfinder"

	"github.com/cotrail/cotrail/masking/event"
)

const (
	// chainLength is how many earlier places the match finder looks at: more than 4 gain nothing on event lines
	// (BenchmarkFrame) and cost time on the page's main thread.
	chainLength = 4
	// tableBits keeps the match finder's table at 64 KiB: a window of RenewAfter has no use for more.
	tableBits = 14
	// usualWindow is how many bytes of events most pages send, at most: some three hundred events.
	usualWindow = 64 << 10
	// idleRenew is the pause after which a new brotli stream begins, in milliseconds. The relay forgets the
	// window of a connection that is silent longer, so that idle pages cost it no memory.
	idleRenew = 20_000
)

// prepared is the match finder that the next Writer takes, if there is one.
var prepared *matchfinder.M4

// Prepare makes the match finder of the first Writer, with the room that most windows need. Whoever can call it when
// nobody waits spares the first frames that.
func Prepare() {
	prepared = newFinder()
	var some [7]byte // too few to be looked at, so that nothing but room is left behind
	var matches []matchfinder.Match
	for n := 0; n < usualWindow; n += len(some) {
		matches = prepared.FindMatches(matches[:0], some[:])
	}
}

func newFinder() *matchfinder.M4 {
	return &matchfinder.M4{MaxDistance: event.RenewAfter, ChainLength: chainLength, TableBits: tableBits, DistanceBitCost: 40}
}

// Writer makes the frames of one connection. A new connection needs Reset.
type Writer struct {
	encoder  brotli.Encoder
	finder   *matchfinder.M4
	matches  []matchfinder.Match
	streamed int   // plain bytes since the brotli stream began, 0 before it
	last     int64 // when the last frame was made
}

// Reset forgets the window: the next frame begins a new brotli stream.
func (w *Writer) Reset() { w.streamed = 0 }

// Frame makes the frame of consecutive events. lines are the events' JSON lines, the first of them number first.
func (w *Writer) Frame(stream event.StreamID, first uint64, lines [][]byte, now int64) []byte {
	b, plain := join(stream, first, lines)
	if w.streamed == 0 || w.streamed > event.RenewAfter || now-w.last > idleRenew {
		w.begin()
	} else {
		b.Encoding = event.BrotliNext
	}
	w.last = now
	w.streamed += len(plain) + 1
	b.Body = w.encode(w.encode(nil, plain), flush)
	return b.Append(nil)
}

// flush is encoded after each batch: the encoder holds back up to seven bits of what it was given last, and one
// more tiny block pushes them out.
var flush = []byte{'\n'}

func (w *Writer) begin() {
	w.encoder.Reset()
	if w.finder == nil {
		w.finder, prepared = cmp.Or(prepared, newFinder()), nil
	}
	w.finder.Reset()
	w.streamed = 0
}

func (w *Writer) encode(dst, plain []byte) []byte {
	w.matches = w.finder.FindMatches(w.matches[:0], plain)
	return w.encoder.Encode(dst, plain, w.matches, false)
}

// PlainFrame makes the same frame uncompressed: for a relay that could not read the compressed one, and for
// frames that must be understood alone.
func PlainFrame(stream event.StreamID, first uint64, lines [][]byte) []byte {
	b, plain := join(stream, first, lines)
	b.Encoding, b.Body = event.Plain, plain
	return b.Append(nil)
}

func join(stream event.StreamID, first uint64, lines [][]byte) (event.Batch, []byte) {
	size := 0
	for _, l := range lines {
		size += len(l)
	}
	plain := make([]byte, 0, size)
	for _, l := range lines {
		plain = append(plain, l...)
	}
	return event.Batch{
		Stream: stream, First: first, Count: len(lines), Plain: len(plain),
		Checksum: event.Checksum(plain), Encoding: event.BrotliFirst,
	}, plain
}
