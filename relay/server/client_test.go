package server

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClient(t *testing.T) {
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"192.0.2.1:4000", nil, "192.0.2.1"},
		{"[2001:db8::1]:4000", nil, "2001:db8::1"},
		{"[::ffff:192.0.2.1]:4000", nil, "192.0.2.1"},
		{"192.0.2.1:4000", []string{"203.0.113.9"}, "192.0.2.1"}, // not a proxy of ours: not believed
		{"10.0.0.1:4000", nil, "10.0.0.1"},
		{"10.0.0.1:4000", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:4000", []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"}, // the first is what the client claims
		{"10.0.0.1:4000", []string{"198.51.100.1", "203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		{"10.0.0.1:4000", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"10.0.0.1:4000", []string{"203.0.113.9:5000"}, "203.0.113.9"},
		{"10.0.0.1:4000", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		{"[::1]:4000", []string{"2001:db8::7"}, "2001:db8::7"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := trusted.client(r).String(); got != c.want {
			t.Errorf("from %s for %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestBase(t *testing.T) {
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8")}
	for peer, want := range map[string]string{"10.0.0.1:4000": "https://relay.example", "192.0.2.1:4000": "http://relay.example"} {
		r := httptest.NewRequest("GET", "http://relay.example/", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Forwarded-Proto", "https")
		if got := trusted.base(r); got != want {
			t.Errorf("from %s: %s, want %s", peer, got, want)
		}
	}
}

func TestLocal(t *testing.T) {
	for _, c := range []struct {
		peer, header string
		want         bool
	}{
		{"127.0.0.1:4000", "", true}, {"127.9.9.9:4000", "", true}, {"[::1]:4000", "", true}, {"[::ffff:127.0.0.1]:4000", "", true},
		{"192.0.2.1:4000", "", false}, {"", "", false},
		{"127.0.0.1:4000", "X-Forwarded-For", false}, {"127.0.0.1:4000", "forwarded", false}, {"127.0.0.1:4000", "via", false},
		{"127.0.0.1:4000", "x-real-ip", false}, {"127.0.0.1:4000", "Accept", true},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.header != "" {
			r.Header.Set(c.header, "x")
		}
		if got := local(r); got != c.want {
			t.Errorf("from %q with %q: %v", c.peer, c.header, got)
		}
	}
}
