package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/words"
)

const (
	// maxPage bounds a page of sessions, whatever the caller asks for.
	maxPage = 1000
	// rare is how many sessions a word may have to be counted: of more it is enough to know that they are many.
	rare = 2000
	// placeShift is how many places there are in a millisecond; the migration has the same.
	placeShift = 1 << 20
)

// found is a session of a list.
type found struct {
	place int64
	store.Summary
}

// search is one site's part of a list: sessions with places from low on and before high.
type search struct {
	site      string // empty for all
	low, high int64
	words     []store.Word
	limit     int
}

// Sessions implements store.Reader. The cursor is the place of the last session of the page. Sites are looked through
// one by one, for each has its own order and its own words.
func (s *Store) Sessions(ctx context.Context, q store.Query) ([]store.Summary, string, error) {
	limit := min(max(q.Limit, 1), maxPage)
	one := search{low: 0, high: math.MaxInt64, words: q.Words, limit: limit + 1} // one more than fits: there is a next page
	if q.After != "" {
		place, err := strconv.ParseInt(q.After, 10, 64)
		if err != nil || place < 1 {
			return nil, "", store.ErrCursor
		}
		one.high = place
	}
	if q.From > 0 {
		one.low = min(q.From, math.MaxInt64/placeShift) * placeShift
	}
	if q.To > 0 {
		one.high = min(one.high, min(q.To, math.MaxInt64/placeShift)*placeShift)
	}
	sites := q.Sites
	if sites == nil && len(q.Words) > 0 {
		var err error
		if sites, err = s.sites(ctx); err != nil {
			return nil, "", err
		}
	} else if sites == nil {
		sites = []string{""}
	}
	var all []found
	for _, site := range sites {
		one.site = site
		list, err := s.search(ctx, one)
		if err != nil {
			return nil, "", fmt.Errorf("list sessions: %w", err)
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(b.place, a.place) })
	all = slices.CompactFunc(all, func(a, b found) bool { return a.place == b.place })
	var page []store.Summary
	for _, f := range all[:min(len(all), limit)] {
		page = append(page, f.Summary)
	}
	if len(all) > limit {
		return page, strconv.FormatInt(all[limit-1].place, 10), nil
	}
	return page, "", nil
}

// sites lists the sites that have sessions, by steps through the index.
func (s *Store) sites(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "list sites", `WITH RECURSIVE s (site) AS (SELECT min(site) FROM sessions
		UNION ALL SELECT (SELECT min(site) FROM sessions WHERE site > s.site) FROM s WHERE s.site IS NOT NULL)
		SELECT site FROM s WHERE site IS NOT NULL`)
}

// search gives the sessions of one site. One that is sealed meanwhile may come twice.
func (s *Store) search(ctx context.Context, q search) ([]found, error) {
	if len(q.words) == 0 {
		where, args := "place >= ? AND place < ?", []any{q.low, q.high}
		if q.site != "" {
			where, args = "site = ? AND "+where, append([]any{q.site}, args...)
		}
		return s.list(ctx, "sessions WHERE "+where+" ORDER BY place DESC LIMIT ?", append(args, q.limit)...)
	}
	hot, err := s.hotWith(ctx, q)
	if err != nil {
		return nil, err
	}
	sealed, err := s.sealedWith(ctx, q)
	return append(hot, sealed...), err
}

func (s *Store) list(ctx context.Context, from string, args ...any) ([]found, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+summaryColumns+" FROM "+from, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []found
	for rows.Next() {
		var f found
		if f.place, f.Summary, err = scanSummary(rows); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// hashes gives the numbers of the words that are looked for.
func (q *search) hashes() []int64 {
	var list []int64
	for _, w := range q.words {
		list = append(list, words.Hash(q.site, w.Kind, w.Text))
	}
	return list
}

// sealedWith gives sealed sessions by the index: it goes through those with the rarest word and asks for the others.
func (s *Store) sealedWith(ctx context.Context, q search) ([]found, error) {
	hashes, least := q.hashes(), math.MaxInt
	for i, hash := range hashes {
		var n int
		err := s.readers.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM words WHERE word = ? AND place >= ? AND place < ? LIMIT ?)", hash, q.low, q.high, rare).Scan(&n)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, nil
		}
		if n < least {
			least = n
			hashes[0], hashes[i] = hashes[i], hashes[0]
		}
	}
	var from strings.Builder
	from.WriteString("(SELECT place AS at FROM words AS w WHERE word = ? AND place >= ? AND place < ?")
	args := []any{hashes[0], q.low, q.high}
	for _, hash := range hashes[1:] {
		from.WriteString(" AND EXISTS (SELECT 1 FROM words WHERE word = ? AND place = w.place)")
		args = append(args, hash)
	}
	from.WriteString(" ORDER BY place DESC LIMIT ?) CROSS JOIN sessions ON place = at ORDER BY at DESC")
	return s.list(ctx, from.String(), append(args, q.limit)...)
}

var errEnough = errors.New("all words are found")

// hotWith gives sessions that are not sealed. They are few, and change; so they are read.
func (s *Store) hotWith(ctx context.Context, q search) ([]found, error) {
	hot, err := s.list(ctx, "sessions WHERE sealed = 0 AND site = ? AND place >= ? AND place < ? ORDER BY place DESC", q.site, q.low, q.high)
	if err != nil {
		return nil, err
	}
	var list []found
	for _, f := range hot {
		gathered, hashes := words.NewSession(q.site), q.hashes()
		err := s.Entries(ctx, f.ID, 0, func(_ uint64, line []byte) error {
			gathered.Add(line)
			hashes = slices.DeleteFunc(hashes, gathered.Has)
			if len(hashes) == 0 {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			if list = append(list, f); len(list) == q.limit {
				break
			}
		} else if err != nil {
			return nil, err
		}
	}
	return list, nil
}
