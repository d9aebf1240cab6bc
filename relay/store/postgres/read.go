package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// maxPage bounds a page of sessions, whatever the caller asks for.
	maxPage = 1000
	// chunksAtOnce is how many rows of entries are read before they are handed on: a slow reader must not hold a
	// connection.
	chunksAtOnce = 16
	// readWithin bounds every read: a server that was cut off without a word would else be waited for by all readers.
	readWithin = 15 * time.Second
)

const summaryColumns = `session_id, site, created, last_time, ended, end_reason, last_seq, start_url, participants, continues,
	ARRAY (SELECT policy FROM streams st WHERE st.session_id = s.session_id AND policy <> '' GROUP BY policy ORDER BY min(ordinal))`

func scanSummary(row pgx.Row) (s store.Summary, err error) {
	var participants []byte
	err = row.Scan(&s.ID, &s.Site, &s.Created, &s.LastTime, &s.Ended, &s.EndReason, &s.Entries, &s.StartURL, &participants, &s.Continues, &s.Policies)
	if err == nil {
		err = json.Unmarshal(participants, &s.Participants)
	}
	return s, err
}

// cursors are made of when the last session of a page was made, and which it is: sessions of one millisecond too have
// an order.
var cursors = regexp.MustCompile(`^([0-9]{1,18})-([0-9a-f]+)$`)

// Sessions implements store.Reader.
func (s *Store) Sessions(ctx context.Context, q store.Query) ([]store.Summary, string, error) {
	created, id := int64(math.MaxInt64), ""
	if q.After != "" {
		parts := cursors.FindStringSubmatch(q.After)
		if parts == nil {
			return nil, "", store.ErrCursor
		}
		created, _ = strconv.ParseInt(parts[1], 10, 64) // 18 digits always are a number
		id = parts[2]
	}
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	limit := min(max(q.Limit, 1), maxPage)
	rows, err := s.reading.Query(ctx, "SELECT "+summaryColumns+` FROM sessions s
		WHERE (created, session_id) < ($1, $2) AND ($3::text[] IS NULL OR site = ANY ($3)) ORDER BY created DESC, session_id DESC LIMIT $4`,
		created, id, q.Sites, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (store.Summary, error) { return scanSummary(row) })
	if err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	if len(page) <= limit {
		return page, "", nil
	}
	last := page[limit-1] // one more than fits: there is a next page
	return page[:limit], fmt.Sprintf("%d-%s", last.Created, last.ID), nil
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

// chunk is a row of entries.
type chunk struct {
	first uint64
	lines []byte
}

// Entries implements store.Reader.
func (s *Store) Entries(ctx context.Context, id string, after uint64, fn func(seq uint64, line []byte) error) error {
	if err := s.exists(ctx, id); err != nil {
		return notFound(err, "read entries of session", id)
	}
	for {
		chunks, err := s.chunks(ctx, id, after)
		if err != nil {
			return fmt.Errorf("read entries of session %s: %w", id, err)
		}
		for _, c := range chunks {
			seq := c.first
			for line := range bytes.Lines(c.lines) {
				if seq > after {
					if err := fn(seq, bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
						return err
					}
				}
				seq++
			}
			after = seq - 1
		}
		if len(chunks) < chunksAtOnce {
			return nil
		}
	}
}

func (s *Store) exists(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	var found bool
	return s.reading.QueryRow(ctx, "SELECT true FROM sessions WHERE session_id = $1", id).Scan(&found)
}

func (s *Store) chunks(ctx context.Context, id string, after uint64) ([]chunk, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, "SELECT first_seq, lines FROM entries WHERE session_id = $1 AND last_seq > $2 ORDER BY last_seq LIMIT $3",
		id, int64(min(after, math.MaxInt64)), chunksAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c chunk, err error) {
		var packed []byte
		if err := row.Scan(&c.first, &packed); err != nil {
			return c, err
		}
		if c.lines, err = s.packing.Unpack(packed); err != nil {
			return c, fmt.Errorf("unpack entries from %d on: %w", c.first, err)
		}
		return c, nil
	})
}

func notFound(err error, doing, id string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNotFound
	}
	return fmt.Errorf("%s %s: %w", doing, strings.ToValidUTF8(id, ""), err)
}
