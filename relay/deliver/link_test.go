package deliver_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
)

// A link gives the log that was meant, for a day, and each use is noted before anything is given.
func TestLinks(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 500, time.UTC)
	var used []string
	var full error
	erased := map[string]bool{}
	links := &deliver.Links{
		Key: [32]byte{1}, Base: "https://relay.example", Source: archive{erased}, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		Used: func(_ context.Context, use deliver.LinkUse) error {
			used = append(used, use.Site+" "+use.Session+" "+use.Destination)
			return full
		},
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/links/{token}", links)
	get := func(link string, wantStatus int, wantBody string) {
		t.Helper()
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", strings.TrimPrefix(link, "https://relay.example"), nil))
		body, _ := io.ReadAll(w.Body)
		if w.Code != wantStatus || !strings.Contains(string(body), wantBody) {
			t.Errorf("%d %s, want %d %s", w.Code, body, wantStatus, wantBody)
		}
	}
	link, expires := links.Make("shop", "s1", "hook")
	if want := now.Add(deliver.LinkLife).Truncate(time.Second); !expires.Equal(want) {
		t.Errorf("expires %s, want %s", expires, want)
	}
	get(link, 200, "{\"session_logs\":[\n{\"seq\":1},\n{\"seq\":2}\n]}\n")
	if len(used) != 1 || used[0] != "shop s1 hook" {
		t.Errorf("used %v", used)
	}

	_, token, _ := strings.Cut(link, deliver.LinkPath)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		raw[i] ^= 1
		get(deliver.LinkPath+base64.RawURLEncoding.EncodeToString(raw), 404, "no link that this relay made")
		raw[i] ^= 1
	}
	get(deliver.LinkPath+"AAAA", 404, "no link")
	get(deliver.LinkPath+"%20", 404, "no link")
	other := &deliver.Links{Key: [32]byte{2}, Base: links.Base, Now: links.Now}
	foreign, _ := other.Make("shop", "s1", "hook")
	get(foreign, 404, "no link")

	full = errors.New("the access log cannot be written")
	get(link, 500, "relay's own log")
	full = nil
	erased["s1"] = true
	get(link, 410, "no longer there")
	delete(erased, "s1")
	now = expires
	get(link, 410, "expired")
}

// slowLine takes what is written, and counts how often there was new time for it.
type slowLine struct {
	*httptest.ResponseRecorder
	times int
}

func (s *slowLine) SetWriteDeadline(time.Time) error {
	s.times++
	return nil
}

// largeLog is a Source of logs of a megabyte.
type largeLog struct{ archive }

func (largeLog) Document(context.Context, string) (deliver.Document, error) {
	return deliver.Document{Lines: bytes.Repeat([]byte("{\"seq\":1}\n"), 1<<20/10), Count: 1 << 20 / 10}, nil
}

// A log over a slow line may take longer than the server gives any answer: there is new time for each part of it.
func TestLargeLogOverASlowLine(t *testing.T) {
	links := &deliver.Links{Source: largeLog{}, Now: time.Now, Used: func(context.Context, deliver.LinkUse) error { return nil }}
	link, _ := links.Make("shop", "s1", "hook")
	w := &slowLine{ResponseRecorder: httptest.NewRecorder()}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/links/{token}", links)
	mux.ServeHTTP(w, httptest.NewRequest("GET", link, nil))
	if want := w.Header().Get("Content-Length"); strconv.Itoa(w.Body.Len()) != want || w.times < 16 {
		t.Errorf("%d bytes of %s, new time %d times", w.Body.Len(), want, w.times)
	}
}
