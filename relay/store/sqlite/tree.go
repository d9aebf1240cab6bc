package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// TreeSize implements store.Tree.
func (s *Store) TreeSize(ctx context.Context) (size int64, err error) {
	if err := s.readers.QueryRowContext(ctx, "SELECT size FROM leaves").Scan(&size); err != nil {
		return 0, fmt.Errorf("read size of the tree: %w", err)
	}
	return size, nil
}

// TreeHashes implements store.Tree.
func (s *Store) TreeHashes(ctx context.Context, indexes []int64) ([][32]byte, error) {
	hashes := make([][32]byte, len(indexes))
	for i, index := range indexes {
		var hash []byte
		if err := s.readers.QueryRowContext(ctx, "SELECT hash FROM tree WHERE id = ?", index).Scan(&hash); err != nil {
			return nil, fmt.Errorf("read hash %d of the tree: %w", index, err)
		}
		copy(hashes[i][:], hash)
	}
	return hashes, nil
}

// KeepCheckpoint implements store.Tree.
func (s *Store) KeepCheckpoint(ctx context.Context, c store.Checkpoint) error {
	return s.writer.submit(ctx, len(c.Note), func() error {
		result, err := s.writer.stmt.sealing.checkpoint.Exec(c.Size, c.Note)
		if err != nil {
			s.writer.trouble = err
			return err
		}
		if n, err := result.RowsAffected(); err == nil && n == 0 {
			return store.ErrConflict
		}
		return nil
	})
}

// Checkpoint implements store.Tree.
func (s *Store) Checkpoint(ctx context.Context) (c store.Checkpoint, err error) {
	err = s.readers.QueryRowContext(ctx, "SELECT size, note FROM checkpoint").Scan(&c.Size, &c.Note)
	if errors.Is(err, sql.ErrNoRows) {
		return c, store.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("read the checkpoint: %w", err)
	}
	return c, nil
}
