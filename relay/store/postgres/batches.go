package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// firstBits are the bits of a Pending's ID that tell the batch's first number; those above tell the stream's ordinal,
// for which MaxStreams and the app's back end need eleven. A stream never has the same first twice, so neither has a session the same ID.
const firstBits = 52

func pendingID(ordinal int64, first uint64) int64 { return (ordinal-1)<<firstBits | int64(first) }

func pendingOf(id int64) (ordinal, first int64) { return id>>firstBits + 1, id & (1<<firstBits - 1) }

// Append implements store.Ingest.
func (s *Store) Append(ctx context.Context, b store.Batch) (uint64, error) {
	if n := bytes.Count(b.Lines, []byte{'\n'}); b.First == 0 || b.Count < 1 || n != b.Count {
		return 0, fmt.Errorf("append %d events from %d on: %d lines", b.Count, b.First, n)
	}
	packed := s.packing.Pack(b.Lines)
	b.Lines = nil // the caller's
	var last uint64
	err := s.submit(ctx, &write{
		key: b.Session, needs: needs{session: b.Session, stream: b.Stream}, size: len(packed), batch: true,
		do: func(t *turn) (err error) {
			last, err = t.append(b, packed)
			return err
		},
	})
	if err != nil {
		return 0, err
	}
	return last, nil
}

// append takes a batch whose lines are packed.
func (t *turn) append(b store.Batch, packed []byte) (uint64, error) {
	k, err := t.session(b.Session)
	if err != nil {
		return 0, err
	}
	if st := k.Streams[b.Stream]; st != nil && b.First <= st.Last { // a part of it has come before
		if b.Lines, err = t.store.packing.Unpack(packed); err != nil {
			return 0, fmt.Errorf("unpack a batch: %w", err)
		}
	}
	st, rest, err := k.Takes(b)
	switch {
	case err != nil:
		return 0, err
	case rest.Count == 0:
		return st.Last, nil
	case rest.Count < b.Count:
		packed = t.store.packing.Pack(rest.Lines)
	}
	t.queue("INSERT INTO inbox (session_id, ordinal, first, count, received, lines) VALUES ($1, $2, $3, $4, $5, $6)",
		b.Session, st.Ordinal, int64(rest.First), rest.Count, rest.Received, packed)
	k.Pending[pendingID(st.Ordinal, rest.First)] = true
	st.Last = rest.First + uint64(rest.Count) - 1
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
	err = s.submit(ctx, &write{
		key: n.ID, needs: needs{session: n.ID, streams: true, pending: true}, size: len(n.Entries) + len(n.State),
		do: func(t *turn) error { return t.number(n, storable(string(participants))) },
	})
	if err == nil && n.Ended {
		s.presence.ended(n.ID)
	}
	return err
}

func (t *turn) number(n store.Numbered, participants string) error {
	k, err := t.session(n.ID)
	if err != nil {
		return err
	}
	if err := k.Conflicts(n); err != nil {
		return err
	}
	if len(n.Entries) > 0 {
		t.queue("INSERT INTO entries (session_id, first_seq, last_seq, lines) VALUES ($1, $2, $3, $4)", n.ID, int64(n.After)+1, int64(n.LastSeq), n.Entries)
	}
	t.take(k, n.Done)
	t.queue(`UPDATE sessions SET last_seq = $2, hash = $3, state = $4, ended = $5, last_time = $6, end_reason = $7, start_url = $8, participants = $9
		WHERE session_id = $1`, n.ID, int64(n.LastSeq), n.Hash[:], n.State, n.Ended, n.LastTime,
		storable(n.Summary.EndReason), storable(n.Summary.StartURL), participants)
	if n.Ended {
		t.queue("DELETE FROM leases WHERE session_id = $1", n.ID)
	}
	k.LastSeq, k.Ended = n.LastSeq, n.Ended
	return nil
}

// take removes batches from the inbox and lets the streams' rows say what the inbox said.
func (t *turn) take(k *session, done []int64) {
	byStream := map[int64][]int64{}
	for _, id := range done {
		ordinal, first := pendingOf(id)
		byStream[ordinal] = append(byStream[ordinal], first)
		delete(k.Pending, id)
	}
	for _, st := range k.ByOrdinal {
		firsts := byStream[st.Ordinal]
		if len(firsts) == 0 {
			continue
		}
		t.queue("DELETE FROM inbox WHERE session_id = $1 AND ordinal = $2 AND first = ANY ($3)", k.ID, st.Ordinal, firsts)
		if st.Last != st.Saved {
			t.queue("UPDATE streams SET last = $3 WHERE session_id = $1 AND ordinal = $2", k.ID, st.Ordinal, int64(st.Last))
			st.Saved = st.Last
		}
	}
}
