package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
	"github.com/cotrail/cotrail/relay/store/sqlite"
	"github.com/cotrail/cotrail/relay/words"
)

const (
	// searches is how often each question is asked; a hundredth of them are slower than the p99.
	searches = 1000
	// fillers is how many sessions are stored at once: the store commits together what comes together.
	fillers = 256
	// vocabulary is how many words people use in the sessions; the most frequent are in nearly all of them.
	vocabulary = 20_000
	// apart is the time from one session to the next, in milliseconds: a million of them take some four months.
	apart = 10_000
)

// searchSQLite stores finished sessions, and lists and searches them.
func searchSQLite(ctx context.Context, c config) (_ []Row, err error) {
	dir, err := os.MkdirTemp("", "cotrail-search-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := sqlite.Open(ctx, dir, time.Now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return searchIn(ctx, "SQLite", s, c.archive)
}

// searchPostgres is searchSQLite with the other store.
func searchPostgres(ctx context.Context, c config) (_ []Row, err error) {
	url, end, err := pgtest.Serve()
	if err != nil {
		return nil, err
	}
	defer end()
	s, err := postgres.Open(ctx, postgres.Options{URL: url, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return searchIn(ctx, "PostgreSQL", s, c.archive)
}

// searchIn measures one store.
func searchIn(ctx context.Context, engine string, s store.Store, sessions int) ([]Row, error) {
	began := time.Now()
	if err := fillArchive(ctx, s, sessions); err != nil {
		return nil, fmt.Errorf("storing %d sessions: %w", sessions, err)
	}
	took := time.Since(began)
	of := fmt.Sprintf("%s, %d sealed", engine, sessions)
	rows := []Row{newRow("sessions recorded and sealed", of, "/s", []float64{float64(sessions) / took.Seconds()})}
	for _, q := range questions(sessions) {
		times, err := ask(ctx, s, q.query)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.what, err)
		}
		slices.Sort(times)
		rows = append(rows, newRow(q.what+", p50", of, "ms", times[len(times)/2:][:1]), newRow(q.what+", p99", of, "ms", times[len(times)*99/100:][:1]))
	}
	return rows, nil
}

// archived is the n-th session: four entries with words as people use them, a few often and most seldom.
func archived(n int) (id, site string, lines []byte, found *words.Session) {
	random := rand.New(rand.NewPCG(7, uint64(n)))
	zipf := rand.NewZipf(random, 1.2, 8, vocabulary-1)
	id, site = fmt.Sprintf("%016x%016x", random.Uint64(), n), []string{"shop", "bank"}[n%2]
	found = words.NewSession(site)
	for i := range 4 {
		line := fmt.Appendf(nil, `{"actor":{"client_index":0,"username":"person%d"},"details":{"label":"w%d w%d w%d"},"message":"person%d clicked","page":{"url":"https://%s.example/page%d"},"seq":%d,"session_id":%q,"type":"click"}`,
			n%5000, zipf.Uint64(), zipf.Uint64(), zipf.Uint64(), n%5000, site, zipf.Uint64()%500, i+1, id)
		found.Add(line)
		lines = append(append(lines, line...), '\n')
	}
	return id, site, lines, found
}

func fillArchive(ctx context.Context, s store.Store, sessions int) error {
	var group sync.WaitGroup
	next, failed := make(chan int), make(chan error, fillers)
	_, _, lines, _ := archived(0)
	content, err := document.Encode("", 1, lines)
	if err != nil {
		return err
	}
	for range fillers {
		group.Go(func() {
			for n := range next {
				if err := archive(ctx, s, n, content); err != nil {
					failed <- fmt.Errorf("session %d: %w", n, err)
					return
				}
			}
		})
	}
	for n := 0; n < sessions && err == nil; n++ {
		select {
		case next <- n:
		case err = <-failed:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	close(next)
	group.Wait()
	return err
}

// archive stores a session on the way that every session takes. All have the same entries in their documents, which no
// search reads: compressing takes longer than all else.
func archive(ctx context.Context, s store.Store, n int, content []byte) error {
	const stream = "0000000000000001"
	id, site, lines, found := archived(n)
	at := int64(1_780_000_000_000) + int64(n)*apart
	if _, err := s.Open(ctx, store.Opening{Site: site, Session: id, Stream: stream, Received: at}); err != nil {
		return err
	}
	numbered := store.Numbered{ID: id, LastSeq: 4, Entries: lines, Ended: true, LastTime: at, Summary: store.Summary{EndReason: "page_closed"}}
	if err := s.Number(ctx, numbered); err != nil {
		return err
	}
	sealed := store.Sealed{ID: id, Entries: 4, Parts: []store.Part{{First: 1, Last: 4, Content: content}}, Hashes: make([]byte, 4*chain.PrefixSize), Words: found.Hashes()}
	return s.Seal(ctx, sealed)
}

type question struct {
	what  string
	query func(r *rand.Rand) store.Query
}

// questions are what auditors ask of so many sessions.
func questions(sessions int) []question {
	at := func(r *rand.Rand) int64 { return int64(1_780_000_000_000) + r.Int64N(int64(sessions))*apart }
	of := func(kind words.Kind, text string) store.Word { return store.Word{Kind: kind, Text: text} }
	both := []string{"shop", "bank"}
	return []question{
		{"list, newest", func(*rand.Rand) store.Query { return store.Query{Sites: both, Limit: 50} }},
		{"list, from a day on", func(r *rand.Rand) store.Query { return store.Query{Sites: both, Limit: 50, To: at(r)} }},
		{"search, a participant", func(r *rand.Rand) store.Query {
			return store.Query{Sites: both, Limit: 50, Words: []store.Word{of(words.Participant, fmt.Sprintf("person%d", r.IntN(5000)))}}
		}},
		{"search, a frequent and a rare word", func(r *rand.Rand) store.Query {
			return store.Query{Sites: both, Limit: 50, Words: []store.Word{of(words.Text, "w0"), of(words.Text, fmt.Sprintf("w%d", r.IntN(vocabulary)))}}
		}},
		{"search, two frequent words in a month", func(r *rand.Rand) store.Query {
			to := at(r)
			return store.Query{Sites: both, Limit: 50, From: to - 30*24*3_600_000, To: to, Words: []store.Word{of(words.Text, "w1"), of(words.Text, fmt.Sprintf("w%d", 2+r.IntN(20)))}}
		}},
		{"search, a page and a type", func(r *rand.Rand) store.Query {
			return store.Query{Sites: both, Limit: 50, Words: []store.Word{of(words.URL, fmt.Sprintf("https://shop.example/page%d", r.IntN(500))), of(words.Type, "click")}}
		}},
	}
}

// ask asks a question again and again, as many at once as there are processors, and gives how long each took.
func ask(ctx context.Context, s store.Store, query func(*rand.Rand) store.Query) ([]float64, error) {
	var group sync.WaitGroup
	var mu sync.Mutex
	var times []float64
	var failed error
	for w := range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			random := rand.New(rand.NewPCG(11, uint64(w)))
			for range searches / runtime.GOMAXPROCS(0) {
				q := query(random)
				began := time.Now()
				_, _, err := s.Sessions(ctx, q)
				took := milliseconds(time.Since(began))
				mu.Lock()
				times, failed = append(times, took), errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	return times, failed
}
