package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// beatEvery is how often a relay says that it is there: several times within store.LeaseLife, so that one that is
	// late for once is not taken for dead.
	beatEvery = 2 * time.Second
	// beatWithin bounds a sign of life, and any other note.
	beatWithin = 5 * time.Second
	// forgetAfter is how long the row of a dead relay is kept: it tells when the streams were last heard of that were
	// connected to it, until their participants have left.
	forgetAfter = 24 * time.Hour
)

// alive is the condition under which a row r of relays is of a relay that is there, by the database's clock alone.
var alive = fmt.Sprintf("r.beat > clock_timestamp() - interval '%d milliseconds'", store.LeaseLife.Milliseconds())

// newRelayID names this relay until it ends. It is no secret, but nobody else may have it.
func newRelayID() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// period is the time in which some relay was always there. Only in that time do participants leave by not being heard
// of. It begins anew when no relay could say for LeaseLife that it is there.
type period struct{ since atomic.Int64 }

// beat says that this relay is there, and looks at the database's clock.
func (s *Store) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	var since, database int64
	before := s.now().UnixMilli()
	err := s.noting.QueryRow(ctx, `INSERT INTO relays (id, since, at, beat)
		SELECT $1, coalesce((SELECT min(since) FROM relays r WHERE `+alive+`), $2), $2, clock_timestamp()
		ON CONFLICT (id) DO UPDATE SET since = excluded.since, at = excluded.at, beat = excluded.beat
		RETURNING since, (extract(epoch FROM beat) * 1000)::bigint`,
		s.relay, before).Scan(&since, &database)
	if err == nil {
		s.skew.measure(before, database, s.now().UnixMilli())
		s.period.since.Store(since)
	}
	return err
}

// beats says it until ctx ends, and forgets relays that have long been gone and requests that nobody repeats.
func (s *Store) beats(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// A failure shows where something is to be written or read; here the next beat makes up for it.
		if s.beat(ctx) == nil {
			s.note(ctx, "DELETE FROM relays WHERE beat < clock_timestamp() - make_interval(secs => $1)", forgetAfter.Seconds())
			s.note(ctx, "DELETE FROM requests WHERE at < $1", s.now().UnixMilli()-store.KeepRequests)
			s.note(ctx, "DELETE FROM probes p WHERE NOT EXISTS (SELECT FROM relays r WHERE r.id = p.relay)")
		}
	}
}

// note runs a statement that may fail: whoever comes next makes up for it.
func (s *Store) note(ctx context.Context, statement string, args ...any) {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	_, _ = s.noting.Exec(ctx, statement, args...)
}

// leave tells the other relays that this one is gone: what it leased is theirs at once.
func (s *Store) leave(ctx context.Context) error {
	if err := s.flush(ctx); err != nil {
		return fmt.Errorf("note who is connected: %w", err)
	}
	if _, err := s.noting.Exec(ctx, "DELETE FROM probes WHERE relay = $1", s.relay); err != nil {
		return fmt.Errorf("leave the database: %w", err)
	}
	if _, err := s.noting.Exec(ctx, "DELETE FROM relays WHERE id = $1", s.relay); err != nil {
		return fmt.Errorf("leave the database: %w", err)
	}
	return nil
}
