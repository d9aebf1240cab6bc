// Package storetest is the conformance suite of package store: what every engine must do, told as tests.
package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

// Fresh makes an empty database and gives the function that opens it, the first time and after each Close.
type Fresh func(t *testing.T) (open func(t *testing.T) store.Store)

// Run holds an engine to the contract.
func Run(t *testing.T, fresh Fresh) {
	for name, test := range map[string]func(*testing.T, *fixture){
		"append":               testAppend,
		"refusals":             testRefusals,
		"any text":             testAnyText,
		"clock":                testClock,
		"streams":              testStreams,
		"presence":             testPresence,
		"lost":                 testLost,
		"work":                 testWork,
		"number":               testNumber,
		"conflicts":            testConflicts,
		"continuation":         testContinuation,
		"entries":              testEntries,
		"sessions":             testSessions,
		"concurrent":           testConcurrent,
		"reopen":               testReopen,
		"ready":                testReady,
		"unknown":              testUnknown,
		"policies":             testPolicies,
		"recorders":            testRecorders,
		"atomic number":        testAtomicNumber,
		"frames":               testFrames,
		"frames after the end": testFrameContinuation,
		"signals":              testSignals,
		"signalled end":        testSignalledEnd,
		"once":                 testOnce,
		"invite":               testInvite,
		"tokens":               testTokens,
		"frames of tokens":     testTokenFrames,
		"seal":                 testSeal,
		"sealed while read":    testSealedWhileRead,
		"after sealing":        testSealedContinuation,
		"unsealed":             testUnsealed,
		"tree":                 testTree,
		"checkpoint":           testCheckpoint,
		"erase":                testErase,
		"hold":                 testHold,
		"told":                 testTold,
		"expired":              testExpired,
		"access":               testAccess,
		"keys":                 testKeys,
		"search":               testSearch,
		"outbox":               testOutbox,
		"outbox order":         testOutboxOrder,
		"outbox retry":         testOutboxRetry,
		"outbox drop":          testOutboxDrop,
		"outbox lists":         testOutboxLists,
		"outbox claims":        testOutboxClaims,
		"positions":            testPositions,
		"found while sealed":   testFoundWhileSealed,
	} {
		t.Run(name, func(t *testing.T) {
			open := fresh(t)
			f := &fixture{Store: open(t), t: t, open: open}
			t.Cleanup(func() {
				if err := f.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test(t, f)
		})
	}
}

// fixture is a store under test, with sentences to say about it.
type fixture struct {
	store.Store
	t    *testing.T
	open func(*testing.T) store.Store
}

const (
	noon    = int64(1795348800000) // 2026-11-22T12:00:00Z
	session = "00000000000000000000000000000001"
	streamA = "aaaaaaaaaaaaaaaa"
	streamB = "bbbbbbbbbbbbbbbb"
)

func opening(session, stream string) store.Opening {
	return store.Opening{
		Site: "shop", Session: session, SecretHash: sha256.Sum256([]byte("secret of " + session)), Stream: stream, Tab: "t" + stream[1:],
		Received: noon, Offset: 40, URL: "https://shop.example/", IP: "ip", Agent: "agent", Width: 1280, Height: 800, Device: "desktop",
		Policy: "policy", Release: "1.0.0",
	}
}

// batch is events first to first+count-1 of a stream, each a line that says so.
func batch(session, stream string, first uint64, count int) store.Batch {
	b := store.Batch{Session: session, Stream: stream, First: first, Count: count, Received: noon + int64(first)}
	for i := range count {
		b.Lines = fmt.Appendf(b.Lines, "{\"stream\":%q,\"n\":%d}\n", stream, first+uint64(i))
	}
	return b
}

func (f *fixture) mustOpen(session, stream string) store.Opened {
	f.t.Helper()
	o, err := f.Open(ctx(), opening(session, stream))
	if err != nil {
		f.t.Fatalf("open %s of %s: %v", stream, session, err)
	}
	return o
}

func (f *fixture) mustAppend(b store.Batch, want uint64) {
	f.t.Helper()
	last, err := f.Append(ctx(), b)
	if err != nil || last != want {
		f.t.Fatalf("append %d events from %d on: last %d, %v; want %d", b.Count, b.First, last, err, want)
	}
}

func (f *fixture) work(id string) store.Work {
	f.t.Helper()
	w, err := f.Work(ctx(), id, store.AllEvents)
	if err != nil {
		f.t.Fatalf("work of %s: %v", id, err)
	}
	return w
}

// pendingLines gives all lines of a stream that wait to be numbered, in the order of the batches.
func (f *fixture) pendingLines(id, stream string) string {
	f.t.Helper()
	var lines []byte
	for _, p := range f.work(id).Pending {
		if n := bytes.Count(p.Lines, []byte{'\n'}); n != p.Count {
			f.t.Fatalf("pending %d has %d lines and count %d", p.ID, n, p.Count)
		}
		if p.Stream == stream {
			lines = append(lines, p.Lines...)
		}
	}
	return string(lines)
}

// number makes an entry of every pending event, as a sequencer would, and changes what it stores by edit.
func (f *fixture) number(id string, edit func(*store.Numbered)) error {
	f.t.Helper()
	w := f.work(id)
	n := store.Numbered{ID: id, After: w.LastSeq, LastSeq: w.LastSeq, Hash: sha256.Sum256(w.Hash[:]), State: []byte("state"), LastTime: noon + 5,
		Summary: store.Summary{StartURL: "https://shop.example/", Participants: []string{"Ada Miller"}}}
	for _, p := range w.Pending {
		n.Done = append(n.Done, p.ID)
		n.Entries = append(n.Entries, p.Lines...)
		n.LastSeq += uint64(p.Count)
	}
	if edit != nil {
		edit(&n)
	}
	return f.Number(ctx(), n)
}

func (f *fixture) mustNumber(id string, edit func(*store.Numbered)) {
	f.t.Helper()
	if err := f.number(id, edit); err != nil {
		f.t.Fatalf("number %s: %v", id, err)
	}
}

// end ends a session, with all that is pending.
func (f *fixture) end(id string) {
	f.t.Helper()
	f.mustNumber(id, func(n *store.Numbered) { n.Ended, n.Summary.EndReason = true, "page_closed" })
}

// entries gives "seq line" of each entry after seq.
func (f *fixture) entries(id string, after uint64) []string {
	f.t.Helper()
	var got []string
	err := f.Entries(ctx(), id, after, func(seq uint64, line []byte) error {
		got = append(got, fmt.Sprintf("%d %s", seq, line))
		return nil
	})
	if err != nil {
		f.t.Fatalf("entries of %s: %v", id, err)
	}
	return got
}

func (f *fixture) reopen() {
	f.t.Helper()
	if err := f.Close(); err != nil {
		f.t.Fatalf("close: %v", err)
	}
	f.Store = f.open(f.t)
}

func wantError(t *testing.T, doing string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v, want %v", doing, got, want)
	}
}

func ctx() context.Context { return context.Background() }
