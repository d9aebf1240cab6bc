// Package stdout writes finished sessions to the relay's standard output, one entry a line, for a collector.
//
// The promise: lines of two sessions are never mixed, and a collector that does not read holds up nothing but this
// destination. What a broken attempt has written comes again: an entry is known by session_id and seq.
package stdout

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

// Timeout bounds an attempt: a collector that takes nothing for so long is not there.
const Timeout = time.Minute

// Stdout is a deliver.Destination.
type Stdout struct {
	to   io.Writer
	turn chan struct{} // has one: whoever takes it writes
}

// New makes a destination of a writer.
func New(to io.Writer) *Stdout {
	s := &Stdout{to: to, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// Deliver implements deliver.Destination. A write cannot be broken off, so one that hangs keeps its turn.
func (s *Stdout) Deliver(ctx context.Context, m deliver.Message) error {
	lines := m.Document.Lines
	if m.Kind == store.KindErased {
		notice, err := json.Marshal(map[string]string{"type": m.Type(), "session_id": m.Session, "site": m.Site, "time": deliver.Timestamp(m.Made)})
		if err != nil {
			return err
		}
		lines = append(notice, '\n')
	}
	select {
	case <-s.turn:
	case <-ctx.Done():
		return fmt.Errorf("waiting for another write: %w", ctx.Err())
	}
	written := make(chan error, 1)
	go func() {
		_, err := s.to.Write(lines)
		s.turn <- struct{}{}
		written <- err
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		return fmt.Errorf("writing: %w", ctx.Err())
	}
}
