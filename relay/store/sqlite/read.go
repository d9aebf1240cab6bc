package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// chunksAtOnce is how many rows of entries are read before they are handed on: while rows are being read the
	// write-ahead log cannot start anew, so a slow reader must not hold a statement open.
	chunksAtOnce = 16
)

const summaryColumns = `num, place, id, site, created, last_time, ended, end_reason, last_seq, start_url, participants, continues,
	sealed, erased, held, CASE sealed WHEN 1 THEN coalesce((SELECT policies FROM documents WHERE session = num), '[]')
	ELSE (SELECT json_group_array(policy) FROM (SELECT policy FROM streams WHERE session = num AND policy <> '' GROUP BY policy ORDER BY min(ordinal))) END`

func scanSummary(row interface{ Scan(...any) error }) (place int64, s store.Summary, err error) {
	var num int64
	var participants, policies []byte
	err = row.Scan(&num, &place, &s.ID, &s.Site, &s.Created, &s.LastTime, &s.Ended, &s.EndReason, &s.Entries, &s.StartURL, &participants, &s.Continues, &s.Sealed, &s.Erased, &s.Held, &policies)
	if err == nil {
		err = json.Unmarshal(participants, &s.Participants)
	}
	if err == nil {
		err = json.Unmarshal(policies, &s.Policies)
	}
	return place, s, err
}

// Session implements store.Reader.
func (s *Store) Session(ctx context.Context, id string) (store.Summary, error) {
	_, summary, err := scanSummary(s.readers.QueryRowContext(ctx, "SELECT "+summaryColumns+" FROM sessions WHERE id = ?", id))
	if err != nil {
		return store.Summary{}, notFound(err, "read session", id)
	}
	return summary, nil
}

// maxSeq is the greatest number that SQLite can compare with.
const maxSeq = 1<<63 - 1

func notFound(err error, doing, id string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return fmt.Errorf("%s %s: %w", doing, id, err)
}
