// Package trail is the log of all finished sessions: an RFC 6962 tree whose leaves the store keeps, signed
// checkpoints of it, and the proofs that a session is under one of them.
//
// The promise: a checkpoint is made every Interval, also when nothing happened, and soon after a session was sealed;
// every one is consistent with every earlier one, over restarts too. What is proven is told in docs/verify.md.
package trail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// DefaultInterval is the time from one checkpoint to the next when nothing happens. Who watches a log wants to
	// know within minutes that it stands still.
	DefaultInterval = time.Minute
	// soon is how long a checkpoint waits after a session was sealed for others that are sealed now. A proof should be
	// there ten seconds after sealing at the latest.
	soon = time.Second
)

// ErrNotYet says that no checkpoint has the leaf yet; soon one will.
var ErrNotYet = errors.New("no checkpoint covers it yet") // answer 503: try again in a second

// ErrSize says that a tree of that size was never under a checkpoint of this log.
var ErrSize = errors.New("the log was never of this size") // answer 404

// Trail makes checkpoints and proofs.
type Trail struct {
	Store    store.Tree
	Keys     *Keys
	Interval time.Duration
	Now      func() time.Time
	Log      *slog.Logger

	grown chan struct{}
}

// New makes a trail. It must be run to make checkpoints.
func New(s store.Tree, k *Keys, interval time.Duration, log *slog.Logger) *Trail {
	return &Trail{Store: s, Keys: k, Interval: interval, Now: time.Now, Log: log, grown: make(chan struct{}, 1)}
}

// Grown tells that there are new leaves. It returns at once.
func (t *Trail) Grown() {
	select {
	case t.grown <- struct{}{}:
	default:
	}
}

// Run makes checkpoints until the context ends, the first at once. The same trouble is logged once, and once more
// when it is over.
func (t *Trail) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failing, hurried := false, true
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.grown:
			if !hurried { // else sessions that end all the time would put it off for ever
				timer.Reset(soon)
				hurried = true
			}
			continue
		case <-timer.C:
			hurried = false
		}
		err := t.Make(ctx)
		switch {
		case err != nil && !failing && ctx.Err() == nil:
			t.Log.Error("no checkpoint could be made; trying again", "error", err)
		case err == nil && failing:
			t.Log.Info("checkpoints are made again")
		}
		failing = err != nil
		timer.Reset(t.Interval)
	}
}

// Make makes a checkpoint of what is there. It replaces none that its keys did not sign: whoever made that one was given
// other keys, and a log that two sign in turn verifies with neither's.
func (t *Trail) Make(ctx context.Context) error {
	if err := t.Keys.signed(ctx, t.Store); err != nil {
		return err
	}
	size, err := t.Store.TreeSize(ctx)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(size, t.hashes(ctx))
	if err != nil {
		return fmt.Errorf("hash a tree of %d leaves: %w", size, err)
	}
	signed, err := t.Keys.Sign(Checkpoint{t.Keys.Origin(), size, root, t.Now()}.Text())
	if err != nil {
		return err
	}
	err = t.Store.KeepCheckpoint(ctx, store.Checkpoint{Size: size, Note: signed})
	if errors.Is(err, store.ErrConflict) {
		return nil // another relay's is newer
	}
	return err
}

func (t *Trail) hashes(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		stored, err := t.Store.TreeHashes(ctx, indexes)
		hashes := make([]tlog.Hash, len(stored))
		for i, h := range stored {
			hashes[i] = h
		}
		return hashes, err
	})
}

// Latest gives the newest checkpoint. ErrNotYet before the first.
func (t *Trail) Latest(ctx context.Context) (store.Checkpoint, error) {
	c, err := t.Store.Checkpoint(ctx)
	if errors.Is(err, store.ErrNotFound) {
		err = ErrNotYet
	}
	return c, err
}

// Inclusion proves a leaf under the newest checkpoint.
func (t *Trail) Inclusion(ctx context.Context, leaf int64) (Inclusion, error) {
	c, err := t.Latest(ctx)
	if err != nil {
		return Inclusion{}, err
	}
	if leaf >= c.Size {
		return Inclusion{}, ErrNotYet
	}
	hashes, err := tlog.ProveRecord(c.Size, leaf, t.hashes(ctx))
	if err != nil {
		return Inclusion{}, fmt.Errorf("prove leaf %d of %d: %w", leaf, c.Size, err)
	}
	return Inclusion{leaf, append(tlog.RecordProof{}, hashes...), string(c.Note), c.Size}, nil
}

// Consistency proves that a tree of a size is the beginning of the one of another size. ErrSize when they are none.
func (t *Trail) Consistency(ctx context.Context, from, to int64) (Consistency, error) {
	if from < 1 || from > to {
		return Consistency{}, ErrSize
	}
	hashes, err := tlog.ProveTree(to, from, t.hashes(ctx))
	if err != nil {
		return Consistency{}, fmt.Errorf("prove that %d leaves are the first of %d: %w", from, to, err)
	}
	return Consistency{from, append(tlog.TreeProof{}, hashes...)}, nil
}
