package sqlite

import (
	"context"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// BeginStream implements store.Positions.
func (s *Store) BeginStream(ctx context.Context, site, destination string, now int64) (since int64, err error) {
	err = s.writer.submit(ctx, 0, func() error {
		_, err := s.writer.change(`INSERT INTO live_streams (site, destination, since) VALUES (?, ?, ?) ON CONFLICT (site, destination) DO NOTHING`, site, destination, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	err = s.readers.QueryRowContext(ctx, `SELECT since FROM live_streams WHERE site = ? AND destination = ?`, site, destination).Scan(&since)
	if err != nil {
		return 0, fmt.Errorf("read when the stream began: %w", err)
	}
	return since, nil
}

// OpenPositions implements store.Positions.
func (s *Store) OpenPositions(ctx context.Context, site, destination string, from int64) ([]store.Position, error) {
	return list(ctx, s.readers, "list positions", func(row scanner) (p store.Position, err error) {
		return p, row.Scan(&p.Session, &p.Created, &p.Seq, &p.LastSeq, &p.Ended)
	}, `SELECT s.id, s.created, coalesce(p.seq, 0), s.last_seq, s.ended FROM sessions s
		LEFT JOIN positions p ON p.session = s.id AND p.site = s.site AND p.destination = ?
		WHERE s.site = ? AND s.created >= ? AND s.erased = 0 AND NOT (s.ended = 1 AND coalesce(p.seq, 0) >= s.last_seq)
		ORDER BY s.created, s.num`, destination, site, from)
}

// ClaimPosition implements store.Positions.
func (s *Store) ClaimPosition(ctx context.Context, site, destination, session, lease string, now, until int64) (seq uint64, err error) {
	err = s.writer.submit(ctx, 0, func() error {
		_, err := s.writer.change(`INSERT INTO positions (site, destination, session, seq, lease, lease_until)
			VALUES (?, ?, ?, 0, '', 0) ON CONFLICT (session, site, destination) DO NOTHING`, site, destination, session)
		if err != nil {
			return err
		}
		n, err := s.writer.change(`UPDATE positions SET lease = ?, lease_until = ? WHERE session = ? AND site = ? AND destination = ? AND lease_until <= ?`,
			lease, until, session, site, destination, now)
		if err != nil || n == 0 {
			return orLeaseLost(err)
		}
		err = s.writer.conn.QueryRowContext(context.Background(), `SELECT seq FROM positions WHERE session = ? AND site = ? AND destination = ?`,
			session, site, destination).Scan(&seq)
		if err != nil {
			s.writer.trouble = err
		}
		return err
	})
	return seq, err
}

// AdvancePosition implements store.Positions.
func (s *Store) AdvancePosition(ctx context.Context, site, destination, session, lease string, seq uint64, until int64) error {
	return s.writer.submit(ctx, 0, func() error {
		n, err := s.writer.change(`UPDATE positions SET seq = ?, lease_until = ?
			WHERE session = ? AND site = ? AND destination = ? AND lease = ?`, int64(seq), until, session, site, destination, lease)
		if err != nil || n == 0 {
			return orLeaseLost(err)
		}
		return nil
	})
}

// orLeaseLost is the error of a statement that should have changed a leased row and did not.
func orLeaseLost(err error) error {
	if err == nil {
		return store.ErrLeaseLost
	}
	return err
}
