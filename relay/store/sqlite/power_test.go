package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/sequence"
	"github.com/cotrail/cotrail/relay/store"
)

// onFaultyDisk puts the store on a disk of its own until the test ends.
func onFaultyDisk(t *testing.T, seed uint64) *powered {
	t.Helper()
	p := &powered{t: t, disk: newDisk(seed), dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, 2)), acked: map[string]uint64{}}
	vfs.Register(faulty, newDiskVFS(p.disk, t.TempDir()))
	before := engine
	engine.driver = faulty
	engine.code = func(err error) (int, bool) {
		var extended sqlite3.ExtendedErrorCode
		var primary sqlite3.ErrorCode
		switch {
		case errors.As(err, &extended):
			return int(extended), true
		case errors.As(err, &primary):
			return int(primary), true
		}
		return 0, false
	}
	t.Cleanup(func() {
		engine = before
		vfs.Unregister(faulty)
	})
	return p
}

// powered is a store on a disk that loses its power, with what was acknowledged so far.
type powered struct {
	t      *testing.T
	disk   *disk
	dir    string
	random *rand.Rand
	normal bool // synchronous=NORMAL, against all promises
	mu     sync.Mutex
	acked  map[string]uint64 // by stream
}

const powerSession = "session"

var powerStreams = []string{"stream1", "stream2", "stream3"}

func (p *powered) open() *Store {
	p.t.Helper()
	s, err := Open(context.Background(), p.dir, time.Now)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.normal {
		if _, err := s.writer.conn.ExecContext(context.Background(), "PRAGMA synchronous = NORMAL"); err != nil {
			p.t.Fatal(err)
		}
	}
	return s
}

// load appends and numbers until the store takes no more, or until enough batches of each stream are acknowledged.
func (p *powered) load(s *Store, enough int) {
	numbering, stop := context.WithCancel(context.Background())
	var all, numbers sync.WaitGroup
	q := sequence.New(sequence.Config{Store: s, Log: slog.New(slog.DiscardHandler), Settings: func(string) sequence.Settings {
		return sequence.Settings{Settle: time.Millisecond, LeaveAfter: time.Hour, IdleTimeout: time.Hour}
	}})
	numbers.Go(func() { _ = q.Run(numbering) }) // it fails with the store
	for _, stream := range powerStreams {
		all.Go(func() {
			now := time.Now().UnixMilli()
			o, err := s.Open(context.Background(), store.Opening{Site: "shop", Session: powerSession, Stream: stream, Received: now})
			last := o.Last
			for n := 0; err == nil && n < enough; n++ {
				b := store.Batch{Session: powerSession, Stream: stream, First: last + 1, Count: 3, Received: time.Now().UnixMilli()}
				for i := range uint64(3) {
					b.Lines = fmt.Appendf(b.Lines, `{"type":"client_log","time":%d,"details":{"message":"%s act %d"}}`+"\n", now, stream, last+1+i)
				}
				if last, err = s.Append(context.Background(), b); err == nil {
					p.mu.Lock()
					p.acked[stream] = max(p.acked[stream], last)
					p.mu.Unlock()
					q.Wake(powerSession)
				}
			}
		})
	}
	all.Wait()
	stop()
	numbers.Wait()
}

// total is how many events were acknowledged.
func (p *powered) total() (events uint64) {
	for _, n := range p.acked {
		events += n
	}
	return events
}

// crash ends the store as a power cut does.
func (p *powered) crash(s *Store, share float64) {
	p.t.Helper()
	p.disk.mu.Lock()
	p.disk.off = true
	p.disk.mu.Unlock()
	_ = s.Close() // on a dead disk
	p.disk.crash(share)
	if err := os.WriteFile(filepath.Join(p.dir, "relay.lock"), []byte(running), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// check opens the store and says what is missing, repeated or broken of what was acknowledged; "" when nothing is.
func (p *powered) check() (fault string) {
	p.t.Helper()
	ctx := context.Background()
	s, err := Open(ctx, p.dir, time.Now)
	if err != nil {
		return err.Error()
	}
	defer func() {
		if err := s.Close(); err != nil && fault == "" {
			fault = err.Error()
		}
	}()
	w, err := s.Work(ctx, powerSession, store.AllEvents)
	if errors.Is(err, store.ErrNotFound) && len(p.acked) == 0 {
		return ""
	} else if err != nil {
		return err.Error()
	}
	seen := map[string]uint64{}
	next := func(stream string, n uint64) {
		if n != seen[stream]+1 && fault == "" {
			fault = fmt.Sprintf("%s: event %d follows %d", stream, n, seen[stream])
		}
		seen[stream] = n
	}
	var hash chain.Hash
	err = s.Entries(ctx, powerSession, 0, func(seq uint64, line []byte) error {
		hash = chain.Entry(chain.Salt(w.Salt, seq), hash, bytes.Clone(line))
		if e := gjson.ParseBytes(line); e.Get("stream_seq").Exists() {
			next(e.Get("stream").Str, e.Get("stream_seq").Uint())
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	if hash != w.Hash {
		return fmt.Sprintf("the hash chain of the session's %d entries is broken", w.LastSeq)
	}
	for _, b := range w.Pending {
		for i := range b.Count {
			if n := b.First + uint64(i); n > seen[b.Stream] || b.First > seen[b.Stream] {
				next(b.Stream, n)
			}
		}
	}
	for stream, acked := range p.acked {
		if seen[stream] < acked && fault == "" {
			fault = fmt.Sprintf("%s: event %d was acknowledged, and the store ends with %d", stream, acked, seen[stream])
		}
	}
	return fault
}

// shares are how much of what was not synced a crash leaves: nothing, something, all.
var shares = []float64{0, 0.1, 0.5, 0.9, 1}

// TestPowerCut takes the power away at any operation of the disk, again and again: whatever was acknowledged is there,
// once, and the chain of hashes holds.
func TestPowerCut(t *testing.T) {
	cuts := 20
	if testing.Short() {
		cuts = 5
	}
	p := onFaultyDisk(t, rand.Uint64())
	for n := range cuts {
		s := p.open()
		p.disk.mu.Lock()
		p.disk.left = 1 + p.random.IntN(600)
		p.disk.mu.Unlock()
		p.load(s, 1<<30)
		share := shares[n%len(shares)]
		p.crash(s, share)
		if fault := p.check(); fault != "" {
			t.Fatalf("power cut %d, after which %g of the unsynced sectors were left: %s", n+1, share, fault)
		}
	}
	total := p.total()
	if total == 0 || p.disk.synced == 0 {
		t.Errorf("%d events acknowledged by %d syncs: nothing was shown", total, p.disk.synced)
	}
	t.Logf("%d power cuts: %d events were acknowledged, and are there", cuts, total)
}

// TestPowerCutNormal is the proof that TestPowerCut would notice: with synchronous=NORMAL a commit is not synced, and
// what was acknowledged is lost.
func TestPowerCutNormal(t *testing.T) {
	p := onFaultyDisk(t, rand.Uint64())
	p.normal = true
	for range 10 {
		s := p.open()
		p.load(s, 100)
		p.crash(s, 0)
		if fault := p.check(); fault != "" {
			t.Logf("noticed: %s", fault)
			return
		}
	}
	t.Error("commits that were never synced outlived ten power cuts: the model does not bite")
}

// TestFailedSync lets one sync fail: nothing is acknowledged after it, and what was is there.
func TestFailedSync(t *testing.T) {
	for n := range 10 {
		p := onFaultyDisk(t, rand.Uint64())
		s := p.open()
		p.disk.mu.Lock()
		p.disk.failSync = 1 + p.random.IntN(20)
		p.disk.mu.Unlock()
		p.load(s, 1<<30)
		select {
		case err := <-s.Failed():
			if code, ok := engine.code(err); !ok || code != int(sqlite3.IOERR_FSYNC) {
				t.Errorf("failed with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the store does not say that it failed")
		}
		p.crash(s, shares[n%len(shares)])
		if fault := p.check(); fault != "" {
			t.Fatal(fault)
		}
	}
}

// TestFullDiskModel fills the disk again and again: the store refuses, goes on when there is room, and has all that it
// acknowledged, also when the power goes meanwhile.
func TestFullDiskModel(t *testing.T) {
	p := onFaultyDisk(t, rand.Uint64())
	for n := range 10 {
		s := p.open()
		p.load(s, 20)
		p.disk.mu.Lock()
		p.disk.full = true
		p.disk.mu.Unlock()
		var refused error
		for range 10_000 {
			if refused = s.Ready(context.Background()); refused != nil {
				break
			}
		}
		if !errors.Is(refused, store.ErrFull) {
			t.Fatalf("on a full disk: %v", refused)
		}
		p.load(s, 3) // refused at once
		if n%2 == 0 {
			p.disk.mu.Lock()
			p.disk.full = false
			p.disk.mu.Unlock()
			before := p.total()
			p.load(s, 20)
			if p.total() == before {
				t.Fatal("with room again nothing is acknowledged")
			}
		}
		p.crash(s, shares[n%len(shares)])
		if fault := p.check(); fault != "" {
			t.Fatal(fault)
		}
	}
}
