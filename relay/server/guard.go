package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/cotrail/cotrail/relay/problem"
)

// secured sets the headers that every answer begins with; a handler that needs others sets its own. Nothing the
// relay serves is meant to run, to be framed or to be embedded elsewhere, unless its handler says so.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// loopbackHosts are the names of this machine by which a relay in development mode lets itself be called. Any
// other may be a name of somebody else's that points here (DNS rebinding).
var loopbackHosts = []string{"localhost", "127.0.0.1", "::1"}

// onlyLocal refuses what a relay in development mode must not answer: its key is known to all.
func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case forwarded(r):
			problem.Write(w, http.StatusForbidden, "A relay with --dev answers no forwarded requests. Start it without --dev to serve others.")
		case !isLoopbackHost(r.Host):
			problem.Write(w, http.StatusForbidden, "A relay with --dev answers to localhost, 127.0.0.1 and [::1] only.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isLoopbackHost reads a Host header.
func isLoopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	for _, h := range loopbackHosts {
		if host == h {
			return true
		}
	}
	return false
}

// checkLoopback refuses an address that others than this machine could reach.
func checkLoopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	if a, err := netip.ParseAddr(host); host == "localhost" || err == nil && a.IsLoopback() {
		return nil
	}
	return fmt.Errorf("--dev listens on loopback only, such as 127.0.0.1:8080, because its API key is known to all; %q can be reached from elsewhere", listen)
}
