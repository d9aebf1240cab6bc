package config

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"

	"github.com/cotrail/cotrail/relay/token"
)

// What a relay in development mode has beside its file. Both names are public, which is why it serves loopback only.
const (
	DemoSite = "demo"
	DevKey   = "dev"
)

// loopbackOrigins are the pages of this machine, on any port.
var loopbackOrigins = []Origin{
	{"http://localhost", true}, {"http://127.0.0.1", true}, {"http://[::1]", true},
	{"https://localhost", true}, {"https://127.0.0.1", true}, {"https://[::1]", true},
}

// demoSecret signs the tokens of the demonstration, until the relay ends.
var demoSecret = sync.OnceValue(func() []byte {
	secret := make([]byte, token.MinSecret)
	_, _ = rand.Read(secret) // never fails
	return secret
})

// develop adds the demonstration's site, and the key that reaches it and the sites that say dev.
func (c *Config) develop() {
	demo := &Site{Key: DemoSite, Origins: loopbackOrigins, Anonymous: true, Dev: true, Policy: defaultPolicy(), Session: DefaultSession}
	demo.Session.Settle = devSettle
	demo.TokenSecret = demoSecret()
	c.Sites = append(c.Sites, demo)
	key := Key{Name: DevKey, SHA256: sha256.Sum256([]byte(DevKey)), Scopes: []Scope{ScopeHost, ScopeRead, ScopeErase}}
	for _, s := range c.Sites {
		if s.Dev {
			key.Sites = append(key.Sites, s.Key)
		}
	}
	c.Keys = append(c.Keys, key)
}
