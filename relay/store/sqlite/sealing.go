package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/store"
)

// sealingStatements are the writer's for sealing.
type sealingStatements struct {
	document, part, policies, stopped, sealed *sql.Stmt
	noEntries, noStreams, noInbox, noPeople   *sql.Stmt
	leaves, leavesNow, hash, grow, checkpoint *sql.Stmt
	mark, word                                *sql.Stmt
}

func (s *sealingStatements) prepare(ctx context.Context, conn *sql.Conn, all preparing) error {
	return all(ctx, conn, prepared{
		`SELECT coalesce((SELECT json_group_array(policy) FROM
		 (SELECT policy FROM streams WHERE session = ? AND policy <> '' GROUP BY policy ORDER BY min(ordinal))), '[]')`: &s.policies,
		`INSERT INTO documents (session, leaf, hashes, policies, streams, words) VALUES (?, ?, ?, ?, ?, ?)`: &s.document,
		`INSERT INTO words (word, place) SELECT ?, place FROM sessions WHERE num = ?`:                       &s.word,
		`INSERT INTO parts (session, first_seq, last_seq, content) VALUES (?, ?, ?, ?)`:                     &s.part,
		`SELECT streams FROM documents WHERE session = ?`:                                                   &s.stopped,
		`UPDATE sessions SET sealed = 1, state = NULL WHERE num = ?`:                                        &s.sealed,
		`DELETE FROM entries WHERE session = ?`:                                                             &s.noEntries,
		`DELETE FROM streams WHERE session = ?`:                                                             &s.noStreams,
		`DELETE FROM inbox WHERE session = ?`:                                                               &s.noInbox,
		`DELETE FROM participants WHERE session = ?`:                                                        &s.noPeople,
		`SELECT size FROM leaves`:                                                                           &s.leaves,
		`UPDATE leaves SET size = ?`:                                                                        &s.leavesNow,
		`SELECT hash FROM tree WHERE id = ?`:                                                                &s.hash,
		`INSERT INTO tree (id, hash) VALUES (?, ?)`:                                                         &s.grow,
		`INSERT INTO marks (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at`:      &s.mark,
		`INSERT INTO checkpoint (id, size, note) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET size = excluded.size, note = excluded.note
		 WHERE excluded.size >= checkpoint.size`: &s.checkpoint,
	})
}

// Unsealed implements store.Sealing.
func (s *Store) Unsealed(ctx context.Context, after string, limit int) ([]string, error) {
	return s.texts(ctx, "list unsealed sessions", "SELECT id FROM sessions WHERE ended = 1 AND sealed = 0 AND id > ? ORDER BY id LIMIT ?", after, limit)
}

// texts reads one column.
func (s *Store) texts(ctx context.Context, doing, query string, args ...any) ([]string, error) {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		found = append(found, text)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return found, nil
}

// Seal implements store.Sealing.
func (s *Store) Seal(ctx context.Context, sealed store.Sealed) error {
	size := len(sealed.Hashes)
	for _, p := range sealed.Parts {
		size += len(p.Content)
	}
	return s.writer.submit(ctx, size, func() error { return s.seal(sealed) })
}

func (s *Store) seal(sealed store.Sealed) error {
	w, st := s.writer, &s.writer.stmt.sealing
	in, err := w.session(sealed.ID)
	if err != nil {
		return err
	}
	if !in.Ended || in.sealed || in.LastSeq != sealed.Entries || len(in.Pending) > 0 {
		return store.ErrConflict
	}
	var policies string
	if err := w.scan(st.policies.QueryRow(in.num), &policies); err != nil {
		return err
	}
	leaf, err := w.appendLeaf(sealed.Leaf)
	if err != nil {
		return err
	}
	if err := w.exec(st.document, in.num, leaf, sealed.Hashes, policies, s.packing.Pack(in.Stopped()), len(sealed.Words)); err != nil {
		return err
	}
	for _, p := range sealed.Parts {
		if err := w.exec(st.part, in.num, int64(p.First), int64(p.Last), p.Content); err != nil {
			return err
		}
	}
	for _, word := range sealed.Words {
		if err := w.exec(st.word, word, in.num); err != nil {
			return err
		}
	}
	for _, stmt := range []*sql.Stmt{st.noEntries, st.noStreams, st.noInbox, st.noPeople, st.sealed} {
		if err := w.exec(stmt, in.num); err != nil {
			return err
		}
	}
	in.sealed = true
	return w.addDeliveries(sealed.Deliveries)
}

// readStopped reads the streams of a sealed session.
func (w *writer) readStopped(s *session) error {
	var packed []byte
	err := w.stmt.sealing.stopped.QueryRow(s.num).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) { // it was erased
		err = w.stmt.erasing.buried.QueryRow(s.num).Scan(&packed)
	}
	if err != nil {
		return err
	}
	plain, err := w.packing.Unpack(packed)
	if err != nil {
		return fmt.Errorf("unpack streams of session %s: %w", s.ID, err)
	}
	if err := s.ReadStopped(plain); err != nil {
		return fmt.Errorf("read streams of session %s: %w", s.ID, err)
	}
	return nil
}

// appendLeaf adds a leaf to the tree and gives its place.
func (w *writer) appendLeaf(leaf [32]byte) (at int64, err error) {
	st := &w.stmt.sealing
	if err := w.scan(st.leaves.QueryRow(), &at); err != nil {
		return 0, err
	}
	stored := func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			var hash []byte
			if err := w.scan(st.hash.QueryRow(index), &hash); err != nil {
				return nil, err
			}
			copy(hashes[i][:], hash)
		}
		return hashes, nil
	}
	hashes, err := tlog.StoredHashesForRecordHash(at, leaf, tlog.HashReaderFunc(stored))
	if err != nil {
		w.trouble = fmt.Errorf("append leaf %d: %w", at, err)
		return 0, w.trouble
	}
	for i, hash := range hashes {
		if err := w.exec(st.grow, tlog.StoredHashIndex(0, at)+int64(i), hash[:]); err != nil {
			return 0, err
		}
	}
	return at, w.exec(st.leavesNow, at+1)
}

// scan reads a row and remembers trouble.
func (w *writer) scan(row *sql.Row, to ...any) error {
	err := row.Scan(to...)
	if err != nil {
		w.trouble = err
	}
	return err
}

// Document implements store.Sealing.
func (s *Store) Document(ctx context.Context, id string) (store.Document, error) {
	summary, err := s.Session(ctx, id)
	if err != nil {
		return store.Document{}, err
	}
	switch {
	case summary.Erased != 0:
		return store.Document{}, store.ErrErased
	case !summary.Sealed:
		return store.Document{}, store.ErrNotSealed
	}
	d := store.Document{Summary: summary}
	var salt, hash []byte
	err = s.readers.QueryRowContext(ctx, "SELECT leaf, hashes, salt, hash FROM documents JOIN sessions ON num = session WHERE id = ?", id).
		Scan(&d.Leaf, &d.Hashes, &salt, &hash)
	if err != nil {
		return store.Document{}, fmt.Errorf("read document %s: %w", id, err)
	}
	copy(d.Salt[:], salt)
	copy(d.Hash[:], hash)
	return d, nil
}

// SealedFrom implements store.Sealing.
func (s *Store) SealedFrom(ctx context.Context, leaf int64, limit int) ([]store.Place, error) {
	return s.places(ctx, "SELECT leaf, id, site, last_time FROM documents JOIN sessions ON num = session WHERE leaf >= ? ORDER BY leaf LIMIT ?", leaf, limit)
}

func (s *Store) places(ctx context.Context, query string, args ...any) ([]store.Place, error) {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list sealed sessions: %w", err)
	}
	defer rows.Close()
	var places []store.Place
	for rows.Next() {
		var p store.Place
		if err := rows.Scan(&p.Leaf, &p.ID, &p.Site, &p.LastTime); err != nil {
			return nil, fmt.Errorf("list sealed sessions: %w", err)
		}
		places = append(places, p)
	}
	return places, rows.Err()
}

// Mark implements store.Sealing.
func (s *Store) Mark(ctx context.Context, name string) (at int64, err error) {
	err = s.readers.QueryRowContext(ctx, "SELECT at FROM marks WHERE name = ?", name).Scan(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read mark %s: %w", name, err)
	}
	return at, nil
}

// SetMark implements store.Sealing.
func (s *Store) SetMark(ctx context.Context, name string, at int64) error {
	return s.writer.submit(ctx, 0, func() error { return s.writer.exec(s.writer.stmt.sealing.mark, name, at) })
}
