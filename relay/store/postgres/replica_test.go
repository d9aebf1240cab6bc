package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

const (
	database = "postgres"
	// inCommit asks whether a relay waits for the standby.
	inCommit = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'cotrail' AND wait_event = 'SyncRep')"
)

// pair is a primary with a synchronous standby.
func pair(t *testing.T) (primary, standby *pgtest.Server) {
	t.Helper()
	p := pgtest.NewPair(t)
	return p.Primary, p.Standby
}

// standbys is what the metric says.
func standbys(t *testing.T, s *postgres.Store) float64 {
	t.Helper()
	told := make(chan prometheus.Metric, 1)
	s.Collect(told)
	var m dto.Metric
	if err := (<-told).Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetGauge().GetValue()
}

// TestPromotion: the primary is lost under load and the standby takes its place. Everything that was acknowledged is
// there, once; and the relay goes on by itself.
func TestPromotion(t *testing.T) {
	primary, standby := pair(t)
	s := mustOpen(t, options(pgtest.URL(database, primary, standby)))
	defer s.Close()

	acks, senders, stop := load(t, s)
	await(t, "acknowledgements before the loss", func() bool { return acks.Load() > 1000 })
	primary.Kill()
	before := acks.Load()
	standby.Promote(t)
	await(t, "acknowledgements after the loss", func() bool { return acks.Load() > before+1000 })
	stop()

	s.Close() // so that nobody but the new one has the leases
	again := mustOpen(t, options(standby.URL(database)))
	defer again.Close()
	wantStored(t, again, senders)
	t.Logf("%d batches acknowledged, %d before the loss", acks.Load(), before)
}

// load lets recorders send through a store until stop, and counts what is acknowledged.
func load(t *testing.T, s *postgres.Store) (acks *atomic.Int64, senders []*sender, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	acks = &atomic.Int64{}
	var group sync.WaitGroup
	for i := range 24 {
		from := &sender{session: fmt.Sprintf("%032x", i/2), stream: fmt.Sprintf("%016x", i)}
		senders = append(senders, from)
		group.Go(func() { from.send(ctx, t, s, acks) })
	}
	stop = func() { cancel(); group.Wait() }
	t.Cleanup(stop)
	return acks, senders, stop
}

// TestServerCrash: the one server is killed under load and comes back with all that was acknowledged. The trouble and
// its end are told, and never the password.
func TestServerCrash(t *testing.T) {
	server := pgtest.New(t)
	o := options(server.URL(database))
	var told bytes.Buffer // a handler writes one line at a time
	o.Log = slog.New(slog.NewTextHandler(&told, nil))
	s := mustOpen(t, o)
	defer s.Close()
	acks, senders, stop := load(t, s)
	for range 3 {
		before := acks.Load()
		await(t, "acknowledgements", func() bool { return acks.Load() > before+300 })
		server.Kill()
		server.Start(t)
	}
	before := acks.Load()
	await(t, "acknowledgements after the last crash", func() bool { return acks.Load() > before+300 })
	stop()
	wantStored(t, s, senders)
	s.Close()
	for _, want := range []string{"cannot be written", "written again"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("nobody was told that the database %s:\n%s", want, &told)
		}
	}
	if strings.Contains(told.String(), pgtest.Password) {
		t.Errorf("the password was told:\n%s", &told)
	}
}

// TestLockedSession: a session whose row somebody keeps is refused for now, and no other.
func TestLockedSession(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Database(t)
	s := mustOpen(t, options(url))
	defer s.Close()
	for _, session := range []string{"s1", "s2", "s3", "s4", "s5"} {
		if _, err := s.Open(ctx, opening(session, "x1")); err != nil {
			t.Fatal(err)
		}
	}
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "BEGIN"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, "SELECT FROM sessions WHERE session_id = 's1' FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(ctx, numbered("s1", "x1", 1, 1)); !errors.Is(err, store.ErrFull) {
		t.Errorf("append to a session that is locked: %v, want %v", err, store.ErrFull)
	}
	for _, session := range []string{"s2", "s3", "s4", "s5"} {
		if _, err := s.Append(ctx, numbered(session, "x1", 1, 1)); err != nil {
			t.Errorf("append to another session: %v", err)
		}
	}
	if _, err := c.Exec(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if last, err := s.Append(ctx, numbered("s1", "x1", 1, 1)); err != nil || last != 1 {
		t.Errorf("append when it is free: %d, %v", last, err)
	}
}

// TestStandbyRequired: with --require-sync-replica nothing is taken while the standby is away, and it goes on by itself.
func TestStandbyRequired(t *testing.T) {
	primary, standby := pair(t)
	o := options(primary.URL(database))
	o.RequireSync = true
	s := mustOpen(t, o)
	defer s.Close()
	ctx := context.Background()
	from := &sender{session: fmt.Sprintf("%032x", 1), stream: fmt.Sprintf("%016x", 1)}
	if _, err := s.Open(ctx, opening(from.session, from.stream)); err != nil {
		t.Fatal(err)
	}
	take := func() (err error) {
		last, err := s.Append(ctx, numbered(from.session, from.stream, from.acked+1, 1))
		if err == nil {
			from.acked = last
		}
		return err
	}
	if err := errors.Join(take(), s.Ready(ctx)); err != nil {
		t.Fatal(err)
	}
	if n := standbys(t, s); n != 1 {
		t.Errorf("the metric says %g standbys, want 1", n)
	}

	standby.Kill()
	await(t, "a refusal", func() bool { return take() != nil })
	await(t, "the watch to see it", func() bool { return standbys(t, s) == 0 })
	for what, err := range map[string]error{"append": take(), "ready": s.Ready(ctx)} {
		if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "--require-sync-replica") {
			t.Errorf("%s without a standby: %v", what, err)
		}
	}
	if second, err := postgres.Open(ctx, o); err == nil {
		second.Close()
		t.Error("a relay started without a standby")
	}

	standby.Start(t)
	await(t, "the relay to take events again", func() bool { return take() == nil && s.Ready(ctx) == nil })
	wantStored(t, s, []*sender{from})
}

// TestStandbyDismissed: when the operator takes the standby out of the settings, commits no longer wait. A relay that
// requires it refuses at once, whatever its watch has seen.
func TestStandbyDismissed(t *testing.T) {
	primary, _ := pair(t)
	o := options(primary.URL(database))
	o.RequireSync = true
	s := mustOpen(t, o)
	defer s.Close()
	primary.Exec(t, database, "ALTER SYSTEM SET synchronous_standby_names = ''")
	primary.Exec(t, database, "SELECT pg_reload_conf()")
	primary.Await(t, database, "SELECT NOT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
	if _, err := s.Open(context.Background(), opening("s1", "x1")); !errors.Is(err, store.ErrFull) {
		t.Errorf("open: %v, want %v", err, store.ErrFull)
	}
}

// TestCancelledCommit: a commit whose wait for the standby was cut short is there, on the primary alone. It is not
// acknowledged, nor is the same batch when it comes again, until the standby has it; and then it is there once.
func TestCancelledCommit(t *testing.T) {
	primary, standby := pair(t)
	s := mustOpen(t, options(primary.URL(database)))
	defer s.Close()
	ctx := context.Background()
	for _, cut := range []string{"pg_cancel_backend", "pg_terminate_backend"} {
		t.Run(cut, func(t *testing.T) {
			from := &sender{session: cut, stream: fmt.Sprintf("%016x", 1), acked: 1}
			if _, err := s.Open(ctx, opening(from.session, from.stream)); err != nil {
				t.Fatal(err)
			}
			standby.Kill()
			send := func() <-chan error {
				result := make(chan error, 1)
				go func() {
					_, err := s.Append(ctx, numbered(from.session, from.stream, 1, 1))
					result <- err
				}()
				return result
			}
			first := send()
			primary.Await(t, database, inCommit)
			primary.Exec(t, database, "SELECT "+cut+"(pid) FROM pg_stat_activity WHERE application_name = 'cotrail' AND wait_event = 'SyncRep'")
			if err := <-first; !errors.Is(err, store.ErrFull) {
				t.Fatalf("a commit that the standby never saw: %v, want %v", err, store.ErrFull)
			}
			primary.Await(t, database, "SELECT count(*) = 1 FROM inbox WHERE session_id = $1", cut) // it is there all the same

			again := send()
			primary.Await(t, database, inCommit)
			select {
			case err := <-again:
				t.Fatalf("the standby is away, and the second try ended: %v", err)
			default:
			}
			standby.Start(t)
			if err := <-again; err != nil {
				t.Fatalf("with the standby back: %v", err)
			}
			wantStored(t, s, []*sender{from})
		})
	}
}
