package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/store"
)

// Entries implements store.Reader.
func (s *Store) Entries(ctx context.Context, id string, after uint64, fn func(seq uint64, line []byte) error) error {
	for {
		chunks, more, err := s.chunks(ctx, id, after)
		if err != nil {
			return err
		}
		for _, c := range chunks {
			if after, err = c.Each(after, fn); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// chunks reads the next rows of a session, from where they are: it may be sealed between two calls.
func (s *Store) chunks(ctx context.Context, id string, after uint64) (chunks []store.Chunk, more bool, err error) {
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, false, fmt.Errorf("read entries of session %s: %w", id, err)
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	var num int64
	var sealed, erased bool
	if err := tx.QueryRowContext(ctx, "SELECT num, sealed, erased <> 0 FROM sessions WHERE id = ?", id).Scan(&num, &sealed, &erased); err != nil {
		return nil, false, notFound(err, "read entries of session", id)
	}
	if erased {
		return nil, false, store.ErrErased
	}
	from, limit := "SELECT first_seq, last_seq, lines FROM entries", chunksAtOnce
	unpack := func(_ uint64, packed []byte) ([]byte, error) { return s.packing.Unpack(packed) }
	if sealed {
		from, limit = "SELECT first_seq, last_seq, content FROM parts", 1 // one is as large as several rows
		unpack = func(first uint64, part []byte) ([]byte, error) { return document.Decode(id, first, part) }
	}
	rows, err := tx.QueryContext(ctx, from+" WHERE session = ? AND last_seq > ? ORDER BY last_seq LIMIT ?", num, int64(min(after, maxSeq)), limit)
	if err != nil {
		return nil, false, fmt.Errorf("read entries of session %s: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var c store.Chunk
		var packed sql.RawBytes
		if err := rows.Scan(&c.First, &c.Last, &packed); err != nil {
			return nil, false, fmt.Errorf("read entries of session %s: %w", id, err)
		}
		if c.Lines, err = unpack(c.First, packed); err != nil {
			return nil, false, fmt.Errorf("unpack entries of session %s from %d on: %w", id, c.First, err)
		}
		chunks = append(chunks, c)
	}
	return chunks, len(chunks) == limit, rows.Err()
}
