package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// maxPage bounds a page of sessions, whatever the caller asks for.
	maxPage = 1000
	// chunksAtOnce is how many rows of entries are read before they are handed on: while rows are being read the
	// write-ahead log cannot start anew, so a slow reader must not hold a statement open.
	chunksAtOnce = 16
)

const summaryColumns = `num, id, site, created, last_time, ended, end_reason, last_seq, start_url, participants, continues,
	sealed, erased, held, CASE sealed WHEN 1 THEN coalesce((SELECT policies FROM documents WHERE session = num), '[]')
	ELSE (SELECT json_group_array(policy) FROM (SELECT policy FROM streams WHERE session = num AND policy <> '' GROUP BY policy ORDER BY min(ordinal))) END`

func scanSummary(row interface{ Scan(...any) error }) (num int64, s store.Summary, err error) {
	var participants, policies []byte
	err = row.Scan(&num, &s.ID, &s.Site, &s.Created, &s.LastTime, &s.Ended, &s.EndReason, &s.Entries, &s.StartURL, &participants, &s.Continues, &s.Sealed, &s.Erased, &s.Held, &policies)
	if err == nil {
		err = json.Unmarshal(participants, &s.Participants)
	}
	if err == nil {
		err = json.Unmarshal(policies, &s.Policies)
	}
	return num, s, err
}

// Sessions implements store.Reader. The cursor is the number of the last session of the page.
func (s *Store) Sessions(ctx context.Context, q store.Query) ([]store.Summary, string, error) {
	where, args := "1", []any{}
	if q.After != "" {
		num, err := strconv.ParseInt(q.After, 10, 64)
		if err != nil || num < 1 {
			return nil, "", store.ErrCursor
		}
		where, args = where+" AND num < ?", append(args, num)
	}
	if q.Sites != nil {
		where += " AND site IN (" + strings.TrimSuffix(strings.Repeat("?,", len(q.Sites)), ",") + ")"
		for _, site := range q.Sites {
			args = append(args, site)
		}
	}
	limit := min(max(q.Limit, 1), maxPage)
	rows, err := s.readers.QueryContext(ctx, "SELECT "+summaryColumns+" FROM sessions WHERE "+where+" ORDER BY num DESC LIMIT ?", append(args, limit+1)...)
	if err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	defer rows.Close()
	var page []store.Summary
	var last int64
	for rows.Next() {
		if len(page) == limit {
			return page, strconv.FormatInt(last, 10), nil // one more than fits: there is a next page
		}
		num, summary, err := scanSummary(rows)
		if err != nil {
			return nil, "", fmt.Errorf("list sessions: %w", err)
		}
		page, last = append(page, summary), num
	}
	if err := rows.Err(); err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	return page, "", nil
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
