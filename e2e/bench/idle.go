package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cotrail/cotrail/masking/event"
)

const (
	// idlePages is how many connections are open.
	idlePages = 5000

	// silence is how long they say nothing before they count as idle. The relay takes half a minute to see it, and
	// looks every ten seconds.
	silence = 42 * time.Second

	// otherFiles is what a process has open beside its connections: files of the store, of the runtime.
	otherFiles = 100

	// dialing bounds the connections that are being made at once: a listener's queue is short.
	dialing = 32
)

// idleMemory opens connections that each say hello and send one batch, and then are silent. Nothing of the relay's
// memory is let off: not the streams' state in the store and the sequencer, nor what its runtime keeps in reserve.
func idleMemory(ctx context.Context, c config) (_ []Row, err error) {
	// Go raises the limit of a program to what the system allows it, here and in the relay.
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return nil, fmt.Errorf("reading the limit of open files: %w", err)
	}
	if files.Cur < idlePages+otherFiles {
		return nil, fmt.Errorf("%d connections need %d open files, and %d are allowed: raise it with ulimit -n", idlePages, idlePages+otherFiles, files.Cur)
	}
	lines, err := readRecording(c.session)
	if err != nil {
		return nil, err
	}
	batches, err := compressed(lines.moved(time.Now()))
	if err != nil {
		return nil, err
	}
	r, err := startRelay(ctx, c.binary)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()

	before, err := r.resident()
	if err != nil {
		return nil, err
	}
	l := load{pages: make([]*page, idlePages)}
	defer l.close()
	if err := l.open(ctx, r, batches[0]); err != nil {
		return nil, err
	}
	fresh, err := r.resident()
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(silence):
	}
	idle, err := r.resident()
	if err != nil {
		return nil, err
	}
	kb := func(after int64) []float64 { return []float64{float64(after-before) / idlePages / 1024} }
	row := newRow("memory, a connection that is idle", fmt.Sprintf("%d connections", idlePages), "KB", kb(idle))
	row.Limit = &Limit{Must: 100, Aim: 50}
	return []Row{row, newRow("memory, just after its batch", fmt.Sprintf("%d connections", idlePages), "KB", kb(fresh))}, nil
}

// open connects the load's pages and lets each send a batch, and returns when all of that is in the log.
func (l *load) open(ctx context.Context, r *relay, b event.Batch) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(dialing)
	for i := range l.pages {
		group.Go(func() (err error) {
			if l.pages[i], err = openPage(groupCtx, r); err != nil {
				return err
			}
			if err := l.pages[i].send(groupCtx, l.pages[i].frame(b)); err != nil {
				return err
			}
			_, err = l.pages[i].acknowledged(groupCtx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range l.pages {
		if err := p.numbered(ctx, r); err != nil {
			return err
		}
	}
	return nil
}
