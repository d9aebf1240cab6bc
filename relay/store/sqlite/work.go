package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// Live implements store.Sequence. An ended session has no pending batches: Number sees to it.
func (s *Store) Live(ctx context.Context) ([]string, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT id FROM sessions WHERE ended = 0 ORDER BY num")
	if err != nil {
		return nil, fmt.Errorf("list live sessions: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("list live sessions: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Elsewhere implements store.Leases. There is no other relay.
func (s *Store) Elsewhere(context.Context) ([]string, error) { return nil, nil }

// Work implements store.Sequence: session, streams and pending batches as one commit left them.
func (s *Store) Work(ctx context.Context, id string, events int) (store.Work, error) {
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return store.Work{}, fmt.Errorf("read work of session %s: %w", id, err)
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	w := store.Work{ID: id}
	var num int64
	var secret, hash, salt []byte
	err = tx.QueryRowContext(ctx, "SELECT num, site, secret_hash, created, last_seq, hash, salt, state, ended, continues FROM sessions WHERE id = ?", id).
		Scan(&num, &w.Site, &secret, &w.Created, &w.LastSeq, &hash, &salt, &w.State, &w.Ended, &w.Continues)
	if err != nil {
		return store.Work{}, notFound(err, "read work of session", id)
	}
	copy(w.Hash[:], hash)
	copy(w.Salt[:], salt)
	if w.Streams, err = readStreams(ctx, tx, num); err != nil {
		return store.Work{}, fmt.Errorf("read streams of session %s: %w", id, err)
	}
	if w.Pending, w.Rest, err = readPending(ctx, tx, num, id, w.Streams, events); err != nil {
		return store.Work{}, fmt.Errorf("read inbox of session %s: %w", id, err)
	}
	for i := range w.Streams {
		st := &w.Streams[i]
		st.Site, st.Session = w.Site, id
		if st.Person == nil && st.Opening.Stream != store.HostStream {
			copy(st.SecretHash[:], secret)
		}
		last := s.presence.of(id, st.Stream, st.Received)
		st.Live, st.Seen = last.live, last.seen
	}
	return w, nil
}

func readStreams(ctx context.Context, tx *sql.Tx, num int64) ([]store.Stream, error) {
	rows, err := tx.QueryContext(ctx, `SELECT ordinal, stream, client_index, tab, received, clock_offset, url, ip, agent, width, height, device, policy, recorder, frame, person, secret_hash, connected
		FROM streams WHERE session = ? ORDER BY ordinal`, num)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var streams []store.Stream
	for rows.Next() {
		var s store.Stream
		var person string
		var secret []byte
		err := rows.Scan(&s.Ordinal, &s.Opening.Stream, &s.ClientIndex, &s.Tab, &s.Received, &s.Offset, &s.URL, &s.IP, &s.Agent,
			&s.Width, &s.Height, &s.Device, &s.Policy, &s.Release, &s.Frame, &person, &secret, &s.Connected)
		if err != nil {
			return nil, err
		}
		copy(s.SecretHash[:], secret)
		if person != "" {
			s.Person = store.ReadPerson(person)
		}
		streams = append(streams, s)
	}
	return streams, rows.Err()
}

// readPending gives batches until they have so many events, and when the next one was received, 0 if there is none.
func readPending(ctx context.Context, tx *sql.Tx, num int64, id string, streams []store.Stream, events int) (pending []store.Pending, rest int64, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, ordinal, first, count, received, lines FROM inbox WHERE session = ? ORDER BY id", num)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		p := store.Pending{Batch: store.Batch{Session: id}}
		var ordinal int
		if err := rows.Scan(&p.ID, &ordinal, &p.First, &p.Count, &p.Received, &p.Lines); err != nil {
			return nil, 0, err
		}
		if events <= 0 {
			return pending, p.Received, nil
		}
		p.Stream = streams[ordinal-1].Opening.Stream
		pending = append(pending, p)
		events -= p.Count
	}
	return pending, 0, rows.Err()
}
