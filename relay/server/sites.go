package server

import (
	"sync/atomic"
	"time"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/ingest"
	"github.com/cotrail/cotrail/relay/sequence"
)

// sites gives each part what it must know of a site of the configuration that is in force.
type sites struct {
	conf *atomic.Pointer[config.Config]
}

// Site implements ingest.Sites.
func (s sites) Site(key string) (ingest.Site, bool) {
	site, ok := s.conf.Load().Site(key)
	if !ok {
		return ingest.Site{}, false
	}
	return ingest.Site{Key: site.Key, Allows: site.Allows, Anonymous: site.Anonymous, Secret: site.TokenSecret, Policy: &site.Policy}, true
}

// settings gives the sequencer a site's times. A site that is no longer in the file keeps its sessions: they go on
// by the defaults.
func (s sites) settings(key string) sequence.Settings {
	session := config.DefaultSession
	if site, ok := s.conf.Load().Site(key); ok {
		session = site.Session
	}
	return sequence.Settings{Settle: session.Settle, LeaveAfter: session.LeaveAfter, IdleTimeout: session.IdleTimeout}
}

// ip is what may be stored of the address of a site's client.
func (s sites) ip(key string) string {
	site, ok := s.conf.Load().Site(key)
	if !ok {
		return masking.IPNone
	}
	return site.Policy.IP
}

// retention tells how long sessions are kept, by the keys of those sites that say so.
func (s sites) retention() map[string]time.Duration {
	kept := map[string]time.Duration{}
	for _, site := range s.conf.Load().Sites {
		if site.Retention > 0 {
			kept[site.Key] = site.Retention
		}
	}
	return kept
}
