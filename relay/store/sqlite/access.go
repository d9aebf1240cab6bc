package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// NoteAccess implements store.Accesses.
func (s *Store) NoteAccess(ctx context.Context, site, day string, write func(seq uint64, before [32]byte) ([]byte, [32]byte)) error {
	w, st := s.writer, &s.writer.stmt.erasing
	return w.submit(ctx, 0, func() error {
		var last string
		var seq uint64
		var hash []byte
		err := st.lastAccess.QueryRow(site).Scan(&last, &seq, &hash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			w.trouble = err
			return err
		}
		day := max(day, last) // a clock that was set back does not break the chain
		if day != last {
			seq = 0
			if err := w.exec(st.openDay, site, day); err != nil {
				return err
			}
		}
		var before [32]byte
		copy(before[:], hash)
		entry, now := write(seq+1, before)
		return w.exec(st.access, site, day, int64(seq)+1, entry, now[:])
	})
}

// Accesses implements store.Accesses.
func (s *Store) Accesses(ctx context.Context, site, day string, after uint64, limit int) ([]store.Access, error) {
	rows, err := s.readers.QueryContext(ctx,
		"SELECT day, seq, entry, hash FROM access WHERE site = ? AND (day, seq) > (?, ?) ORDER BY day, seq LIMIT ?", site, day, int64(min(after, maxSeq)), limit)
	if err != nil {
		return nil, fmt.Errorf("read access log of site %s: %w", site, err)
	}
	defer rows.Close()
	var list []store.Access
	for rows.Next() {
		var a store.Access
		var hash []byte
		if err := rows.Scan(&a.Day, &a.Seq, &a.Entry, &hash); err != nil {
			return nil, fmt.Errorf("read access log of site %s: %w", site, err)
		}
		copy(a.Hash[:], hash)
		list = append(list, a)
	}
	return list, rows.Err()
}

// OpenDays implements store.Accesses.
func (s *Store) OpenDays(ctx context.Context, before string) ([]store.AccessDay, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT d.site, d.day, a.seq, a.hash FROM access_days d JOIN access a ON a.site = d.site AND a.day = d.day
		WHERE d.leaf IS NULL AND d.day < ? AND a.seq = (SELECT max(seq) FROM access WHERE site = d.site AND day = d.day) ORDER BY d.day, d.site`, before)
	if err != nil {
		return nil, fmt.Errorf("list days of the access log: %w", err)
	}
	defer rows.Close()
	var days []store.AccessDay
	for rows.Next() {
		var d store.AccessDay
		var hash []byte
		if err := rows.Scan(&d.Site, &d.Day, &d.Entries, &hash); err != nil {
			return nil, fmt.Errorf("list days of the access log: %w", err)
		}
		copy(d.Hash[:], hash)
		days = append(days, d)
	}
	return days, rows.Err()
}

// CloseDay implements store.Accesses.
func (s *Store) CloseDay(ctx context.Context, d store.AccessDay, leaf [32]byte) error {
	w, st := s.writer, &s.writer.stmt.erasing
	return w.submit(ctx, 0, func() error {
		var open int
		if err := w.scan(st.dayIs.QueryRow(d.Site, d.Day), &open); err != nil {
			return err
		}
		if open == 0 {
			return store.ErrConflict
		}
		at, err := w.appendLeaf(leaf)
		if err != nil {
			return err
		}
		return w.exec(st.closeDay, at, d.Site, d.Day)
	})
}

// ClosedDays implements store.Accesses.
func (s *Store) ClosedDays(ctx context.Context, after int64, limit int) ([]store.ClosedDay, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT d.site, d.day, d.leaf, a.seq, a.hash FROM access_days d JOIN access a ON a.site = d.site AND a.day = d.day
		WHERE d.leaf > ? AND a.seq = (SELECT max(seq) FROM access WHERE site = d.site AND day = d.day) ORDER BY d.leaf LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list days of the access log that are in the tree: %w", err)
	}
	defer rows.Close()
	var days []store.ClosedDay
	for rows.Next() {
		var d store.ClosedDay
		var hash []byte
		if err := rows.Scan(&d.Site, &d.Day, &d.Leaf, &d.Entries, &hash); err != nil {
			return nil, fmt.Errorf("list days of the access log that are in the tree: %w", err)
		}
		copy(d.Hash[:], hash)
		days = append(days, d)
	}
	return days, rows.Err()
}
