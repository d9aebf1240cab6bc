package problem

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMux(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /here/{id}", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.PathValue("id"))) })
	mux.HandleFunc("GET /tree/", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	server := httptest.NewServer(Mux(mux))
	defer server.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, c := range []struct {
		method, path string
		status       int
		kind, says   string
	}{
		{"GET", "/here/7", 200, "text/plain", "7"},
		{"HEAD", "/here/7", 200, "text/plain", ""},
		{"GET", "/nowhere", 404, "application/problem+json", "nothing at this address"},
		{"POST", "/here/7", 405, "application/problem+json", "it takes GET, HEAD"},
		{"GET", "/tree/x", 404, "text/plain", "page not found"}, // the handler's own answer stays as it is
		{"GET", "/tree", 307, "", ""},                           // so does the way to it
	} {
		req, _ := http.NewRequest(c.method, server.URL+c.path, nil)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if _, err := io.Copy(&b, res.Body); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != c.status || !strings.HasPrefix(res.Header.Get("Content-Type"), c.kind) || !strings.Contains(b.String(), c.says) {
			t.Errorf("%s %s: %d %s %q, want %d %s %q", c.method, c.path, res.StatusCode, res.Header.Get("Content-Type"), b.String(), c.status, c.kind, c.says)
		}
		if c.status == 405 && res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("Allow: %q", res.Header.Get("Allow"))
		}
	}
}

func TestWrite(t *testing.T) {
	w := httptest.NewRecorder()
	Write(w, http.StatusConflict, `The "thing" is taken.`)
	var got body
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := (body{"about:blank", "Conflict", 409, `The "thing" is taken.`}); got != want || w.Code != 409 {
		t.Errorf("%d %+v, want %+v", w.Code, got, want)
	}
	w = httptest.NewRecorder()
	Error(w, http.StatusBadRequest, errors.New("élan is missing"))
	if !strings.Contains(w.Body.String(), `"Élan is missing."`) {
		t.Errorf("sentence: %s", w.Body)
	}
	w = httptest.NewRecorder()
	w.Header().Set("Content-Encoding", "br")
	Write(w, http.StatusConflict, "")
	if w.Header().Get("Content-Encoding") != "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
}
