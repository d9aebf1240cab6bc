package api

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/token"
)

// decision is who may use a route, written down once more: a route that is not here fails the test, so nobody adds one
// without having thought of it.
type decision struct {
	access access
	scope  config.Scope
	good   int // the status of an answer that is no refusal
}

var decisions = map[string]decision{
	"POST /v1/sessions":                {withKey, config.ScopeHost, 201},
	"POST /v1/sessions/{id}/tokens":    {withKey, config.ScopeHost, 201},
	"POST /v1/sessions/{id}/events":    {withKey, config.ScopeHost, 200},
	"POST /v1/sessions/{id}/end":       {withKey, config.ScopeHost, 200},
	"GET /v1/sessions":                 {withKey, config.ScopeRead, 200},
	"GET /v1/sessions/{id}":            {withKey, config.ScopeRead, 200},
	"GET /v1/sessions/{id}/log":        {withKey, config.ScopeRead, 200},
	"GET /v1/sessions/{id}/proof":      {withKey, config.ScopeRead, 200},
	"GET /v1/sessions/{id}/statistics": {withKey, config.ScopeRead, 200},
	"DELETE /v1/sessions/{id}":         {withKey, config.ScopeErase, 200},
	"PUT /v1/sessions/{id}/hold":       {withKey, config.ScopeErase, 200},
	"DELETE /v1/sessions/{id}/hold":    {withKey, config.ScopeErase, 200},
	"GET /v1/access-log":               {withKey, config.ScopeRead, 200},
	"GET /v1/access-log/days":          {withKey, config.ScopeRead, 200},
	"GET /v1/checkpoint":               {open, "", 200},
	"GET /v1/verify-key":               {open, "", 200},
	"GET /v1/policies/{digest}":        {withKey, config.ScopeRead, 200},
	"GET /v1/deliveries":               {withKey, config.ScopeRead, 200},
	"POST /v1/deliveries/retry":        {withKey, config.ScopeHost, 200},
	"POST /v1/deliveries/{id}/retry":   {withKey, config.ScopeHost, 200},
	"GET /v1/links/{token}":            {open, "", 200},
	"GET /v1/schema/events.json":       {open, "", 200},
	"GET /v1/record/policy":            {open, "", 200},
	"GET /v1/record/origin":            {open, "", 200},
	"GET /openapi.yaml":                {open, "", 200},
	"GET /{$}":                         {open, "", 200},
	"GET /healthz":                     {onLoopback, config.ScopeRead, 200},
	"GET /readyz":                      {onLoopback, config.ScopeRead, 200},
	"GET /metrics":                     {onLoopback, config.ScopeRead, 200},
}

// credential is a way to ask.
type credential struct {
	name    string
	headers []string
	scopes  []config.Scope // none: it is no key of this relay
	sites   []string
}

func credentials() []credential {
	read, host, erase := config.ScopeRead, config.ScopeHost, config.ScopeErase
	bearer := func(key string, sites []string, scopes ...config.Scope) credential {
		return credential{name: key, headers: []string{"Authorization", "Bearer " + key}, sites: sites, scopes: scopes}
	}
	own, both := []string{"shop"}, []string{"shop", "side"}
	participant := token.Sign([]byte(shopSecret), token.Claims{Session: "in-shop", Role: token.RoleHost, Expires: time.Now().Add(time.Hour)})
	return []credential{
		{name: "none"},
		bearer("unknown", nil), bearer("SHOP-READER", nil), bearer("dev", nil),
		{name: "basic", headers: []string{"Authorization", "Basic shop-all"}},
		{name: "a cookie", headers: []string{"Cookie", "key=shop-all; Authorization=Bearer shop-all"}},
		{name: "a participant's token", headers: []string{"Authorization", "Bearer " + participant}},
		bearer("shop-reader ", own, read), // white space around a header's value is no part of it
		bearer("shop-reader", own, read), bearer("shop-host", own, host), bearer("shop-eraser", own, erase), bearer("shop-all", own, host, read, erase),
		bearer("side-reader", []string{"side"}, read), bearer("both-reader", both, read, host), bearer("all-reader", both, read),
	}
}

// TestAuthorization asks every route with every kind of credential, of an own, a foreign and an unknown session, from
// this machine and from elsewhere.
func TestAuthorization(t *testing.T) {
	r := start(t)
	seen := map[string]bool{}
	for _, route := range r.api.Routes() {
		name := cmp.Or(route.Method, "GET") + " " + route.Path
		decided, ok := decisions[name]
		if !ok || decided.access != route.Access || decided.scope != route.Scope {
			t.Errorf("%s: nobody has decided that its access is %d with the scope %q; see decisions", name, route.Access, route.Scope)
			continue
		}
		seen[name] = true
		for session, site := range map[string]string{"in-shop": "shop", "in-side": "side", "unknown": ""} {
			if !strings.Contains(route.Path, "{id}") && session != "in-shop" {
				continue
			}
			for _, c := range credentials() {
				for _, r.local = range []bool{true, false} {
					r.try(t, route, decided, session, site, c)
				}
			}
		}
	}
	for name := range decisions {
		if !seen[name] {
			t.Errorf("there is no route %s", name)
		}
	}
}

// try asks once and compares with what was decided.
func (r *relay) try(t *testing.T, route Route, d decision, session, site string, c credential) {
	t.Helper()
	want := d.good
	switch needsKey := d.access == withKey || d.access == onLoopback && !r.local; {
	case !needsKey:
	case c.scopes == nil:
		want = http.StatusUnauthorized
	case !slices.Contains(c.scopes, d.scope):
		want = http.StatusForbidden
	case strings.Contains(route.Path, "{id}") && !slices.Contains(c.sites, site), ofShop(route) && !slices.Contains(c.sites, "shop"):
		want = http.StatusNotFound
	case strings.HasSuffix(route.Path, "/tokens") && site == "side":
		want = http.StatusConflict // the site has no secret
	}
	query := ""
	if strings.HasPrefix(route.Path, "/v1/record/") || route.Path == "/v1/access-log" {
		query = "?site=shop"
	}
	what := fmt.Sprintf("%s %s of %s with %s, local %v", route.Method, route.Path, session, c.name, r.local)
	res, body := r.ask(t, route, session, query, "", c.headers...)
	if want >= 400 {
		says(t, what, res, body, want, "")
	} else if res.StatusCode != want {
		t.Errorf("%s: %d %s, want %d", what, res.StatusCode, body, want)
	}
	if (res.Header.Get("WWW-Authenticate") != "") != (want == http.StatusUnauthorized) {
		t.Errorf("%s: WWW-Authenticate is %q", what, res.Header.Get("WWW-Authenticate"))
	}
}

// ofShop says whether a route is asked for something of the site shop that its path does not name.
func ofShop(route Route) bool {
	return route.Method == "POST" && route.Path == "/v1/sessions" || route.Path == "/v1/access-log"
}

// TestForeignHost: a key that may signal for one site makes no session of another, and one of all sites none of a site
// that is not there.
func TestForeignHost(t *testing.T) {
	r := start(t)
	for _, site := range []string{"side", "nowhere"} {
		res, body := r.post(t, "/v1/sessions", "shop-host", `{"site":"`+site+`"}`)
		says(t, site, res, body, 404, "reaches no site")
	}
}
