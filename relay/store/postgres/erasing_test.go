package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
	"github.com/cotrail/cotrail/relay/store/storetest"
)

// walDir is the one directory that the test leaves out: PostgreSQL recycles the write-ahead log when it likes.
const walDir = "pg_wal"

func storeOn(t *testing.T, server *pgtest.Server) *Store {
	t.Helper()
	s, err := Open(context.Background(), Options{URL: server.URL("postgres"), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestErasedIsNowhere records, seals and erases a session among others, with PostgreSQL's own housekeeping, and then reads
// every file of the server byte by byte.
func TestErasedIsNowhere(t *testing.T) {
	for name, neighbours := range map[string]int{"alone": 0, "among others": 9} {
		t.Run(name, func(t *testing.T) {
			server := pgtest.New(t)
			s := storeOn(t, server)
			var ids []string
			for i := range neighbours + 1 {
				ids = append(ids, fmt.Sprintf("%032x", i))
			}
			of, all := ids[len(ids)/2], storetest.Live(t, s, s.packing.Pack, ids...)
			server.Exec(t, "postgres", "ANALYZE") // which keeps samples
			for i, id := range ids {
				if i%3 != 2 || id == of {
					storetest.SealLive(t, s, id, all[id])
				}
			}
			server.Exec(t, "postgres", "VACUUM ANALYZE")
			tr := all[of]
			delete(all, of)
			others := slices.Collect(maps.Values(all))
			left := func() string { return strings.Join(tr.In(t, server.Files(t), walDir, others...), "\n") }
			if before := left(); !strings.Contains(before, "part in") || !strings.Contains(before, "start in") {
				t.Fatalf("before the erasure the test finds only:\n%s", before)
			}
			if err := s.Erase(t.Context(), store.Erasure{ID: of, At: 1, Note: []byte("gone")}); err != nil {
				t.Fatal(err)
			}
			if found := left(); found != "" {
				t.Errorf("still there: %s", found)
			}
			for _, id := range ids {
				n := 0
				err := s.Entries(t.Context(), id, 0, func(uint64, []byte) error { n++; return nil })
				if id != of && (err != nil || n != 360) {
					t.Errorf("session %s has %d entries, %v", id, n, err)
				}
			}
			s.Close()
			server.Stop()
			server.Start(t)
			if found := left(); found != "" {
				t.Errorf("still there after a new start: %s", found)
			}
		})
	}
}

// TestErasingWaitsForReaders holds a snapshot of an operator's, or a lock: the erasure says that there are traces, and
// cleaning later removes them.
func TestErasingWaitsForReaders(t *testing.T) {
	for name, hold := range map[string]string{
		"snapshot": "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM policies",
		"lock":     "BEGIN; LOCK TABLE parts IN ACCESS SHARE MODE",
	} {
		t.Run(name, func(t *testing.T) {
			server := pgtest.New(t)
			s := storeOn(t, server)
			tr := storetest.Live(t, s, s.packing.Pack, "a")["a"]
			storetest.SealLive(t, s, "a", tr)
			reader, err := pgx.Connect(t.Context(), server.URL("postgres"))
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close(context.Background())
			if _, err := reader.PgConn().Exec(t.Context(), hold).ReadAll(); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			if err := s.Erase(ctx, store.Erasure{ID: "a", At: 1, Note: []byte("gone")}); !errors.Is(err, store.ErrTraces) {
				t.Errorf("with a reader: %v", err)
			}
			if err := s.Entries(t.Context(), "a", 0, func(uint64, []byte) error { return nil }); !errors.Is(err, store.ErrErased) {
				t.Errorf("the session is still read: %v", err)
			}
			if _, err := s.Open(t.Context(), store.Opening{Site: "shop", Session: "b", Stream: "aaaaaaaaaaaaaaaa"}); err != nil {
				t.Errorf("meanwhile nobody else is taken: %v", err)
			}
			if _, err := reader.Exec(t.Context(), "ROLLBACK"); err != nil {
				t.Fatal(err)
			}
			if err := s.Clean(t.Context()); err != nil {
				t.Fatal(err)
			}
			if found := tr.In(t, server.Files(t), walDir); len(found) > 0 {
				t.Errorf("still there: %s", strings.Join(found, "\n"))
			}
		})
	}
}
