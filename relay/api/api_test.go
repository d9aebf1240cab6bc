package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cotrail/cotrail/masking"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/statistics"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
)

// shelf is a store.Reader with sessions that the test put there.
type shelf struct {
	sessions  []store.Summary
	entries   map[string][]string
	policies  []store.Policy
	broken    error // what Entries ends with
	unproven  error // what proofs end with
	held      string
	erased    []string
	kept      error // what holding and erasing end with
	noted     []journal.Deed
	unwritten error // what noting ends with
	asked     store.Query
}

func (s *shelf) Sessions(_ context.Context, q store.Query) ([]store.Summary, string, error) {
	s.asked = q
	if q.After == "garbage" {
		return nil, "", store.ErrCursor
	}
	return s.sessions, "next page", nil
}

func (s *shelf) Session(_ context.Context, id string) (store.Summary, error) {
	for _, one := range s.sessions {
		if one.ID == id {
			return one, nil
		}
	}
	return store.Summary{}, store.ErrNotFound
}

func (s *shelf) Policy(_ context.Context, digest string) (found []store.Policy, err error) {
	for _, p := range s.policies {
		if p.Digest == digest {
			found = append(found, p)
		}
	}
	if found == nil {
		err = store.ErrNotFound
	}
	return found, err
}

func (s *shelf) Document(ctx context.Context, id string) (store.Document, error) {
	summary, err := s.Session(ctx, id)
	return store.Document{Summary: summary, Leaf: 4, Salt: [32]byte{1}, Hash: [32]byte{2}, Hashes: []byte("12345678abcdefgh")}, err
}

func (s *shelf) Latest(context.Context) (store.Checkpoint, error) {
	return store.Checkpoint{Size: 9, Note: []byte("checkpoint\n")}, s.unproven
}

func (s *shelf) Inclusion(_ context.Context, leaf int64) (trail.Inclusion, error) {
	return trail.Inclusion{Leaf: leaf, Hashes: tlog.RecordProof{{3}}, Checkpoint: "checkpoint\n", Size: 9}, s.unproven
}

func (s *shelf) Consistency(_ context.Context, from, to int64) (trail.Consistency, error) {
	if from > to {
		return trail.Consistency{}, trail.ErrSize
	}
	return trail.Consistency{From: from, Hashes: tlog.TreeProof{{4}}}, nil
}

func (s *shelf) Hold(_ context.Context, id string, at int64) error { return s.change(id, at) }
func (s *shelf) Release(_ context.Context, id string) error        { return s.change(id, 0) }

func (s *shelf) change(id string, at int64) error {
	s.held = fmt.Sprintf("%s %v", id, at != 0)
	return s.kept
}

func (s *shelf) Tombstone(context.Context, string) (store.Tombstone, error) {
	return store.Tombstone{Note: []byte("gone\n"), Leaf: 4, Own: 5}, nil
}

func (s *shelf) erase(_ context.Context, by, from string, ids ...string) ([][]byte, error) {
	s.erased = append(s.erased, by+" from "+from+" "+strings.Join(ids, " "))
	return [][]byte{[]byte("tombstone")}, s.kept
}

func (s *shelf) note(_ context.Context, d journal.Deed) error {
	s.noted = append(s.noted, d)
	return s.unwritten
}

// accessEntry is one of the access log but for its number and its site.
const accessEntry = `{"details":{"from":null,"session_id":"in-shop","what":"log","who":"audit"},"message":"audit read the log of session in-shop","seq":%d,"site":%q,"time":"2026-11-22T10:04:33.343Z","type":"log_viewed"}`

func (s *shelf) Accesses(_ context.Context, site, day string, after uint64, limit int) (list []store.Access, _ error) {
	for i := range uint64(limit) {
		list = append(list, store.Access{Day: "2026-11-22", Seq: after + i + 1, Entry: fmt.Appendf(nil, accessEntry, after+i+1, site+" after "+day), Hash: [32]byte{1}})
	}
	return list, nil
}

// ClosedDays has a day of each site, and no third one.
func (s *shelf) ClosedDays(_ context.Context, after int64, limit int) (list []store.ClosedDay, _ error) {
	for leaf, site := range []string{"shop", "side"} {
		if int64(leaf) > after && len(list) < limit {
			list = append(list, store.ClosedDay{AccessDay: store.AccessDay{Site: site, Day: "2026-11-21", Entries: 3, Hash: [32]byte{1}}, Leaf: int64(leaf)})
		}
	}
	return list, nil
}

func (s *shelf) Entries(_ context.Context, id string, after uint64, fn func(uint64, []byte) error) error {
	for i, line := range s.entries[id] {
		if seq := uint64(i + 1); seq > after {
			if err := fn(seq, []byte(line)); err != nil {
				return err
			}
		}
	}
	return s.broken
}

func (s *shelf) Signal(_ context.Context, sig store.Signal) (store.Signalled, error) {
	return store.Signalled{Session: sig.Session, First: 1, At: sig.Received}, nil
}

func (s *shelf) Invite(_ context.Context, _, _ string, at int64, _ store.Once) (store.Invited, error) {
	return store.Invited{ClientIndex: 3, At: at}, nil
}

// relay is the API over HTTP, with what the tests change on it.
type relay struct {
	*shelf
	api   *API
	url   string
	local bool
	ready error

	cut     chan string  // why followers were cut off
	revoked atomic.Value // name of an API key
	outbox  *box
	resent  []string // destinations
}

// start serves two sites with one session each.
func start(t *testing.T) *relay {
	t.Helper()
	r := &relay{outbox: &box{}, cut: make(chan string, 9), shelf: &shelf{
		sessions: []store.Summary{
			{ID: "in-shop", Site: "shop", Created: 1795341873343, LastTime: 1795341874000, Entries: 3, StartURL: "https://shop.example/", Participants: []string{"Ann"}},
			{ID: "in-side", Site: "side", Created: 1795341873343, Ended: true, EndReason: "timeout"},
		},
		entries: map[string][]string{"in-shop": {
			`{"details":{},"seq":1,"type":"session_created"}`,
			`{"details":{"a":"</script>"},"seq":2,"type":"click"}`,
			`{"details":{},"seq":3,"type":"navigate"}`,
		}},
	}}
	r.api = New(Options{
		Config: configure(t),
		Store:  r.shelf, Signals: r.shelf,
		Now:      func() time.Time { return time.UnixMilli(1795341875000) },
		Wake:     func(string, bool) {},
		Limits:   Limits{},
		Client:   func(*http.Request) string { return "192.0.2.1" },
		FieldKey: func(session string) (key masking.FieldKey) { copy(key[:], session); return key },
		Ready:    func(context.Context) error { return r.ready },
		Holds:    r.shelf, Accesses: r.shelf, Erase: r.erase, Note: r.note, From: func(*http.Request) string { return "192.0.2.1" },
		Documents: r.shelf, Trail: r.shelf, VerifyKey: "verifier key\n",
		Surfly: func(entry []byte, completing [][]byte) ([]byte, bool, error) {
			return append([]byte(strings.Repeat("[", len(completing))+"[\"surfly\"]"+strings.Repeat("]", len(completing))), '\n'), !strings.Contains(string(entry), "click"), nil
		},
		Statistics: statistics.Of,
		Schema:     []byte(`{"$schema":"x"}`),
		Metrics:    http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "events 1\n") }),
		Local:      func(*http.Request) bool { return r.local },
		Base:       func(*http.Request) string { return "https://relay.example" },
		Tag: func(base, site string) string {
			return `<script src="` + base + `/cotrail.aa.js" data-site="` + site + `"></script>`
		},
		StillReads: func(key config.Key, _ string) bool { return key.Name != r.revoked.Load() },
		Cut:        func(reason string) { r.cut <- reason },
		Outbox:     r.outbox,
		Resend: func(sites []string, destination string) {
			r.resent = append(r.resent, fmt.Sprintf("%v %s", sites, destination))
		},
		Links: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"session_logs":[%q]}`, r.PathValue("token"))
		}),
		Version: "0.1.0",
		Log:     slog.New(slog.DiscardHandler),
	})
	r.policies = r.api.Policies(1795341873343)
	mux := http.NewServeMux()
	r.api.Register(mux, mux)
	server := httptest.NewServer(problem.Mux(mux))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

const shopSecret = "the secret by which tokens of shop are signed"

// configure reads a file with two sites and a key for each case: its name is its secret.
func configure(t *testing.T) *config.Config {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shop.secret"), []byte(shopSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	file := "sites:\n  - {key: shop, origins: [\"https://shop.example\"], token_secret_file: shop.secret}\n  - {key: side, origins: [\"https://side.example\"]}\nkeys:\n"
	for name, rest := range map[string]string{
		"shop-reader": "scopes: [read], sites: [shop]",
		"side-reader": "scopes: [read], sites: [side]",
		"both-reader": "scopes: [read, host], sites: [shop, side]",
		"all-reader":  "scopes: [read], sites: [\"*\"]",
		"shop-host":   "scopes: [host], sites: [shop]",
		"shop-eraser": "scopes: [erase], sites: [shop]",
		"shop-all":    "scopes: [host, read, erase], sites: [shop]",
	} {
		file += fmt.Sprintf("  - {name: %s, sha256: \"%x\", %s}\n", name, sha256.Sum256([]byte(name)), rest)
	}
	path := filepath.Join(dir, "cotrail.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get asks with a key, none when it is empty, and gives answer and body.
func (r *relay) get(t *testing.T, path, key string, headers ...string) (*http.Response, string) {
	t.Helper()
	return r.do(t, "GET", path, key, "", headers...)
}

// post sends a body of JSON.
func (r *relay) post(t *testing.T, path, key, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	return r.do(t, "POST", path, key, body, append([]string{"Content-Type", "application/json"}, headers...)...)
}

// do asks in any way.
func (r *relay) do(t *testing.T, method, path, key, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	asDescribed(t, req, body, res, string(answer))
	return res, string(answer)
}

// ask asks a route in its own way, of a session.
func (r *relay) ask(t *testing.T, route Route, session, query, key string, headers ...string) (*http.Response, string) {
	t.Helper()
	path := r.path(route, session) + query
	if cmp.Or(route.Method, "GET") == "GET" {
		return r.get(t, path, key, headers...)
	}
	return r.do(t, route.Method, path, key, bodies[route.Path], append([]string{"Content-Type", "application/json"}, headers...)...)
}

// path is a route's address for a session.
func (r *relay) path(route Route, session string) string {
	return strings.NewReplacer("/deliveries/{id}", "/deliveries/"+deliveryOf[session], "{id}", session, "{digest}", r.policies[0].Digest, "{token}", "link", "{$}", "").Replace(route.Path)
}

// deliveryOf is the delivery of a session.
var deliveryOf = map[string]string{"in-shop": "d2", "in-side": "d1", "unknown": "d9"}

// bodies are what is sent to the routes that take something.
var bodies = map[string]string{
	"/v1/sessions":             `{"site":"shop"}`,
	"/v1/sessions/{id}/events": `{"type":"chat","details":{"from":0}}`,
}

// says fails the test unless the answer is a problem with this status, and a sentence with this in it.
func says(t *testing.T, what string, res *http.Response, body string, status int, part string) {
	t.Helper()
	var p struct {
		Status int
		Detail string
	}
	if err := json.Unmarshal([]byte(body), &p); err != nil || res.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: %d is no problem document: %s", what, res.StatusCode, body)
	}
	if res.StatusCode != status || p.Status != status || !strings.Contains(p.Detail, part) {
		t.Errorf("%s: %d %s, want %d with %q", what, res.StatusCode, body, status, part)
	}
	if !strings.HasSuffix(p.Detail, ".") || p.Detail[:1] != strings.ToUpper(p.Detail[:1]) {
		t.Errorf("%s: %q is no sentence", what, p.Detail)
	}
}

func TestForeignAndUnknownSessionsLookAlike(t *testing.T) {
	r := start(t)
	_, foreign := r.get(t, "/v1/sessions/in-side/log", "shop-reader")
	_, unknown := r.get(t, "/v1/sessions/no-such/log", "shop-reader")
	if foreign != unknown {
		t.Errorf("a session of another site answers\n%san unknown one\n%s", foreign, unknown)
	}
}

func TestAuthorizationForms(t *testing.T) {
	r := start(t)
	for header, want := range map[string]int{
		"Bearer shop-reader": 200, "bearer shop-reader": 200, "Bearer": 401, "Bearer ": 401, "shop-reader": 401,
		"Basic shop-reader": 401, "Bearer shop-reader x": 401, "": 401,
	} {
		if res, body := r.get(t, "/v1/sessions", "", "Authorization", header); res.StatusCode != want {
			t.Errorf("Authorization %q: %d %s", header, res.StatusCode, body)
		}
	}
}

// TestUnknownParameters asks every route with a parameter that none knows, and with a known one twice.
func TestUnknownParameters(t *testing.T) {
	r := start(t)
	r.local = true
	for _, route := range r.api.Routes() {
		res, body := r.ask(t, route, "in-shop", "?frobnicate=1", "shop-all")
		says(t, route.Path, res, body, 400, `"frobnicate"`)
		res, body = r.ask(t, route, "in-shop", "?%zz", "shop-all")
		says(t, route.Path, res, body, 400, "malformed")
		for _, param := range route.Params {
			res, body = r.ask(t, route, "in-shop", "?"+param+"=1&"+param+"=2", "shop-all")
			says(t, route.Path, res, body, 400, `"`+param+`" is given 2 times`)
		}
	}
}

// TestNoOtherOrigins asks every route from a page of another origin. None but the policy may be read there.
func TestNoOtherOrigins(t *testing.T) {
	r := start(t)
	r.local = true
	for _, route := range r.api.Routes() {
		res, _ := r.ask(t, route, "in-shop", "", "shop-all", "Origin", "https://shop.example")
		for name := range res.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s sends %s", route.Path, name)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	r := start(t)
	takes := map[string][]string{}
	for _, route := range r.api.Routes() {
		takes[route.Path] = append(takes[route.Path], cmp.Or(route.Method, "GET"))
		if route.Method == "" {
			takes[route.Path] = append(takes[route.Path], "HEAD")
		}
	}
	for _, route := range r.api.Routes() {
		slices.Sort(takes[route.Path])
		res, body := r.do(t, "PATCH", r.path(route, "in-shop"), "shop-all", "")
		says(t, "PATCH "+route.Path, res, body, 405, "it takes "+strings.Join(takes[route.Path], ", "))
	}
	res, body := r.get(t, "/v1/nothing", "shop-reader")
	says(t, "an unknown address", res, body, 404, "nothing at this address")
}

func TestReady(t *testing.T) {
	r := start(t)
	r.local = true
	if res, body := r.get(t, "/readyz", ""); res.StatusCode != 200 || body != "{\"status\":\"ready\"}\n" {
		t.Errorf("ready: %d %s", res.StatusCode, body)
	}
	r.ready = errors.New("the disk is full")
	res, body := r.get(t, "/readyz", "")
	says(t, "not ready", res, body, 503, "the disk is full")
	if res, _ := r.get(t, "/healthz", ""); res.StatusCode != 200 {
		t.Errorf("alive though not ready: %d", res.StatusCode)
	}
}

func TestOperatorsAddress(t *testing.T) {
	r := start(t)
	public, admin := http.NewServeMux(), http.NewServeMux()
	r.api.Register(public, admin)
	for _, route := range r.api.Routes() {
		req := httptest.NewRequest(cmp.Or(route.Method, "GET"), strings.NewReplacer("{id}", "x", "{$}", "").Replace(route.Path), nil)
		_, onPublic := public.Handler(req)
		_, onAdmin := admin.Handler(req)
		wantAdmin := route.Path == "/healthz" || route.Path == "/readyz" || route.Path == "/metrics"
		if (onAdmin != "") != wantAdmin || (onPublic != "") == wantAdmin {
			t.Errorf("%s: public %q, admin %q", route.Path, onPublic, onAdmin)
		}
	}
}

func TestHome(t *testing.T) {
	r := start(t)
	res, body := r.get(t, "/", "")
	if !strings.Contains(body, `&lt;script src=&#34;https://relay.example/cotrail.aa.js&#34; data-site=&#34;SITE_KEY&#34;&gt;`) {
		t.Errorf("the script tag is missing or is one itself:\n%s", body)
	}
	policy := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(body, "<script") {
		t.Errorf("policy %q of a page\n%s", policy, body)
	}
	// The page's style is the one whose hash the policy has: html/template changes nothing in it.
	if !strings.Contains(body, "<style>"+homeCSS+"</style>") {
		t.Errorf("the style was changed:\n%s", body)
	}
}
