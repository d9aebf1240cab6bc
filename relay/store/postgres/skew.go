package postgres

import (
	"sync/atomic"
	"time"
)

// skewTolerance is how far a relay's clock may be from the database's before its leases are told by the latter. It is more
// than a sign of life takes, so that where clocks are right times are stored as they are.
const skewTolerance = int64(time.Second / time.Millisecond)

// skew is what to add to this relay's clock to get the database's, milliseconds. Relays compete for deliveries by times; one
// whose clock is ahead must not take for over what another has leased.
type skew struct{ ahead atomic.Int64 }

// measure takes the database's clock as it was asked for between two moments of the relay's.
func (s *skew) measure(before, database, after int64) {
	ahead := database - (before+after)/2
	if max(ahead, -ahead) <= skewTolerance+(after-before)/2 {
		ahead = 0
	}
	s.ahead.Store(ahead)
}

// toShared gives a time of this relay's clock by the database's.
func (s *skew) toShared(at int64) int64 { return at + s.ahead.Load() }

// toOwn gives a time of the database's clock by this relay's.
func (s *skew) toOwn(at int64) int64 { return at - s.ahead.Load() }
