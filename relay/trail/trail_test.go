package trail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/store"
)

// memory is a store.Tree.
type memory struct {
	mu     sync.Mutex
	size   int64
	hashes []tlog.Hash
	kept   *store.Checkpoint
	made   int
	broken error
}

func (m *memory) grow(t *testing.T, leaf tlog.Hash) {
	m.mu.Lock()
	defer m.mu.Unlock()
	more, err := tlog.StoredHashesForRecordHash(m.size, leaf, tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, _ error) {
		for _, i := range indexes {
			out = append(out, m.hashes[i])
		}
		return out, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	m.hashes = append(m.hashes, more...)
	m.size++
}

func (m *memory) TreeSize(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.size, m.broken
}

func (m *memory) TreeHashes(_ context.Context, indexes []int64) (out [][32]byte, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range indexes {
		out = append(out, m.hashes[i])
	}
	return out, nil
}

func (m *memory) KeepCheckpoint(_ context.Context, c store.Checkpoint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made++
	m.kept = &c
	return nil
}

func (m *memory) Checkpoint(context.Context) (store.Checkpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		return store.Checkpoint{}, store.ErrNotFound
	}
	return *m.kept, nil
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.made
}

func leafHash(i int64) tlog.Hash { return sha256.Sum256(fmt.Append(nil, i)) }

func newTrail(t *testing.T, m *memory) *Trail {
	t.Helper()
	k, err := MakeKeys(filepath.Join(t.TempDir(), KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	return New(m, k, DefaultInterval, slog.New(slog.DiscardHandler))
}

// TestProofs proves every leaf of trees of many sizes, and every tree's consistency with every earlier one, and that
// no proof holds for anything else.
func TestProofs(t *testing.T) {
	const most = 21
	m := &memory{}
	tr := newTrail(t, m)
	v, err := ReadVerifiers(tr.Keys.Verifiers())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Inclusion(t.Context(), 0); !errors.Is(err, ErrNotYet) {
		t.Errorf("before the first checkpoint: %v", err)
	}
	var before []Checkpoint
	for size := int64(0); size <= most; size++ {
		if err := tr.Make(t.Context()); err != nil {
			t.Fatal(err)
		}
		signed, _ := tr.Latest(t.Context())
		now, err := OpenCheckpoint(signed.Note, v)
		if err != nil || now.Size != size || now.Origin != tr.Keys.Origin() || time.Since(now.Time) > time.Hour {
			t.Fatalf("checkpoint %+v, %v\n%s", now, err, signed.Note)
		}
		for leaf := range size {
			p, err := tr.Inclusion(t.Context(), leaf)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := p.Check(leafHash(leaf), v); err != nil || got != now {
				t.Errorf("leaf %d of %d: %v", leaf, size, err)
			}
			if _, err := p.Check(leafHash(leaf+1), v); !errors.Is(err, ErrNotIncluded) {
				t.Errorf("another leaf in the place of %d of %d: %v", leaf, size, err)
			}
			text, err := json.Marshal(p)
			back := Inclusion{Size: size}
			if err = errors.Join(err, json.Unmarshal(text, &back)); err != nil || p.Size != size || !reflect.DeepEqual(back, p) {
				t.Errorf("%s became %+v, %v", text, back, err)
			}
		}
		if _, err := tr.Inclusion(t.Context(), size); !errors.Is(err, ErrNotYet) {
			t.Errorf("a leaf that is not there yet: %v", err)
		}
		for _, earlier := range before {
			p, err := tr.Consistency(t.Context(), earlier.Size, size)
			if earlier.Size == 0 {
				if !errors.Is(err, ErrSize) {
					t.Errorf("consistency with nothing: %v", err)
				}
				continue
			}
			if err != nil || p.Check(earlier, now) != nil {
				t.Errorf("consistency of %d with %d: %v", size, earlier.Size, err)
			}
			other := earlier
			other.Root[0] ^= 1
			if p.Check(other, now) == nil {
				t.Errorf("consistency of %d with another tree of %d", size, earlier.Size)
			}
		}
		if _, err := tr.Consistency(t.Context(), size+1, size); !errors.Is(err, ErrSize) {
			t.Errorf("consistency with a later tree: %v", err)
		}
		before = append(before, now)
		m.grow(t, leafHash(size))
	}
}

func TestCheckpointRefusals(t *testing.T) {
	m := &memory{}
	tr, other := newTrail(t, m), newTrail(t, m)
	if err := tr.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, _ := ReadVerifiers(tr.Keys.Verifiers())
	w, _ := ReadVerifiers(other.Keys.Verifiers())
	c, _ := tr.Latest(t.Context())
	if _, err := OpenCheckpoint(c.Note, w); !errors.Is(err, ErrSignature) {
		t.Errorf("another log's key: %v", err)
	}
	if _, err := OpenCheckpoint(bytes.Replace(c.Note, []byte("\n0\n"), []byte("\n1\n"), 1), v); err == nil {
		t.Error("an altered checkpoint verifies")
	}
	if _, err := OpenCheckpoint([]byte("nothing"), v); err == nil {
		t.Error("no note at all verifies")
	}
	for _, text := range []string{"a\n", "a\nx\ny\n\n", "a\n1\nnohash\n", "a\n-1\n" + leafHash(0).String() + "\n", "a\n1\n" + leafHash(0).String() + "\ntime never\n"} {
		signed, err := tr.Keys.Sign(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCheckpoint(signed, v); err == nil {
			t.Errorf("%q is taken for a checkpoint", text)
		}
	}
	if _, err := ReadVerifiers("\n# none\n"); err == nil {
		t.Error("no verifier key is enough")
	}
	if _, err := ReadVerifiers("a+b+c"); err == nil {
		t.Error("any text is a verifier key")
	}
}

// TestEveryInterval holds that checkpoints are made when nothing happens, soon after something did, and also while
// something happens all the time.
func TestEveryInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		tr := newTrail(t, m)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- tr.Run(ctx) }()
		synctest.Wait()
		for want := 1; want < 4; want++ {
			if got := m.count(); got != want {
				t.Errorf("%d checkpoints after %d intervals", got, want-1)
			}
			time.Sleep(DefaultInterval)
			synctest.Wait()
		}
		made := m.count()
		for range 100 {
			tr.Grown()
			time.Sleep(soon / 10)
		}
		synctest.Wait()
		if more := m.count() - made; more < 8 || more > 11 {
			t.Errorf("%d checkpoints while the tree grew for ten seconds", more)
		}
		time.Sleep(soon + DefaultInterval/2) // so that what follows is at no time at which a checkpoint is made
		synctest.Wait()
		m.mu.Lock()
		m.broken = errors.New("disk on fire")
		m.mu.Unlock()
		made = m.count()
		time.Sleep(3 * DefaultInterval)
		m.mu.Lock()
		m.broken = nil
		m.mu.Unlock()
		time.Sleep(DefaultInterval)
		synctest.Wait()
		if m.count() != made+1 {
			t.Errorf("%d checkpoints after trouble that passed", m.count()-made)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), KeyFile)
	k, err := LoadKeys(t.Context(), path, &memory{})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	again, err := LoadKeys(t.Context(), path, &memory{})
	if err != nil || again.Origin() != k.Origin() || again.Verifiers() != k.Verifiers() {
		t.Errorf("read again: %v, %v", again, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeys(t.Context(), path, &memory{}); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	for _, content := range []string{"", "# nothing\n", "PRIVATE+KEY+x\n", strings.Split(k.Verifiers(), "\n")[0]} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "other"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKeys(t.Context(), filepath.Join(filepath.Dir(path), "other"), &memory{})
		if err == nil || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("content %q: %v", content, err)
		}
	}
}

// TestKeysOfAnotherLog: a log that has begun goes on under its own keys only, at the start and at every checkpoint.
func TestKeysOfAnotherLog(t *testing.T) {
	leaves, m := &memory{}, &memory{}
	leaves.grow(t, leafHash(0))
	own, other := newTrail(t, m), newTrail(t, m)
	if err := own.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := *m.kept
	lost := filepath.Join(t.TempDir(), KeyFile)
	for what, log := range map[string]*memory{"a log with a checkpoint": m, "a log with a leaf": leaves} {
		if _, err := LoadKeys(t.Context(), lost, log); err == nil || !strings.Contains(err.Error(), lost+" is missing") {
			t.Errorf("a lost key, %s: %v", what, err)
		}
	}
	if files, _ := os.ReadDir(filepath.Dir(lost)); len(files) != 0 {
		t.Errorf("a key was made: %v", files)
	}
	if _, err := LoadKeys(t.Context(), other.Keys.path, m); !errors.Is(err, ErrSignature) || !strings.Contains(err.Error(), other.Keys.path) {
		t.Errorf("another key: %v", err)
	}
	if err := other.Make(t.Context()); !errors.Is(err, ErrSignature) || !bytes.Equal(m.kept.Note, before.Note) {
		t.Errorf("a checkpoint by another key: %v\n%s", err, m.kept.Note)
	}
	text := Checkpoint{Origin: "another", Time: time.Now()}.Text()
	signed, err := own.Keys.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	m.kept = &store.Checkpoint{Note: signed}
	if _, err := LoadKeys(t.Context(), own.Keys.path, m); err == nil || !strings.Contains(err.Error(), "of the log another") {
		t.Errorf("a checkpoint of another name: %v", err)
	}
}

// TestMadeOnce: a key that another relay made meanwhile stays.
func TestMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), KeyFile)
	k, err := MakeKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := MakeKeys(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("made again: %v", err)
	}
	if again, err := LoadKeys(t.Context(), path, &memory{}); err != nil || again.Verifiers() != k.Verifiers() {
		t.Errorf("the first one: %v", err)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("more than the key is left: %v", files)
	}
}

// TestRelaysRotate: relays are given the file of a rotation one after the other, and each makes checkpoints meanwhile.
// One that was left out of two rotations makes none any more.
func TestRelaysRotate(t *testing.T) {
	m := &memory{}
	late := newTrail(t, m)
	first := *late
	path := late.Keys.path
	for rotation, goesOn := range []bool{true, false} {
		if err := first.Make(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := RotateKeys(path); err != nil {
			t.Fatal(err)
		}
		k, err := LoadKeys(t.Context(), path, m)
		if err != nil {
			t.Fatal(err)
		}
		first.Keys = k
		if err := first.Make(t.Context()); err != nil {
			t.Errorf("rotation %d, a relay with the new file: %v", rotation, err)
		}
		if err := late.Make(t.Context()); (err == nil) != goesOn {
			t.Errorf("rotation %d, a relay with the first file: %v", rotation, err)
		}
	}
}

// TestRotation holds that what any old key signed still verifies, that the last one signs beside the new one, and that
// the one before signs nothing more.
func TestRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), KeyFile)
	first, err := MakeKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	old, err := first.Sign("old\n")
	if err != nil {
		t.Fatal(err)
	}
	second, err := RotateKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	third, err := RotateKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadKeys(t.Context(), path, &memory{})
	if err != nil || loaded.Verifiers() != third.Verifiers() || strings.Count(third.Verifiers(), "\n") != 3 || third.Origin() != first.Origin() {
		t.Errorf("after two rotations: %v, %v", loaded, err)
	}
	for _, c := range []struct {
		what   string
		signer *Keys
		by     *Keys
		verify bool
	}{
		{"the old key's word with all keys", first, loaded, true},
		{"the second's word with the first's key", second, first, true},
		{"the third's word with the second's keys", loaded, second, true},
		{"the third's word with the first's key", loaded, first, false},
	} {
		signed, err := c.signer.Sign("text\n")
		if err != nil {
			t.Fatal(err)
		}
		v, err := ReadVerifiers(c.by.Verifiers())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(signed, v); (err == nil) != c.verify {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	v, _ := ReadVerifiers(loaded.Verifiers())
	if text, err := Open(old, v); err != nil || text != "old\n" {
		t.Errorf("what the first key signed: %q, %v", text, err)
	}
	if _, err := RotateKeys(path + ".none"); err == nil {
		t.Error("a key that does not exist is rotated")
	}
}
