package ingest

import (
	"errors"
	"io"
	"reflect"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/masking/event"
)

// inflater gives the plain bytes of a connection's batches. Its brotli window carries over from batch to batch.
type inflater struct {
	mu       sync.Mutex // the connection's beat frees what its reader uses
	decoder  *brotli.Reader
	frame    feed
	streamed int  // plain bytes of this brotli stream
	owed     bool // the line feed after the last batch has not come yet
	used     time.Time
}

// inflate fills plain, which has the length that the batch states. It reads no more than that and the line feed
// behind it, whatever the compressed bytes hold.
func (f *inflater) inflate(plain []byte, b event.Batch, now time.Time) error {
	if b.Encoding == event.Plain {
		copy(plain, b.Body)
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.next(plain, b)
	f.frame = nil
	if err != nil {
		f.decoder = nil
	}
	f.used = now
	return err
}

func (f *inflater) next(plain []byte, b event.Batch) error {
	switch {
	case b.Encoding == event.BrotliFirst:
		if f.decoder == nil {
			f.decoder = new(brotli.Reader)
		}
		_ = f.decoder.Reset(&f.frame) // always nil
		f.streamed, f.owed = 0, false
	case f.decoder == nil:
		return refuse(event.BadFrame, "the batch goes on with a brotli stream that the relay does not have or has forgotten")
	}
	if f.streamed += len(plain) + 1; f.streamed > event.MaxStreamed {
		return refuse(event.TooLarge, "the brotli stream has over %d plain bytes; begin a new one", event.MaxStreamed)
	}
	f.frame = b.Body
	if f.owed {
		if err := f.lineFeed(); err != nil {
			return err
		}
	}
	if _, err := io.ReadFull(f.decoder, plain); err != nil {
		return refuse(event.BadFrame, "the brotli stream is broken or ends before the stated %d bytes", b.Plain)
	}
	return f.rest()
}

func (f *inflater) lineFeed() error {
	var c [1]byte
	if _, err := io.ReadFull(f.decoder, c[:]); err != nil || c[0] != '\n' {
		return refuse(event.BadFrame, "no line feed parts the batch from the one before")
	}
	return nil
}

// rest reads on to the end of the frame. The line feed is there already or comes with the next frame, as the
// last bits fall; anything more was not stated.
func (f *inflater) rest() error {
	var more [2]byte
	n, err := io.ReadFull(f.decoder, more[:])
	if !errors.Is(err, errFed) || n == 1 && more[0] != '\n' {
		return refuse(event.BadFrame, "the batch has more bytes than it states")
	}
	if window(f.decoder) > maxWindow {
		return refuse(event.TooLarge, "the brotli stream asks for a window of over %d bytes", maxWindow)
	}
	f.owed = n == 0
	return nil
}

// forget frees the decoder when it was not used since the given time, and tells whether it did.
func (f *inflater) forget(since time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	idle := f.decoder != nil && f.used.Before(since)
	if idle {
		f.decoder = nil
	}
	return idle
}

// errFed says that the decoder has had all of the frame.
var errFed = errors.New("the frame is used up")

// feed is what the decoder has not yet read of a frame. Its end is no end of the brotli stream.
type feed []byte

func (f *feed) Read(p []byte) (int, error) {
	if len(*f) == 0 {
		return 0, errFed
	}
	n := copy(p, *f)
	*f = (*f)[n:]
	return n, nil
}

// The decoder makes its window as large as the stream's next block says it will be, up to 16 MiB, even when the
// bytes never come. The library neither bounds nor tells it, so its field is read here; a test looks after it.
var windowField = func() []int {
	f, _ := reflect.TypeFor[brotli.Reader]().FieldByName("ringbuffer_size")
	return f.Index
}()

func window(d *brotli.Reader) int64 { return reflect.ValueOf(d).Elem().FieldByIndex(windowField).Int() }
