package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Fingerprint gives the fingerprint that is kept of a key, which all relays must have; "" before the first.
func (s *Store) Fingerprint(ctx context.Context, name string) (fingerprint string, err error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	err = s.reading.QueryRow(ctx, "SELECT fingerprint FROM fingerprints WHERE name = $1", name).Scan(&fingerprint)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read fingerprint of %s: %w", name, err)
	}
	return fingerprint, nil
}

// KeepFingerprint keeps a key's fingerprint for ever, unless there is one, and gives the one that is kept. So of relays that
// start at once with different keys one alone is told its own.
func (s *Store) KeepFingerprint(ctx context.Context, name, fingerprint string) (string, error) {
	var kept string
	err := s.submit(ctx, &write{key: s.relay, do: func(t *turn) error {
		t.queue("INSERT INTO fingerprints (name, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, fingerprint)
		t.out.Queue("SELECT fingerprint FROM fingerprints WHERE name = $1", name).
			QueryRow(func(row pgx.Row) error { return row.Scan(&kept) })
		return nil
	}})
	if err != nil {
		return "", err
	}
	return kept, nil
}
