package pgtest

import (
	"fmt"
	"os"
	"testing"
)

// second is the standby's name in a pair.
const second = "second"

// Pair is a primary with a synchronous standby. They can change places.
type Pair struct{ Primary, Standby *Server }

// NewPair makes the servers of a pair and starts them.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	primary := New(t)
	p := &Pair{primary, primary.Standby(t, second)}
	primary.Synchronous(t, second)
	return p
}

// URL is the address of a database of the pair.
func (p *Pair) URL(database string) string { return URL(database, p.Primary, p.Standby) }

// FailOver makes a primary of the standby, when the primary has ended.
func (p *Pair) FailOver(t testing.TB) {
	t.Helper()
	p.Standby.Promote(t)
	p.Primary, p.Standby = p.Standby, p.Primary
}

// Restore makes the server that has ended the synchronous standby of the other.
func (p *Pair) Restore(t testing.TB) {
	t.Helper()
	p.Standby.Follow(t, p.Primary, second)
	p.Primary.Synchronous(t, second)
}

// Standby makes a standby of the server and starts it. It shows there under the name.
func (s *Server) Standby(t testing.TB, name string) *Server {
	t.Helper()
	b, err := newServer(place())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.remove)
	b.Follow(t, s, name)
	return b
}

// Follow makes a standby of a server that has ended, or never ran: what it had goes, it begins with a backup of the primary.
func (s *Server) Follow(t testing.TB, primary *Server, name string) {
	t.Helper()
	if err := os.RemoveAll(s.data()); err != nil {
		t.Fatal(err)
	}
	from := fmt.Sprintf("host=127.0.0.1 port=%d user=postgres application_name=%s", primary.port, name)
	if err := s.tool("pg_basebackup", "-d", from, "-D", s.data(), "-R", "-X", "stream", "-c", "fast"); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
}

// Promote makes a primary of a standby.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.Await(t, "postgres", "SELECT NOT pg_is_in_recovery() OR pg_promote(true, 60)")
}

// Synchronous makes commits wait for a standby, by the name under which it shows, and waits until they do.
func (s *Server) Synchronous(t testing.TB, name string) {
	t.Helper()
	s.Exec(t, "postgres", "ALTER SYSTEM SET synchronous_standby_names = '"+name+"'")
	s.Exec(t, "postgres", "SELECT pg_reload_conf()")
	s.Await(t, "postgres", "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = $1 AND sync_state = 'sync')", name)
}
