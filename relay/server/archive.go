package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
)

const (
	// provenWithin bounds the wait for the checkpoint that covers a session that was sealed just now. It comes after a
	// second; where it does not come the attempt fails, and is made again.
	provenWithin = 5 * time.Second
	// provenPoll is how often it is looked for.
	provenPoll = 100 * time.Millisecond
)

// archive gives sealed sessions with their proofs.
type archive struct {
	store store.Store
	trail *trail.Trail
}

// Document implements deliver.Source. What is kept outside can be checked without the relay, so it waits for the proof.
func (a archive) Document(ctx context.Context, session string) (d deliver.Document, err error) {
	sealed, err := a.store.Document(ctx, session)
	if errors.Is(err, store.ErrErased) {
		err = store.ErrNotFound
	}
	if err != nil {
		return d, err
	}
	in, err := a.included(ctx, sealed.Leaf)
	if err != nil {
		return d, err
	}
	err = a.store.Entries(ctx, session, 0, func(seq uint64, line []byte) error {
		if d.Count == 0 {
			d.FirstSeq = seq
		}
		d.Lines = append(append(d.Lines, line...), '\n')
		d.Count, d.LastSeq = d.Count+1, seq
		return nil
	})
	if err == nil && uint64(d.Count) != sealed.Entries {
		err = fmt.Errorf("%d of %d entries are there", d.Count, sealed.Entries) // erased meanwhile
	}
	if err == nil {
		d.Export = trail.Prove(sealed, in).Into(d.Log())
	}
	return d, err
}

// included proves a leaf as soon as a checkpoint covers it.
func (a archive) included(ctx context.Context, leaf int64) (trail.Inclusion, error) {
	tick := time.NewTicker(provenPoll)
	defer tick.Stop()
	for late := time.Now().Add(provenWithin); ; {
		in, err := a.trail.Inclusion(ctx, leaf)
		if !errors.Is(err, trail.ErrNotYet) || time.Now().After(late) {
			return in, err
		}
		select {
		case <-ctx.Done():
			return in, ctx.Err()
		case <-tick.C:
		}
	}
}

// Checkpoint implements deliver.Source.
func (a archive) Checkpoint(ctx context.Context) (string, error) {
	c, err := a.trail.Latest(ctx)
	if errors.Is(err, trail.ErrNotYet) {
		return "", nil
	}
	return string(c.Note), err
}

// noteUse writes the use of a link into the access log: whoever has the link takes the log away.
func (s *Server) noteUse(ctx context.Context, use deliver.LinkUse) error {
	return s.journal.Note(ctx, journal.Deed{
		Type: journal.Exported, Site: use.Site, Session: use.Session, Key: "link for " + use.Destination, What: "log", From: s.client(use.Request).String(),
	})
}
