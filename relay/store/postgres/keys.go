package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// Keys implements store.Keys.
func (s *Store) Keys(ctx context.Context) ([]store.Key, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, "SELECT site, name, digest FROM keys ORDER BY site, name")
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[store.Key])
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return keys, nil
}

// KeepKeys implements store.Keys. Relays that start at once keep theirs one after the other.
func (s *Store) KeepKeys(ctx context.Context, keys []store.Key) error {
	keys = slices.Clone(keys)
	return s.submit(ctx, &write{key: s.relay, do: func(t *turn) error {
		t.queue("LOCK TABLE keys IN EXCLUSIVE MODE")
		t.queue("DELETE FROM keys")
		for _, k := range keys {
			t.queue("INSERT INTO keys (site, name, digest) VALUES ($1, $2, $3)", k.Site, k.Name, k.Digest)
		}
		return nil
	}})
}
