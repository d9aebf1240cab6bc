package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// blankAtOnce is how much of the free pages is overwritten in one transaction: others wait for it meanwhile.
	blankAtOnce = 4 << 20
	// cleanWithin bounds the time in which readers must let go of the write-ahead log: they hold it for one read.
	cleanWithin = 10 * time.Second
	// lookForReaders is how often it is tried meanwhile.
	lookForReaders = 20 * time.Millisecond
	// briefly is how long each try may wait for them, in milliseconds: nobody writes meanwhile.
	briefly = "50"
)

// erasingStatements are the writer's for erasing.
type erasingStatements struct {
	state, hold                                  *sql.Stmt
	bury, noDocument, noParts, empty             *sql.Stmt
	blank, noBlank, traces, cleaned              *sql.Stmt
	buried, words, noWord, noWords, noRequests   *sql.Stmt
	lastAccess, access, openDay, closeDay, dayIs *sql.Stmt
}

func (s *erasingStatements) prepare(ctx context.Context, conn *sql.Conn, all preparing) error {
	return all(ctx, conn, prepared{
		`SELECT sealed, held, erased FROM sessions WHERE num = ?`: &s.state,
		`UPDATE sessions SET held = ? WHERE num = ?`:              &s.hold,
		`INSERT INTO tombstones (session, note, leaf, own, streams)
		 SELECT session, ?, leaf, ?, streams FROM documents WHERE session = ?`: &s.bury,
		`SELECT words, place FROM documents JOIN sessions ON num = session WHERE num = ?`: &s.words,
		`DELETE FROM words WHERE word = ? AND place = ?`:                                  &s.noWord,
		`DELETE FROM words WHERE place = ?`:                                               &s.noWords,
		`DELETE FROM documents WHERE session = ?`:                                         &s.noDocument,
		`DELETE FROM parts WHERE session = ?`:                                             &s.noParts,
		`UPDATE sessions SET erased = ?, salt = zeroblob(32), hash = zeroblob(32), start_url = '', participants = '[]', end_reason = ''
		 WHERE num = ?`: &s.empty,
		`DELETE FROM requests WHERE session = ?`:         &s.noRequests,
		`INSERT INTO blank (zeros) VALUES (zeroblob(?))`: &s.blank,
		`DELETE FROM blank`:                              &s.noBlank,
		`INSERT INTO marks (name, at) VALUES ('erased', 1) ON CONFLICT (name) DO UPDATE SET at = at + 1`:       &s.traces,
		`INSERT INTO marks (name, at) VALUES ('cleaned', ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at`: &s.cleaned,
		`SELECT streams FROM tombstones WHERE session = ?`:                                                     &s.buried,
		`SELECT day, seq, hash FROM access WHERE site = ? ORDER BY day DESC, seq DESC LIMIT 1`:                 &s.lastAccess,
		`INSERT INTO access (site, day, seq, entry, hash) VALUES (?, ?, ?, ?, ?)`:                              &s.access,
		`INSERT INTO access_days (site, day) VALUES (?, ?) ON CONFLICT (site, day) DO NOTHING`:                 &s.openDay,
		`UPDATE access_days SET leaf = ? WHERE site = ? AND day = ? AND leaf IS NULL`:                          &s.closeDay,
		`SELECT count(*) FROM access_days WHERE site = ? AND day = ? AND leaf IS NULL`:                         &s.dayIs,
	})
}

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
	w := s.writer
	return w.submit(ctx, 0, func() error {
		in, err := w.session(id)
		if err != nil {
			return err
		}
		_, held, erased, err := w.keeping(in)
		switch {
		case err != nil:
			return err
		case erased != 0:
			return store.ErrErased
		}
		return w.exec(w.stmt.erasing.hold, change(held), in.num)
	})
}

// keeping tells whether a session is sealed, and since when it is held or erased.
func (w *writer) keeping(s *session) (sealed bool, held, erased int64, err error) {
	err = w.scan(w.stmt.erasing.state.QueryRow(s.num), &sealed, &held, &erased)
	return sealed, held, erased, err
}

// Erase implements store.Erasing.
func (s *Store) Erase(ctx context.Context, sessions ...store.Erasure) error {
	err := s.writer.submit(ctx, 0, func() error {
		for _, e := range sessions {
			if err := s.writer.mayErase(e.ID); err != nil {
				return err
			}
		}
		for _, e := range sessions {
			if err := s.writer.erase(e); err != nil {
				return err
			}
		}
		return s.writer.exec(s.writer.stmt.erasing.traces)
	})
	if err != nil {
		return err
	}
	return s.Clean(ctx)
}

func (w *writer) mayErase(id string) error {
	in, err := w.session(id)
	if err != nil {
		return err
	}
	sealed, held, erased, err := w.keeping(in)
	switch {
	case err != nil:
		return err
	case erased != 0:
		return store.ErrErased
	case !sealed:
		return store.ErrNotSealed
	case held != 0:
		return store.ErrHeld
	}
	return nil
}

// erase is the one place where a session goes, with all that hangs on it.
func (w *writer) erase(e store.Erasure) error {
	in, st := w.sessions[e.ID], &w.stmt.erasing
	own, err := w.appendLeaf(e.Leaf)
	if err != nil {
		return err
	}
	if err := w.exec(st.bury, e.Note, own, in.num); err != nil {
		return err
	}
	if err := w.forget(in, e.Words); err != nil {
		return err
	}
	for _, stmt := range []*sql.Stmt{st.noDocument, st.noParts} {
		if err := w.exec(stmt, in.num); err != nil {
			return err
		}
	}
	if err := w.exec(st.noRequests, e.ID); err != nil {
		return err
	}
	if err := w.dropDeliveries(e.ID, e.At); err != nil {
		return err
	}
	if err := w.addDeliveries(e.Deliveries); err != nil {
		return err
	}
	return w.exec(st.empty, e.At, in.num)
}

// forget takes a session out of the index. Where the words are not those by which it was put there, as when a later version
// finds other words in the same text, the whole index is looked through.
func (w *writer) forget(s *session, hashes []int64) error {
	st := &w.stmt.erasing
	var left, place int64
	if err := w.scan(st.words.QueryRow(s.num), &left, &place); err != nil {
		return err
	}
	for _, hash := range hashes {
		result, err := st.noWord.Exec(hash, place)
		if err != nil {
			w.trouble = err
			return err
		}
		n, _ := result.RowsAffected() // this engine always knows
		left -= n
	}
	if left == 0 {
		return nil
	}
	return w.exec(st.noWords, place)
}

// Clean implements store.Erasing. Cells of pages in use are overwritten when they are deleted (secure_delete). Pages
// that became free, then or when the session was sealed, are filled with zeros here; and the write-ahead log, which
// has the pages as they were, is copied into the database and cut. How often sessions were erased, and of how many
// times the traces are gone, is kept, for the relay may be killed in between.
func (s *Store) Clean(ctx context.Context) error {
	var erased, cleaned int64
	err := s.readers.QueryRowContext(ctx, "SELECT coalesce(max(at) FILTER (WHERE name = 'erased'), 0), coalesce(max(at) FILTER (WHERE name = 'cleaned'), 0) FROM marks").Scan(&erased, &cleaned)
	if err == nil && erased == cleaned {
		return nil
	}
	if err == nil {
		err = s.blank(ctx)
	}
	if err == nil {
		err = s.truncate(ctx)
	}
	if err == nil {
		err = s.writer.submit(ctx, 0, func() error { return s.writer.exec(s.writer.stmt.erasing.cleaned, erased) })
	}
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrTraces, err)
	}
	return nil
}

// blank fills the free pages with zeros.
func (s *Store) blank(ctx context.Context) error {
	for {
		var free int64
		err := s.writer.submit(ctx, 0, func() error {
			err := s.writer.scan(s.writer.conn.QueryRowContext(context.Background(), "PRAGMA freelist_count"), &free)
			if err != nil || free == 0 {
				return err
			}
			return s.writer.exec(s.writer.stmt.erasing.blank, min(free*pageSize, blankAtOnce))
		})
		if err != nil {
			return fmt.Errorf("overwrite free pages: %w", err)
		}
		if free*pageSize <= blankAtOnce {
			break
		}
	}
	if err := s.writer.submit(ctx, 0, func() error { return s.writer.exec(s.writer.stmt.erasing.noBlank) }); err != nil {
		return fmt.Errorf("give back free pages: %w", err)
	}
	return nil
}

// truncate cuts the write-ahead log to nothing.
func (s *Store) truncate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, cleanWithin)
	defer cancel()
	for {
		var busy bool
		err := s.writer.between(ctx, func() error {
			var frames, copied int
			err := s.writer.plain("PRAGMA busy_timeout = " + briefly)
			if err == nil {
				err = s.writer.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &copied)
			}
			return errors.Join(err, s.writer.plain("PRAGMA busy_timeout = "+busyTimeout))
		})
		if err == nil && !busy {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("readers hold the write-ahead log"), err)
		case <-time.After(lookForReaders):
		}
	}
}

// Tombstone implements store.Erasing.
func (s *Store) Tombstone(ctx context.Context, id string) (t store.Tombstone, err error) {
	err = s.readers.QueryRowContext(ctx, "SELECT note, leaf, own FROM tombstones JOIN sessions ON num = session WHERE id = ?", id).Scan(&t.Note, &t.Leaf, &t.Own)
	if err != nil {
		return t, notFound(err, "read tombstone of session", id)
	}
	return t, nil
}

// Expired implements store.Erasing.
func (s *Store) Expired(ctx context.Context, site string, before int64, limit int) ([]store.Place, error) {
	return s.places(ctx, `SELECT leaf, id, site, last_time FROM sessions JOIN documents ON session = num
		WHERE site = ? AND sealed = 1 AND erased = 0 AND held = 0 AND last_time < ? ORDER BY last_time LIMIT ?`, site, before, limit)
}
