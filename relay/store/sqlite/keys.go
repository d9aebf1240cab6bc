package sqlite

import (
	"context"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// Keys implements store.Keys.
func (s *Store) Keys(ctx context.Context) ([]store.Key, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT site, name, digest FROM keys ORDER BY site, name")
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	defer rows.Close()
	var keys []store.Key
	for rows.Next() {
		var k store.Key
		if err := rows.Scan(&k.Site, &k.Name, &k.Digest); err != nil {
			return nil, fmt.Errorf("list API keys: %w", err)
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

// KeepKeys implements store.Keys.
func (s *Store) KeepKeys(ctx context.Context, keys []store.Key) error {
	w, st := s.writer, &s.writer.stmt
	return w.submit(ctx, 0, func() error {
		if err := w.exec(st.noKeys); err != nil {
			return err
		}
		for _, k := range keys {
			if err := w.exec(st.key, k.Site, k.Name, k.Digest); err != nil {
				return err
			}
		}
		return nil
	})
}
