package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// readWithin bounds every read: a server that was cut off without a word would else be waited for by all readers.
const readWithin = 15 * time.Second

const (
	policiesOfStreams = `coalesce((SELECT json_agg(policy ORDER BY at)::text FROM (
			SELECT policy, min(ordinal) AS at FROM streams st WHERE st.session_id = s.session_id AND policy <> '' GROUP BY policy) p), '[]')`
	summaryColumns = `session_id, site, created, last_time, ended, end_reason, last_seq, start_url, participants, continues, sealed, erased, held,
		CASE WHEN sealed THEN coalesce((SELECT policies FROM documents WHERE session_id = s.session_id), '[]') ELSE ` + policiesOfStreams + ` END`
)

// scanSummary reads the summary's columns, and others that come before them.
func scanSummary(row pgx.Row, others ...any) (s store.Summary, err error) {
	var participants, policies []byte
	err = row.Scan(append(others, &s.ID, &s.Site, &s.Created, &s.LastTime, &s.Ended, &s.EndReason, &s.Entries, &s.StartURL, &participants, &s.Continues,
		&s.Sealed, &s.Erased, &s.Held, &policies)...)
	if err == nil {
		err = json.Unmarshal(participants, &s.Participants)
	}
	if err == nil {
		err = json.Unmarshal(policies, &s.Policies)
	}
	return s, err
}

// Session implements store.Reader.
func (s *Store) Session(ctx context.Context, id string) (store.Summary, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	summary, err := scanSummary(s.reading.QueryRow(ctx, "SELECT "+summaryColumns+" FROM sessions s WHERE session_id = $1", id))
	if err != nil {
		return store.Summary{}, notFound(err, "read session", id)
	}
	return summary, nil
}

// texts reads one column.
func (s *Store) texts(ctx context.Context, doing, query string, args ...any) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return found, nil
}

func notFound(err error, doing, id string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNotFound
	}
	return fmt.Errorf("%s %s: %w", doing, strings.ToValidUTF8(id, ""), err)
}
