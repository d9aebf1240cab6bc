// Package config reads the relay's configuration file. It promises that nothing in the file is ignored: a key it
// does not know and a value it cannot use are errors, each with file, line and what is allowed there.
package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/cotrail/cotrail/masking"
)

// maxFile bounds the file: a thousand sites fit. What is larger is some other file.
const maxFile = 4 << 20

// Config is what the file says, defaults filled in. It does not change after Load.
type Config struct {
	TrustedProxies []netip.Prefix // who may say in X-Forwarded-For where a request comes from
	PublicURL      string         // where others reach the relay, like https://relay.example; empty when the file does not say
	Sites          []*Site
	Keys           []Key
}

// Site is one customer of the relay.
type Site struct {
	Key       string
	Origins   []Origin
	Anonymous bool // pages may record without a token
	// TokenSecret signs participant tokens; nil where the site has none. It is the site's alone: a token is good for the
	// site whose secret signed it.
	TokenSecret []byte
	Dev         bool // works with the key dev under --dev
	Policy      masking.Policy
	Session     Session
	Retention   time.Duration // a finished session is erased so long after its end; never when it is 0
	Deliver     []*Destination
}

// Session says when something is over.
type Session struct {
	LeaveAfter  time.Duration // a participant without a live stream has left after this
	IdleTimeout time.Duration // a session without events ends after this
	Settle      time.Duration // how long an event waits for earlier ones that are still on their way
}

// DefaultSession has the defaults, in one place. A reload or a ride through a tunnel takes less than LeaveAfter;
// events of two tabs arrive within Settle of each other. Somebody who develops sits and waits, hence devSettle.
var DefaultSession = Session{LeaveAfter: 30 * time.Second, IdleTimeout: 30 * time.Minute, Settle: time.Second}

const devSettle = 200 * time.Millisecond

// Key is an API key. The relay knows its hash only.
type Key struct {
	Name   string
	SHA256 [sha256.Size]byte
	Scopes []Scope
	Sites  []string // AllSites alone for all
}

// Scope is what a key may do.
type Scope string

// The scopes.
const (
	ScopeHost  Scope = "host"  // what the app's back end does: make sessions, signal events, end them
	ScopeRead  Scope = "read"  // read logs
	ScopeErase Scope = "erase" // erase and hold
)

// AllSites in a key's sites stands for every site.
const AllSites = "*"

// May tells whether the key has a scope.
func (k Key) May(s Scope) bool { return slices.Contains(k.Scopes, s) }

// Reaches tells whether the key may see a site.
func (k Key) Reaches(site string) bool {
	return slices.Contains(k.Sites, site) || slices.Contains(k.Sites, AllSites)
}

// Site finds a site by its public key.
func (c *Config) Site(key string) (*Site, bool) {
	for _, s := range c.Sites {
		if s.Key == key {
			return s, true
		}
	}
	return nil, false
}

// Allows tells whether pages of an origin may record for the site. The argument is an Origin header as browsers
// write it; an empty one and "null" never match.
func (s *Site) Allows(origin string) bool {
	return slices.ContainsFunc(s.Origins, func(o Origin) bool { return o.Matches(origin) })
}

// Load reads a file; without a path there are no sites and no keys. With dev it adds the site and the key of a
// relay in development mode.
func Load(path string, dev bool) (*Config, error) {
	c := &Config{}
	if path != "" {
		if err := (&reader{file: path}).load(c, dev); err != nil {
			return nil, err
		}
	}
	if dev {
		c.develop()
	}
	return c, nil
}

// LoadToMakeSecrets reads a file as Load does, but of the files with webhooks' secrets some may be missing.
func LoadToMakeSecrets(path string) (*Config, error) {
	c := &Config{}
	return c, (&reader{file: path, makes: true}).load(c, false)
}

func (r *reader) load(c *Config, dev bool) error {
	content, err := readFile(r.file)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	r.config(content, c, dev)
	return errors.Join(r.problems...)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(content) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return content, err
}
