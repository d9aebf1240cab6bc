// Package server builds the relay of its parts and runs them. Here alone all of them are known.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cotrail/cotrail/masking/event/schema"
	"github.com/cotrail/cotrail/relay/api"
	"github.com/cotrail/cotrail/relay/assets"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/erase"
	"github.com/cotrail/cotrail/relay/ingest"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/seal"
	"github.com/cotrail/cotrail/relay/sequence"
	"github.com/cotrail/cotrail/relay/statistics"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/surfly"
	"github.com/cotrail/cotrail/relay/trail"
)

// stopWithin bounds the time from the wish to end to the end: long enough for answers under way and for the last
// batches to become durable, shorter than what service managers wait before they kill.
const stopWithin = 10 * time.Second

// Options are what the command line says.
type Options struct {
	Listen      string
	AdminListen string // for metrics and health; they are on Listen when it is empty
	Data        string // directory of the relay's own, and of the store where it is SQLite
	Store       string // sqlite: (also when empty), or postgres://…
	Dev         bool
	SessionLogs string        // directory of daily files with a line for every finished session; none when it is empty
	SigningKey  string        // file; in the data directory when it is empty, which it is with SQLite only
	Checkpoints time.Duration // from one to the next when nothing happens
	Assets      *assets.Assets
	OwnRecorder bool // serve the recorder of this release alone
	Log         *slog.Logger
	Stdout      io.Writer // of destinations that are standard output

	RequireSyncReplica bool // take nothing while PostgreSQL has no synchronous standby
}

// Server is a relay that listens. It must be run.
type Server struct {
	options   Options
	conf      atomic.Pointer[config.Config] // in force
	routes    routes
	log       *slog.Logger
	store     engine
	sequencer *sequence.Sequencer
	ingest    *ingest.Handler
	delivery  *delivery
	sealer    *seal.Sealer
	eraser    *erase.Eraser
	journal   *journal.Journal
	trail     *trail.Trail
	others    *assets.Others
	keeper    *assets.Keeper
	sessions  *statistics.SessionLog // nil for none
	stopping  chan struct{}          // closed when the relay begins to end
	fronts    []front                // the public one first
	failed    <-chan error           // the store's word that it takes nothing more
}

// New opens the store and listens. A server that New gave must be run, for Run also closes what New opened.
func New(ctx context.Context, conf *config.Config, o Options) (_ *Server, err error) {
	if err := checkDev(o); err != nil {
		return nil, err
	}
	s := &Server{log: o.Log, options: o, stopping: make(chan struct{})}
	if s.store, err = openStore(ctx, o); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	s.failed = s.store.Failed()
	s.conf.Store(conf)
	if err := s.build(ctx, o); err != nil {
		for _, f := range s.fronts {
			f.listener.Close()
		}
		if s.delivery != nil {
			s.delivery.close()
		}
		return nil, errors.Join(err, s.store.Close())
	}
	warn(conf, o)
	return s, nil
}

// warn tells what is allowed and yet hardly wanted.
func warn(conf *config.Config, o Options) {
	if len(conf.Sites) == 0 {
		o.Log.Warn("there are no sites, so nothing can be recorded; name them in a --config file, or try --dev")
	}
	for _, s := range conf.Sites {
		for _, d := range s.Deliver {
			if d.Type == config.DestWebhook && conf.PublicURL == "" {
				o.Log.Warn("links to large logs lead to the address that the relay listens on; name the one that receivers reach in public_url", "site", s.Key, "destination", d.Name)
			}
		}
		if !s.Anonymous && s.TokenSecret == nil {
			o.Log.Warn("nothing can be recorded for a site that is not anonymous and has no token_secret_file", "site", s.Key)
		}
	}
	if o.Assets.Version() == "" {
		o.Log.Warn("the recorder is not built into this relay, so pages cannot load it; run make build")
	}
}

func checkDev(o Options) error {
	if !o.Dev {
		return nil
	}
	err := checkLoopback(o.Listen)
	if err == nil && o.AdminListen != "" {
		err = checkLoopback(o.AdminListen)
	}
	return err
}

// build makes the parts, in the order of the data.
func (s *Server) build(ctx context.Context, o Options) error {
	keys, err := s.loadKeys(ctx)
	if err != nil {
		return err
	}
	of := sites{&s.conf}
	metrics := newMetrics(o.Assets.Version())
	if c, ok := s.store.(prometheus.Collector); ok {
		metrics.MustRegister(c)
	}

	s.trail = trail.New(s.store, keys.log, cmp.Or(o.Checkpoints, trail.DefaultInterval), o.Log)
	s.journal = &journal.Journal{Store: s.store, Grown: s.trail.Grown, Now: time.Now, Log: o.Log}
	if s.delivery, err = s.newDelivery(s.conf.Load(), keys.links, metrics); err != nil {
		return err
	}
	s.sequencer = sequence.New(sequence.Config{
		Store: numbering{s.store, s.delivery.streamer.Wake}, Busy: s.store.Busy, Settings: of.settings, Release: o.Assets.Version(), Log: o.Log,
	})
	s.ingest = ingest.New(ingest.Config{
		Sites: of, Store: s.store, Now: time.Now, Limits: ingest.DefaultLimits, Metrics: metrics, Log: o.Log, Wake: s.sequencer.Wake, FieldKey: keys.addresses.field,
		Client: s.counted,
		IP: func(r *http.Request, site string) string {
			return keys.addresses.told(s.client(r), of.ip(site))
		},
	})
	s.sealer = &seal.Sealer{
		Store: s.store, Grown: s.trail.Grown, Tells: s.delivery.tells(store.KindCreated), Told: s.delivery.deliverer.Wake, Log: o.Log,
	}
	if o.SessionLogs != "" {
		if err := os.MkdirAll(o.SessionLogs, 0o700); err != nil {
			return fmt.Errorf("make session log directory: %w", err)
		}
		s.sessions = &statistics.SessionLog{Dir: o.SessionLogs, Store: s.store, Log: o.Log}
	}
	s.others = assets.NewOthers(s.store, o.Log)
	s.keeper = assets.NewKeeper(s.store, o.Assets.Files(), o.Log)
	if err := s.keeper.Keep(ctx); err != nil {
		return err
	}
	s.eraser = &erase.Eraser{
		Store: s.store, Bury: keys.log.Bury, Note: s.journal.Note, Grown: s.trail.Grown,
		Tells: s.delivery.tells(store.KindErased), Told: s.delivery.deliverer.Wake, Retention: of.retention, Now: time.Now, Log: o.Log,
	}
	if s.sessions != nil {
		s.eraser.Lines = s.sessions.Erase
	}
	s.routes.answers = api.Options{
		Store: s.store, Signals: s.store, Now: time.Now, Wake: s.wake, FieldKey: keys.addresses.field, Ready: s.store.Ready,
		Surfly: surfly.Entry, Schema: schema.Document(), Limits: api.NewLimits(), Client: func(r *http.Request) string { return network(s.client(r)) },
		Metrics: metrics.handler(), Local: local, Tag: o.Assets.Integrity, Version: o.Assets.Version(), Demo: o.Dev, Log: o.Log,
		Documents: s.store, Trail: s.trail, VerifyKey: keys.log.Verifiers(), Statistics: statistics.Of,
		Holds: s.store, Accesses: s.store, Erase: s.eraser.Erase, Note: s.journal.Note, Stopping: s.stopping,
		From:   func(r *http.Request) string { return s.client(r).String() },
		Cut:    metrics.cut,
		Outbox: s.store, Resend: s.delivery.deliverer.Resend, Links: s.delivery.links,
	}
	if err := s.use(ctx, s.conf.Load()); err != nil {
		return err
	}
	if err := s.open(ctx, o.Listen, &s.routes.public, metrics, o); err != nil {
		return err
	}
	s.delivery.links.Base = cmp.Or(s.conf.Load().PublicURL, s.Address())
	if o.AdminListen != "" {
		return s.open(ctx, o.AdminListen, &s.routes.admin, metrics, o)
	}
	return nil
}

// counted is whom the limits of recorders count a request for: nobody on this machine.
func (s *Server) counted(r *http.Request) string {
	if local(r) {
		return ""
	}
	return network(s.client(r))
}

// client is where a request comes from, by the proxies that are trusted now.
func (s *Server) client(r *http.Request) netip.Addr {
	return proxies(s.conf.Load().TrustedProxies).client(r)
}

// wake tells the sequencer of what the app's back end did.
func (s *Server) wake(session string, end bool) {
	if end {
		s.sequencer.End(session)
		return
	}
	s.sequencer.Wake(session)
}

// keepPolicies keeps what is served before it is served, so that every digest of a log leads to its policy, and notes in
// the access log which sites have another than before.
func (s *Server) keepPolicies(ctx context.Context, policies []store.Policy) error {
	if err := s.store.KeepPolicies(ctx, policies); err != nil {
		return fmt.Errorf("keep the sites' policies: %w", err)
	}
	for _, p := range policies {
		kept, err := s.store.Policy(ctx, p.Digest)
		if err != nil {
			return fmt.Errorf("read back the policy of site %s: %w", p.Site, err)
		}
		isNew := slices.ContainsFunc(kept, func(k store.Policy) bool { return k.Site == p.Site && k.Since == p.Since })
		if !isNew {
			continue
		}
		if err := s.journal.Note(ctx, journal.Deed{Type: journal.Policy, Site: p.Site, Key: "configuration", What: p.Digest}); err != nil {
			return err
		}
	}
	return nil
}

// open listens on an address, with what every request goes through.
func (s *Server) open(ctx context.Context, address string, h http.Handler, m *metrics, o Options) error {
	if o.Dev {
		h = onlyLocal(h)
	}
	f, err := open(ctx, address, m.count(secured(h)), o.Log)
	if err == nil {
		s.fronts = append(s.fronts, f)
	}
	return err
}

// Address is where the relay is served, for a browser on this machine.
func (s *Server) Address() string { return s.fronts[0].address() }

// Run serves until ctx ends, which is no error, or until a part fails. Then it ends them all in order: nothing new
// is taken, recorders are told to come back later, numbering, sealing and delivering end, the store is closed.
func (s *Server) Run(ctx context.Context) error {
	own := s.parts()
	ended := make(chan error, len(s.fronts)+len(own)) // one from each goroutine below
	for _, f := range s.fronts {
		go func() { ended <- f.serve() }()
	}
	working, stopWorking := context.WithCancel(context.Background())
	defer stopWorking()
	for _, run := range own {
		go func() {
			err := run(working)
			if working.Err() != nil {
				err = nil // what it was at when it was stopped is made again at the next start
			}
			ended <- err
		}()
	}
	s.log.Info("serving", "address", s.Address())

	var err error
	running := len(s.fronts) + len(own)
	select {
	case <-ctx.Done():
	case err = <-ended:
		running--
	case err = <-s.failed:
		err = fmt.Errorf("the store failed and takes no more events; what was acknowledged is safe, start the relay again: %w", err)
	}

	s.log.Info("stopping")
	close(s.stopping)
	within, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	err = errors.Join(err, s.stop(within))
	stopWorking()
	for ; running > 0; running-- {
		err = errors.Join(err, <-ended)
	}
	return errors.Join(err, s.store.Close())
}

// parts are what works by itself, in the order of the data. Each ends with its context.
func (s *Server) parts() []func(context.Context) error {
	parts := []func(context.Context) error{s.sequencer.Run, s.sealer.Run, s.trail.Run, s.eraser.Run, s.journal.Run, s.delivery.run, s.keeper.Run}
	if s.sessions != nil {
		parts = append(parts, s.sessions.Run)
	}
	return parts
}

// stop takes nothing new on any road and waits for what is under way.
func (s *Server) stop(ctx context.Context) error {
	var group sync.WaitGroup
	errs := make([]error, len(s.fronts)+1)
	for i, f := range s.fronts {
		group.Go(func() { errs[i] = f.stop(ctx) })
	}
	group.Go(func() { errs[len(s.fronts)] = s.ingest.Shutdown(ctx) })
	group.Wait()
	return errors.Join(errs...)
}
