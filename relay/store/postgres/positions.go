package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// BeginStream implements store.Positions.
func (s *Store) BeginStream(ctx context.Context, site, destination string, now int64) (int64, error) {
	var since int64
	err := s.submit(ctx, &write{key: outboxKey, do: func(t *turn) error {
		t.queue("INSERT INTO live_streams (site, destination, since) VALUES ($1, $2, $3) ON CONFLICT (site, destination) DO NOTHING", site, destination, now)
		t.out.Queue("SELECT since FROM live_streams WHERE site = $1 AND destination = $2", site, destination).
			QueryRow(func(row pgx.Row) error { return row.Scan(&since) })
		return nil
	}})
	if err != nil {
		return 0, err
	}
	return since, nil
}

// OpenPositions implements store.Positions.
func (s *Store) OpenPositions(ctx context.Context, site, destination string, from int64) ([]store.Position, error) {
	return list[store.Position](ctx, s, "list positions", `SELECT session_id, created, coalesce(seq, 0), last_seq, ended
		FROM sessions s LEFT JOIN (SELECT session_id, seq FROM positions WHERE site = $1 AND destination = $2) p USING (session_id)
		WHERE site = $1 AND created >= $3 AND erased = 0 AND NOT (ended AND coalesce(seq, 0) >= last_seq) ORDER BY created, session_id`,
		site, destination, from)
}

// ClaimPosition implements store.Positions.
func (s *Store) ClaimPosition(ctx context.Context, site, destination, session, lease string, now, until int64) (uint64, error) {
	var seqs []uint64
	err := s.submit(ctx, &write{key: session, do: func(t *turn) error {
		t.out.Queue(`INSERT INTO positions AS p (session_id, site, destination, seq, lease, lease_until) VALUES ($1, $2, $3, 0, $4, $6)
			ON CONFLICT (session_id, site, destination) DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until
				WHERE p.lease_until <= $5
			RETURNING seq`, session, site, destination, lease, s.skew.toShared(now), s.skew.toShared(until)).
			Query(func(rows pgx.Rows) (err error) {
				seqs, err = pgx.CollectRows(rows, pgx.RowTo[uint64])
				return err
			})
		return nil
	}})
	switch {
	case err != nil:
		return 0, err
	case len(seqs) == 0:
		return 0, store.ErrLeaseLost
	}
	return seqs[0], nil
}

// AdvancePosition implements store.Positions.
func (s *Store) AdvancePosition(ctx context.Context, site, destination, session, lease string, seq uint64, until int64) error {
	if until != 0 {
		until = s.skew.toShared(until)
	}
	return s.changeLeased(ctx, `UPDATE positions SET seq = $5, lease_until = $6
		WHERE session_id = $1 AND site = $2 AND destination = $3 AND lease = $4`, session, site, destination, lease, int64(seq), until)
}
