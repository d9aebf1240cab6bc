package postgres

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	// chunksAtOnce is how many rows of entries are read before they are handed on: a slow reader must not hold a
	// connection.
	chunksAtOnce = 16
	// partsAtOnce is how many parts of a document are: one is as large as several rows of entries.
	partsAtOnce = 1
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
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	var erased bool
	from := int64(min(after, math.MaxInt64))
	in := &pgx.Batch{}
	in.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") // what is not in one of the tables is in the other
	in.Queue("SELECT erased <> 0 FROM sessions WHERE session_id = $1", id).QueryRow(func(row pgx.Row) error { return row.Scan(&erased) })
	for _, table := range []struct {
		query  string
		limit  int
		unpack func(first uint64, packed []byte) ([]byte, error)
	}{
		{"SELECT first_seq, last_seq, lines FROM entries", chunksAtOnce, func(_ uint64, packed []byte) ([]byte, error) { return s.packing.Unpack(packed) }},
		{"SELECT first_seq, last_seq, content FROM parts", partsAtOnce, func(first uint64, part []byte) ([]byte, error) { return document.Decode(id, first, part) }},
	} {
		in.Queue(table.query+" WHERE session_id = $1 AND last_seq > $2 ORDER BY last_seq LIMIT $3", id, from, table.limit).Query(func(rows pgx.Rows) error {
			var c store.Chunk
			var packed []byte
			tag, err := pgx.ForEachRow(rows, []any{&c.First, &c.Last, &packed}, func() (err error) {
				if c.Lines, err = table.unpack(c.First, packed); err != nil {
					return fmt.Errorf("unpack entries from %d on: %w", c.First, err)
				}
				chunks = append(chunks, c)
				return nil
			})
			more = more || tag.RowsAffected() == int64(table.limit)
			return err
		})
	}
	in.Queue("COMMIT")
	err = s.reading.SendBatch(ctx, in).Close()
	switch {
	case err != nil:
		return nil, false, notFound(err, "read entries of session", id)
	case erased:
		return nil, false, store.ErrErased
	}
	return chunks, more, nil
}
