package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Errors of the outbox.
var (
	ErrNoDelivery = errors.New("no such delivery")                   // answer 404
	ErrLeaseLost  = errors.New("the lease went to another meantime") // forget what was done: another is at it
)

// What a delivery tells its destination.
const (
	KindCreated = "created" // a session has ended and its log is whole
	KindErased  = "erased"  // the log was erased
)

// How far a delivery is.
const (
	StateWaiting   = "waiting"   // to be tried, now or later
	StateDelivered = "delivered" // the destination has it
	StateDead      = "dead"      // given up; kept until somebody has it tried again
)

// Delivery is one session on its way to one destination of its site.
type Delivery struct {
	ID          string // UUIDv7, the same at each attempt; its order is that of making
	Site        string
	Destination string // its name among the site's
	Session     string
	Began       int64 // when the session was created: names in buckets and folders begin with its day
	Kind        string
	State       string
	Made        int64  // milliseconds since 1970, as all times
	Since       int64  // when the attempts began: when it was made, or when it was told to be tried again
	Attempts    int    // since then
	NextAt      int64  // when it is due; of a leased one, when the lease ends
	Lease       string // who is at it; empty for nobody
	LastError   string // why the last attempt failed; never a word of the receiver's
}

// NewDelivery makes a delivery that is due at once.
func NewDelivery(site, destination, session string, began int64, kind string, now int64) (Delivery, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Delivery{}, fmt.Errorf("make an id: %w", err)
	}
	return Delivery{
		ID: id.String(), Site: site, Destination: destination, Session: session, Began: began, Kind: kind,
		State: StateWaiting, Made: now, Since: now, NextAt: now,
	}, nil
}

// Due is a destination that something waits for.
type Due struct {
	Site        string
	Destination string
	At          int64 // when the first of it is due
}

// Outcome is how an attempt ended, as the worker settles it.
type Outcome struct {
	ID        string
	Lease     string
	State     string
	Attempts  int
	NextAt    int64
	LastError string
}

// DeliveryQuery selects deliveries. Empty fields select all.
type DeliveryQuery struct {
	ID          string
	Sites       []string // nil for all
	Destination string
	Session     string
	State       string
	From, To    int64 // made from … on, and before …; 0 for no bound
}

// DeliveryCount is how many deliveries of a destination are in a state, but for those that were delivered.
type DeliveryCount struct {
	Site        string
	Destination string
	State       string
	Count       int64
	Oldest      int64 // Made of the oldest
}

// Disabled is a destination that said it wants nothing more.
type Disabled struct {
	Site        string
	Destination string
	At          int64
}

// Outbox is what delivering needs. Any number of relays may work on it at once.
type Outbox interface {
	// AddDeliveries adds deliveries. One that is there already stays as it is.
	AddDeliveries(ctx context.Context, deliveries []Delivery) error
	// DropDeliveries removes what waits to tell of a session, for it is being erased. One that is just being tried stays:
	// what tells of the erasure is made behind it and waits for it.
	DropDeliveries(ctx context.Context, session string, now int64) error
	// DueDeliveries tells which destinations something waits for, but for the disabled ones.
	DueDeliveries(ctx context.Context) ([]Due, error)
	// ClaimDeliveries leases up to limit deliveries of a destination that are due, the longest due first, until a
	// time at which they are due again. Of a session's deliveries to a destination only the first that waits is
	// given: an erasure never overtakes what it erases. A disabled destination is given none.
	ClaimDeliveries(ctx context.Context, site, destination, lease string, limit int, now, until int64) ([]Delivery, error)
	// SettleDelivery stores how an attempt ended and gives the lease back. ErrLeaseLost when it is no longer held.
	SettleDelivery(ctx context.Context, o Outcome) error
	// DisableDestination holds a destination's deliveries back until RetryDeliveries is told to send one again.
	DisableDestination(ctx context.Context, site, destination string, at int64) error
	// DisabledDestinations lists them.
	DisabledDestinations(ctx context.Context) ([]Disabled, error)
	// RetryDeliveries makes the selected deliveries due now, as if they were new, whatever became of them, and
	// enables their destinations again. One that is just being tried is left alone. It gives how many they are.
	RetryDeliveries(ctx context.Context, q DeliveryQuery, now int64) (int, error)
	// Deliveries lists deliveries, the newest first, a page at a time; ErrCursor for a cursor that is none.
	Deliveries(ctx context.Context, q DeliveryQuery, limit int, after string) (page []Delivery, next string, err error)
	// CountDeliveries counts what waits and what is dead.
	CountDeliveries(ctx context.Context) ([]DeliveryCount, error)
}
