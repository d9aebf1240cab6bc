package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/limit"
)

// TestLimits: each key, each address without one, and each site has a limit of its own.
func TestLimits(t *testing.T) {
	r := start(t)
	once := func() *limit.Limiter { return limit.New(0.5, 1) }
	r.api.Limits = Limits{Key: once(), Address: once(), Site: limit.New(1, 3)}
	for what, ask := range map[string]func() (status int, retry, body string){
		"a key":      func() (int, string, string) { return r.inquire(t, "/v1/sessions", "shop-reader") },
		"another":    func() (int, string, string) { return r.inquire(t, "/v1/sessions", "side-reader") },
		"an address": func() (int, string, string) { return r.inquire(t, "/v1/schema/events.json", "") },
	} {
		if status, _, body := ask(); status != 200 {
			t.Errorf("%s: %d %s", what, status, body)
		}
		if status, retry, body := ask(); status != 429 || retry != "2" || !strings.Contains(body, "Try again in 2 seconds.") {
			t.Errorf("%s, once more: %d, Retry-After %q, %s", what, status, retry, body)
		}
	}
	for _, key := range []string{"", "a guess"} {
		if status, _, body := r.inquire(t, "/v1/sessions", key); status != 429 {
			t.Errorf("with the key %q: %d %s", key, status, body)
		}
	}
	r.local = true
	for range 2 {
		if status, _, body := r.inquire(t, "/healthz", ""); status != 200 {
			t.Errorf("from this machine: %d %s", status, body)
		}
	}
	r.api.Limits.Key = nil
	for i, want := range []int{200, 429, 429} {
		events := "[" + strings.TrimSuffix(strings.Repeat(`{"type":"x_a"},`, 3), ",") + "]"
		if res, body := r.post(t, "/v1/sessions/in-shop/events", "shop-host", events); res.StatusCode != want {
			t.Errorf("three events, time %d: %d %s", i+1, res.StatusCode, body)
		}
	}
	if res, body := r.post(t, "/v1/sessions/in-side/events", "both-reader", `{"type":"x_a"}`); res.StatusCode != 200 {
		t.Errorf("at another site: %d %s", res.StatusCode, body)
	}
}

func (r *relay) inquire(t *testing.T, path, key string) (status int, retry, body string) {
	t.Helper()
	res, body := r.get(t, path, key)
	return res.StatusCode, fmt.Sprint(res.Header.Get("Retry-After")), body
}
