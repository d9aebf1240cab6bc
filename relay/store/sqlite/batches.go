package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// Append implements store.Ingest.
func (s *Store) Append(ctx context.Context, b store.Batch) (last uint64, err error) {
	if n := bytes.Count(b.Lines, []byte{'\n'}); b.First == 0 || b.Count < 1 || n != b.Count {
		return 0, fmt.Errorf("append %d events from %d on: %d lines", b.Count, b.First, n)
	}
	err = s.writer.submit(ctx, len(b.Lines), func() (err error) {
		last, err = s.writer.append(b)
		return err
	})
	if err != nil {
		return 0, err
	}
	return last, nil
}

func (w *writer) append(b store.Batch) (uint64, error) {
	s, err := w.session(b.Session)
	if err != nil {
		return 0, err
	}
	st, b, err := s.Takes(b)
	if err != nil {
		return 0, err
	}
	if b.Count == 0 {
		return st.Last, nil
	}
	id := w.nextID
	err = w.exec(w.stmt.receive, id, s.num, st.Ordinal, int64(b.First), b.Count, b.Received, b.Lines)
	if err != nil {
		return 0, err
	}
	w.nextID++
	w.batches++
	s.Pending[id] = true
	st.Last = b.First + uint64(b.Count) - 1
	return st.Last, nil
}

// Number implements store.Sequence.
func (s *Store) Number(ctx context.Context, n store.Numbered) error {
	if lines := bytes.Count(n.Entries, []byte{'\n'}); n.LastSeq < n.After || uint64(lines) != n.LastSeq-n.After {
		return fmt.Errorf("number session %s: %d lines for the entries after %d to %d", n.ID, lines, n.After, n.LastSeq)
	}
	participants, err := json.Marshal(n.Summary.Participants)
	if err != nil {
		return fmt.Errorf("number session %s: %w", n.ID, err)
	}
	if len(n.Entries) > 0 {
		n.Entries = s.packing.Pack(n.Entries)
	}
	err = s.writer.submit(ctx, len(n.Entries)+len(n.State), func() error { return s.writer.number(n, participants) })
	if err == nil && n.Ended {
		s.presence.ended(n.ID)
	}
	return err
}

func (w *writer) number(n store.Numbered, participants []byte) error {
	s, err := w.session(n.ID)
	if err != nil {
		return err
	}
	if err := s.Conflicts(n); err != nil {
		return err
	}
	if len(n.Entries) > 0 {
		if err := w.exec(w.stmt.entries, s.num, int64(n.After)+1, int64(n.LastSeq), n.Entries); err != nil {
			return err
		}
	}
	if err := w.take(s, n.Done); err != nil {
		return err
	}
	err = w.exec(w.stmt.numbered, int64(n.LastSeq), n.Hash[:], n.State, n.Ended, n.LastTime, n.Summary.EndReason,
		n.Summary.StartURL, string(participants), s.num)
	if err != nil {
		return err
	}
	s.LastSeq, s.Ended = n.LastSeq, n.Ended
	return nil
}

// take removes batches from the inbox and lets the streams' rows say what the inbox said.
func (w *writer) take(s *session, done []int64) error {
	for _, id := range done {
		if err := w.exec(w.stmt.handled, id); err != nil {
			return err
		}
		delete(s.Pending, id)
	}
	for _, st := range s.ByOrdinal {
		if len(done) == 0 || st.Last == st.Saved {
			continue
		}
		if err := w.exec(w.stmt.progress, int64(st.Last), s.num, st.Ordinal); err != nil {
			return err
		}
		st.Saved = st.Last
	}
	return nil
}
