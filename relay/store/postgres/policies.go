package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// KeepPolicies implements store.Policies. Relays that start at once keep the same ones, so they do it in one order.
func (s *Store) KeepPolicies(ctx context.Context, policies []store.Policy) error {
	size := 0
	policies = slices.Clone(policies)
	for i := range policies {
		policies[i].Compiled = slices.Clone(policies[i].Compiled)
		size += len(policies[i].Compiled)
	}
	slices.SortFunc(policies, func(a, b store.Policy) int {
		return cmp.Or(cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Site, b.Site))
	})
	return s.submit(ctx, &write{key: s.relay, size: size, do: func(t *turn) error {
		for _, p := range policies {
			t.queue("INSERT INTO policies (digest, site, since, compiled) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", p.Digest, p.Site, p.Since, p.Compiled)
		}
		return nil
	}})
}

// Policy implements store.Reader.
func (s *Store) Policy(ctx context.Context, digest string) ([]store.Policy, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, `SELECT digest, site, since, compiled FROM policies WHERE digest = $1 ORDER BY site COLLATE "C"`, digest)
	if err != nil {
		return nil, fmt.Errorf("read policy %s: %w", digest, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[store.Policy])
	if err != nil {
		return nil, fmt.Errorf("read policy %s: %w", digest, err)
	}
	if len(found) == 0 {
		return nil, store.ErrNotFound
	}
	return found, nil
}
