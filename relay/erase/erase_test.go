package erase_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/erase"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/seal"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
	"github.com/cotrail/cotrail/relay/trail"
)

// killed is a store that does not come to erasing any more.
type killed struct{ *sqlite.Store }

var errKilled = errors.New("killed")

func (killed) Erase(context.Context, ...store.Erasure) error { return errKilled }

// sealed puts a sealed session of an hour ago into a store.
func sealed(t *testing.T, s *sqlite.Store, id string) {
	t.Helper()
	if _, err := s.Open(t.Context(), store.Opening{Site: "shop", Session: id, Stream: "aaaaaaaaaaaaaaaa", Tab: "t"}); err != nil {
		t.Fatal(err)
	}
	w, err := s.Work(t.Context(), id, store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	line := []byte(`{"message":"A page","seq":1}`)
	n := store.Numbered{ID: id, LastSeq: 1, Ended: true, LastTime: time.Now().Add(-time.Hour).UnixMilli(), Entries: append(line, '\n')}
	n.Hash = chain.Entry(chain.Salt(w.Salt, 1), n.Hash, line)
	if err := s.Number(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if err := (&seal.Sealer{Store: s, Log: slog.New(slog.DiscardHandler)}).Seal(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

// TestNotedBefore holds that an erasure is in the access log when the relay is killed before it is done, and that one
// that is refused is not, by hand and by retention.
func TestNotedBefore(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	keys, err := trail.LoadKeys(t.Context(), dir+"/signing.key", s)
	if err != nil {
		t.Fatal(err)
	}
	j := &journal.Journal{Store: s, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	e := &erase.Eraser{
		Store: s, Bury: keys.Bury, Note: j.Note, Grown: func() {}, Told: func() {}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Tells:     func(string, string, int64) ([]store.Delivery, error) { return nil, nil },
		Retention: func() map[string]time.Duration { return map[string]time.Duration{"shop": time.Minute} },
	}
	noted := func(want ...string) {
		t.Helper()
		list, err := s.Accesses(t.Context(), "shop", "", 0, 99)
		if err != nil || len(list) != len(want) {
			t.Fatalf("%d are noted, %v; want %d", len(list), err, len(want))
		}
		for i, a := range list {
			if !strings.Contains(string(a.Entry), want[i]) {
				t.Errorf("noted %s, want %s", a.Entry, want[i])
			}
		}
	}

	sealed(t, s, "held")
	if err := s.Hold(t.Context(), "held", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Erase(t.Context(), "ops", "", "held"); !errors.Is(err, store.ErrHeld) {
		t.Errorf("a held session: %v", err)
	}
	e.Expire(t.Context())
	noted()

	sealed(t, s, "one")
	e.Store = killed{s}
	if _, err := e.Erase(t.Context(), "ops", "192.0.2.1", "one"); !errors.Is(err, errKilled) {
		t.Errorf("a killed relay: %v", err)
	}
	e.Expire(t.Context())
	list := []string{`"message":"ops erased the log of session one"`, `"message":"retention erased the log of session one"`}
	noted(list...)
	e.Store = s
	e.Expire(t.Context())
	list = append(list, list[1])
	noted(list...)
	if _, err := e.Erase(t.Context(), "ops", "", "one"); !errors.Is(err, store.ErrErased) {
		t.Errorf("an erased session: %v", err)
	}
	noted(list...)

	sealed(t, s, "two")
	e.Note = func(context.Context, journal.Deed) error { return journal.ErrUnwritten }
	if _, err := e.Erase(t.Context(), "ops", "", "two"); !errors.Is(err, journal.ErrUnwritten) {
		t.Errorf("what cannot be noted: %v", err)
	}
	if one, err := s.Session(t.Context(), "two"); err != nil || one.Erased != 0 {
		t.Errorf("what cannot be noted is erased: %+v, %v", one, err)
	}
}
