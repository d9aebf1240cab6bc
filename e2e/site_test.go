package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// site is a customer's web site: another origin than the relay's, pages with the tag.
type site struct {
	url string
	mux *http.ServeMux
}

func newSite(t testing.TB) *site {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &site{server.URL, mux}
}

// page adds a page; what stands in head comes before anything else.
func (s *site) page(path, head, body string) {
	s.raw(path, nil, "<!doctype html><html lang=en><head><title>"+path+"</title>"+head+"</head><body>"+body+"</body></html>")
}

func (s *site) raw(path string, headers map[string]string, text string) {
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		for k, v := range headers {
			w.Header().Set(k, v)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, text)
	})
}

// tag is the script tag of a site of the tests' configuration.
func (r *relay) tag(site string) string {
	return fmt.Sprintf(`<script async src="%s/cotrail.js" data-site="%s"></script>`, r.url, site)
}

// front stands before the relay as a slow network would. The recorder is served through it.
func (r *relay) front(delay func(path string) time.Duration) string {
	return r.proxy(func(w http.ResponseWriter, q *http.Request) bool {
		select {
		case <-time.After(delay(q.URL.Path)):
			return true
		case <-q.Context().Done():
			return false
		}
	})
}

// refusing stands before a relay that does not answer for one path.
func (r *relay) refusing(path string) string {
	return r.proxy(func(w http.ResponseWriter, q *http.Request) bool {
		if q.URL.Path == path {
			http.Error(w, "not here", http.StatusServiceUnavailable)
			return false
		}
		return true
	})
}

// proxy passes on to the relay what a gate lets through.
func (r *relay) proxy(gate func(http.ResponseWriter, *http.Request) bool) string {
	target, err := url.Parse(r.url)
	if err != nil {
		r.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if gate(w, q) {
			proxy.ServeHTTP(w, q)
		}
	}))
	r.t.Cleanup(server.Close)
	return server.URL
}

// recording waits until the recorder has its connection.
var recording = chrome.WaitFor(`window.cotrail && cotrail.status === "recording"`)

// flushed waits until all so far is durable at the relay.
var flushed = chrome.WaitFor(`cotrail.flush().then(() => true)`)

// session gives the id of the page's session.
func session(t testing.TB, p *chrome.Page) string {
	t.Helper()
	return chrome.MustEval[string](t, p, `cotrail.sessionId`)
}

// noErrors fails the test for anything that a page has thrown or its console calls an error.
func noErrors(t testing.TB, p *chrome.Page) {
	t.Helper()
	for _, m := range p.Errors() {
		if strings.Contains(m.Text, "favicon.ico") {
			continue
		}
		t.Errorf("the page's console: %s: %s", m.Level, m.Text)
	}
}
