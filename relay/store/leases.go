package store

import (
	"context"
	"errors"
	"time"
)

// ErrLeased tells that another relay numbers the session: leave it until Elsewhere names it, or the lease could
// have run out.
var ErrLeased = errors.New("the session is numbered by another relay")

// LeaseLife is how long a relay keeps what it leases without being heard of. A relay says every few seconds that it
// is there; one that misses several of them is taken for dead, and its sessions are anybody's.
const LeaseLife = 10 * time.Second

// Leases is what numbering needs where several relays share a store.
type Leases interface {
	// Elsewhere lists the sessions to which this relay must look though nobody here has woken it: those that it
	// numbers and that have pending batches, for another relay may have received them, and those whose relay is dead.
	// A store that only one relay can open gives none.
	Elsewhere(ctx context.Context) ([]string, error)
}
