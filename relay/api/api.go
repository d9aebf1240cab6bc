// Package api is what the app's back end, auditors and operators ask the relay over HTTP. It promises that a key reaches its own sites
// only, that no answer is for a page of another origin but what a recorder of the site needs, and that a query it does
// not understand is an error rather than an answer to another question.
package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

// Options are what the routes stand on. None may be left out but Demo.
type Options struct {
	Config   *config.Config
	Store    store.Reader
	Signals  store.Signals
	Now      func() time.Time                      // the relay's clock
	Wake     func(session string, end bool)        // a session has something new, or is to end; must not block
	FieldKey func(session string) masking.FieldKey // by which ids and addresses of a session's people are hashed
	Ready    func(context.Context) error           // why the relay would not take an event now
	// Surfly writes an entry, with those that complete it, in the reference's dialect; it is not ok when that has none.
	Surfly    func(entry []byte, completing [][]byte) (line []byte, ok bool, err error)
	Schema    []byte // the JSON Schema of all events
	Limits    Limits
	Client    func(*http.Request) string     // where a request comes from, for Limits
	Metrics   http.Handler                   // what Prometheus reads
	Local     func(*http.Request) bool       // a request comes from this machine, and was not forwarded
	Base      func(*http.Request) string     // the address the relay was asked at, like https://relay.example
	Tag       func(base, site string) string // the script tag for a page
	Version   string
	Demo      bool // there is a demonstration to link to
	Log       *slog.Logger
	Documents interface {
		Document(ctx context.Context, id string) (store.Document, error)
	}
	Trail      Trail
	VerifyKey  string                                 // the verifier keys of the log, one a line
	StillReads func(key config.Key, site string) bool // by the configuration that is in force by now
	Holds      Holds
	Accesses   Accesses
	Erase      func(ctx context.Context, by, from string, ids ...string) (tombstones [][]byte, err error) // notes it, too
	Note       func(context.Context, journal.Deed) error                                                  // into the access log
	From       func(*http.Request) string                                                                 // the address that a request came from
	Cut        func(reason string)                                                                        // a follower of a log was cut off: slow, stopping, revoked
	Stopping   <-chan struct{}                                                                            // closed when the relay ends: who follows a log is told so
	Statistics func(site, id string, entries func(fn func(line []byte) error) error) (any, error)         // of a session, from its log
	Outbox     store.Outbox
	Resend     func(sites []string, destination string) // something of theirs is to be sent again; nil sites for all, an empty destination for each
	Links      http.Handler                             // answers links to logs
}

// API has the routes.
type API struct {
	Options
	policies map[string]policy // by site
}

// Policies gives the policies that the routes serve, as the store is to keep them.
func (a *API) Policies(now int64) (out []store.Policy) {
	for site, p := range a.policies {
		out = append(out, store.Policy{Digest: p.digest, Site: site, Since: now, Compiled: p.compiled})
	}
	return out
}

// New makes the routes.
func New(o Options) *API {
	a := &API{Options: o, policies: map[string]policy{}}
	for _, s := range o.Config.Sites {
		a.policies[s.Key] = compile(s)
	}
	return a
}

// access is who may use a route.
type access byte

const (
	open       access = iota // anybody
	onLoopback               // anybody on this machine, else whoever has a key with the route's scope
	withKey                  // whoever has a key with the route's scope
)

// Route is one address and who may ask for it.
type Route struct {
	Method   string // GET when empty, and then HEAD as well
	Path     string // as http.ServeMux writes it
	Access   access
	Scope    config.Scope
	Operator bool     // stands on the operator's address when there is one, instead of the public one
	Params   []string // query parameters that it knows
	answer   func(http.ResponseWriter, *http.Request, config.Key)
}

// Routes lists all routes.
func (a *API) Routes() []Route {
	read, host := config.ScopeRead, config.ScopeHost
	return []Route{
		{Method: "POST", Path: "/v1/sessions", Access: withKey, Scope: host, answer: a.create},
		{Method: "POST", Path: "/v1/sessions/{id}/tokens", Access: withKey, Scope: host, answer: a.invite},
		{Method: "POST", Path: "/v1/sessions/{id}/events", Access: withKey, Scope: host, answer: a.signals},
		{Method: "POST", Path: "/v1/sessions/{id}/end", Access: withKey, Scope: host, answer: a.end},
		{Path: "/v1/sessions", Access: withKey, Scope: read, Params: append([]string{"site", "limit", "cursor"}, searches...), answer: a.sessions},
		{Path: "/v1/sessions/{id}", Access: withKey, Scope: read, answer: a.session},
		{Path: "/v1/sessions/{id}/log", Access: withKey, Scope: read, Params: append([]string{"after", "dialect", "proof", "follow"}, filters...), answer: a.log},
		{Path: "/v1/sessions/{id}/proof", Access: withKey, Scope: read, Params: []string{"from"}, answer: a.proof},
		{Path: "/v1/sessions/{id}/statistics", Access: withKey, Scope: read, answer: a.statistics},
		{Method: "DELETE", Path: "/v1/sessions/{id}", Access: withKey, Scope: config.ScopeErase, answer: a.erase},
		{Method: "PUT", Path: "/v1/sessions/{id}/hold", Access: withKey, Scope: config.ScopeErase, answer: a.hold},
		{Method: "DELETE", Path: "/v1/sessions/{id}/hold", Access: withKey, Scope: config.ScopeErase, answer: a.release},
		{Path: "/v1/access-log", Access: withKey, Scope: read, Params: []string{"site", "limit", "cursor"}, answer: a.accessLog},
		{Path: "/v1/access-log/days", Access: withKey, Scope: read, Params: []string{"from", "limit", "cursor"}, answer: a.accessDays},
		{Path: "/v1/checkpoint", Params: []string{"from"}, answer: a.checkpoint},
		{Path: "/v1/verify-key", answer: a.verifyKey},
		{Path: "/v1/policies/{digest}", Access: withKey, Scope: read, answer: a.kept},
		{Path: "/v1/deliveries", Access: withKey, Scope: read, Params: deliveryParams("limit", "cursor"), answer: a.deliveries},
		{Method: "POST", Path: "/v1/deliveries/retry", Access: withKey, Scope: config.ScopeHost, Params: deliveryParams(), answer: a.retryAll},
		{Method: "POST", Path: "/v1/deliveries/{id}/retry", Access: withKey, Scope: config.ScopeHost, answer: a.retryOne},
		{Path: "/v1/links/{token}", answer: a.link},
		{Path: "/v1/schema/events.json", answer: a.schema},
		{Path: "/v1/record/policy", Params: []string{"site"}, answer: a.policy},
		{Path: "/v1/record/origin", Params: []string{"site", "origin"}, answer: a.origin},
		{Path: "/openapi.yaml", answer: a.description},
		{Path: "/{$}", answer: a.home},
		{Path: "/healthz", Access: onLoopback, Scope: read, Operator: true, answer: a.alive},
		{Path: "/readyz", Access: onLoopback, Scope: read, Operator: true, answer: a.ready},
		{Path: "/metrics", Access: onLoopback, Scope: read, Operator: true, answer: a.metrics},
	}
}

// Register adds the routes: those for operators to admin, all others to public. Both may be the same mux.
func (a *API) Register(public, admin *http.ServeMux) {
	for _, route := range a.Routes() {
		mux := public
		if route.Operator {
			mux = admin
		}
		mux.Handle(cmp.Or(route.Method, "GET")+" "+route.Path, a.guard(route))
	}
}

// guard lets a request through to its route when it may and when every parameter of it is understood.
func (a *API) guard(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store") // logs are nobody's to keep on the way
		key, ok := a.admit(w, r, route)
		if !ok {
			return
		}
		if err := understood(r.URL.RawQuery, route.Params); err != nil {
			problem.Error(w, http.StatusBadRequest, err)
			return
		}
		route.answer(w, r, key)
	})
}

// understood tells which parameter of a query the route does not know or has twice.
func understood(query string, known []string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("the query is malformed: %w", err)
	}
	for name, given := range values {
		switch {
		case len(known) == 0:
			return fmt.Errorf("unknown query parameter %q; this address takes none", name)
		case !slices.Contains(known, name):
			return fmt.Errorf("unknown query parameter %q; this address takes %s", name, strings.Join(known, ", "))
		case len(given) > 1:
			return fmt.Errorf("query parameter %q is given %d times; it may be given once", name, len(given))
		}
	}
	return nil
}
