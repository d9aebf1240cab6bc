package api

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// growing is a store.Reader with one session of site shop that grows while it is read.
type growing struct {
	*shelf
	mu    sync.Mutex
	lines []string
	ended bool
}

func (g *growing) add(lines ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, lines...)
}

func (g *growing) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
}

func (g *growing) Session(context.Context, string) (store.Summary, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return store.Summary{ID: "in-shop", Site: "shop", Entries: uint64(len(g.lines)), Ended: g.ended}, nil
}

func (g *growing) Entries(_ context.Context, _ string, after uint64, fn func(uint64, []byte) error) error {
	g.mu.Lock()
	lines := g.lines
	g.mu.Unlock()
	for i := int(after); i < len(lines); i++ {
		if err := fn(uint64(i+1), []byte(lines[i])); err != nil {
			return err
		}
	}
	return nil
}

func click(seq int) string { return fmt.Sprintf(`{"seq":%d,"type":"click"}`, seq) }

// follow begins to read a log that grows, and gives its lines as they come.
func follow(t *testing.T, r *relay, path, accept string, headers ...string) *bufio.Scanner {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", r.url+"/v1/sessions/in-shop/log"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer shop-reader")
	req.Header.Set("Accept", accept)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if kind := res.Header.Get("Content-Type"); res.StatusCode != 200 || kind != accept {
		t.Fatalf("%d %s", res.StatusCode, kind)
	}
	return bufio.NewScanner(res.Body)
}

func wantLines(t *testing.T, in *bufio.Scanner, want ...string) {
	t.Helper()
	for _, line := range want {
		if !in.Scan() || in.Text() != line {
			t.Fatalf("line %q, %v; want %q", in.Text(), in.Err(), line)
		}
	}
}

// wantEnd fails unless there is nothing more, and the answer is whole.
func wantEnd(t *testing.T, in *bufio.Scanner) {
	t.Helper()
	if in.Scan() || in.Err() != nil {
		t.Errorf("behind the end: %q, %v", in.Text(), in.Err())
	}
}

func startGrowing(t *testing.T) (*relay, *growing, chan struct{}) {
	r := start(t)
	g := &growing{shelf: r.shelf}
	stopping := make(chan struct{})
	r.api.Store, r.api.Stopping = g, stopping
	return r, g, stopping
}

func TestFollowEvents(t *testing.T) {
	r, g, _ := startGrowing(t)
	g.add(click(1), click(2))
	in := follow(t, r, "?type=click", "text/event-stream")
	wantLines(t, in, "id: 1", "data: "+click(1), "", "id: 2", "data: "+click(2), "")
	g.add(`{"seq":3,"type":"navigate"}`, click(4))
	wantLines(t, in, "id: 4", "data: "+click(4), "")
	again := follow(t, r, "?after=1", "text/event-stream", "Last-Event-ID", "3") // what a browser asks that comes back
	wantLines(t, again, "id: 4", "data: "+click(4), "")
	g.end()
	for _, one := range []*bufio.Scanner{in, again} {
		wantLines(t, one, "event: end", "data: {}", "")
		wantEnd(t, one)
	}
}

func TestFollowLines(t *testing.T) {
	r, g, _ := startGrowing(t)
	in := follow(t, r, "?follow=1", "application/x-ndjson")
	g.add(click(1))
	wantLines(t, in, click(1))
	g.add(click(2))
	wantLines(t, in, click(2))
	g.end()
	wantEnd(t, in)
	in = follow(t, r, "?follow=1&after=1", "application/x-ndjson") // a session that has ended
	wantLines(t, in, click(2))
	wantEnd(t, in)
}

// TestFollowEnded asks for a session that is over in both forms.
func TestFollowEnded(t *testing.T) {
	r := start(t)
	for accept, want := range map[string]string{"text/event-stream": "event: end\ndata: {}\n\n", "application/x-ndjson": ""} {
		res, body := r.get(t, "/v1/sessions/in-side/log?follow=1", "side-reader", "Accept", accept)
		if res.StatusCode != 200 || body != want || res.Header.Get("Content-Type") != accept {
			t.Errorf("%s: %d %q, want %q", accept, res.StatusCode, body, want)
		}
	}
}

// TestStoppingTellsFollowers ends the relay while logs are followed.
func TestStoppingTellsFollowers(t *testing.T) {
	r, g, stopping := startGrowing(t)
	g.add(click(1))
	events, rows := follow(t, r, "", "text/event-stream"), follow(t, r, "?follow=1", "application/x-ndjson")
	wantLines(t, events, "id: 1", "data: "+click(1), "")
	wantLines(t, rows, click(1))
	close(stopping)
	wantLines(t, events, "event: cut", `data: "the relay is stopping; ask again from the last entry that you have"`, "")
	wantEnd(t, events)
	wantLines(t, rows, `{"cut":"the relay is stopping; ask again from the last entry that you have"}`)
	wantEnd(t, rows)
	for range 2 {
		if reason := <-r.cut; reason != "stopping" {
			t.Errorf("counted %q", reason)
		}
	}
}

// TestRevokedKey takes the key away by which a log is followed.
func TestRevokedKey(t *testing.T) {
	r, g, _ := startGrowing(t)
	g.add(click(1))
	in := follow(t, r, "", "text/event-stream")
	wantLines(t, in, "id: 1", "data: "+click(1), "")
	r.revoked.Store("shop-reader")
	wantLines(t, in, "event: cut", `data: "the API key may no longer read this log"`, "")
	wantEnd(t, in)
	if reason := <-r.cut; reason != "revoked" {
		t.Errorf("counted %q", reason)
	}
}

func TestFollowRefusals(t *testing.T) {
	r, _, _ := startGrowing(t)
	for _, c := range []struct {
		path, accept, last string
		status             int
		part               string
	}{
		{"?follow=1", "application/json", "", 400, "asked for as"},
		{"?follow=2", "application/x-ndjson", "", 400, "Follow must be 1"},
		{"", "text/event-stream", "x", 400, "Last-Event-ID"},
		{"?proof=1", "text/event-stream", "", 406, "proof"},
	} {
		res, body := r.get(t, "/v1/sessions/in-shop/log"+c.path, "shop-reader", "Accept", c.accept, "Last-Event-ID", c.last)
		says(t, c.path+" "+c.accept, res, body, c.status, c.part)
	}
}

// TestFilters asks for entries by all that they can be asked for.
func TestFilters(t *testing.T) {
	r, g, _ := startGrowing(t)
	g.add(
		`{"actor":{"client_index":0,"username":"Ada Miller"},"details":{"label":"Next"},"message":"Ada Miller clicked button 'Next'","seq":1,"time":"2026-11-22T12:00:00.000Z","type":"click"}`,
		`{"actor":{"client_index":1,"username":"Bob Tanner"},"details":{"value":"Café"},"message":"Bob Tanner changed drink","seq":2,"time":"2026-11-22T12:00:05.000Z","type":"input_change"}`,
		`{"details":{},"message":"The session ended","seq":3,"time":"2026-11-23T00:00:00.000Z","type":"session_end"}`,
	)
	for query, want := range map[string]string{
		"":                               "1 2 3",
		"type=click,session_end":         "1 3",
		"actor=1":                        "2",
		"actor=ada+miller":               "1",
		"actor=ada":                      "",
		"q=next":                         "1",
		"q=CAFE+bob":                     "2",
		"q=next+bob":                     "",
		"from=2026-11-22T12:00:05Z":      "2 3",
		"to=2026-11-22T12:00:05%2B00:00": "1",
		"from=2026-11-23":                "3",
		"type=click&actor=0&q=ada&from=2026-11-22&to=2026-11-23&after=0": "1",
		"actor=0&after=1": "",
	} {
		_, body := r.get(t, "/v1/sessions/in-shop/log?"+query, "shop-reader", "Accept", "application/x-ndjson")
		var got []string
		for line := range strings.Lines(body) {
			_, rest, _ := strings.Cut(line, `"seq":`)
			got = append(got, rest[:1])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: entries %v, want %s", query, got, want)
		}
	}
	for query, part := range map[string]string{"from=noon": "From must be a time", "to=": "To must be a time", "type=clack": "clack"} {
		res, body := r.get(t, "/v1/sessions/in-shop/log?"+query, "shop-reader")
		says(t, query, res, body, 400, part)
	}
}

// TestSearch holds that what is asked for is what the store is asked for.
func TestSearch(t *testing.T) {
	r := start(t)
	r.get(t, "/v1/sessions?site=shop&from=2026-11-22&to=2026-11-22T12:00:00.5Z&participant=Ada+MILLER&type=click,follower_joined&url=https://Shop.example/Cart/?a=b&q=Blue+Café+blue&limit=7", "shop-reader")
	got := fmt.Sprintf("%v %d %d %v %d", r.asked.Sites, r.asked.From, r.asked.To, r.asked.Words, r.asked.Limit)
	if want := "[shop] 1795305600000 1795348800500 [{116 click} {116 participant_joined} {112 ada miller} {117 https://shop.example/Cart} {113 blue} {113 cafe}] 7"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	for query, part := range map[string]string{"from=x": "From must be a time", "type=clack": "clack", "q=" + strings.Repeat("a+b+", 20) + strings.Join(strings.Split("cdefghijklmnopqrstuvwxyz", ""), "+"): "More than 20 words"} {
		res, body := r.get(t, "/v1/sessions?"+query, "shop-reader")
		says(t, query, res, body, 400, part)
	}
}

// slow is a reader's connection that takes its time for each write.
type slow struct {
	*httptest.ResponseRecorder
	takes time.Duration
}

func (s *slow) Write(b []byte) (int, error) {
	time.Sleep(s.takes)
	return s.ResponseRecorder.Write(b)
}

func (s *slow) SetReadDeadline(time.Time) error  { return nil }
func (s *slow) SetWriteDeadline(time.Time) error { return nil }

// TestSlowFollower cuts off who takes too long for what has come, or much too long for a chunk of what was there, and
// says so.
func TestSlowFollower(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		last  int // entry that is still written
	}{
		"for what comes": {slowFollower + time.Second, 2},
		"for a chunk":    {slowReader + time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, counted := &growing{}, ""
				a := &API{Options: Options{Store: g, Log: slog.New(slog.DiscardHandler), Cut: func(reason string) { counted += reason }}}
				w := &slow{httptest.NewRecorder(), c.takes}
				g.add(click(1)) // what is there at first may take longer
				time.AfterFunc(time.Minute, func() { g.add(click(2)) })
				req := httptest.NewRequest("GET", "/", nil)
				err := a.follow(&patient{to: w, control: http.NewResponseController(w)}, req, "in-shop", selection{events: true, follow: true, may: func() bool { return true }})
				want := fmt.Sprintf("id: %d\ndata: %s\n\nevent: cut\ndata: %q\n\n", c.last, click(c.last), errSlow)
				if body := w.Body.String(); err != nil || !strings.HasSuffix(body, want) || counted != "slow" {
					t.Errorf("%v, counted %q\n%s", err, counted, body)
				}
			})
		})
	}
}

// stuck is a reader's connection that takes nothing until its time is over.
type stuck struct{ *slow }

func (s *stuck) Write([]byte) (int, error) {
	time.Sleep(s.takes)
	return 0, fmt.Errorf("write: %w", os.ErrDeadlineExceeded)
}

// TestStuckFollower holds that one who can no longer be told is counted, and stands in the relay's log.
func TestStuckFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, counted := &growing{}, ""
		var said bytes.Buffer
		a := &API{Options: Options{Store: g, Log: slog.New(slog.NewTextHandler(&said, nil)), Cut: func(reason string) { counted += reason }}}
		w := &stuck{&slow{httptest.NewRecorder(), slowReader + lastWord}}
		g.add(click(1))
		err := a.follow(&patient{to: w, control: http.NewResponseController(w)}, httptest.NewRequest("GET", "/", nil), "in-shop", selection{events: true, follow: true, may: func() bool { return true }})
		if !errors.Is(err, os.ErrDeadlineExceeded) || counted != "slow" || !strings.Contains(said.String(), `session=in-shop reason="you read too slowly`) {
			t.Errorf("%v, counted %q, said %s", err, counted, &said)
		}
	})
}
