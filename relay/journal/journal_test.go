package journal

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

func open(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestJournal notes two days of a site, checks the chain by hand, and closes the first.
func TestJournal(t *testing.T) {
	s := open(t)
	now := time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC)
	grown := 0
	j := &Journal{Store: s, Now: func() time.Time { return now }, Grown: func() { grown++ }, Log: slog.New(slog.DiscardHandler)}
	look := Deed{Type: Viewed, Site: "shop", Session: "s1", Key: "audit", What: "log", From: "192.0.2.1"}
	for _, d := range []Deed{look, look, {Type: Erased, Site: "shop", Session: "s1", Key: "ops", What: "log"}, {Type: Erased, Site: "shop", Session: "s1", Key: "ops", What: "log"}} {
		if err := j.Note(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(sameWithin)
	if err := errors.Join(j.Note(t.Context(), look), j.Note(t.Context(), Deed{Type: Policy, Site: "shop", Key: "configuration", What: "ab"})); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"details":{"from":"192.0.2.1","session_id":"s1","what":"log","who":"audit"},"message":"audit read the log of session s1","seq":1,"site":"shop","time":"2026-11-22T23:59:00.000Z","type":"log_viewed"}`,
		`{"details":{"from":null,"session_id":"s1","what":"log","who":"ops"},"message":"ops erased the log of session s1","seq":2,"site":"shop","time":"2026-11-22T23:59:00.000Z","type":"log_erased"}`,
		`{"details":{"from":null,"session_id":"s1","what":"log","who":"ops"},"message":"ops erased the log of session s1","seq":3,"site":"shop","time":"2026-11-22T23:59:00.000Z","type":"log_erased"}`,
		`{"details":{"from":"192.0.2.1","session_id":"s1","what":"log","who":"audit"},"message":"audit read the log of session s1","seq":1,"site":"shop","time":"2026-11-23T00:04:00.000Z","type":"log_viewed"}`,
		`{"details":{"from":null,"session_id":null,"what":"ab","who":"configuration"},"message":"The site has another policy: ab","seq":2,"site":"shop","time":"2026-11-23T00:04:00.000Z","type":"policy_changed"}`,
	}
	list, err := s.Accesses(t.Context(), "shop", "", 0, 9)
	if err != nil || len(list) != len(want) {
		t.Fatalf("%d entries, %v; want %d", len(list), err, len(want))
	}
	var before chain.Hash
	for i, a := range list {
		before = chain.Entry([16]byte{}, before, a.Entry)
		if string(a.Entry) != want[i] || a.Hash != before {
			t.Errorf("entry %d\n%s, want\n%s", i+1, a.Entry, want[i])
		}
	}
	if err := j.close(t.Context()); err != nil || grown != 0 {
		t.Errorf("a day is closed that another relay's clock may still be in, %v", err)
	}
	now = now.Add(closeAfter)
	for range 2 {
		if err := j.close(t.Context()); err != nil {
			t.Fatal(err)
		}
		leaf, err := s.TreeHashes(t.Context(), []int64{0})
		day := Day{Site: "shop", Day: "2026-11-22", Entries: 3, Hash: hex.EncodeToString(list[2].Hash[:])}
		if size, _ := s.TreeSize(t.Context()); err != nil || size != 1 || leaf[0] != chain.Leaf(nil, day) || grown != 1 {
			t.Errorf("%d leaves, the first %x, %v", size, leaf[0], err)
		}
	}
}

// TestEachExport holds that what is taken away again is noted again, at once too.
func TestEachExport(t *testing.T) {
	s := open(t)
	j := &Journal{Store: s, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	taken := Deed{Type: Exported, Site: "shop", Session: "s1", Key: "link for hook", What: "log"}
	if err := errors.Join(j.Note(t.Context(), taken), j.Note(t.Context(), taken)); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Accesses(t.Context(), "shop", "", 0, 9); err != nil || len(list) != 2 {
		t.Errorf("of two uses of a link %d are noted, %v", len(list), err)
	}
}

// full is a store that takes nothing.
type full struct{ *sqlite.Store }

func (full) NoteAccess(context.Context, string, string, func(uint64, [32]byte) ([]byte, [32]byte)) error {
	return store.ErrFull
}

// TestNothingIsForgotten holds that a look that could not be noted is noted when it is tried again.
func TestNothingIsForgotten(t *testing.T) {
	s := open(t)
	j := &Journal{Store: full{s}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	look := Deed{Type: Exported, Site: "shop", Session: "s1", Key: "audit", What: "log"}
	if err := j.Note(t.Context(), look); !errors.Is(err, store.ErrFull) {
		t.Errorf("a full store: %v", err)
	}
	j.Store = s
	if err := j.Note(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Accesses(t.Context(), "shop", "", 0, 9); err != nil || len(list) != 1 {
		t.Errorf("%d entries, %v", len(list), err)
	}
}

func TestRunEnds(t *testing.T) {
	j := &Journal{Store: open(t), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- j.Run(ctx) }()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}
