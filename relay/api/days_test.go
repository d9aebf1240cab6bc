package api

import (
	"strings"
	"testing"
)

// TestAccessDays asks for the days that are in the tree, with a key of a site and with one of all.
func TestAccessDays(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		query, key string
		days       string // their sites
		parts      []string
	}{
		{"", "shop-reader", "shop", []string{`"all_sites":false`, `"next":null`, `"statement":{"access_log":"shop","day":"2026-11-21","entries":3,"hash":"01`, `"leaf":0,"inclusion":["AwAA`}},
		{"", "side-reader", "side", []string{`"all_sites":false`, `"leaf":1`}},
		{"", "all-reader", "shop side", []string{`"all_sites":true`}},
		{"?limit=1", "all-reader", "shop", []string{`"next":"0"`}},
		{"?limit=1", "side-reader", "", []string{`"days":[]`, `"next":"0"`}},
		{"?cursor=0&from=2", "all-reader", "side", []string{`"next":null`, `"consistency":{"from":2`}},
	} {
		res, body := r.get(t, "/v1/access-log/days"+c.query, c.key)
		var sites []string
		for _, site := range []string{"shop", "side"} {
			if strings.Contains(body, `"access_log":"`+site) {
				sites = append(sites, site)
			}
		}
		if res.StatusCode != 200 || strings.Join(sites, " ") != c.days {
			t.Errorf("%q with %s: %d %s", c.query, c.key, res.StatusCode, body)
		}
		for _, part := range c.parts {
			if !strings.Contains(body, part) {
				t.Errorf("%q with %s: %s, want %s", c.query, c.key, body, part)
			}
		}
	}
	for query, c := range map[string]struct {
		status int
		part   string
	}{
		"?limit=0":   {400, "limit"},
		"?cursor=-1": {400, "cursor"},
		"?cursor=x":  {400, "cursor"},
		"?from=0":    {400, "earlier checkpoint"},
		"?from=10":   {404, "earlier checkpoint"},
	} {
		res, body := r.get(t, "/v1/access-log/days"+query, "all-reader")
		says(t, query, res, body, c.status, c.part)
	}
}
