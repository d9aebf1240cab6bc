package client_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cotrail/cotrail/relay/client"
)

// TestAskedTooOften: whoever reads all sessions of a store waits when the relay says so, and goes on.
func TestAskedTooOften(t *testing.T) {
	asked := 0
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte("key"))
	}))
	defer relay.Close()
	key, err := (&client.Client{Base: relay.URL}).VerifyKey(t.Context())
	if err != nil || key != "key" || asked != 3 {
		t.Errorf("%q, %v, asked %d times", key, err, asked)
	}
}
