package postgres

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// chain is what a turn knows of a site's access log, which is locked from then on.
type chain struct {
	day  string // of the last entry, empty before the first
	seq  uint64
	hash [32]byte
	open map[string]bool // days that are not in the tree
}

// lockChains queues the locks of access logs, in the order of their sites. They come after those of sessions and the
// tree, so no two relays ever wait for each other. Of a site's first entry there is nothing to lock: of two relays that
// write one at once the second begins again.
func (t *turn) lockChains(in *pgx.Batch) {
	for _, site := range slices.Sorted(maps.Keys(t.chains)) {
		c := &chain{open: map[string]bool{}}
		t.chains[site] = c
		in.Queue("SELECT day, seq, hash FROM access_chains WHERE site = $1 FOR UPDATE", site).Query(func(rows pgx.Rows) error {
			var hash []byte
			_, err := pgx.ForEachRow(rows, []any{&c.day, &c.seq, &hash}, func() error {
				copy(c.hash[:], hash)
				return nil
			})
			return err
		})
		in.Queue("SELECT day FROM access_days WHERE site = $1 AND leaf IS NULL", site).Query(func(rows pgx.Rows) error {
			var day string
			_, err := pgx.ForEachRow(rows, []any{&day}, func() error {
				c.open[day] = true
				return nil
			})
			return err
		})
	}
}

// NoteAccess implements store.Accesses.
func (s *Store) NoteAccess(ctx context.Context, site, day string, entry func(seq uint64, before [32]byte) ([]byte, [32]byte)) error {
	return s.submit(ctx, &write{key: site, needs: needs{chain: site}, do: func(t *turn) error {
		t.noteAccess(site, day, entry)
		return nil
	}})
}

func (t *turn) noteAccess(site, day string, write func(seq uint64, before [32]byte) (entry []byte, hash [32]byte)) {
	c := t.chains[site]
	first := c.day == ""
	if day > c.day { // a clock that was set back does not break the chain
		c.day, c.seq, c.open[day] = day, 0, true
		t.queue("INSERT INTO access_days (site, day) VALUES ($1, $2)", site, day)
	}
	entry, hash := write(c.seq+1, c.hash)
	c.seq, c.hash = c.seq+1, hash
	t.queue("INSERT INTO access (site, day, seq, entry, hash) VALUES ($1, $2, $3, $4, $5)", site, c.day, int64(c.seq), entry, hash[:])
	if first {
		t.queue("INSERT INTO access_chains (site, day, seq, hash) VALUES ($1, $2, $3, $4)", site, c.day, int64(c.seq), hash[:])
	} else {
		t.queue("UPDATE access_chains SET day = $2, seq = $3, hash = $4 WHERE site = $1", site, c.day, int64(c.seq), hash[:])
	}
}

// Accesses implements store.Accesses.
func (s *Store) Accesses(ctx context.Context, site, day string, after uint64, limit int) ([]store.Access, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, "SELECT day, seq, entry, hash FROM access WHERE site = $1 AND (day, seq) > ($2, $3) ORDER BY day, seq LIMIT $4",
		site, day, int64(min(after, math.MaxInt64)), limit)
	if err != nil {
		return nil, fmt.Errorf("read access log of site %s: %w", site, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a store.Access, err error) {
		var hash []byte
		err = row.Scan(&a.Day, &a.Seq, &a.Entry, &hash)
		copy(a.Hash[:], hash)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read access log of site %s: %w", site, err)
	}
	return list, nil
}

// OpenDays implements store.Accesses.
func (s *Store) OpenDays(ctx context.Context, before string) ([]store.AccessDay, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, `SELECT site, day, seq, hash FROM access_days d
		CROSS JOIN LATERAL (SELECT seq, hash FROM access a WHERE a.site = d.site AND a.day = d.day ORDER BY seq DESC LIMIT 1) last
		WHERE leaf IS NULL AND day < $1 ORDER BY day, site`, before)
	if err != nil {
		return nil, fmt.Errorf("list days of the access log: %w", err)
	}
	days, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d store.AccessDay, err error) {
		var hash []byte
		err = row.Scan(&d.Site, &d.Day, &d.Entries, &hash)
		copy(d.Hash[:], hash)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list days of the access log: %w", err)
	}
	return days, nil
}

// CloseDay implements store.Accesses.
func (s *Store) CloseDay(ctx context.Context, d store.AccessDay, leaf [32]byte) error {
	return s.submit(ctx, &write{key: treeKey, needs: needs{tree: true, chain: d.Site}, do: func(t *turn) error {
		open := t.chains[d.Site].open
		if !open[d.Day] {
			return store.ErrConflict
		}
		at, err := t.appendLeaf(leaf)
		if err != nil {
			return err
		}
		delete(open, d.Day)
		t.queue("UPDATE access_days SET leaf = $3 WHERE site = $1 AND day = $2", d.Site, d.Day, at)
		return nil
	}})
}

// ClosedDays implements store.Accesses.
func (s *Store) ClosedDays(ctx context.Context, after int64, limit int) ([]store.ClosedDay, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, `SELECT site, day, leaf, seq, hash FROM access_days d
		CROSS JOIN LATERAL (SELECT seq, hash FROM access a WHERE a.site = d.site AND a.day = d.day ORDER BY seq DESC LIMIT 1) last
		WHERE leaf > $1 ORDER BY leaf LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list days of the access log that are in the tree: %w", err)
	}
	days, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d store.ClosedDay, err error) {
		var hash []byte
		err = row.Scan(&d.Site, &d.Day, &d.Leaf, &d.Entries, &hash)
		copy(d.Hash[:], hash)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list days of the access log that are in the tree: %w", err)
	}
	return days, nil
}
