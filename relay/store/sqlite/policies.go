package sqlite

import (
	"context"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// KeepPolicies implements store.Policies.
func (s *Store) KeepPolicies(ctx context.Context, policies []store.Policy) error {
	size := 0
	for _, p := range policies {
		size += len(p.Compiled)
	}
	return s.writer.submit(ctx, size, func() error {
		for _, p := range policies {
			if err := s.writer.exec(s.writer.stmt.policy, p.Digest, p.Site, p.Since, p.Compiled); err != nil {
				return err
			}
		}
		return nil
	})
}

// Policy implements store.Reader.
func (s *Store) Policy(ctx context.Context, digest string) ([]store.Policy, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT digest, site, since, compiled FROM policies WHERE digest = ? ORDER BY site", digest)
	if err != nil {
		return nil, fmt.Errorf("read policy %s: %w", digest, err)
	}
	defer rows.Close()
	var found []store.Policy
	for rows.Next() {
		var p store.Policy
		if err := rows.Scan(&p.Digest, &p.Site, &p.Since, &p.Compiled); err != nil {
			return nil, fmt.Errorf("read policy %s: %w", digest, err)
		}
		found = append(found, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read policy %s: %w", digest, err)
	}
	if found == nil {
		return nil, store.ErrNotFound
	}
	return found, nil
}
