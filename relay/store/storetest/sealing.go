package storetest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/store"
)

// sealed makes what sealing would make of a session, in parts of few entries.
func (f *fixture) sealed(id string) store.Sealed {
	f.t.Helper()
	const atOnce = 3
	w := f.work(id)
	s := store.Sealed{ID: id, Entries: w.LastSeq, Leaf: leafOf(id)}
	var lines []byte
	var first uint64
	flush := func(last uint64) {
		if len(lines) == 0 {
			return
		}
		content, err := document.Encode(id, first, lines)
		if err != nil {
			f.t.Fatal(err)
		}
		s.Parts = append(s.Parts, store.Part{First: first, Last: last, Content: content})
		lines = nil
	}
	err := f.Entries(ctx(), id, 0, func(seq uint64, line []byte) error {
		if len(lines) == 0 {
			first = seq
		}
		lines = append(append(lines, line...), '\n')
		s.Hashes = append(s.Hashes, bytes.Repeat([]byte{byte(seq)}, chain.PrefixSize)...)
		if seq%atOnce == 0 {
			flush(seq)
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	flush(w.LastSeq)
	return s
}

func leafOf(id string) [32]byte { return sha256.Sum256([]byte("leaf of " + id)) }

func (f *fixture) mustSeal(id string) {
	f.t.Helper()
	if err := f.Seal(ctx(), f.sealed(id)); err != nil {
		f.t.Fatalf("seal %s: %v", id, err)
	}
}

func testSeal(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustOpen(session, streamB)
	f.mustAppend(batch(session, streamA, 1, 5), 5)
	f.mustNumber(session, nil)
	wantError(t, "sealing what is live", f.Seal(ctx(), f.sealed(session)), store.ErrConflict)
	f.mustAppend(batch(session, streamB, 1, 2), 2)
	f.end(session)
	early := f.sealed(session)
	early.Entries--
	wantError(t, "sealing fewer entries", f.Seal(ctx(), early), store.ErrConflict)
	if _, err := f.Document(ctx(), session); err == nil {
		t.Error("there is a document before sealing")
	} else {
		wantError(t, "the document before sealing", err, store.ErrNotSealed)
	}
	wantUnsealed(f, session)
	before, entries := f.summary(session), f.entries(session, 0)
	salt, hash := f.work(session).Salt, f.work(session).Hash
	f.mustSeal(session)
	wantError(t, "sealing twice", f.Seal(ctx(), early), store.ErrConflict)
	wantUnsealed(f)
	before.Sealed = true
	for range 2 {
		if got := f.summary(session); !reflect.DeepEqual(got, before) {
			t.Errorf("summary of the sealed session\n%+v, want\n%+v", got, before)
		}
		for after := range uint64(9) {
			if got := f.entries(session, after); !slices.Equal(got, entries[min(after, 7):]) {
				t.Errorf("entries after %d of the sealed session: %v", after, got)
			}
		}
		d, err := f.Document(ctx(), session)
		if err != nil || d.Leaf != 0 || d.Salt != salt || d.Hash != hash || len(d.Hashes) != 7*chain.PrefixSize || d.Hashes[chain.PrefixSize] != 2 || !reflect.DeepEqual(d.Summary, before) {
			t.Errorf("document %+v, %v", d, err)
		}
		if w := f.work(session); len(w.Streams) != 0 || len(w.Pending) != 0 || w.State != nil {
			t.Errorf("the work of a sealed session: %+v", w)
		}
		wantLive(f)
		f.reopen()
	}
}

// testSealedWhileRead: who reads a log while it is sealed reads all of it, once.
func testSealedWhileRead(t *testing.T, f *fixture) {
	const runs = 40 // more rows of entries than an engine reads at once
	f.mustOpen(session, streamA)
	for n := range uint64(runs) {
		f.mustAppend(batch(session, streamA, n+1, 1), n+1)
		f.mustNumber(session, nil)
	}
	f.end(session)
	want := f.entries(session, 0)
	sealed := f.sealed(session)
	var got []string
	err := f.Entries(ctx(), session, 0, func(seq uint64, line []byte) error {
		got = append(got, fmt.Sprintf("%d %s", seq, line))
		if seq == 1 {
			return f.Seal(ctx(), sealed)
		}
		return nil
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%d entries, %v; want %d", len(got), err, len(want))
	}
}

func (f *fixture) summary(id string) store.Summary {
	f.t.Helper()
	s, err := f.Session(ctx(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func wantUnsealed(f *fixture, want ...string) {
	f.t.Helper()
	if got, err := f.Unsealed(ctx(), "", 10); err != nil || !slices.Equal(got, want) {
		f.t.Errorf("unsealed sessions %v, %v; want %v", got, err, want)
	}
}

// testSealedContinuation holds that a recorder that comes back to a sealed session goes on where it stopped.
func testSealedContinuation(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 5), 5)
	f.end(session)
	f.mustSeal(session)
	for range 2 {
		_, err := f.Append(ctx(), batch(session, streamA, 6, 1))
		wantError(t, "append to a sealed session", err, store.ErrEnded)
		wrong := opening(session, streamA)
		wrong.SecretHash[0] ^= 1
		_, err = f.Open(ctx(), wrong)
		wantError(t, "another secret", err, store.ErrNotAllowed)
		next := f.mustOpen(session, streamA)
		if next.Session == session || next.Last != 5 {
			t.Errorf("opened %+v, want a new session that goes on from 5", next)
		}
		if o, err := f.Open(ctx(), framed(session, streamC)); err != nil || o.Session != next.Session {
			t.Errorf("a frame of the sealed session's page: %+v, %v", o, err)
		}
		f.reopen()
	}
}

func testUnsealed(t *testing.T, f *fixture) {
	var want []string
	for i := range 5 {
		id := fmt.Sprintf("%032x", i)
		f.mustOpen(id, streamA)
		f.mustAppend(batch(id, streamA, 1, 1), 1)
		if i != 2 {
			f.end(id)
			want = append(want, id)
		}
	}
	wantUnsealed(f, want...)
	if got, err := f.Unsealed(ctx(), want[0], 2); err != nil || !slices.Equal(got, want[1:3]) {
		t.Errorf("two after the first: %v, %v", got, err)
	}
}

func testTree(t *testing.T, f *fixture) {
	var leaves []tlog.Hash
	for i := range 11 {
		id := fmt.Sprintf("%032x", i)
		f.mustOpen(id, streamA)
		f.mustAppend(batch(id, streamA, 1, 1), 1)
		f.end(id)
		f.mustSeal(id)
		leaves = append(leaves, leafOf(id))
		if i == 6 {
			f.reopen()
		}
		size, err := f.TreeSize(ctx())
		if err != nil || size != int64(i)+1 {
			t.Fatalf("the tree has %d leaves, %v; want %d", size, err, i+1)
		}
		root, err := tlog.TreeHash(size, f.hashes())
		if want := rootOf(leaves); err != nil || root != want {
			t.Errorf("root of %d leaves: %v, %v; want %v", size, root, err, want)
		}
		d, err := f.Document(ctx(), id)
		if err != nil || d.Leaf != int64(i) {
			t.Errorf("session %s is leaf %d, %v", id, d.Leaf, err)
		}
	}
	places, err := f.SealedFrom(ctx(), 3, 2)
	if want := []store.Place{{Leaf: 3, ID: fmt.Sprintf("%032x", 3), Site: "shop", LastTime: noon + 5}, {Leaf: 4, ID: fmt.Sprintf("%032x", 4), Site: "shop", LastTime: noon + 5}}; err != nil || !slices.Equal(places, want) {
		t.Errorf("two sessions from leaf 3 on: %+v, %v", places, err)
	}
	for _, at := range []int64{0, 7, 9} {
		if at > 0 {
			if err := f.SetMark(ctx(), "m", at); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := f.Mark(ctx(), "m"); err != nil || got != at {
			t.Errorf("the mark is %d, %v; want %d", got, err, at)
		}
	}
}

func (f *fixture) hashes() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		stored, err := f.TreeHashes(ctx(), indexes)
		hashes := make([]tlog.Hash, len(stored))
		for i, h := range stored {
			hashes[i] = h
		}
		return hashes, err
	})
}

// rootOf is the Merkle tree hash as RFC 6962, section 2.1, defines it.
func rootOf(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(rootOf(leaves[:k]), rootOf(leaves[k:]))
}

func testCheckpoint(t *testing.T, f *fixture) {
	_, err := f.Checkpoint(ctx())
	wantError(t, "before the first", err, store.ErrNotFound)
	for _, c := range []store.Checkpoint{{Size: 0, Note: []byte("a")}, {Size: 5, Note: []byte("b")}, {Size: 5, Note: []byte("c")}} {
		if err := f.KeepCheckpoint(ctx(), c); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Checkpoint(ctx()); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("kept %+v, %v; want %+v", got, err, c)
		}
	}
	wantError(t, "a smaller tree", f.KeepCheckpoint(ctx(), store.Checkpoint{Size: 4, Note: []byte("d")}), store.ErrConflict)
	f.reopen()
	if got, err := f.Checkpoint(ctx()); err != nil || got.Size != 5 || string(got.Note) != "c" {
		t.Errorf("after a new start: %+v, %v", got, err)
	}
}
