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
//	checkpoint.go  the write-ahead log back into the database
//	policies.go    the policies that pages were given
//	outbox.go      what goes to the sites' destinations, leased
//	positions.go   how far entries have come to streams, leased
//	packed.go      entries compressed
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
	packing  packing

	stop      chan struct{} // closed to end the checkpoint goroutine
	stopped   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

var _ store.Store = (*Store)(nil)

// Open opens the store in dir and makes it when there is none. now is the relay's clock.
func Open(ctx context.Context, dir string, now func() time.Time) (_ *Store, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find data directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	s := &Store{now: now, stop: make(chan struct{}), presence: newPresence(now().UnixMilli())}
	if s.packing, err = newPacking(); err != nil {
		return nil, err
	}
	if s.lock, err = lockDir(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, File)
	write, err := connect(ctx, path, writing)
	if err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	checkpoint, err := connect(ctx, path, writing)
	if err != nil {
		return nil, errors.Join(err, write.Close(), s.lock.Close())
	}
	if s.readers, err = connect(ctx, path, reading); err != nil {
		return nil, errors.Join(err, checkpoint.Close(), write.Close(), s.lock.Close())
	}
	s.readers.SetMaxOpenConns(readConnections)
	s.readers.SetMaxIdleConns(readConnections)
	if err = migrate(ctx, write); err == nil {
		if err = syncDir(dir); err == nil {
			s.writer, err = newWriter(ctx, write)
		}
	}
	if err != nil {
		return nil, errors.Join(err, s.readers.Close(), checkpoint.Close(), write.Close(), s.lock.Close())
	}
	s.stopped.Go(s.writer.run)
	s.stopped.Go(func() { s.checkpoints(checkpoint) })
	return s, nil
}

// Failed gives the error after which the store takes nothing more. Whoever serves should then exit.
func (s *Store) Failed() <-chan error { return s.writer.failed }

// Busy tells whether so much comes to be written that what can wait should.
func (s *Store) Busy() bool { return s.writer.pressure.high(time.Now()) }

// Ready writes one row, as an event would be written.
func (s *Store) Ready(ctx context.Context) error {
	at := s.now().UnixMilli()
	return s.writer.submit(ctx, 0, func() error { return s.writer.exec(s.writer.stmt.probe, at) })
}

// Close finishes the writes that wait and brings the write-ahead log back into the database.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.writer.close()
		close(s.stop)
		s.stopped.Wait()
		s.packing.close()
		s.closeErr = errors.Join(s.readers.Close(), s.writer.db.Close(), s.lock.Close())
	})
	return s.closeErr
}
