package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

func openedStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// maxPages bounds the database's size, as a full disk would: the engine then answers SQLITE_FULL.
func (s *Store) maxPages(t *testing.T, n int) {
	t.Helper()
	err := s.writer.submit(context.Background(), 0, func() error {
		s.writer.trouble = s.writer.plain(fmt.Sprintf("PRAGMA max_page_count = %d", n))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFullDiskRecovers(t *testing.T) {
	s := openedStore(t)
	b := store.Batch{Session: "s", Stream: "x", First: 1, Count: 1, Lines: []byte(strings.Repeat("x", 3*pageSize) + "\n")}
	if _, err := s.Open(context.Background(), store.Opening{Session: "s", Stream: "x"}); err != nil {
		t.Fatal(err)
	}
	s.maxPages(t, 1) // no less than it has
	if _, err := s.Append(context.Background(), b); !errors.Is(err, store.ErrFull) {
		t.Fatalf("append to a full disk: %v, want %v", err, store.ErrFull)
	}
	if w, err := s.Work(context.Background(), "s", store.AllEvents); err != nil || len(w.Pending) != 0 {
		t.Errorf("a refused batch is pending: %+v, %v", w.Pending, err)
	}
	// The probe's row is there already, so it can be written.
	if err := s.Ready(context.Background()); !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "full") {
		t.Errorf("ready though an event was just refused: %v", err)
	}
	select {
	case err := <-s.Failed():
		t.Fatalf("a full disk ended all writing: %v", err)
	default:
	}
	s.maxPages(t, 1<<20)
	if last, err := s.Append(context.Background(), b); err != nil || last != 1 {
		t.Errorf("append after there is room again: %d, %v", last, err)
	}
}

// What a group that was undone had changed in memory is undone too: the same batch is stored when it comes again.
func TestUndoneGroup(t *testing.T) {
	s := openedStore(t)
	if _, err := s.Open(context.Background(), store.Opening{Session: "s", Stream: "x"}); err != nil {
		t.Fatal(err)
	}
	small := store.Batch{Session: "s", Stream: "x", First: 1, Count: 1, Lines: []byte("{}\n")}
	large := store.Batch{Session: "s", Stream: "x", First: 2, Count: 1, Lines: []byte(strings.Repeat("x", 3*pageSize) + "\n")}
	s.maxPages(t, 1)
	for i, op := range s.group(t, small, large) {
		if !errors.Is(op.err, store.ErrFull) {
			t.Errorf("operation %d: %v, want %v", i, op.err, store.ErrFull)
		}
	}
	if last, err := s.Append(context.Background(), small); err != nil || last != 1 {
		t.Errorf("append again: %d, %v", last, err)
	}
	if w, err := s.Work(context.Background(), "s", store.AllEvents); err != nil || len(w.Pending) != 1 {
		t.Errorf("%d batches are pending, %v; want 1", len(w.Pending), err)
	}
}

// group appends batches in one transaction.
func (s *Store) group(t *testing.T, batches ...store.Batch) (group []*write) {
	t.Helper()
	release, held := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.writer.submit(context.Background(), 0, func() error { close(held); <-release; return nil })
	}()
	<-held
	for _, b := range batches {
		op := &write{done: make(chan struct{}), do: func() error { _, err := s.writer.append(b); return err }}
		if err := s.writer.enqueue(op); err != nil {
			t.Fatal(err)
		}
		group = append(group, op)
	}
	close(release)
	for _, op := range group {
		<-op.done
	}
	return group
}

func TestFullQueue(t *testing.T) {
	s := openedStore(t)
	release, held := make(chan struct{}), make(chan struct{})
	block := func() error { close(held); <-release; return nil }
	results := make(chan error, 2)
	go func() { results <- s.writer.submit(context.Background(), 0, block) }()
	<-held
	if err := s.writer.enqueue(&write{size: maxQueueBytes + 1, done: make(chan struct{})}); !errors.Is(err, store.ErrFull) {
		t.Errorf("too many bytes: %v", err)
	}
	nothing := func() error { return nil }
	for i := range maxQueue {
		if err := s.writer.enqueue(&write{do: nothing, done: make(chan struct{})}); err != nil {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	if err := s.Ready(context.Background()); !errors.Is(err, store.ErrFull) {
		t.Errorf("ready with a full queue: %v", err)
	}
	close(release)
	if err := <-results; err != nil {
		t.Error(err)
	}
	for s.writer.queued.Load() != 0 || len(s.writer.queue) != 0 {
		time.Sleep(time.Millisecond)
	}
	if err := s.Ready(context.Background()); err != nil {
		t.Errorf("ready after the queue was worked off: %v", err)
	}
}

// One operation's refusal leaves the others of its group alone.
func TestGroupWithRefusal(t *testing.T) {
	s := openedStore(t)
	if _, err := s.Open(context.Background(), store.Opening{Session: "s", Stream: "x"}); err != nil {
		t.Fatal(err)
	}
	var batches []store.Batch
	for _, first := range []uint64{1, 3, 2} {
		batches = append(batches, store.Batch{Session: "s", Stream: "x", First: first, Count: 1, Lines: []byte("{}\n")})
	}
	group := s.group(t, batches...)
	for i, want := range []error{nil, store.ErrOutOfOrder, nil} {
		if !errors.Is(group[i].err, want) {
			t.Errorf("operation %d: %v, want %v", i, group[i].err, want)
		}
	}
	if w, err := s.Work(context.Background(), "s", store.AllEvents); err != nil || len(w.Pending) != 2 {
		t.Errorf("%d batches are pending, %v; want 2", len(w.Pending), err)
	}
}

// A database whose commits would not be durable is refused.
func TestReadBack(t *testing.T) {
	for what, query := range map[string]string{
		"no WAL":         "_synchronous=FULL&_pragma=page_size(16384)",
		"not every sync": "_synchronous=NORMAL&_journal_mode=WAL&_pragma=page_size(16384)",
		"other pages":    "_synchronous=FULL&_journal_mode=WAL&_pragma=page_size(4096)",
	} {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?"+query)
		if err != nil {
			t.Fatal(err)
		}
		if err := readBack(context.Background(), db); err == nil {
			t.Errorf("%s: taken", what)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestClosed(t *testing.T) {
	s, err := Open(context.Background(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(context.Background()); !errors.Is(err, errClosed) {
		t.Errorf("ready after close: %v", err)
	}
}
