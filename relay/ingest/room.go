package ingest

import (
	"io"
	"sync/atomic"

	"github.com/cotrail/cotrail/masking/event"
)

// room bounds the bytes that all pages together make the relay hold: frames and bodies that are being read, and checked
// batches that wait for the store. Who finds none left is refused for now.
type room struct{ left atomic.Int64 }

func (r *room) take(n int) error {
	if r.left.Add(int64(-n)) < 0 {
		r.give(n)
		return refuse(event.Unavailable, "the relay has no room for more events at present")
	}
	return nil
}

func (r *room) give(n int) { r.left.Add(int64(n)) }

// roomed is a reader whose bytes take room as they come. Whoever read them gives it back with leave.
type roomed struct {
	io.Reader
	room  *room
	taken int
}

func (r *roomed) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if full := r.room.take(n); full != nil {
		return 0, full
	}
	r.taken += n
	return n, err
}

func (r *roomed) leave() {
	r.room.give(r.taken)
	r.taken = 0
}
