package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyLocal(t *testing.T) {
	h := onlyLocal(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for _, c := range []struct {
		host, header string
		want         int
	}{
		{"127.0.0.1:8080", "", 204}, {"127.0.0.1", "", 204}, {"localhost:9", "", 204}, {"LOCALHOST", "", 204}, {"[::1]:8080", "", 204}, {"[::1]", "", 204},
		{"evil.example", "", 403}, {"127.0.0.1.evil.example", "", 403}, {"localhost.evil.example:8080", "", 403}, {"127.0.0.2", "", 403}, {"", "", 403},
		{"localhost", "X-Forwarded-For", 403}, {"localhost", "X-Forwarded-Host", 403}, {"localhost", "Forwarded", 403}, {"localhost", "Via", 403},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = c.host
		if c.header != "" {
			r.Header.Set(c.header, "192.0.2.1")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("host %q with %q: %d, want %d", c.host, c.header, w.Code, c.want)
		}
	}
}

func TestCheckLoopback(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:0": true, "[::1]:8080": true, "127.1.2.3:80": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "192.0.2.1:80": false, "relay.example:80": false, "127.0.0.1": false,
	} {
		if err := checkLoopback(listen); (err == nil) != want {
			t.Errorf("%s: %v", listen, err)
		}
	}
}
