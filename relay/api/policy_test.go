package api

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"testing"

	"github.com/cotrail/cotrail/masking"
)

func TestPolicy(t *testing.T) {
	r := start(t)
	res, body := r.get(t, "/v1/record/policy?site=shop", "", "Origin", "https://shop.example")
	if _, err := masking.Read([]byte(body)); err != nil {
		t.Errorf("a recorder cannot read it: %v\n%s", err, body)
	}
	digest := fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
	for name, want := range map[string]string{
		"Content-Type":                  "text/plain; charset=utf-8",
		"Cotrail-Policy":                digest,
		"ETag":                          `"` + digest + `"`,
		"Cache-Control":                 "public, max-age=60",
		"Access-Control-Allow-Origin":   "https://shop.example",
		"Access-Control-Expose-Headers": "Cotrail-Policy, ETag",
		"Vary":                          "Origin",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if res, body := r.get(t, "/v1/record/policy?site=shop", "", "If-None-Match", `"`+digest+`"`); res.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("once more: %d %q", res.StatusCode, body)
	}
}

func TestPolicyOrigins(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		site, origin string
		status       int
		part         string
	}{
		{"shop", "", 200, ""}, // a page of the relay's own
		{"shop", "https://side.example", 403, "https://side.example"},
		{"shop", "null", 403, "null"},
		{"", "", 404, "no such site"},
		{"shoppe", "https://shop.example", 404, "no such site"},
	} {
		res, body := r.get(t, "/v1/record/policy?site="+c.site, "", "Origin", c.origin)
		if c.status != 200 {
			says(t, c.site+" "+c.origin, res, body, c.status, c.part)
		} else if res.StatusCode != 200 {
			t.Errorf("%s %s: %d %s", c.site, c.origin, res.StatusCode, body)
		}
		if got := res.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s %s: Access-Control-Allow-Origin is %q", c.site, c.origin, got)
		}
		if res.Header.Get("Vary") != "Origin" {
			t.Errorf("%s %s: Vary is %q", c.site, c.origin, res.Header.Get("Vary"))
		}
	}
}
