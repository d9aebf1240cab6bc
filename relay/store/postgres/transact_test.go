package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

func openedStore(t *testing.T, log *slog.Logger) *Store {
	t.Helper()
	s, err := Open(context.Background(), Options{URL: pgtest.Database(t), Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// One write that the database refuses does not harm the others of its group, and is told without a word of it.
func TestRefusedWrite(t *testing.T) {
	var said bytes.Buffer
	s := openedStore(t, slog.New(slog.NewTextHandler(&said, nil)))
	statement := func(text string, args ...any) *write {
		return &write{do: func(t *turn) error { t.queue(text, args...); return nil }}
	}
	group := []*write{
		statement("INSERT INTO probes VALUES ('one', 1)"),
		statement("INSERT INTO probes VALUES ($1, 2)", "two\x00Ada Miller"),
		{do: func(*turn) error { return store.ErrOutOfOrder }},
		statement("INSERT INTO probes VALUES ('three', 3)"),
	}
	s.commit(context.Background(), group)
	for i, want := range []bool{true, false, false, true} {
		if (group[i].err == nil) != want {
			t.Errorf("write %d: %v", i, group[i].err)
		}
	}
	if err := group[1].err; errors.Is(err, store.ErrFull) {
		t.Errorf("what the database will always refuse is refused for now: %v", err)
	}
	if !errors.Is(group[2].err, store.ErrOutOfOrder) {
		t.Errorf("what the write itself refused: %v", group[2].err)
	}
	var n int
	if err := s.reading.QueryRow(context.Background(), "SELECT count(*) FROM probes WHERE at IN (1, 3)").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d of the others are stored, %v; want 2", n, err)
	}
	if got := said.String(); !strings.Contains(got, "refused a write") || strings.Contains(got, "Ada") {
		t.Errorf("told:\n%s", got)
	}
}

// A transaction that lost against another is made again, with everything that was decided in it.
func TestMadeAgain(t *testing.T) {
	s := openedStore(t, slog.New(slog.DiscardHandler))
	for _, code := range []string{serializationFailure, deadlockDetected, uniqueViolation} {
		tries := 0
		op := &write{do: func(t *turn) error {
			if tries++; tries < 3 {
				t.queue(fmt.Sprintf("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '%s'; END $$", code))
			}
			t.queue("INSERT INTO probes VALUES ($1, 0)", code)
			return nil
		}}
		s.commit(context.Background(), []*write{op})
		if op.err != nil || tries != 3 {
			t.Errorf("%s: %d tries, %v", code, tries, op.err)
		}
	}
}

func TestPasses(t *testing.T) {
	for code, want := range map[string]bool{
		"08006": true, "25006": true, "25P03": true, "40001": true, "53100": true, "53300": true, "55P03": true, "57P01": true, "57014": true, "58030": true,
		"22021": false, "23505": false, "25001": false, "42P01": false, "XX000": false,
	} {
		if err := fmt.Errorf("write: %w", &pgconn.PgError{Code: code}); passes(err) != want || errors.Is(judge(err), store.ErrFull) != want {
			t.Errorf("%s: passes %v, judged %v", code, passes(err), judge(err))
		}
	}
	_, unconnected := pgconn.Connect(context.Background(), pgtest.Database(t)+"nowhere")
	var said *pgconn.PgError
	if !errors.As(unconnected, &said) {
		t.Fatalf("connecting to no database: %v", unconnected)
	}
	for _, err := range []error{unconnected, errUnconfirmed, errRolledBack, errNoStandby, context.DeadlineExceeded} {
		if !passes(err) {
			t.Errorf("%v does not pass", err)
		}
	}
}

// A server on which a commit would not be durable is refused.
func TestReadBack(t *testing.T) {
	for _, setting := range []string{"synchronous_commit=off", "synchronous_commit=local"} {
		name, value, _ := strings.Cut(setting, "=")
		url := pgtest.Database(t)
		s, err := Open(context.Background(), Options{URL: url + "?" + setting, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			s.Close()
			t.Errorf("%s is taken", setting)
		} else if !strings.Contains(err.Error(), name+" is "+value) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

// A queue that is full refuses, and goes on when it is worked off.
func TestFullQueue(t *testing.T) {
	s := openedStore(t, slog.New(slog.DiscardHandler))
	w := s.writers[0]
	release, held := make(chan struct{}), make(chan struct{})
	block := &write{done: make(chan struct{}), do: func(*turn) error { close(held); <-release; return nil }}
	if err := w.enqueue(block); err != nil {
		t.Fatal(err)
	}
	<-held
	if err := w.enqueue(&write{size: maxQueueBytes + 1}); !errors.Is(err, store.ErrFull) {
		t.Errorf("too many bytes: %v", err)
	}
	var last *write
	for i := range maxQueue {
		last = &write{done: make(chan struct{}), do: func(*turn) error { return nil }}
		if err := w.enqueue(last); err != nil {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	if err := w.enqueue(&write{}); !errors.Is(err, store.ErrFull) {
		t.Errorf("one write too many: %v", err)
	}
	close(release)
	<-last.done
	if last.err != nil {
		t.Error(last.err)
	}
	s.Close()
	if err := s.Ready(context.Background()); !errors.Is(err, errClosed) {
		t.Errorf("ready after close: %v", err)
	}
}
