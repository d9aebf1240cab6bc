package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks whose word about a request is believed.
type proxies []netip.Prefix

func (p proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// client is where a request comes from: the peer, or, when that is a trusted proxy, the last address of
// X-Forwarded-For that is none. What stands before it anybody could have written.
func (p proxies) client(r *http.Request) netip.Addr {
	last := peer(r)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && p.trusts(last); i-- {
		next, ok := address(strings.TrimSpace(forwarded[i]))
		if !ok {
			break
		}
		last = next
	}
	return last
}

// base is the relay's address as the client knows it.
func (p proxies) base(r *http.Request) string {
	if p.trusts(peer(r)) && r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func peer(r *http.Request) netip.Addr {
	a, _ := address(r.RemoteAddr)
	return a
}

// address reads an address with or without a port. An IPv4 address is one, also when it is written as IPv6.
func address(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap(), true
	}
	a, err := netip.ParseAddrPort(s)
	return a.Addr().Unmap(), err == nil
}

// local tells whether a request was made on this machine and by nobody else's order.
func local(r *http.Request) bool { return peer(r).IsLoopback() && !forwarded(r) }

// forwarded tells whether a proxy passed the request on.
func forwarded(r *http.Request) bool {
	for name := range r.Header {
		switch {
		case name == "Forwarded", name == "Via", name == "X-Real-Ip", strings.HasPrefix(name, "X-Forwarded-"):
			return true
		}
	}
	return false
}
