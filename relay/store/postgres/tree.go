package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/store"
)

// treeKey is the key of writes for the tree. They have a goroutine of their own, so one at a time waits for the lock.
const treeKey = "tree"

// edge is what a turn knows of the tree, which is locked from then on.
type edge struct {
	size   int64               // leaves
	hashes map[int64]tlog.Hash // stored hashes by index: of the largest whole subtrees, and what the turn has added
}

// lockTree queues the lock of the tree. It comes after those of all sessions, so no two relays ever wait for each other.
func (t *turn) lockTree(in *pgx.Batch) {
	in.Queue("SELECT size FROM leaves FOR UPDATE").QueryRow(func(row pgx.Row) error {
		t.tree = &edge{hashes: map[int64]tlog.Hash{}}
		return row.Scan(&t.tree.size)
	})
}

// readEdge reads the hashes from which those of the next leaves are computed. Which they are the size tells.
func (t *turn) readEdge(ctx context.Context, conn *pgx.Conn) error {
	if t.tree == nil {
		return nil
	}
	var indexes []int64
	for level := 0; t.tree.size>>level > 0; level++ {
		if whole := t.tree.size >> level; whole&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, whole-1))
		}
	}
	hashes, err := readHashes(ctx, conn, indexes)
	for i := range hashes {
		t.tree.hashes[indexes[i]] = hashes[i]
	}
	return err
}

// appendLeaf adds a leaf to the tree and gives its place. A write that needs it says so in its needs.
func (t *turn) appendLeaf(leaf [32]byte) (at int64, err error) {
	if t.tree == nil {
		t.missing = append(t.missing, needs{tree: true})
		return 0, errMissing
	}
	at = t.tree.size
	stored := func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = t.tree.hashes[index] // each is of the edge
		}
		return hashes, nil
	}
	hashes, err := tlog.StoredHashesForRecordHash(at, leaf, tlog.HashReaderFunc(stored))
	if err != nil {
		return 0, fmt.Errorf("append leaf %d: %w", at, err)
	}
	for i, hash := range hashes {
		id := tlog.StoredHashIndex(0, at) + int64(i)
		t.queue("INSERT INTO tree (id, hash) VALUES ($1, $2)", id, hash[:])
		t.tree.hashes[id] = hash
	}
	t.queue("UPDATE leaves SET size = $1", at+1)
	t.tree.size = at + 1
	return at, nil
}

// TreeSize implements store.Tree.
func (s *Store) TreeSize(ctx context.Context) (size int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	if err := s.reading.QueryRow(ctx, "SELECT size FROM leaves").Scan(&size); err != nil {
		return 0, fmt.Errorf("read size of the tree: %w", err)
	}
	return size, nil
}

// TreeHashes implements store.Tree.
func (s *Store) TreeHashes(ctx context.Context, indexes []int64) ([][32]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	read, err := readHashes(ctx, s.reading, indexes)
	if err != nil {
		return nil, err
	}
	hashes := make([][32]byte, len(read))
	for i, hash := range read {
		hashes[i] = hash
	}
	return hashes, nil
}

// querier is a connection, or a pool of them.
type querier interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// readHashes gives stored hashes in the order of their indexes.
func readHashes(ctx context.Context, from querier, indexes []int64) ([]tlog.Hash, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	rows, err := from.Query(ctx, "SELECT id, hash FROM tree WHERE id = ANY ($1)", indexes)
	if err != nil {
		return nil, fmt.Errorf("read hashes of the tree: %w", err)
	}
	found := map[int64]tlog.Hash{}
	var id int64
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &hash}, func() error {
		var h tlog.Hash
		copy(h[:], hash)
		found[id] = h
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read hashes of the tree: %w", err)
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hash, there := found[index]
		if !there {
			return nil, fmt.Errorf("hash %d of the tree is missing", index)
		}
		hashes[i] = hash
	}
	return hashes, nil
}

// KeepCheckpoint implements store.Tree.
func (s *Store) KeepCheckpoint(ctx context.Context, c store.Checkpoint) error {
	var kept bool
	note := append([]byte{}, c.Note...)
	err := s.submit(ctx, &write{key: treeKey, size: len(note), do: func(t *turn) error {
		t.out.Queue(`INSERT INTO checkpoint (id, size, note) VALUES (1, $1, $2)
			ON CONFLICT (id) DO UPDATE SET size = excluded.size, note = excluded.note WHERE excluded.size >= checkpoint.size`, c.Size, note).
			Exec(func(tag pgconn.CommandTag) error {
				kept = tag.RowsAffected() > 0
				return nil
			})
		return nil
	}})
	if err == nil && !kept {
		return store.ErrConflict
	}
	return err
}

// Checkpoint implements store.Tree.
func (s *Store) Checkpoint(ctx context.Context) (c store.Checkpoint, err error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	err = s.reading.QueryRow(ctx, "SELECT size, note FROM checkpoint").Scan(&c.Size, &c.Note)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, store.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("read the checkpoint: %w", err)
	}
	return c, nil
}
