package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	"code.dny.dev/ssrf"
)

const (
	// dialWithin and shakeWithin bound the parts of an attempt that a dead receiver would fill alone.
	dialWithin  = 10 * time.Second
	shakeWithin = 10 * time.Second
	// maxHeaders bounds an answer's head.
	maxHeaders = 16 << 10
)

// errRedirect is what a redirect is: the operator named a receiver, and another one is not it.
var errRedirect = errors.New("it redirects, which is not followed; give the address that it leads to")

// client makes the HTTP client of one receiver. Which addresses it may connect to is decided when it connects, by the
// address that the name has at that moment: only the public internet, and the networks that the operator allows. A
// receiver without TLS must be in one of these. The environment's proxies are not asked: they would connect in our place.
func client(plain bool, networks []netip.Prefix, roots *x509.CertPool, resolver *net.Resolver) *http.Client {
	var v4, v6 []netip.Prefix
	for _, n := range networks {
		if n.Addr().Is4() {
			v4 = append(v4, n)
		} else {
			v6 = append(v6, n)
		}
	}
	options := []ssrf.Option{ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)}
	if plain {
		options = append(options, ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("0.0.0.0/0")), ssrf.WithDeniedV6Prefixes(netip.MustParsePrefix("::/0")))
	}
	dialer := &net.Dialer{Timeout: dialWithin, Control: ssrf.New(options...).Safe, Resolver: resolver}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			TLSHandshakeTimeout:    shakeWithin,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: maxHeaders,
			IdleConnTimeout:        time.Minute,
			MaxIdleConnsPerHost:    4,
			DisableCompression:     true, // an answer is not read
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
