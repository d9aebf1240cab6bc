package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/words"
)

const (
	// maxPage bounds a page of sessions, whatever the caller asks for.
	maxPage = 1000
	// rare is how many sessions a word may have to be counted: of more it is enough to know that they are many.
	rare = 2000
)

// cursors are made of when the last session of a page was made, and which it is: sessions of one millisecond too have
// an order.
var cursors = regexp.MustCompile(`^([0-9]{1,18})-([0-9a-f]+)$`)

// search is a part of a list: sessions made from low on and before high, and of those made at high the ones whose ids
// come before under.
type search struct {
	sites []string // nil for all
	low   int64
	high  int64
	under string
	words []store.Word
	limit int
}

// Sessions implements store.Reader. Sites are looked through one by one, for each has its own order and its own words.
func (s *Store) Sessions(ctx context.Context, q store.Query) ([]store.Summary, string, error) {
	limit := min(max(q.Limit, 1), maxPage)
	part := search{sites: q.Sites, low: q.From, high: math.MaxInt64, words: q.Words, limit: limit + 1} // one more than fits: there is a next page
	if q.To > 0 {
		part.high = q.To
	}
	if q.After != "" {
		parts := cursors.FindStringSubmatch(q.After)
		if parts == nil {
			return nil, "", store.ErrCursor
		}
		if created, _ := strconv.ParseInt(parts[1], 10, 64); created < part.high { // 18 digits always are a number
			part.high, part.under = created, parts[2]
		}
	}
	all, err := s.search(ctx, part)
	if err != nil {
		return nil, "", fmt.Errorf("list sessions: %w", err)
	}
	if len(all) <= limit {
		return all, "", nil
	}
	last := all[limit-1]
	return all[:limit], fmt.Sprintf("%d-%s", last.Created, last.ID), nil
}

// search gives the sessions of a part, newest first.
func (s *Store) search(ctx context.Context, q search) ([]store.Summary, error) {
	if q.sites == nil && len(q.words) == 0 {
		return s.list(ctx, "sessions s WHERE created >= $1 AND (created, session_id) < ($2, $3) ORDER BY created DESC, session_id DESC LIMIT $4",
			q.low, q.high, q.under, q.limit)
	}
	sites := q.sites
	if sites == nil {
		var err error
		if sites, err = s.sites(ctx); err != nil {
			return nil, err
		}
	}
	var all []store.Summary
	for _, site := range sites {
		list, err := s.searchSite(ctx, q, site)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b store.Summary) int {
		return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(b.ID, a.ID))
	})
	all = slices.CompactFunc(all, func(a, b store.Summary) bool { return a.ID == b.ID })
	return all[:min(len(all), q.limit)], nil
}

// searchSite gives the sessions of one site. One that is sealed meanwhile may come twice.
func (s *Store) searchSite(ctx context.Context, q search, site string) ([]store.Summary, error) {
	if len(q.words) == 0 {
		return s.list(ctx, "sessions s WHERE site = $1 AND created >= $2 AND (created, session_id) < ($3, $4) ORDER BY created DESC, session_id DESC LIMIT $5",
			site, q.low, q.high, q.under, q.limit)
	}
	hot, err := s.hotWith(ctx, q, site)
	if err != nil {
		return nil, err
	}
	sealed, err := s.sealedWith(ctx, q, site)
	return append(hot, sealed...), err
}

// sites lists the sites that have sessions, by steps through the index.
func (s *Store) sites(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "list sites", `WITH RECURSIVE s (site) AS (SELECT min(site) FROM sessions
		UNION ALL SELECT (SELECT min(site) FROM sessions WHERE site > s.site) FROM s WHERE s.site IS NOT NULL)
		SELECT site FROM s WHERE site IS NOT NULL`)
}

func (s *Store) list(ctx context.Context, from string, args ...any) ([]store.Summary, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := s.reading.Query(ctx, "SELECT "+summaryColumns+" FROM "+from, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (store.Summary, error) { return scanSummary(row) })
}

// hashes gives the numbers of the words that are looked for.
func (q *search) hashes(site string) []int64 {
	var list []int64
	for _, w := range q.words {
		list = append(list, words.Hash(site, w.Kind, w.Text))
	}
	return list
}

// sealedWith gives sealed sessions by the index: it goes through those with the rarest word and asks for the others.
// Asked in this way, and not by EXISTS, they are looked up one by one until there are enough; a join would read them all.
func (s *Store) sealedWith(ctx context.Context, q search, site string) ([]store.Summary, error) {
	hashes := q.hashes(site)
	counts, err := s.count(ctx, q, hashes)
	if err != nil || slices.Contains(counts, 0) {
		return nil, err
	}
	rarest := slices.Index(counts, slices.Min(counts))
	hashes[0], hashes[rarest] = hashes[rarest], hashes[0]
	var with strings.Builder
	args := []any{q.low, q.high, q.under, q.limit}
	for i, hash := range hashes {
		args = append(args, hash)
		if i > 0 {
			fmt.Fprintf(&with, " AND (SELECT true FROM words o WHERE o.word = $%d AND o.created = w.created AND o.session_id = w.session_id)", len(args))
		}
	}
	return s.list(ctx, `(SELECT created AS at, session_id FROM words w WHERE word = $5 AND created >= $1 AND (created, session_id) < ($2, $3)`+with.String()+`
		ORDER BY created DESC, session_id DESC LIMIT $4) w JOIN sessions s USING (session_id) ORDER BY at DESC, session_id DESC`, args...)
}

// count tells how many sessions have each of the words; of many, that they are many.
func (s *Store) count(ctx context.Context, q search, hashes []int64) ([]int, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	counts := make([]int, len(hashes))
	in := &pgx.Batch{}
	for i, hash := range hashes {
		in.Queue("SELECT count(*) FROM (SELECT FROM words WHERE word = $1 AND created >= $2 AND (created, session_id) < ($3, $4) LIMIT $5) w",
			hash, q.low, q.high, q.under, rare).QueryRow(func(row pgx.Row) error { return row.Scan(&counts[i]) })
	}
	return counts, s.reading.SendBatch(ctx, in).Close()
}

var errEnough = errors.New("all words are found")

// hotWith gives sessions that are not sealed. They are few, and change; so they are read.
func (s *Store) hotWith(ctx context.Context, q search, site string) ([]store.Summary, error) {
	hot, err := s.list(ctx, "sessions s WHERE NOT sealed AND site = $1 AND created >= $2 AND (created, session_id) < ($3, $4) ORDER BY created DESC, session_id DESC",
		site, q.low, q.high, q.under)
	if err != nil {
		return nil, err
	}
	var found []store.Summary
	for _, session := range hot {
		gathered, hashes := words.NewSession(site), q.hashes(site)
		err := s.Entries(ctx, session.ID, 0, func(_ uint64, line []byte) error {
			gathered.Add(line)
			hashes = slices.DeleteFunc(hashes, gathered.Has)
			if len(hashes) == 0 {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			if found = append(found, session); len(found) == q.limit {
				break
			}
		} else if err != nil {
			return nil, err
		}
	}
	return found, nil
}
