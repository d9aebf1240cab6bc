package postgres

import (
	"bytes"
	"context"
	"slices"

	"github.com/cotrail/cotrail/relay/store"
)

// Hold implements store.Erasing.
func (s *Store) Hold(ctx context.Context, id string, at int64) error {
	return s.holding(ctx, id, func(held int64) int64 {
		if held != 0 {
			return held
		}
		return at
	})
}

// Release implements store.Erasing.
func (s *Store) Release(ctx context.Context, id string) error {
	return s.holding(ctx, id, func(int64) int64 { return 0 })
}

func (s *Store) holding(ctx context.Context, id string, change func(held int64) int64) error {
	return s.submit(ctx, &write{key: id, needs: needs{session: id}, do: func(t *turn) error {
		k, err := t.session(id)
		switch {
		case err != nil:
			return err
		case k.erased != 0:
			return store.ErrErased
		}
		k.held = change(k.held)
		t.queue("UPDATE sessions SET held = $2 WHERE session_id = $1", id, k.held)
		return nil
	}})
}

// Erase implements store.Erasing.
func (s *Store) Erase(ctx context.Context, sessions ...store.Erasure) error {
	list := slices.Clone(sessions)
	for i := range list {
		list[i].Note, list[i].Words, list[i].Deliveries = bytes.Clone(list[i].Note), slices.Clone(list[i].Words), slices.Clone(list[i].Deliveries)
	}
	if err := s.submit(ctx, &write{key: treeKey, needs: needs{tree: true}, do: func(t *turn) error { return t.eraseAll(list) }}); err != nil {
		return err
	}
	return s.Clean(ctx)
}

func (t *turn) eraseAll(list []store.Erasure) error {
	for _, e := range list {
		if _, locked := t.known[e.ID]; !locked {
			t.missing = append(t.missing, needs{session: e.ID})
		}
	}
	if len(t.missing) > 0 {
		return errMissing
	}
	for _, e := range list {
		if err := t.mayErase(e.ID); err != nil {
			return err
		}
	}
	for _, e := range list {
		if err := t.erase(e); err != nil {
			return err
		}
	}
	t.queue("UPDATE traces SET erased = erased + 1")
	return nil
}

func (t *turn) mayErase(id string) error {
	k, err := t.session(id)
	switch {
	case err != nil:
		return err
	case k.erased != 0:
		return store.ErrErased
	case !k.sealed:
		return store.ErrNotSealed
	case k.held != 0:
		return store.ErrHeld
	}
	return nil
}

// erase is the one place where a session goes, with all that hangs on it.
func (t *turn) erase(e store.Erasure) error {
	own, err := t.appendLeaf(e.Leaf)
	if err != nil {
		return err
	}
	t.queue("INSERT INTO tombstones (session_id, note, leaf, own, streams) SELECT session_id, $2, leaf, $3, streams FROM documents WHERE session_id = $1",
		e.ID, e.Note, own)
	t.forget(e)
	for _, statement := range []string{
		"DELETE FROM documents WHERE session_id = $1",
		"DELETE FROM parts WHERE session_id = $1",
		"DELETE FROM requests WHERE session_id = $1",
	} {
		t.queue(statement, e.ID)
	}
	t.dropDeliveries(e.ID, e.At)
	t.addDeliveries(e.Deliveries)
	t.queue(`UPDATE sessions SET erased = $2, salt = $3, hash = $3, start_url = '', participants = '[]', end_reason = '' WHERE session_id = $1`,
		e.ID, e.At, make([]byte, 32))
	t.known[e.ID].erased = e.At
	return nil
}

// forget takes a session out of the index. Where the words are not those by which it was put there, as when a later version
// finds other words in the same text, the whole index is looked through: the condition of the first statement is asked once,
// and it reads nothing where that is false.
func (t *turn) forget(e store.Erasure) {
	const theirs = `word = ANY ($2) AND w.created = (SELECT s.created FROM sessions s WHERE s.session_id = $1) AND w.session_id = $1`
	t.queue(`DELETE FROM words WHERE session_id = $1
		AND (SELECT d.words FROM documents d WHERE d.session_id = $1) > (SELECT count(*) FROM words w WHERE `+theirs+`)`, e.ID, e.Words)
	t.queue(`DELETE FROM words w WHERE `+theirs, e.ID, e.Words)
}

// Tombstone implements store.Erasing.
func (s *Store) Tombstone(ctx context.Context, id string) (t store.Tombstone, err error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	err = s.reading.QueryRow(ctx, "SELECT note, leaf, own FROM tombstones WHERE session_id = $1", id).Scan(&t.Note, &t.Leaf, &t.Own)
	if err != nil {
		return t, notFound(err, "read tombstone of session", id)
	}
	return t, nil
}

// Expired implements store.Erasing.
func (s *Store) Expired(ctx context.Context, site string, before int64, limit int) ([]store.Place, error) {
	return s.places(ctx, `SELECT leaf, session_id, site, last_time FROM sessions JOIN documents USING (session_id)
		WHERE site = $1 AND sealed AND erased = 0 AND held = 0 AND last_time < $2 ORDER BY last_time LIMIT $3`, site, before, limit)
}
