// Package postgres is the store for several relays: one PostgreSQL, version 15 or later, and any number of relays.
//
// The promise: a write that returned without error is committed, and where PostgreSQL has a synchronous standby it is
// there too. A few goroutines write; each commits whatever waits for it in one transaction (group commit). A transaction
// first locks the rows of its sessions, in their order, and then reads what it decides by; nothing is remembered from
// one to the next. So relays need not know of each other, and when nobody can tell whether a commit came to be, it is
// not acknowledged: the recorder sends again, and what is already there is found by stream and number.
//
// Every statement of a transaction names one session, so that a distributed PostgreSQL can keep a session's rows
// together; but for the tree, which all sessions share, and requests, which come before theirs. Nothing here uses NOTIFY, advisory locks, SKIP LOCKED, or the order of serial ids.
//
//	connect.go     the pools, and what a connection must be like
//	migrate.go     the tables
//	writer.go      the goroutines, their queues
//	transact.go    one transaction: lock, read, decide, write, commit
//	judge.go       which trouble passes
//	opening.go     what a write does: sessions and streams
//	batches.go     … appending and numbering
//	work.go        what the sequencer reads, and whose turn it is
//	signals.go     … what the app's back end says
//	sealing.go     … sealing finished sessions
//	tree.go        the tree of all relays, which grows by a leaf for each
//	read.go        what auditors read
//	entries.go     … the log of a session, sealed or not
//	search.go      … lists of sessions
//	policies.go    the policies that pages were given
//	erasing.go     holding and erasing
//	cleaning.go    erased bytes out of the tables' files
//	access.go      the access log, a chain for each site
//	presence.go    who is connected, noted for the other relays
//	relays.go      the relay's own sign of life
//	skew.go        the relay's clock and the database's
//	outbox.go      what goes to the sites' destinations, leased
//	positions.go   how far entries have come to streams, leased
//	standby.go     the watch over the synchronous standby
package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/packed"
	"github.com/cotrail/cotrail/relay/store/pressure"
)

const (
	// writers is how many goroutines write events: while one waits for its commit the others fill theirs.
	writers = 4
	// treeWriter is one more, for what makes the tree grow: no event waits for a document, or for another relay's.
	treeWriter = writers
	// readConnections bounds the connections for reading: as many as the sequencer has workers.
	readConnections = 16
	// noteConnections are those for what must not wait for readers: signs of life, leases, who is connected.
	noteConnections = 2
	// openWithin bounds the start: long enough to wait for another relay that migrates large tables.
	openWithin = 5 * time.Minute
	// closeWithin is how long Close waits for the writes that are queued. A database that does not answer should not
	// keep a relay from ending; what was not committed was not acknowledged.
	closeWithin = 3 * time.Second
)

// Options are what the operator says.
type Options struct {
	URL         string // postgres://…, with several hosts where there are standbys
	RequireSync bool   // take nothing while no synchronous standby is connected
	Now         func() time.Time
	Log         *slog.Logger
}

// Store is a store.Store.
type Store struct {
	now     func() time.Time
	log     *slog.Logger
	writing *pgxpool.Pool // its commits are waited for
	reading *pgxpool.Pool
	noting  *pgxpool.Pool // what is noted may be lost: its commits are not waited for
	packing packed.Packing

	relay    string // this relay, in the database
	presence *presence
	period   period
	skew     skew
	standby  *standby

	writers  [writers + 1]*writer
	trouble  trouble
	pressure pressure.Pressure

	stop      context.CancelFunc // ends what runs beside the writers
	stopped   sync.WaitGroup
	abandon   context.CancelFunc // ends the writers' transactions
	written   sync.WaitGroup
	closeOnce sync.Once
}

var _ store.Store = (*Store)(nil)

// Open connects, and makes or migrates the tables.
func Open(ctx context.Context, o Options) (_ *Store, err error) {
	s := &Store{now: o.Now, log: o.Log, relay: newRelayID(), presence: newPresence(), standby: newStandby(o.RequireSync)}
	s.trouble.log = o.Log
	defer func() {
		if err != nil {
			s.disconnect()
		}
	}()
	if err := s.connect(ctx, o); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	if err := s.standby.look(ctx, s.noting); err != nil {
		return nil, fmt.Errorf("look for the synchronous standby: %w", err)
	}
	if err := s.standby.refuses(); err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	if err := s.beat(ctx); err != nil {
		return nil, fmt.Errorf("register the relay: %w", err)
	}
	if s.packing, err = packed.New(); err != nil {
		return nil, err
	}
	s.start()
	return s, nil
}

func (s *Store) start() {
	beside, stop := context.WithCancel(context.Background())
	transactions, abandon := context.WithCancel(context.Background())
	s.stop, s.abandon = stop, abandon
	for i := range s.writers {
		w := newWriter(s)
		s.writers[i] = w
		s.written.Go(func() { w.run(transactions) })
	}
	s.stopped.Go(func() { s.beats(beside) })
	s.stopped.Go(func() { s.notes(beside) })
	s.stopped.Go(func() { s.standby.watch(beside, s.noting) })
}

// Failed never gives an error: what a database cannot do now another connection may do in a moment.
func (s *Store) Failed() <-chan error { return nil }

// Busy tells whether so much comes to be written that what can wait should.
func (s *Store) Busy() bool { return s.pressure.High(time.Now()) }

// Ready writes one row, as an event would be written.
func (s *Store) Ready(ctx context.Context) error {
	at := s.now().UnixMilli()
	return s.submit(ctx, &write{key: s.relay, do: func(t *turn) error {
		t.queue(`INSERT INTO probes (relay, at) VALUES ($1, $2) ON CONFLICT (relay) DO UPDATE SET at = excluded.at`, s.relay, at)
		return nil
	}})
}

// Close finishes the writes that wait and tells the other relays that this one is gone.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		for _, w := range s.writers {
			w.close()
		}
		late := time.AfterFunc(closeWithin, s.abandon)
		s.written.Wait()
		late.Stop()
		s.abandon()
		s.stop()
		s.stopped.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		if err := s.leave(ctx); err != nil {
			s.log.Warn("the other relays could not be told that this one ends; they will see it", "within", store.LeaseLife, "error", err)
		}
		s.disconnect()
		s.packing.Close()
	})
	return nil
}
