package config

import (
	"bytes"
	"encoding/hex"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/relay/token"
)

// Bounds of a session's durations. Whoever needs more has mistaken the unit: a log that lags a minute behind is no
// live log, and a session without an event for a month is over.
const (
	leastSettle = time.Millisecond
	mostSettle  = time.Minute
	leastAway   = time.Second
	mostAway    = 30 * 24 * time.Hour
	leastKept   = time.Hour // less is a slip of the unit: whoever wants nothing kept records nothing
	mostKept    = 100 * 365 * 24 * time.Hour
)

// maxSiteKey bounds a site's public key: it stands in every page and in every stream's first frame.
const maxSiteKey = 64

// config reads the whole file.
func (r *reader) config(content []byte, c *Config, dev bool) {
	root := r.document(content)
	if root == nil {
		return
	}
	var keys []keyAt // their sites are checked when all are known, whichever section comes first
	r.mapping(root, "the file", []entry{
		{"trusted_proxies", func(n ast.Node) {
			r.list(n, "trusted_proxies", func(v ast.Node) { c.TrustedProxies = r.network(v, "trusted_proxies", c.TrustedProxies) })
		}},
		{"sites", func(n ast.Node) { r.list(n, "sites", func(v ast.Node) { r.site(v, c, dev) }) }},
		{"keys", func(n ast.Node) { r.list(n, "keys", func(v ast.Node) { keys = append(keys, r.key(v, c, dev)...) }) }},
		{"public_url", func(n ast.Node) { c.PublicURL = r.publicURL(n) }},
	})
	r.keySites(c, keys)
}

// publicURL reads the address at which others reach the relay.
func (r *reader) publicURL(n ast.Node) string {
	s := r.text(n, "public_url")
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "") {
		r.fail(n, "public_url: %q is no address like https://relay.example", s)
	}
	return strings.TrimSuffix(s, "/")
}

func (r *reader) site(n ast.Node, c *Config, dev bool) {
	s := &Site{Policy: defaultPolicy(), Session: DefaultSession}
	has := r.mapping(n, "a site", []entry{
		{"key", func(n ast.Node) { s.Key = r.siteKey(n, c, dev) }},
		{"origins", func(n ast.Node) { r.some(n, "origins", func(v ast.Node) { r.origin(v, s) }) }},
		{"anonymous", func(n ast.Node) { s.Anonymous = r.flag(n, "anonymous") }},
		{"dev", func(n ast.Node) { s.Dev = r.flag(n, "dev") }},
		{"policy", func(n ast.Node) { s.Policy = r.policy(n) }},
		{"policy_file", func(n ast.Node) { s.Policy = r.policyFile(n) }},
		{"session", func(n ast.Node) { r.session(n, &s.Session) }},
		{"token_secret_file", func(n ast.Node) { s.TokenSecret = r.tokenSecret(n, c) }},
		{"retention", func(n ast.Node) { s.Retention = r.duration(n, "retention", leastKept, mostKept) }},
		{"deliver", func(n ast.Node) { r.list(n, "deliver", func(v ast.Node) { r.destination(v, s) }) }},
	})
	if has == nil {
		return
	}
	inDev := dev && s.Dev
	if inDev {
		s.Origins = append(s.Origins, loopbackOrigins...)
		if !r.says(has["session"], "settle") {
			s.Session.Settle = devSettle
		}
	}
	switch {
	case has["key"] == nil:
		r.fail(n, "the site has no key")
	case has["origins"] == nil && !inDev:
		r.fail(n, "site %q has no origins, so no page could record for it", s.Key)
	case has["policy"] != nil && has["policy_file"] != nil:
		r.fail(has["policy_file"], "site %q has both policy and policy_file; it must be one of them", s.Key)
	}
	c.Sites = append(c.Sites, s)
}

// says tells whether a mapping, nil for none, has a key.
func (r *reader) says(n ast.Node, key string) bool {
	m, ok := n.(*ast.MappingNode)
	return ok && slices.ContainsFunc(m.Values, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == key })
}

func (r *reader) siteKey(n ast.Node, c *Config, dev bool) string {
	s := r.text(n, "key")
	_, taken := c.Site(s)
	switch {
	case s == "":
	case len(s) > maxSiteKey || strings.ContainsFunc(s, notWord):
		r.fail(n, "key: %q is not made of at most %d letters, digits, dashes and underscores", s, maxSiteKey)
	case taken:
		r.fail(n, "key: there is a site %q already", s)
	case dev && s == DemoSite:
		r.fail(n, "key: --dev has a site %q of its own; this one needs another key", s)
	}
	return s
}

func notWord(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

func (r *reader) origin(n ast.Node, s *Site) {
	text := r.text(n, "origins")
	if text == "" {
		return
	}
	o, err := ParseOrigin(text)
	if err != nil {
		r.fail(n, "origins: %q %v", text, err)
		return
	}
	s.Origins = append(s.Origins, o)
}

func (r *reader) session(n ast.Node, s *Session) {
	r.mapping(n, "session", []entry{
		{"leave_after", func(n ast.Node) { s.LeaveAfter = r.duration(n, "leave_after", leastAway, mostAway) }},
		{"idle_timeout", func(n ast.Node) { s.IdleTimeout = r.duration(n, "idle_timeout", leastAway, mostAway) }},
		{"settle", func(n ast.Node) { s.Settle = r.duration(n, "settle", leastSettle, mostSettle) }},
	})
}

// policyFile reads a policy that stands in a file of its own, beside the configuration.
func (r *reader) policyFile(n ast.Node) masking.Policy {
	name := r.text(n, "policy_file")
	if name == "" {
		return defaultPolicy()
	}
	own := &reader{file: r.beside(name)}
	p, err := own.policyIn()
	if err != nil {
		r.fail(n, "policy_file: %v", err)
	}
	r.problems = append(r.problems, own.problems...)
	return p
}

// tokenSecret reads the file that signs participant tokens. White space around the secret is no part of it.
func (r *reader) tokenSecret(n ast.Node, c *Config) []byte {
	name := r.text(n, "token_secret_file")
	if name == "" {
		return nil
	}
	content, err := readFile(r.beside(name))
	secret := bytes.TrimSpace(content)
	switch {
	case err != nil:
		r.fail(n, "token_secret_file: %v", err)
	case len(secret) < token.MinSecret:
		r.fail(n, "token_secret_file: %s has %d bytes; a secret needs %d at least, for example from: openssl rand -hex 32", name, len(secret), token.MinSecret)
	case slices.ContainsFunc(c.Sites, func(s *Site) bool { return bytes.Equal(s.TokenSecret, secret) }):
		r.fail(n, "token_secret_file: %s has the secret of another site; each needs its own, for it tells whose a token is", name)
	}
	return secret
}

// beside is the path of a file that the configuration names.
func (r *reader) beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(r.file), name)
}

// keyAt is a key and where the file lists its sites.
type keyAt struct {
	key   Key
	sites ast.Node
}

// key reads one API key; it gives none when something is missing.
func (r *reader) key(n ast.Node, c *Config, dev bool) []keyAt {
	var k Key
	var sites ast.Node
	has := r.mapping(n, "an API key", []entry{
		{"name", func(n ast.Node) { k.Name = r.text(n, "name") }},
		{"sha256", func(n ast.Node) { k.SHA256 = r.hash(n) }},
		{"scopes", func(n ast.Node) { k.Scopes = r.scopes(n) }},
		{"sites", func(n ast.Node) {
			sites = n
			r.some(n, "sites", func(v ast.Node) { k.Sites = append(k.Sites, r.text(v, "sites")) })
		}},
	})
	for _, name := range []string{"name", "sha256", "scopes", "sites"} {
		if has != nil && has[name] == nil {
			r.fail(n, "API key %q has no %s", k.Name, name)
			return nil
		}
	}
	if has == nil {
		return nil
	}
	same := slices.ContainsFunc(c.Keys, func(o Key) bool { return o.Name == k.Name || o.SHA256 == k.SHA256 })
	if same || dev && k.Name == DevKey {
		r.fail(n, "there is an API key with the name %q or with its sha256 already", k.Name)
	}
	c.Keys = append(c.Keys, k)
	return []keyAt{{k, sites}}
}

func (r *reader) scopes(n ast.Node) (scopes []Scope) {
	r.some(n, "scopes", func(v ast.Node) {
		scopes = append(scopes, Scope(r.choice(v, "scopes", string(ScopeHost), string(ScopeRead), string(ScopeErase))))
	})
	return scopes
}

func (r *reader) hash(n ast.Node) (sum [32]byte) {
	s, _ := n.(*ast.StringNode) // digits alone would be a number
	if s == nil || len(s.Value) != hex.EncodedLen(len(sum)) {
		r.fail(n, "sha256 must be the SHA-256 of the key as %d hexadecimal digits, in quotes", hex.EncodedLen(len(sum)))
		return sum
	}
	if _, err := hex.Decode(sum[:], []byte(s.Value)); err != nil {
		r.fail(n, "sha256: not hexadecimal: %v", err)
	}
	return sum
}

// keySites checks that the sites of the keys exist: a misspelt one would reach nothing, in silence.
func (r *reader) keySites(c *Config, keys []keyAt) {
	for _, k := range keys {
		for _, s := range k.key.Sites {
			if _, ok := c.Site(s); s != "" && s != AllSites && !ok {
				r.fail(k.sites, "sites: API key %q names the site %q, which the file does not have", k.key.Name, s)
			}
		}
	}
}
