package postgres

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// After a long cleaning the tables are left alone for a while, whoever asks; what was erased meanwhile is cleaned then.
func TestCleaningRests(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{time.Second: 0, time.Minute: 9 * time.Minute} {
		if got := restAfter(took); got != want {
			t.Errorf("rest after %v: %v, want %v", took, got, want)
		}
	}
	s := openedStore(t, slog.New(slog.DiscardHandler))
	set := func(statement string) {
		t.Helper()
		if _, err := s.reading.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	place := func() (at string) {
		t.Helper()
		if err := s.reading.QueryRow(t.Context(), "SELECT pg_relation_filepath('parts')").Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	clean := func(want error, anew bool) {
		t.Helper()
		before := place()
		if err := s.Clean(t.Context()); !errors.Is(err, want) {
			t.Errorf("clean: %v, want %v", err, want)
		}
		if (place() != before) != anew {
			t.Errorf("the table was written anew: %v, want %v", !anew, anew)
		}
	}
	clean(nil, false)
	set("UPDATE traces SET erased = 1, rest = clock_timestamp() + interval '1 hour'")
	clean(store.ErrTraces, false)
	set("UPDATE traces SET rest = clock_timestamp()")
	clean(nil, true)
	clean(nil, false)
}

// A word index that has other words than the erasure knows is looked through; one that has the same is not.
func TestForgetting(t *testing.T) {
	s := openedStore(t, slog.New(slog.DiscardHandler))
	for id, theirs := range map[string][]int64{"a": {1, 2, 3}, "b": {1, 9}, "c": nil} {
		if _, err := s.Open(t.Context(), store.Opening{Site: "shop", Session: id, Stream: "aaaaaaaaaaaaaaaa"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Number(t.Context(), store.Numbered{ID: id, Ended: true}); err != nil {
			t.Fatal(err)
		}
		if err := s.Seal(t.Context(), store.Sealed{ID: id, Words: []int64{1, 2, 3}, Hashes: []byte{}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Erase(t.Context(), store.Erasure{ID: id, At: 1, Note: []byte("gone"), Words: theirs}); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	if err := s.reading.QueryRow(t.Context(), "SELECT count(*) FROM words").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d words are left, %v", left, err)
	}
}
