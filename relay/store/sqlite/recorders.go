package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// KeepRecorder implements store.Recorders.
func (s *Store) KeepRecorder(ctx context.Context, files []store.RecorderFile, now int64, most int) error {
	size := 0
	for _, f := range files {
		size += len(f.Packed)
	}
	w, st := s.writer, &s.writer.stmt
	return w.submit(ctx, size, func() error {
		for _, f := range files {
			if err := w.exec(st.recorderFile, f.Name, now, f.Packed); err != nil {
				return err
			}
		}
		return w.exec(st.oldRecorders, most)
	})
}

// RecorderFiles implements store.Recorders.
func (s *Store) RecorderFiles(ctx context.Context) ([]string, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT name FROM recorder_files ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list the recorders' files: %w", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list the recorders' files: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// RecorderFile implements store.Recorders.
func (s *Store) RecorderFile(ctx context.Context, name string) ([]byte, error) {
	var packed []byte
	err := s.readers.QueryRowContext(ctx, "SELECT packed FROM recorder_files WHERE name = ?", name).Scan(&packed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, store.ErrNotFound
	case err != nil:
		return nil, fmt.Errorf("read the recorder's file %s: %w", name, err)
	}
	return packed, nil
}
