package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// Unsealed implements store.Sealing.
func (s *Store) Unsealed(ctx context.Context, after string, limit int) ([]string, error) {
	return s.texts(ctx, "list unsealed sessions", "SELECT session_id FROM sessions WHERE ended AND NOT sealed AND session_id > $1 ORDER BY session_id LIMIT $2", after, limit)
}

// Seal implements store.Sealing.
func (s *Store) Seal(ctx context.Context, sealed store.Sealed) error {
	sealed.Hashes, sealed.Words, sealed.Parts = slices.Clone(sealed.Hashes), slices.Clone(sealed.Words), slices.Clone(sealed.Parts)
	sealed.Deliveries = slices.Clone(sealed.Deliveries)
	size := len(sealed.Hashes)
	for i := range sealed.Parts {
		sealed.Parts[i].Content = slices.Clone(sealed.Parts[i].Content)
		size += len(sealed.Parts[i].Content)
	}
	return s.submit(ctx, &write{
		key: treeKey, needs: needs{session: sealed.ID, streams: true, pending: true, tree: true}, size: size,
		do: func(t *turn) error { return t.seal(sealed) },
	})
}

func (t *turn) seal(sealed store.Sealed) error {
	in, err := t.session(sealed.ID)
	if err != nil {
		return err
	}
	if !in.Ended || in.sealed || in.LastSeq != sealed.Entries || len(in.Pending) > 0 {
		return store.ErrConflict
	}
	leaf, err := t.appendLeaf(sealed.Leaf)
	if err != nil {
		return err
	}
	t.queue(`INSERT INTO documents (session_id, leaf, hashes, policies, streams, words) SELECT session_id, $2, $3, `+policiesOfStreams+`, $4, $5
		FROM sessions s WHERE session_id = $1`, in.ID, leaf, sealed.Hashes, t.store.packing.Pack(in.Stopped()), len(sealed.Words))
	for _, p := range sealed.Parts {
		t.queue("INSERT INTO parts (session_id, first_seq, last_seq, content) VALUES ($1, $2, $3, $4)", in.ID, int64(p.First), int64(p.Last), p.Content)
	}
	t.queue("INSERT INTO words (word, created, session_id) SELECT unnest($2::bigint[]), created, session_id FROM sessions WHERE session_id = $1", in.ID, sealed.Words)
	for _, table := range []string{"entries", "streams", "inbox", "participants"} {
		t.queue("DELETE FROM "+table+" WHERE session_id = $1", in.ID)
	}
	t.queue("UPDATE sessions SET sealed = true, state = NULL WHERE session_id = $1", in.ID)
	t.addDeliveries(sealed.Deliveries)
	in.sealed = true
	return nil
}

// lookStopped reads where the streams of a sealed session stopped, also of one that was erased.
func (t *turn) lookStopped(in *pgx.Batch, id string) {
	in.Queue("SELECT streams FROM documents WHERE session_id = $1 UNION ALL SELECT streams FROM tombstones WHERE session_id = $1", id).Query(func(rows pgx.Rows) error {
		var packed []byte
		_, err := pgx.ForEachRow(rows, []any{&packed}, func() error {
			plain, err := t.store.packing.Unpack(packed)
			if err != nil {
				return fmt.Errorf("unpack streams of session %s: %w", id, err)
			}
			if k := t.known[id]; k != nil {
				if err := k.ReadStopped(plain); err != nil {
					return fmt.Errorf("read streams of session %s: %w", id, err)
				}
			}
			return nil
		})
		return err
	})
}

// Document implements store.Sealing.
func (s *Store) Document(ctx context.Context, id string) (store.Document, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	var d store.Document
	var leaf *int64
	var salt, hash []byte
	row := s.reading.QueryRow(ctx, "SELECT leaf, hashes, salt, hash, "+summaryColumns+" FROM sessions s LEFT JOIN documents d USING (session_id) WHERE session_id = $1", id)
	var err error
	d.Summary, err = scanSummary(row, &leaf, &d.Hashes, &salt, &hash)
	switch {
	case err != nil:
		return store.Document{}, notFound(err, "read document", id)
	case d.Erased != 0:
		return store.Document{}, store.ErrErased
	case leaf == nil:
		return store.Document{}, store.ErrNotSealed
	}
	d.Leaf = *leaf
	copy(d.Salt[:], salt)
	copy(d.Hash[:], hash)
	return d, nil
}

// SealedFrom implements store.Sealing. Leaves are committed in their order, so a list has no gap that is filled later.
func (s *Store) SealedFrom(ctx context.Context, leaf int64, limit int) ([]store.Place, error) {
	return s.places(ctx, "SELECT leaf, session_id, site, last_time FROM documents JOIN sessions USING (session_id) WHERE leaf >= $1 ORDER BY leaf LIMIT $2", leaf, limit)
}

func (s *Store) places(ctx context.Context, query string, args ...any) ([]store.Place, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list sealed sessions: %w", err)
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[store.Place])
	if err != nil {
		return nil, fmt.Errorf("list sealed sessions: %w", err)
	}
	return places, nil
}

// Mark implements store.Sealing.
func (s *Store) Mark(ctx context.Context, name string) (at int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	err = s.reading.QueryRow(ctx, "SELECT at FROM marks WHERE name = $1", name).Scan(&at)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("read mark %s: %w", name, err)
	}
	return at, nil
}

// SetMark implements store.Sealing.
func (s *Store) SetMark(ctx context.Context, name string, at int64) error {
	return s.submit(ctx, &write{key: treeKey, do: func(t *turn) error {
		t.queue("INSERT INTO marks (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at", name, at)
		return nil
	}})
}
