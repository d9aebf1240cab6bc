// Package sqlite is the embedded store: one database file in the data directory, one process that writes it.
//
// The promise: a write that returned without error is in the write-ahead log and fsynced. All writes go through
// one goroutine, which commits whatever waits in one transaction (group commit), so that an fsync is shared.
// When a write or an fsync fails the store takes nothing more and says so on Failed: what the operating system
// then has on disk is unknown, and only a new start, which reads it, can tell.
//
//	writer.go      the goroutine, the queue, the group commit
//	opening.go     what a write does: sessions and streams
//	batches.go     … appending and numbering
//	read.go        what auditors and the sequencer read, on connections of their own
//	start.go       whether the last end was a clean one, and the check when it was not
//	backup.go      a copy of the store, also while it is in use
//	entries.go     … the log of a session, live or sealed
//	sealing.go     a finished session's document in place of what it was made of
//	tree.go        the hashes that prove it
//	erasing.go     sessions that go without a trace, and those that must not
//	access.go      who read what
//	checkpoint.go  the write-ahead log back into the database
//	policies.go    the policies that pages were given
//	keys.go        the API keys of each site
//	signals.go     … events of the app's back end, participants, requests that may be repeated
//	outbox.go      what goes to the sites' destinations, leased
//	positions.go   how far entries have come to streams, leased
//	presence.go    who is connected: in memory, for it ends with the process
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/packed"
)

// File is the database's name in the data directory.
const File = "cotrail.db"

// readConnections bounds the connections for reading: SQLite reads from memory mostly, so more than a few per
// core only cost cache.
const readConnections = 8

// Store is a store.Store.
type Store struct {
	now      func() time.Time
	lock     *os.File // held while the store is open
	readers  *sql.DB
	writer   *writer
	presence *presence
	packing  packed.Packing
	checked  time.Duration // what the check took after an end that was not clean

	stop      chan struct{} // closed to end the checkpoint goroutine
	stopped   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

var _ store.Store = (*Store)(nil)

// Open opens the store in dir and makes it when there is none. now is the relay's clock. After an end that was not
// clean it reads the whole database first; ErrDamaged when that is not as it should be.
func Open(ctx context.Context, dir string, now func() time.Time) (_ *Store, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find data directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	s := &Store{now: now, stop: make(chan struct{}), presence: newPresence(now().UnixMilli())}
	if s.packing, err = packed.New(); err != nil {
		return nil, err
	}
	if s.lock, err = lockDir(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, File)
	if err := s.open(ctx, path); err != nil {
		return nil, errors.Join(advise(err, path), s.lock.Close())
	}
	return s, nil
}

// open opens the connections and starts the goroutines. When it fails it has closed what it opened.
func (s *Store) open(ctx context.Context, path string) error {
	write, err := connect(ctx, path, writing)
	if err != nil {
		return err
	}
	if err := s.prepare(ctx, path, write); err != nil {
		return errors.Join(err, write.Close())
	}
	checkpoint, err := connect(ctx, path, writing)
	if err != nil {
		return errors.Join(err, write.Close())
	}
	if s.readers, err = connect(ctx, path, reading); err != nil {
		return errors.Join(err, checkpoint.Close(), write.Close())
	}
	s.readers.SetMaxOpenConns(readConnections)
	s.readers.SetMaxIdleConns(readConnections)
	if s.writer, err = newWriter(ctx, write, s.packing); err != nil {
		return errors.Join(err, s.readers.Close(), checkpoint.Close(), write.Close())
	}
	s.stopped.Go(s.writer.run)
	s.stopped.Go(func() { s.checkpoints(checkpoint) })
	return nil
}

// prepare checks the database where that is due, and brings it to the newest form.
func (s *Store) prepare(ctx context.Context, path string, write *sql.DB) error {
	crashed, err := unclean(s.lock)
	if err == nil && crashed {
		start := time.Now()
		err = quickCheck(ctx, write)
		s.checked = time.Since(start)
	}
	if err == nil {
		err = begin(s.lock)
	}
	if err == nil {
		err = migrate(ctx, write)
	}
	if err == nil {
		err = giveBack(ctx, write)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return err
}

// Checked tells whether the database was checked at the start, because the last end was not clean, and how long it took.
func (s *Store) Checked() (took time.Duration, crashed bool) { return s.checked, s.checked > 0 }

// Failed gives the error after which the store takes nothing more. Whoever serves should then exit.
func (s *Store) Failed() <-chan error { return s.writer.failed }

// Busy tells whether so much comes to be written that what can wait should.
func (s *Store) Busy() bool { return s.writer.pressure.High(time.Now()) }

// fullFor is how long a disk that was found full counts as that. On a full disk some writes still find room in what
// the files already have, a small one sooner than an event.
const fullFor = 3 * time.Second

// Ready writes one row, and tells whether the disk was full a moment ago.
func (s *Store) Ready(ctx context.Context) error {
	at := s.now().UnixMilli()
	if err := s.writer.submit(ctx, 0, func() error { return s.writer.exec(s.writer.stmt.probe, at) }); err != nil {
		return err
	}
	if ago := time.Since(time.Unix(0, s.writer.fullAt.Load())); ago < fullFor {
		return fmt.Errorf("%w: the disk was full %s ago", store.ErrFull, ago.Round(time.Millisecond))
	}
	return nil
}

// Close finishes the writes that wait and brings the write-ahead log back into the database. After a failure the end
// is no clean one, whatever closes.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.writer.close()
		close(s.stop)
		s.stopped.Wait()
		s.packing.Close()
		s.closeErr = errors.Join(s.readers.Close(), s.writer.db.Close())
		if s.closeErr == nil && s.writer.failure == nil {
			s.closeErr = end(s.lock)
		}
		s.closeErr = errors.Join(s.closeErr, s.lock.Close())
	})
	return s.closeErr
}
