package postgres

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cotrail/cotrail/relay/store"
)

// What PostgreSQL says when a transaction lost against another. It has then done nothing.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505" // another relay made the session in the same moment
)

// again tells whether the transaction should be made once more.
func again(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return errors.Is(err, errMissing)
	}
	return e.Code == serializationFailure || e.Code == deadlockDetected || e.Code == uniqueViolation
}

// passing are the classes and codes of trouble that somebody will see to, or that ends by itself: recorders keep their
// events and come again.
var passing = map[string]bool{
	"08":    true, // connection
	"25006": true, // read only: this was the primary once
	"25P03": true, // the relay was too slow between two statements
	"40":    true, // lost against another, again and again
	"53":    true, // full disk, no memory, too many connections
	"55":    true, // the row is locked for too long
	"57":    true, // the server is going down, coming up, or somebody cancelled
	"58":    true, // the server's disk
}

// passes tells trouble that passes from what the database will refuse again. Nothing was written by a connection that
// did not come to be, whatever the server said to it.
func passes(err error) bool {
	var e *pgconn.PgError
	var unconnected *pgconn.ConnectError
	if errors.As(err, &unconnected) {
		return true
	}
	if errors.As(err, &e) && len(e.Code) == 5 {
		return passing[e.Code] || passing[e.Code[:2]]
	}
	return true // the connection, a deadline, an unconfirmed commit, a server that is not set up as it must be
}

// judge gives the error that a caller sees.
func judge(err error) error {
	if passes(err) {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return fmt.Errorf("the database refused a write: %w", err)
}

// trouble tells the same trouble once, and once more when it is over.
type trouble struct {
	log *slog.Logger
	mu  sync.Mutex
	is  bool
}

// note takes the outcome of a transaction. The error of a connection names hosts and users, never a password.
func (t *trouble) note(err error) {
	t.mu.Lock()
	before := t.is
	t.is = err != nil
	t.mu.Unlock()
	switch {
	case err != nil && !passes(err):
		t.log.Error("the database refused a write", "error", err)
	case err != nil && !before:
		t.log.Error("the database cannot be written; recorders keep their events", "error", err)
	case err == nil && before:
		t.log.Info("the database is written again")
	}
}
