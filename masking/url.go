package masking

import (
	"strings"

	"github.com/cotrail/cotrail/masking/internal/sealed"
)

const (
	// maxURLBytes bounds an address; what is longer is cut to its origin, for no reader needs more and what
	// fills so long an address is data.
	maxURLBytes = 2048
	// maxQueryKeyBytes is the length from which a query key counts as data itself.
	maxQueryKeyBytes = 32
	// maxPortDigits is how long a port is at most: what is longer is data.
	maxPortDigits = 5
	// collapsed stands where an id stood in a path.
	collapsed = "{id}"
)

// secretParams are parts of the names of query parameters that carry secrets; their values are dropped even
// when the policy lists them.
var secretParams = []string{
	"token", "sig", "secret", "password", "passwd", "auth", "credential", "key", "session", "code", "jwt", "otp",
	"hmac", "ticket", "nonce", "assertion", "saml", "passcode", "jsessionid", "sid",
}

// URL passes an address after scrubbing it: no userinfo; query values dropped and keys kept; ids in paths
// collapsed; of fragments only a router's path (#/...), scrubbed; schemes without a host reduced to the scheme.
// An address that cannot be understood becomes empty. Scrubbing twice gives what scrubbing once gave.
func (p *Policy) URL(raw string) Text { return sealed.New(p.scrubURL(raw)) }

func (p *Policy) scrubURL(raw string) string {
	raw = strings.Trim(raw, " \t\n\f\r") // those of a browser; what else is a space may stand within a path
	for i := 0; i < len(raw); i++ {
		if raw[i] <= ' ' || raw[i] == 0x7F || raw[i] == '\\' {
			return ""
		}
	}
	origin, rest, ok := cutOrigin(raw)
	if !ok || len(raw) > maxURLBytes || p.originOnly(origin) {
		return origin
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	out := p.scrubPath(path) + p.scrubQuery(query)
	if strings.HasPrefix(fragment, "/") {
		if end := strings.IndexAny(fragment, "?#"); end >= 0 {
			fragment = fragment[:end]
		}
		out += "#" + p.scrubPath(fragment)
	}
	switch {
	case p.withholds(out): // in several parts together
		return origin
	case origin == "" && strings.HasPrefix(out, "//"): // a host now
		return origin
	case len(origin)+len(out) > maxURLBytes: // {id} is longer than most ids, and some letters are when they are small
		return origin
	}
	return origin + out
}

// originOnly tells whether addresses of a host are cut to the origin. That of a relative one is not known.
func (p *Policy) originOnly(origin string) bool {
	host := strings.TrimPrefix(origin[strings.IndexByte(origin, ':')+1:], "//")
	for _, h := range p.OriginOnly {
		if h == AllHosts || host == "" || h == host || h == withoutPort(host) {
			return true
		}
	}
	return false
}

func withoutPort(host string) string {
	if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
		return host[:colon]
	}
	return host
}

// cutOrigin parts scheme and host, without userinfo, from the rest. ok is false when nothing but origin may be
// kept: a scheme without a host, or a host that is none.
func cutOrigin(raw string) (origin, rest string, ok bool) {
	end := strings.IndexAny(raw, ":/?#")
	if end < 0 || raw[end] != ':' {
		if strings.HasPrefix(raw, "//") {
			return "", "", false
		}
		return "", raw, true // relative
	}
	scheme := strings.ToLower(raw[:end])
	if !isScheme(scheme) {
		return "", "", false
	}
	switch scheme {
	case "http", "https", "ws", "wss":
	default:
		return scheme + ":", "", false
	}
	if !strings.HasPrefix(raw[end:], "://") {
		return scheme + ":", "", false
	}
	rest = raw[end+3:]
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, rest = rest[:i], rest[i:]
	} else {
		rest = ""
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	if (&Policy{}).scrubBy(host, &shownInHosts, true) != host {
		return scheme + ":", "", false
	}
	if host = strings.ToLower(host); !isHost(host) {
		return scheme + ":", "", false
	}
	return scheme + "://" + host, rest, true
}

// shownInHosts are the patterns that would find something in an address of numbers, as 203.0.113.195.
var shownInHosts = [kinds]bool{Phone: true, SSN: true}

func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		if (s[i] < 'a' || s[i] > 'z') && s[i] != '-' && s[i] != '+' && s[i] != '.' {
			return false
		}
	}
	return s != "" && len(s) <= maxQueryKeyBytes
}

// isHost tells whether a text has the characters of a host, and not only signs, and no more behind its last colon than
// a port.
func isHost(s string) bool {
	if colon := strings.LastIndexByte(s, ':'); colon >= 0 && len(s)-colon-1 > maxPortDigits && !strings.HasSuffix(s, "]") {
		return false
	}
	named := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z' || digit(c) || c >= 0x80:
			named = true
		case !strings.ContainsRune(".-_:[]", rune(c)):
			return false
		}
	}
	return named
}

// scrubPath collapses the parts of a path that carry data.
func (p *Policy) scrubPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		part, _, _ = strings.Cut(part, ";") // its parameters, such as ;jsessionid=
		if part != collapsed && p.hidesPart(part) {
			part = collapsed
		}
		parts[i] = part
	}
	return strings.Join(parts, "/")
}

// hidesPart tells whether a part of a path is to be collapsed: an id, where ids are; what a pattern finds, what
// has a value in it, what cannot be read, or what repeats a hidden value.
func (p *Policy) hidesPart(part string) bool {
	plain, ok := unescape(part)
	switch {
	case !ok || strings.ContainsAny(plain, "@%=") || len(plain) > maxNameBytes || p.withholds(part):
		return true
	case p.KeepIDs:
		return p.scrubBy(plain, &[kinds]bool{}, true) != plain
	case looksShuffled(plain):
		return true
	}
	return p.looksLikeData(plain)
}

// scrubQuery keeps the keys of a query, and the values that the policy lists. A key that is long or looks like data
// goes, and so does a part without =, which is a value.
func (p *Policy) scrubQuery(query string) string {
	var kept []string
	for _, part := range strings.Split(query, "&") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || key == "" || len(key) > maxQueryKeyBytes || p.hidesQuery(key) {
			continue
		}
		if plain, _ := unescape(key); !p.keeps(plain) || p.hidesQuery(value) {
			value = ""
		}
		kept = append(kept, key+"="+value)
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + strings.Join(kept, "&")
}

// hidesQuery tells whether a key or a value carries data, or repeats a hidden value.
func (p *Policy) hidesQuery(s string) bool {
	plain, ok := unescape(strings.ReplaceAll(s, "+", " "))
	return !ok || p.looksLikeData(plain) || p.withholds(s)
}

// keeps tells whether the value of a query parameter may be kept.
func (p *Policy) keeps(key string) bool {
	low := strings.ToLower(key)
	for _, s := range secretParams {
		if strings.Contains(low, s) {
			return false
		}
	}
	if deniedName(key) {
		return false
	}
	for _, k := range p.KeepQuery {
		if k == key {
			return true
		}
	}
	return false
}

// unescape decodes %XX. ok is false when an escape is cut or wrong; it stays as it is.
func unescape(s string) (plain string, ok bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	out, ok := make([]byte, 0, len(s)), true
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
			continue
		}
		ok = ok && s[i] != '%'
		out = append(out, s[i])
	}
	return string(out), ok
}

func unhex(c byte) int {
	switch {
	case digit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
