package api

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
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

func TestOrigin(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		from, asked string
		status      int
		want        string
	}{
		{"https://shop.example", "https://shop.example", 200, "true"},
		{"https://shop.example", "https://side.example", 200, "false"},
		{"https://shop.example", "https://shop.example.evil.example", 200, "false"},
		{"https://shop.example", "null", 200, "false"},
		{"https://shop.example", "", 200, "false"},
		{"https://side.example", "https://shop.example", 403, ""},
		{"null", "https://shop.example", 403, ""},
	} {
		res, body := r.get(t, "/v1/record/origin?site=shop&origin="+url.QueryEscape(c.asked), "", "Origin", c.from)
		what := c.from + " asks for " + c.asked
		if res.StatusCode != c.status || c.status == 200 && body != c.want {
			t.Errorf("%s: %d %s, want %d %s", what, res.StatusCode, body, c.status, c.want)
		}
		if got := res.Header.Get("Access-Control-Allow-Origin"); (got == c.from) != (c.status == 200) || got != "" && got != c.from {
			t.Errorf("%s: Access-Control-Allow-Origin is %q", what, got)
		}
		if res.Header.Get("Vary") != "Origin" {
			t.Errorf("%s: Vary is %q", what, res.Header.Get("Vary"))
		}
	}
}
