package postgres_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
)

const (
	// patience bounds every wait of these tests. It is no measure of speed: what takes so long will not come.
	patience = 90 * time.Second
	glance   = 10 * time.Millisecond
)

// await waits until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(glance) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func opening(session, stream string) store.Opening {
	return store.Opening{Site: "shop", Session: session, SecretHash: sha256.Sum256(nil), Stream: stream, Tab: stream, Received: time.Now().UnixMilli(),
		URL: "https://shop.example/", Device: "desktop"}
}

// numbered is a batch whose lines say which they are.
func numbered(session, stream string, first uint64, count int) store.Batch {
	b := store.Batch{Session: session, Stream: stream, First: first, Count: count, Received: time.Now().UnixMilli()}
	for i := range uint64(count) {
		b.Lines = fmt.Appendf(b.Lines, "%s %d %s\n", stream, first+i, strings.Repeat("x", 100))
	}
	return b
}

// sender sends the events of a stream as a recorder does: what was not acknowledged it sends again.
type sender struct {
	session, stream string
	acked           uint64
}

// send sends until ctx ends, and counts what was acknowledged.
func (s *sender) send(ctx context.Context, t *testing.T, to store.Ingest, acks *atomic.Int64) {
	opened := false
	for ctx.Err() == nil {
		var err error
		if !opened {
			var o store.Opened
			if o, err = to.Open(ctx, opening(s.session, s.stream)); err == nil {
				if o.Last < s.acked {
					t.Errorf("%s: the store has %d events, %d were acknowledged", s.stream, o.Last, s.acked)
				}
				s.acked, opened = o.Last, true
			}
		} else {
			first := s.acked + 1
			if first > 3 && first%2 == 0 {
				first -= 2 // every other batch repeats what was there before
			}
			var last uint64
			if last, err = to.Append(ctx, numbered(s.session, s.stream, first, 5)); err == nil {
				s.acked = last
				acks.Add(1)
			}
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("%s: refused for good: %v", s.stream, err)
			return
		}
		opened = false
		time.Sleep(glance) // a recorder waits longer
	}
}

// wantStored holds what a store has of the senders' streams against what they were told: every acknowledged event,
// each once and in order.
func wantStored(t *testing.T, s *postgres.Store, senders []*sender) {
	t.Helper()
	for _, from := range senders {
		w, err := s.Work(context.Background(), from.session, store.AllEvents)
		if err != nil {
			t.Fatal(err)
		}
		stored := uint64(0)
		for _, p := range w.Pending {
			for line := range strings.Lines(string(p.Lines)) {
				var stream string
				var n uint64
				if _, err := fmt.Sscanf(line, "%s %d", &stream, &n); err != nil || stream == from.stream && n != stored+1 {
					t.Fatalf("%s %d follows %d", stream, n, stored)
				}
				if stream == from.stream {
					stored = n
				}
			}
		}
		if stored < from.acked || stored > from.acked+5 { // one batch more may be there that could not be acknowledged
			t.Errorf("%s: %d events are stored, %d were acknowledged", from.stream, stored, from.acked)
		}
	}
}
