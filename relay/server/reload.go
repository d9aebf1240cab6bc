package server

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cotrail/cotrail/relay/api"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/demo"
	"github.com/cotrail/cotrail/relay/problem"
)

// routes are the answers to requests, made anew for each configuration.
type routes struct {
	answers       api.Options // but for the configuration
	public, admin swapped
}

// swapped is a handler in whose place another one may be put while it serves.
type swapped struct{ now atomic.Pointer[http.Handler] }

func (s *swapped) ServeHTTP(w http.ResponseWriter, r *http.Request) { (*s.now.Load()).ServeHTTP(w, r) }

func (s *swapped) put(mux *http.ServeMux) {
	h := problem.Mux(mux)
	s.now.Store(&h)
}

// Reload puts another configuration in force: for new connections, for every request, and for the times of sessions.
// Connections that are open keep the policy that their page has. After an error the old one is in force.
func (s *Server) Reload(ctx context.Context, conf *config.Config) error {
	before := s.conf.Load()
	if err := s.use(ctx, conf); err != nil {
		return err
	}
	if !sameForwarding(before, conf) {
		s.log.Warn("where sessions are forwarded to (deliver, public_url) is read at the start only: start the relay again for the change to count")
	}
	warn(conf, s.options)
	return nil
}

// sameForwarding tells whether two configurations forward to the same places in the same way.
func sameForwarding(a, b *config.Config) bool {
	places := func(c *config.Config) (all []config.Destination, roots []*x509.CertPool) {
		for _, site := range c.Sites {
			for _, d := range site.Deliver {
				place := *d
				place.Name = site.Key + " " + d.Name
				place.Roots = nil // compared by their own method
				all, roots = append(all, place), append(roots, d.Roots)
			}
		}
		return all, roots
	}
	placesA, rootsA := places(a)
	placesB, rootsB := places(b)
	return a.PublicURL == b.PublicURL && reflect.DeepEqual(placesA, placesB) &&
		slices.EqualFunc(rootsA, rootsB, func(a, b *x509.CertPool) bool { return a == b || a != nil && b != nil && a.Equal(b) })
}

// use makes the routes of a configuration and puts both in force.
func (s *Server) use(ctx context.Context, conf *config.Config) error {
	o := s.routes.answers
	o.Config, o.Base, o.StillReads = conf, proxies(conf.TrustedProxies).base, s.stillReads
	answers := api.New(o)
	if err := s.keepPolicies(ctx, answers.Policies(time.Now().UnixMilli())); err != nil {
		return err
	}
	if err := s.noteKeys(ctx, conf); err != nil {
		return err
	}
	public := http.NewServeMux()
	admin := public
	if s.options.AdminListen != "" {
		admin = http.NewServeMux()
	}
	public.Handle("GET /v1/record", s.ingest)
	public.Handle("POST /v1/record", s.ingest)
	s.options.Assets.Register(public)
	if !s.options.OwnRecorder {
		public.Handle("GET /{file}", s.others)
	}
	answers.Register(public, admin)
	if s.options.Dev {
		public.Handle("/demo/", demo.Handler())
	}
	s.conf.Store(conf)
	s.routes.public.put(public)
	s.routes.admin.put(admin)
	return nil
}

// network is whom a limit counts: an address, or with IPv6 the network that a household has.
func network(a netip.Addr) string {
	if a.Is6() {
		if prefix, err := a.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return a.String()
}
