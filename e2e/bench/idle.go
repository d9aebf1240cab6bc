package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/e2e/traffic"
)

const (
	// idlePages is how many connections are open.
	idlePages = 5000

	// silence is how long they say nothing before they count as idle. The relay takes half a minute to see it, and
	// looks every ten seconds.
	silence = 42 * time.Second

	// otherFiles is what a process has open beside its connections: files of the store, of the runtime.
	otherFiles = 100
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
	lines, err := traffic.ReadRecording(c.session)
	if err != nil {
		return nil, err
	}
	r, err := process.Start(ctx, c.binary)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()

	before, err := r.Resident()
	if err != nil {
		return nil, err
	}
	l, err := traffic.Connect(ctx, r.Target, lines.Moved(time.Now()), traffic.Shape{Pages: idlePages, Batch: shape.Batch})
	if err != nil {
		return nil, err
	}
	defer l.Close()
	if err := l.Once(ctx); err != nil {
		return nil, err
	}
	if _, err := l.Check(ctx, r.Target, readBack); err != nil {
		return nil, err
	}
	fresh, err := r.Resident()
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(silence):
	}
	idle, err := r.Resident()
	if err != nil {
		return nil, err
	}
	kb := func(after int64) []float64 { return []float64{float64(after-before) / idlePages / 1024} }
	row := newRow("memory, a connection that is idle", fmt.Sprintf("%d connections", idlePages), "KB", kb(idle))
	row.Limit = &Limit{Must: 100, Aim: 50}
	return []Row{row, newRow("memory, just after its batch", fmt.Sprintf("%d connections", idlePages), "KB", kb(fresh))}, nil
}
