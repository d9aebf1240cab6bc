package api

import (
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/limit"
)

// TestLimits: each key, each address without one, and each site has a limit of its own.
func TestLimits(t *testing.T) {
	r := start(t)
	once := func() *limit.Limiter { return limit.New(0.5, 1) }
	r.api.Limits = Limits{Key: once(), Address: once(), Site: limit.New(1, 3)}
	for what, c := range map[string]struct{ path, key string }{
		"a key":      {"/v1/sessions", "shop-reader"},
		"another":    {"/v1/sessions", "side-reader"},
		"an address": {"/v1/schema/events.json", ""},
	} {
		if res, body := r.get(t, c.path, c.key); res.StatusCode != 200 {
			t.Errorf("%s: %d %s", what, res.StatusCode, body)
		}
		res, body := r.get(t, c.path, c.key)
		says(t, what, res, body, 429, "Try again in 2 seconds.")
		if retry := res.Header.Get("Retry-After"); retry != "2" {
			t.Errorf("%s, once more: Retry-After %q", what, retry)
		}
	}
	for _, key := range []string{"", "a guess"} {
		if res, body := r.get(t, "/v1/sessions", key); res.StatusCode != 429 {
			t.Errorf("with the key %q: %d %s", key, res.StatusCode, body)
		}
	}
	r.local = true
	for range 2 {
		if res, body := r.get(t, "/healthz", ""); res.StatusCode != 200 {
			t.Errorf("from this machine: %d %s", res.StatusCode, body)
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
