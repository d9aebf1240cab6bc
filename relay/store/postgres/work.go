package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// Live implements store.Sequence. An ended session has no pending batches: Number sees to it.
func (s *Store) Live(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "list live sessions", `SELECT session_id FROM sessions s WHERE NOT ended AND NOT EXISTS (
			SELECT FROM leases l JOIN relays r ON r.id = l.relay WHERE l.session_id = s.session_id AND l.relay <> $1 AND `+alive+`)
		ORDER BY created, session_id`, s.relay)
}

// Elsewhere implements store.Leases.
func (s *Store) Elsewhere(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "list sessions of other relays", `SELECT session_id FROM leases l
		WHERE relay = $1 AND (EXISTS (SELECT FROM inbox i WHERE i.session_id = l.session_id)
				OR EXISTS (SELECT FROM sessions s WHERE s.session_id = l.session_id AND closing AND NOT ended))
			OR NOT EXISTS (SELECT FROM relays r WHERE r.id = l.relay AND `+alive+`)`, s.relay)
}

// Work implements store.Sequence: session, streams and pending batches as one commit left them. ErrLeased while another
// relay numbers the session; otherwise this relay does from now on.
func (s *Store) Work(ctx context.Context, id string, events int) (store.Work, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	w := store.Work{ID: id}
	var holder *string
	var held, found bool
	in := &pgx.Batch{}
	in.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
	in.Queue(`SELECT site, created, last_seq, hash, salt, state, ended, continues, l.relay, l.relay <> $2 AND EXISTS (SELECT FROM relays r WHERE r.id = l.relay AND `+alive+`)
		FROM sessions s LEFT JOIN leases l USING (session_id) WHERE session_id = $1`, id, s.relay).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var hash, salt []byte
			var elsewhere *bool
			if err := rows.Scan(&w.Site, &w.Created, &w.LastSeq, &hash, &salt, &w.State, &w.Ended, &w.Continues, &holder, &elsewhere); err != nil {
				return err
			}
			copy(w.Hash[:], hash)
			copy(w.Salt[:], salt)
			found, held = true, elsewhere != nil && *elsewhere
		}
		return rows.Err()
	})
	s.readStreams(in, &w)
	s.readPending(in, &w, events)
	in.Queue("COMMIT")
	if err := s.reading.SendBatch(ctx, in).Close(); err != nil {
		return store.Work{}, fmt.Errorf("read work of session %s: %w", id, err)
	}
	switch {
	case !found:
		return store.Work{}, store.ErrNotFound
	case held:
		return store.Work{}, store.ErrLeased
	case w.Ended, holder != nil && *holder == s.relay:
		return w, nil
	}
	if err := s.lease(ctx, id, holder); err != nil {
		return store.Work{}, fmt.Errorf("lease session %s: %w", id, err)
	}
	return w, nil
}

// lease takes the session over from a relay that is dead. Of several that try one succeeds.
func (s *Store) lease(ctx context.Context, id string, from *string) error {
	tag, err := s.noting.Exec(ctx, `INSERT INTO leases AS l (session_id, relay) VALUES ($1, $2)
		ON CONFLICT (session_id) DO UPDATE SET relay = excluded.relay WHERE l.relay = $3`, id, s.relay, from)
	if err == nil && tag.RowsAffected() == 0 {
		err = store.ErrLeased
	}
	return err
}

func (s *Store) readStreams(in *pgx.Batch, w *store.Work) {
	in.Queue(`SELECT CASE WHEN person <> '' OR stream = $3 THEN s.secret_hash ELSE sessions.secret_hash END,
			ordinal, stream, client_index, tab, received, clock_offset, url, ip, agent, width, height, device, policy, recorder, frame, person, connected,
			coalesce(p.seen, 0), coalesce(p.live AND p.relay <> $2, false), coalesce(r.at, 0), coalesce(`+alive+`, false)
		FROM streams s JOIN sessions USING (session_id) LEFT JOIN presence p USING (session_id, stream) LEFT JOIN relays r ON r.id = p.relay
		WHERE session_id = $1 ORDER BY ordinal`, w.ID, s.relay, store.HostStream).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var secret []byte
			var person string
			var beat int64
			var elsewhere, alive bool
			st := store.Stream{}
			err := rows.Scan(&secret, &st.Ordinal, &st.Opening.Stream, &st.ClientIndex, &st.Tab, &st.Received, &st.Offset, &st.URL, &st.IP, &st.Agent,
				&st.Width, &st.Height, &st.Device, &st.Policy, &st.Release, &st.Frame, &person, &st.Connected, &st.Seen, &elsewhere, &beat, &alive)
			if err != nil {
				return err
			}
			st.Site, st.Session = w.Site, w.ID
			copy(st.SecretHash[:], secret)
			if person != "" {
				st.Person = store.ReadPerson(person)
			}
			here, _ := s.presence.of(w.ID, st.Opening.Stream)
			if elsewhere {
				st.Seen = max(st.Seen, beat) // the relay was connected to it as long as it lived
			}
			st.Live = here.live || elsewhere && alive
			st.Seen = max(st.Seen, here.seen, st.Received, s.period.since.Load())
			w.Streams = append(w.Streams, st)
		}
		return rows.Err()
	})
}

// readPending reads batches until they have so many events, and when the first of the others was received. Batches are
// in the order of their arrival, and those of a stream in that of their numbers, whatever the clocks did.
func (s *Store) readPending(in *pgx.Batch, w *store.Work, events int) {
	in.Queue(`SELECT ordinal, first, count, received, CASE WHEN before < $2 THEN lines END FROM (
			SELECT *, sum(count) OVER (ORDER BY place, ordinal, first) - count AS before FROM (
				SELECT *, max(arrived) OVER (PARTITION BY ordinal ORDER BY first) AS place FROM inbox WHERE session_id = $1) ordered) counted
		ORDER BY place, ordinal, first`, w.ID, int64(events)).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			p := store.Pending{Batch: store.Batch{Session: w.ID}}
			var ordinal int64
			var packed []byte
			if err := rows.Scan(&ordinal, &p.First, &p.Count, &p.Received, &packed); err != nil {
				return err
			}
			if packed == nil {
				if w.Rest == 0 || p.Received < w.Rest {
					w.Rest = p.Received
				}
				continue
			}
			var err error
			if p.Lines, err = s.packing.Unpack(packed); err != nil {
				return fmt.Errorf("unpack events from %d on: %w", p.First, err)
			}
			if ordinal < 1 || ordinal > int64(len(w.Streams)) {
				return errors.New("a batch is of a stream that the session does not have")
			}
			p.ID, p.Stream = pendingID(ordinal, p.First), w.Streams[ordinal-1].Opening.Stream
			w.Pending = append(w.Pending, p)
		}
		return rows.Err()
	})
}
