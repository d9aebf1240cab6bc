package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// maxQueue bounds the writes that wait for one goroutine: together, every connection of a relay may wait with one.
	maxQueue = 4096
	// maxQueueBytes bounds the memory that they hold, for each goroutine.
	maxQueueBytes = 32 << 20
	// maxGroup bounds the writes of one transaction: it keeps the rows of their sessions from other relays.
	maxGroup = 256
)

var errClosed = errors.New("the store is closed")

// write is one operation that waits for the commit that makes it durable.
type write struct {
	key   string // writes with the same key are made in their order: the session, mostly
	needs needs
	do    func(*turn) error // decides and queues statements; it runs again when the transaction does
	size  int
	batch bool // it is one of events
	err   error
	done  chan struct{}
}

// writer is one goroutine that writes.
type writer struct {
	store *Store

	mu     sync.RWMutex // guards closed, and the queue against a send after its close
	closed bool
	queue  chan *write
	queued atomic.Int64 // bytes
}

func newWriter(s *Store) *writer { return &writer{store: s, queue: make(chan *write, maxQueue)} }

var seed = maphash.MakeSeed()

// submit queues an operation and waits for its commit, not beyond the end of ctx. Once queued it runs to its end,
// whatever ctx does: do must not use memory of the caller, nor set a result that the caller has a name for.
func (s *Store) submit(ctx context.Context, op *write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.standby.refuses(); err != nil {
		return err
	}
	op.done = make(chan struct{})
	if err := s.writerOf(op.key).enqueue(op); err != nil {
		return err
	}
	select {
	case <-op.done:
		return op.err
	case <-ctx.Done():
		return fmt.Errorf("%w: the database has not answered in time: %w", store.ErrFull, ctx.Err())
	}
}

func (s *Store) writerOf(key string) *writer {
	if key == treeKey {
		return s.writers[treeWriter]
	}
	return s.writers[maphash.String(seed, key)%writers]
}

func (w *writer) enqueue(op *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	if w.queued.Add(int64(op.size)) > maxQueueBytes {
		w.queued.Add(-int64(op.size))
		return fmt.Errorf("%w: %d bytes wait to be written", store.ErrFull, maxQueueBytes)
	}
	select {
	case w.queue <- op:
		return nil
	default:
		w.queued.Add(-int64(op.size))
		return fmt.Errorf("%w: %d writes wait", store.ErrFull, maxQueue)
	}
}

// close lets no more operations in. run ends when those that wait are done.
func (w *writer) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	close(w.queue)
}

// run commits whatever waits, until close.
func (w *writer) run(ctx context.Context) {
	var group []*write
	for op := range w.queue {
		group = w.gather(append(group[:0], op))
		w.store.commit(ctx, group)
		batches := 0
		for _, op := range group {
			if op.batch && op.err == nil {
				batches++
			}
			w.queued.Add(-int64(op.size))
			close(op.done)
		}
		w.store.pressure.Add(batches, time.Now())
		clear(group)
	}
}

// gather adds to the group what waits at this moment.
func (w *writer) gather(group []*write) []*write {
	for len(group) < maxGroup {
		select {
		case op, ok := <-w.queue:
			if !ok {
				return group
			}
			group = append(group, op)
		default:
			return group
		}
	}
	return group
}
