package api

import (
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
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

// shelf is a store.Reader with sessions that the test put there.
type shelf struct {
	sessions []store.Summary
	entries  map[string][]string
	policies []store.Policy
	broken   error // what Entries ends with
	asked    store.Query
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

// relay is the API over HTTP, with what the tests change on it.
type relay struct {
	*shelf
	api   *API
	url   string
	local bool
	ready error

	outbox *box
	resent int
}

// start serves two sites with one session each.
func start(t *testing.T) *relay {
	t.Helper()
	r := &relay{outbox: &box{}, shelf: &shelf{
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
		Store:  r.shelf,
		Ready:  func(context.Context) error { return r.ready },
		Surfly: func(entry []byte) ([]byte, bool, error) {
			return append([]byte("[\"surfly\"]"), '\n'), !strings.Contains(string(entry), "click"), nil
		},
		Schema:  []byte(`{"$schema":"x"}`),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "events 1\n") }),
		Local:   func(*http.Request) bool { return r.local },
		Base:    func(*http.Request) string { return "https://relay.example" },
		Tag: func(base, site string) string {
			return `<script src="` + base + `/cotrail.aa.js" data-site="` + site + `"></script>`
		},
		Outbox:  r.outbox,
		Resend:  func() { r.resent++ },
		Links:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "log of "+r.PathValue("token")) }),
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

// configure reads a file with two sites and a key for each case: its name is its secret.
func configure(t *testing.T) *config.Config {
	t.Helper()
	file := "sites:\n  - {key: shop, origins: [\"https://shop.example\"]}\n  - {key: side, origins: [\"https://side.example\"]}\nkeys:\n"
	for name, rest := range map[string]string{
		"shop-reader": "scopes: [read], sites: [shop]",
		"side-reader": "scopes: [read], sites: [side]",
		"both-reader": "scopes: [read, host], sites: [shop, side]",
		"all-reader":  "scopes: [read], sites: [\"*\"]",
		"shop-host":   "scopes: [host, erase], sites: [shop]",
	} {
		file += fmt.Sprintf("  - {name: %s, sha256: \"%x\", %s}\n", name, sha256.Sum256([]byte(name)), rest)
	}
	path := filepath.Join(t.TempDir(), "cotrail.yaml")
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
	req, err := http.NewRequest("GET", r.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
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

// TestAccess asks every route with every key, from here and from elsewhere.
func TestAccess(t *testing.T) {
	r := start(t)
	const own, foreign = "in-shop", "in-side"
	for _, route := range r.api.Routes() {
		if isDelivery(route) {
			continue // its own tests ask it
		}
		perSession := strings.Contains(route.Path, "{id}")
		for _, session := range []string{own, foreign, "unknown"} {
			if !perSession && session != own {
				continue
			}
			path := strings.NewReplacer("{id}", session, "{digest}", r.policies[0].Digest, "{$}", "").Replace(route.Path)
			if strings.HasPrefix(path, "/v1/record/") {
				path += "?site=shop"
			}
			for key, c := range map[string]struct {
				known, reads bool
				reaches      []string
			}{
				"":             {},
				"unknown":      {},
				"SHOP-READER":  {},
				"shop-reader ": {true, true, []string{own}}, // white space around a header's value is no part of it
				"shop-reader":  {true, true, []string{own}},
				"side-reader":  {true, true, []string{foreign}},
				"both-reader":  {true, true, []string{own, foreign}},
				"all-reader":   {true, true, []string{own, foreign}},
				"shop-host":    {true, false, nil},
			} {
				for _, r.local = range []bool{true, false} {
					want := http.StatusOK
					switch needs := route.Access == withKey || route.Access == onLoopback && !r.local; {
					case !needs:
					case !c.known:
						want = http.StatusUnauthorized
					case !c.reads:
						want = http.StatusForbidden
					case perSession && !strings.Contains(strings.Join(c.reaches, " "), session):
						want = http.StatusNotFound
					}
					what := fmt.Sprintf("%s with key %q, local %v", path, key, r.local)
					res, body := r.get(t, path, key)
					if want != http.StatusOK {
						says(t, what, res, body, want, "key")
					} else if res.StatusCode != want {
						t.Errorf("%s: %d %s", what, res.StatusCode, body)
					}
					if (res.Header.Get("WWW-Authenticate") != "") != (want == http.StatusUnauthorized) {
						t.Errorf("%s: WWW-Authenticate is %q", what, res.Header.Get("WWW-Authenticate"))
					}
				}
			}
		}
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
		if isDelivery(route) {
			continue // its own tests ask it
		}
		path := strings.NewReplacer("{id}", "in-shop", "{$}", "").Replace(route.Path)
		res, body := r.get(t, path+"?frobnicate=1", "shop-reader")
		says(t, path, res, body, 400, `"frobnicate"`)
		res, body = r.get(t, path+"?%zz", "shop-reader")
		says(t, path, res, body, 400, "malformed")
		for _, param := range route.Params {
			res, body = r.get(t, path+"?"+param+"=1&"+param+"=2", "shop-reader")
			says(t, path, res, body, 400, `"`+param+`" is given 2 times`)
		}
	}
}

// TestNoOtherOrigins asks every route from a page of another origin. None but the policy may be read there.
func TestNoOtherOrigins(t *testing.T) {
	r := start(t)
	r.local = true
	for _, route := range r.api.Routes() {
		if isDelivery(route) {
			continue // its own tests ask it
		}
		path := strings.NewReplacer("{id}", "in-shop", "{$}", "").Replace(route.Path)
		res, _ := r.get(t, path, "shop-reader", "Origin", "https://shop.example")
		for name := range res.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s sends %s", path, name)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	r := start(t)
	for _, route := range r.api.Routes() {
		if isDelivery(route) {
			continue // its own tests ask it
		}
		path := strings.NewReplacer("{id}", "in-shop", "{$}", "").Replace(route.Path)
		res, err := http.Post(r.url+path, "text/plain", nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		says(t, "POST "+path, res, string(body), 405, "it takes GET, HEAD")
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
		if isDelivery(route) {
			continue // its own tests ask it
		}
		req := httptest.NewRequest("GET", strings.NewReplacer("{id}", "x", "{$}", "").Replace(route.Path), nil)
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
