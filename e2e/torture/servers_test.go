package torture

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

// someAcks is how many acknowledgements show that the relays take events.
const someAcks = 500

// failovers is how often a server of the database is lost: each time the other one is copied as a whole.
func failovers() int { return max(*cycles/20, 1) }

// TestRelaysKilled kills two of three relays over one database, again and again.
func TestRelaysKilled(t *testing.T) {
	shared.asked(t)
	t.Parallel()
	s := newStand(t, shared, t.TempDir(), 3)
	for range *cycles {
		s.cycle(func() { s.weather() })
	}
	s.settle()
}

// TestPrimaryKilled loses the primary under load, again and again: the synchronous standby takes its place. Before every
// second time it stands still, so that it lacks what the primary has: the relay's commits wait for it, and nothing of
// them may be acknowledged.
func TestPrimaryKilled(t *testing.T) {
	s, servers := newPairStand(t)
	for n := range failovers() {
		s.goesOn()
		if n%2 == 0 {
			servers.Standby.Hold()
			servers.Primary.Await(t, "postgres", "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
		}
		servers.Primary.Kill()
		s.counts.primaries++
		servers.Standby.GoOn()
		servers.FailOver(t)
		s.goesOn()
		servers.Restore(t)
	}
	s.settle()
}

// TestStandbyKilled loses the standby under load of a relay that requires one: it refuses until one is back. Every
// second time the primary is lost as well, and what the standby has must be all that was acknowledged.
func TestStandbyKilled(t *testing.T) {
	s, servers := newPairStand(t, "--require-sync-replica")
	for n := range max(failovers(), 2) {
		s.goesOn()
		servers.Standby.Kill()
		s.counts.standbys++
		s.eventually("/readyz says that a standby is missing", func() bool {
			status, body := s.ready()
			return status == http.StatusServiceUnavailable && strings.Contains(body, "standby")
		})
		if n%2 == 0 {
			servers.Standby.Start(t)
			continue
		}
		servers.Primary.Kill()
		s.counts.primaries++
		servers.Standby.Start(t)
		servers.FailOver(t)
		servers.Restore(t)
	}
	s.goesOn()
	s.settle()
}

// newPairStand is a stand over a primary with a synchronous standby.
func newPairStand(t *testing.T, flags ...string) (*stand, *pgtest.Pair) {
	t.Helper()
	shared.asked(t)
	t.Parallel()
	servers := pgtest.NewPair(t)
	e := engine{name: shared.name, fresh: func(*testing.T) ([]string, func(string) (store.Store, error)) {
		return database(servers.URL("postgres"))
	}}
	return newStand(t, e, t.TempDir(), 1, flags...), servers
}

// goesOn waits until events are acknowledged.
func (s *stand) goesOn() {
	s.t.Helper()
	acks := func() (all uint64) {
		for _, tab := range s.tabs() {
			all += tab.acks.Load()
		}
		return all
	}
	before := acks()
	s.eventually("events are acknowledged", func() bool { return acks() >= before+someAcks })
}
