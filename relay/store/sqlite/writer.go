package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/packed"
	"github.com/cotrail/cotrail/relay/store/pressure"
)

const (
	// maxQueue bounds the writes that wait: every connection of a relay may wait with one.
	maxQueue = 8192
	// maxQueueBytes bounds the memory that they hold.
	maxQueueBytes = 64 << 20
	// maxGroup bounds the writes of one transaction, so that the first of them does not wait for too many others.
	maxGroup = 1024
	// groupEvery is the time from a group of several writes to the next, at least. A fast disk would else be given
	// many small ones, and each writes whole pages.
	groupEvery = 3 * time.Millisecond
	// maxCached bounds the sessions whose streams the writer remembers, at about 1 KB each.
	maxCached = 20_000
)

var errClosed = errors.New("the store is closed")

// write is one operation that waits for the commit that makes it durable.
type write struct {
	do   func() error
	free func() error // instead of do: runs after the group, outside its transaction
	size int
	err  error
	done chan struct{}
}

// writer is the only one to write. Everything without a lock is the goroutine's own, the one that runs run.
type writer struct {
	db      *sql.DB
	packing packed.Packing
	conn    *sql.Conn
	stmt    statements
	failed  chan error // receives the error after which nothing is taken any more

	wrote    atomic.Bool // something was committed since the last checkpoint
	finish   atomic.Bool // the write-ahead log is long: finish the checkpoint between two groups
	pressure pressure.Pressure
	fullAt   atomic.Int64 // when the disk was last found full, nanoseconds since 1970

	mu     sync.RWMutex // guards closed, and the queue against a send after its close
	closed bool
	queue  chan *write
	queued atomic.Int64 // bytes

	sessions map[string]*session // what was read or written of sessions; authoritative while it is here
	nextID   int64               // of the inbox; never used twice while the process lives
	batches  int                 // appended in this transaction
	trouble  error               // of the engine, in this transaction
	failure  error               // set once; nothing is taken any more
}

func newWriter(ctx context.Context, db *sql.DB, p packed.Packing) (*writer, error) {
	w := &writer{db: db, packing: p, failed: make(chan error, 1), queue: make(chan *write, maxQueue), sessions: map[string]*session{}}
	var err error
	if w.conn, err = db.Conn(ctx); err != nil {
		return nil, fmt.Errorf("open writing connection: %w", err)
	}
	if err := w.stmt.prepare(ctx, w.conn); err != nil {
		return nil, err
	}
	if err := w.conn.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM inbox").Scan(&w.nextID); err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	return w, nil
}

// submit queues an operation and waits for its commit. Once queued it runs to its end, whatever ctx does then:
// do may use memory of the caller.
func (w *writer) submit(ctx context.Context, size int, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	op := &write{do: do, size: size, done: make(chan struct{})}
	if err := w.enqueue(op); err != nil {
		return err
	}
	<-op.done
	return op.err
}

// between runs something on the writing connection between two transactions, and waits for it.
func (w *writer) between(ctx context.Context, free func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	op := &write{do: func() error { return nil }, free: free, done: make(chan struct{})}
	if err := w.enqueue(op); err != nil {
		return err
	}
	<-op.done
	return op.err
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
func (w *writer) run() {
	defer w.conn.Close()
	defer w.stmt.close()
	var group []*write
	var began time.Time
	for op := range w.queue {
		if len(group) > 1 {
			time.Sleep(groupEvery - time.Since(began))
		}
		began = time.Now()
		group = w.gather(append(group[:0], op))
		w.batches = 0
		w.commit(group)
		w.pressure.Add(w.batches, time.Now())
		for _, op := range group {
			if op.free != nil && op.err == nil {
				op.err = op.free()
			}
			w.queued.Add(-int64(op.size))
			close(op.done)
		}
		clear(group)
		if w.finish.Swap(false) && w.failure == nil {
			_, _ = checkpoint(w.conn) // complete, for nobody writes now: the log starts anew
		}
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

// commit runs the operations of a group in one transaction. An operation checks before it writes, so that what
// it refuses has written nothing and the others go on; trouble of the engine undoes them all.
func (w *writer) commit(group []*write) {
	err := w.failure
	if err == nil {
		err = w.transact(group)
	}
	if err == nil {
		w.wrote.Store(true)
		return
	}
	for _, op := range group {
		op.err = err
	}
}

func (w *writer) transact(group []*write) error {
	w.trouble = w.plain("BEGIN IMMEDIATE")
	for i := 0; i < len(group) && w.trouble == nil; i++ {
		group[i].err = group[i].do()
	}
	if w.trouble == nil {
		w.trouble = w.plain("COMMIT")
	}
	if len(w.sessions) > maxCached {
		clear(w.sessions)
	}
	if w.trouble == nil {
		return nil
	}
	_ = w.plain("ROLLBACK") // it says so when the engine has already rolled back
	clear(w.sessions)       // what they remember did not come to be
	return w.judge(w.trouble)
}

// judge tells trouble that passes (a full disk, a lock held by a tool) from trouble that ends all writing.
func (w *writer) judge(err error) error {
	if code, ok := engine.code(err); ok {
		switch {
		case code&0xff == sqlite3.SQLITE_FULL, code == sqlite3.SQLITE_IOERR_SHMSIZE:
			w.fullAt.Store(time.Now().UnixNano())
			return fmt.Errorf("%w: the disk is full: %w", store.ErrFull, err)
		case code&0xff == sqlite3.SQLITE_BUSY:
			return fmt.Errorf("%w: %w", store.ErrFull, err)
		}
	}
	w.failure = fmt.Errorf("the store failed and takes nothing more: %w", err)
	w.failed <- w.failure
	return w.failure
}

// plain runs a statement without arguments.
func (w *writer) plain(statement string) error {
	_, err := w.conn.ExecContext(context.Background(), statement)
	return err
}

// exec runs a prepared statement and remembers trouble.
func (w *writer) exec(stmt *sql.Stmt, args ...any) error {
	_, err := stmt.Exec(args...)
	if err != nil {
		w.trouble = err
	}
	return err
}
