package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// cleanWithin bounds the tries at a table: readers must let go of it, and of what was erased. They hold it for one
	// read.
	cleanWithin = 10 * time.Second
	// lookForReaders is how often it is tried meanwhile.
	lookForReaders = 100 * time.Millisecond
	// cleanLock is how long a table is waited for at a time: whoever comes meanwhile waits behind.
	cleanLock = "1s"
	// cleanAtEase is how long cleaning may take without a rest after it: nobody minds.
	cleanAtEase = 5 * time.Second
	// restFactor is how many times as long as it took the files are left alone afterwards. Who erases much in a large
	// store would else keep its tables locked all the time.
	restFactor = 9
)

// marked are the tables where something of a session is or was, also before it was sealed.
var marked = []string{"inbox", "entries", "streams", "participants", "requests", "sessions", "documents", "parts", "words"}

// lockNotAvailable is what PostgreSQL says when a table is in use for too long.
const lockNotAvailable = "55P03"

var errSeen = errors.New("a transaction may still read what was erased: of a reader, a backup, a standby or a replication slot")

// Clean implements store.Erasing. VACUUM only makes room: the bytes stay in their page until something else needs it. So
// the tables are written anew, with their indexes, and the old files go with the commit. What a transaction that is under way may
// still read would be written anew too, so those are waited for. The write-ahead log is PostgreSQL's own to recycle.
func (s *Store) Clean(ctx context.Context) error {
	conn, err := s.reading.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrTraces, err)
	}
	defer conn.Release()
	defer func() { _ = conn.Conn().Close(ctx) }() // it has settings of its own: the pool makes another
	if err := s.clean(ctx, conn); err != nil {
		return fmt.Errorf("%w: %w", store.ErrTraces, err)
	}
	return nil
}

func (s *Store) clean(ctx context.Context, conn *pgxpool.Conn) error {
	var erased int64
	var due, dirty bool
	err := conn.QueryRow(ctx, "SELECT erased, erased > cleaned, rest <= clock_timestamp() FROM traces").Scan(&erased, &dirty, &due)
	switch {
	case err != nil:
		return err
	case !dirty:
		return nil
	case !due:
		return errors.New("the tables were written anew a short while ago")
	}
	began := time.Now()
	if _, err := conn.Exec(ctx, "SET lock_timeout = '"+cleanLock+"'"); err != nil {
		return err
	}
	var now string // all that was erased before was erased by an earlier transaction
	if err := conn.QueryRow(ctx, "SELECT pg_current_xact_id()::text").Scan(&now); err != nil {
		return err
	}
	for _, table := range append([]string{"traces"}, marked...) { // the first is small: it shows whether readers have let go
		if err := rewrite(ctx, conn.Conn(), table, now); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
	}
	_, err = conn.Exec(ctx, "UPDATE traces SET cleaned = greatest(cleaned, $1), rest = clock_timestamp() + make_interval(secs => $2)",
		erased, restAfter(time.Since(began)).Seconds())
	return err
}

// restAfter is how long the files are left alone after cleaning took so long.
func restAfter(took time.Duration) time.Duration {
	if took <= cleanAtEase {
		return 0
	}
	return restFactor * took
}

// rewrite writes a table anew without what was erased before a transaction.
func rewrite(ctx context.Context, conn *pgx.Conn, table, before string) error {
	for end := time.Now().Add(cleanWithin); ; {
		_, err := conn.Exec(ctx, "VACUUM FULL "+table)
		var e *pgconn.PgError
		if err != nil && !(errors.As(err, &e) && e.Code == lockNotAvailable) {
			return err
		}
		if err == nil {
			if err = gone(ctx, conn, table, before); err == nil {
				return nil
			}
		}
		if time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(lookForReaders):
		}
	}
}

// gone tells whether a table that was written anew has nothing that was erased before a transaction. VACUUM FULL sets
// relfrozenxid to the oldest transaction that anybody's snapshot could still have to tell from those before it: what
// earlier ones deleted was left out.
func gone(ctx context.Context, conn *pgx.Conn, table, before string) error {
	var is bool
	err := conn.QueryRow(ctx, "SELECT age(relfrozenxid) <= age($2::xid8::xid) FROM pg_class WHERE oid = $1::regclass", table, before).Scan(&is)
	if err == nil && !is {
		return errSeen
	}
	return err
}
