package seal_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/seal"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// within bounds every wait.
const within = 20 * time.Second

const stream = "aaaaaaaaaaaaaaaa"

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.End()
	os.Exit(code)
}

func openSQLite(t testing.TB) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openPostgres(t testing.TB, url string) store.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// finished makes a session that has ended with entries of so many bytes, numbered in several runs.
func finished(t testing.TB, s store.Store, id string, entries, size int) {
	t.Helper()
	const runs = 3
	if _, err := s.Open(t.Context(), store.Opening{Site: "shop", Session: id, Stream: stream, Tab: "t", Policy: "p"}); err != nil {
		t.Fatal(err)
	}
	for run := range runs {
		w, err := s.Work(t.Context(), id, store.AllEvents)
		if err != nil {
			t.Fatal(err)
		}
		n := store.Numbered{ID: id, After: w.LastSeq, LastSeq: w.LastSeq, Hash: w.Hash, Ended: run == runs-1, State: []byte("state")}
		for range entries / runs {
			n.LastSeq++
			line := fmt.Appendf(nil, `{"message":%q,"seq":%d,"session_id":%q}`, strings.Repeat(fmt.Sprint(n.LastSeq), size/len(fmt.Sprint(n.LastSeq))), n.LastSeq, id)
			n.Hash = chain.Entry(chain.Salt(w.Salt, n.LastSeq), n.Hash, line)
			n.Entries = append(append(n.Entries, line...), '\n')
		}
		if err := s.Number(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, s store.Store, id string) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Entries(t.Context(), id, 0, func(_ uint64, line []byte) error { b.Write(line); b.WriteByte('\n'); return nil }); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// run runs a sealer until the test ends it.
func run(t testing.TB, s *seal.Sealer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(within):
			t.Fatal("the sealer does not end")
		}
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// TestSealsWhatHasEnded seals what an earlier run of the relay left, and what ends while it runs, in several parts.
func TestSealsWhatHasEnded(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testSealsWhatHasEnded(t, openSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { testSealsWhatHasEnded(t, openPostgres(t, pgtest.Database(t))) })
}

func testSealsWhatHasEnded(t *testing.T, s store.Store) {
	want := map[string]string{}
	add := func(id string, entries, size int) {
		finished(t, s, id, entries, size)
		want[id] = read(t, s, id)
	}
	add("small", 30, 100)
	add("large", 600, document.MaxPart/200)
	var grown atomic.Int64
	stop := run(t, &seal.Sealer{Store: s, Grown: func() { grown.Add(1) }, Log: slog.New(slog.DiscardHandler)})
	defer stop()
	add("later", 3, 50)
	eventually(t, "all three are sealed", func() bool { return grown.Load() == 3 })
	for id, log := range want {
		if got := read(t, s, id); got != log {
			t.Errorf("%s reads differently after sealing:\n%.300s", id, got)
		}
		d, err := s.Document(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var hash chain.Hash
		for i, line := range strings.Split(strings.TrimSuffix(log, "\n"), "\n") {
			hash = chain.Entry(chain.Salt(d.Salt, uint64(i+1)), hash, []byte(line))
			if !bytes.Equal(hash[:chain.PrefixSize], d.Hashes[i*chain.PrefixSize:(i+1)*chain.PrefixSize]) {
				t.Fatalf("%s: hash of entry %d", id, i+1)
			}
		}
		if hash != d.Hash {
			t.Errorf("%s: last hash", id)
		}
		leaf, err := s.TreeHashes(t.Context(), []int64{0})
		if want := chain.NewStatement(id, "shop", uint64(strings.Count(log, "\n")), hash).Leaf(d.Salt); err != nil || d.Leaf == 0 && leaf[0] != want {
			t.Errorf("%s: leaf %x, %v; want %x", id, leaf[0], err, want)
		}
	}
}

// TestTwoSealers: two relays that seal the same sessions make one tree, in which each is once.
func TestTwoSealers(t *testing.T) {
	const sessions = 20
	url := pgtest.Database(t)
	first, second := openPostgres(t, url), openPostgres(t, url)
	for i := range sessions {
		finished(t, first, fmt.Sprintf("s%02d", i), 6, 100)
	}
	var grown atomic.Int64
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	stopFirst := run(t, &seal.Sealer{Store: first, Grown: func() { grown.Add(1) }, Log: log})
	stopSecond := run(t, &seal.Sealer{Store: second, Grown: func() { grown.Add(1) }, Log: log})
	eventually(t, "all are sealed", func() bool { return grown.Load() >= sessions })
	stopFirst()
	stopSecond()
	if n := grown.Load(); n != sessions || logged.Len() > 0 {
		t.Errorf("sealed %d times; logged\n%s", n, logged.String())
	}
	places, err := second.SealedFrom(t.Context(), 0, sessions+1)
	if err != nil || len(places) != sessions {
		t.Fatalf("%d sealed sessions, %v; want %d", len(places), err, sessions)
	}
	var hashes []tlog.Hash // those of a tree of these leaves, one after the other
	for i, p := range places {
		d, err := second.Document(t.Context(), p.ID)
		if err != nil || d.Leaf != int64(i) {
			t.Fatalf("%s is leaf %d, %v; want %d", p.ID, d.Leaf, err, i)
		}
		leaf := chain.NewStatement(p.ID, "shop", d.Entries, d.Hash).Leaf(d.Salt)
		more, err := tlog.StoredHashesForRecordHash(int64(i), leaf, tlog.HashReaderFunc(func(at []int64) (list []tlog.Hash, err error) {
			for _, index := range at {
				list = append(list, hashes[index])
			}
			return list, nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, more...)
	}
	indexes := make([]int64, len(hashes))
	for i := range indexes {
		indexes[i] = int64(i)
	}
	stored, err := first.TreeHashes(t.Context(), indexes)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range hashes {
		if stored[i] != want {
			t.Errorf("hash %d of the tree is %x, want %x", i, stored[i], want)
		}
	}
	if size, err := second.TreeSize(t.Context()); err != nil || size != sessions {
		t.Errorf("the tree has %d leaves, %v", size, err)
	}
}

// altered gives a session's first entry otherwise than it was numbered.
type altered struct {
	store.Store
	session string
	healed  atomic.Bool
}

func (a *altered) Entries(ctx context.Context, id string, after uint64, fn func(uint64, []byte) error) error {
	return a.Store.Entries(ctx, id, after, func(seq uint64, line []byte) error {
		if id == a.session && seq == 1 && !a.healed.Load() {
			line = bytes.Replace(line, []byte("message"), []byte("massage"), 1)
		}
		return fn(seq, line)
	})
}

// TestAlteredEntriesAreNotSealed holds that what was changed before the sealing is not sealed as if it were true, that
// others are, and that it is tried again.
func TestAlteredEntriesAreNotSealed(t *testing.T) {
	s := openSQLite(t)
	finished(t, s, "a", 3, 10)
	finished(t, s, "b", 3, 10)
	from := &altered{Store: s, session: "a"}
	var grown atomic.Int64
	var logged bytes.Buffer
	stop := run(t, &seal.Sealer{Store: from, Grown: func() { grown.Add(1) }, Log: slog.New(slog.NewTextHandler(&logged, nil))})
	eventually(t, "the other is sealed", func() bool { return grown.Load() == 1 })
	if _, err := s.Document(t.Context(), "a"); err == nil {
		t.Error("altered entries were sealed")
	}
	from.healed.Store(true)
	eventually(t, "it is tried again", func() bool { return grown.Load() == 2 })
	stop()
	if n := strings.Count(logged.String(), "could not be sealed"); n != 1 || !strings.Contains(logged.String(), "sealed after all") {
		t.Errorf("logged\n%s", logged.String())
	}
}
