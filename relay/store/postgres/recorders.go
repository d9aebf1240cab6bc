package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// KeepRecorder implements store.Recorders. Relays that start at once keep the same files, so they do it in one order.
func (s *Store) KeepRecorder(ctx context.Context, files []store.RecorderFile, now int64, most int) error {
	size := 0
	files = slices.Clone(files)
	for i := range files {
		files[i].Packed = slices.Clone(files[i].Packed)
		size += len(files[i].Packed)
	}
	slices.SortFunc(files, func(a, b store.RecorderFile) int { return cmp.Compare(a.Name, b.Name) })
	return s.submit(ctx, &write{key: s.relay, size: size, do: func(t *turn) error {
		t.queue("LOCK TABLE recorder_files IN EXCLUSIVE MODE")
		for _, f := range files {
			t.queue("INSERT INTO recorder_files (name, since, packed) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET since = excluded.since", f.Name, s.skew.toShared(now), f.Packed)
		}
		t.queue(`DELETE FROM recorder_files WHERE since < (
			SELECT min(since) FROM (SELECT DISTINCT since FROM recorder_files ORDER BY since DESC LIMIT $1) latest)`, most)
		return nil
	}})
}

// RecorderFiles implements store.Recorders.
func (s *Store) RecorderFiles(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "list the recorders' files", "SELECT name FROM recorder_files ORDER BY name")
}

// RecorderFile implements store.Recorders.
func (s *Store) RecorderFile(ctx context.Context, name string) (packed []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	err = s.reading.QueryRow(ctx, "SELECT packed FROM recorder_files WHERE name = $1", name).Scan(&packed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, store.ErrNotFound
	case err != nil:
		return nil, fmt.Errorf("read the recorder's file %s: %w", name, err)
	}
	return packed, nil
}
