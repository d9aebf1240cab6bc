package api

import (
	"slices"
	"testing"
)

const shopSummary = `{"session_id":"in-shop","site":"shop","created":"2026-11-22T10:04:33.343Z","last_time":"2026-11-22T10:04:34.000Z",` +
	`"ended":false,"sealed":false,"erased":null,"held":null,"end_reason":null,"entries":3,"start_url":"https://shop.example/","participants":["Ann"],"continues":null,"policies":[]}`

const sideSummary = `{"session_id":"in-side","site":"side","created":"2026-11-22T10:04:33.343Z","last_time":null,` +
	`"ended":true,"sealed":false,"erased":null,"held":null,"end_reason":"timeout","entries":0,"start_url":null,"participants":[],"continues":null,"policies":[]}`

func TestSession(t *testing.T) {
	r := start(t)
	for path, want := range map[string]string{
		"/v1/sessions/in-shop": shopSummary + "\n",
		"/v1/sessions/in-side": sideSummary + "\n",
		"/v1/sessions":         `{"sessions":[` + shopSummary + "," + sideSummary + `],"next":"next page"}` + "\n",
	} {
		if res, body := r.get(t, path, "all-reader"); res.StatusCode != 200 || body != want || res.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d\n%swant\n%s", path, res.StatusCode, body, want)
		}
	}
}

// TestSessionsAsksForOwnSites looks at what the store is asked for: it keeps the sites apart, not the API.
func TestSessionsAsksForOwnSites(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		key, query string
		sites      []string
		limit      int
		after      string
	}{
		{"shop-reader", "", []string{"shop"}, 50, ""},
		{"both-reader", "", []string{"shop", "side"}, 50, ""},
		{"both-reader", "?site=side&limit=7&cursor=abc", []string{"side"}, 7, "abc"},
		{"all-reader", "", nil, 50, ""},
		{"all-reader", "?site=gone", []string{"gone"}, 50, ""},
	} {
		res, body := r.get(t, "/v1/sessions"+c.query, c.key)
		q := r.asked
		if res.StatusCode != 200 || !slices.Equal(q.Sites, c.sites) || (q.Sites == nil) != (c.sites == nil) || q.Limit != c.limit || q.After != c.after {
			t.Errorf("%s %s: %d, asked for %+v\n%s", c.key, c.query, res.StatusCode, q, body)
		}
	}
	for query, want := range map[string]struct {
		status int
		part   string
	}{
		"?site=side": {404, "reaches no site"}, "?site=": {404, "reaches no site"},
		"?limit=0": {400, "1 to 500"}, "?limit=501": {400, "1 to 500"}, "?limit=ten": {400, "1 to 500"},
		"?cursor=garbage": {400, "The cursor"},
	} {
		res, body := r.get(t, "/v1/sessions"+query, "shop-reader")
		says(t, query, res, body, want.status, want.part)
	}
}
