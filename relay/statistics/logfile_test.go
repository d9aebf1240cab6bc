package statistics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// shelf is a Store.
type shelf struct {
	places  []store.Place
	mark    int64
	crash   error // what SetMark ends with
	unknown string
}

func (s *shelf) SealedFrom(_ context.Context, leaf int64, limit int) (out []store.Place, _ error) {
	for _, p := range s.places {
		if p.Leaf >= leaf && len(out) < limit {
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *shelf) Entries(_ context.Context, id string, _ uint64, fn func(uint64, []byte) error) error {
	if id == s.unknown {
		return store.ErrErased
	}
	return fn(1, fmt.Appendf(nil, `{"details":{},"seq":1,"time":"2026-11-22T09:00:00.000Z","type":"session_created"}`))
}

func (s *shelf) Mark(context.Context, string) (int64, error) { return s.mark, nil }

func (s *shelf) SetMark(_ context.Context, _ string, at int64) error {
	if s.crash == nil {
		s.mark = at
	}
	return s.crash
}

const day = 24 * 60 * 60 * 1000

var morning = time.Date(2026, 11, 22, 9, 4, 0, 0, time.UTC).UnixMilli()

func newShelf(sessions int) *shelf {
	s := &shelf{}
	for i := range sessions {
		s.places = append(s.places, store.Place{Leaf: int64(2 * i), ID: fmt.Sprintf("s%d", i), Site: "shop", LastTime: morning + int64(i/3)*day})
	}
	return s
}

func newLog(t *testing.T, s *shelf, dir string) *SessionLog {
	return &SessionLog{Dir: dir, Store: s, Log: slog.New(slog.DiscardHandler), again: true}
}

func (l *SessionLog) mustWrite(t *testing.T) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = l.write(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.again = false
	}
}

// lines gives "file session" of each line, and checks its form.
func lines(t *testing.T, dir string) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			parts := strings.SplitN(line, " ", 4)
			var s Session
			if _, err := time.Parse("2006-01-02 15:04:05.000", parts[0]+" "+parts[1]); err != nil || json.Unmarshal([]byte(parts[3]), &s) != nil || s.ID != parts[2] || s.AccountID != "shop" {
				t.Errorf("%s has the line %s", path, line)
			}
			all = append(all, filepath.Base(path)+" "+parts[2])
		}
	}
	return all
}

func want(t *testing.T, dir string, want ...string) {
	t.Helper()
	if got := lines(t, dir); strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("lines %v, want %v", got, want)
	}
}

func TestDailyFiles(t *testing.T) {
	dir, s := t.TempDir(), newShelf(5)
	s.unknown = "s1" // was erased between the list and its reading
	newLog(t, s, dir).mustWrite(t)
	want(t, dir, "session-2026-11-22.log s0", "session-2026-11-22.log s2", "session-2026-11-23.log s3", "session-2026-11-23.log s4")
	if info, err := os.Stat(filepath.Join(dir, "session-2026-11-22.log")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode: %v, %v", info, err)
	}
	s.places = append(s.places, store.Place{Leaf: 99, ID: "s9", Site: "shop", LastTime: morning})
	newLog(t, s, dir).mustWrite(t)
	if got := lines(t, dir); len(got) != 5 || got[2] != "session-2026-11-22.log s9" {
		t.Errorf("after a new start: %v", got)
	}
}

// TestCrashes ends the writing after the lines are there and before the store knows, and in the middle of a line.
func TestCrashes(t *testing.T) {
	dir, s := t.TempDir(), newShelf(3)
	s.crash = errors.New("killed")
	if _, err := newLog(t, s, dir).write(t.Context()); !errors.Is(err, s.crash) {
		t.Fatal(err)
	}
	s.crash = nil
	newLog(t, s, dir).mustWrite(t)
	all := []string{"session-2026-11-22.log s0", "session-2026-11-22.log s1", "session-2026-11-22.log s2"}
	want(t, dir, all...)

	path := filepath.Join(dir, "session-2026-11-22.log")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{1, 30, len(content) / 3, len(content) / 2} {
		if err := os.WriteFile(path, content[:len(content)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s.mark = 0
		newLog(t, s, dir).mustWrite(t)
		want(t, dir, all...)
	}
}

func TestEraseLine(t *testing.T) {
	dir, s := t.TempDir(), newShelf(4)
	l := newLog(t, s, dir)
	l.mustWrite(t)
	gone := store.Place{ID: "gone", LastTime: morning + 50*day}
	if err := l.Erase(s.places[1], s.places[3], gone); err != nil {
		t.Fatal(err)
	}
	want(t, dir, "session-2026-11-22.log s0", "session-2026-11-22.log s2")
	if err := l.Erase(s.places[1]); err != nil {
		t.Error(err)
	}
}

// TestRun writes in more than one portion, and goes on after trouble.
func TestRun(t *testing.T) {
	dir, s := t.TempDir(), newShelf(2*atOnce+1)
	for i := range s.places {
		s.places[i].LastTime = morning
	}
	l := newLog(t, s, dir)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); len(lines(t, dir)) != len(s.places); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d lines", len(lines(t, dir)))
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
