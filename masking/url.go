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
	// collapsed stands where an id stood in a path.
	collapsed = "{id}"
)

// secretParams are parts of the names of query parameters that carry secrets; their values are dropped even
// when the policy lists them.
var secretParams = []string{"token", "sig", "secret", "password", "passwd", "auth", "credential", "key", "session", "code", "jwt", "otp"}

// URL passes an address after scrubbing it: no userinfo; query values dropped and keys kept; ids in paths
// collapsed; of fragments only a router's path (#/...), scrubbed; schemes without a host reduced to the scheme.
// An address that cannot be understood becomes empty. Scrubbing twice gives what scrubbing once gave.
func (p *Policy) URL(raw string) Text { return sealed.New(p.scrubURL(raw)) }

func (p *Policy) scrubURL(raw string) string {
	raw = strings.TrimSpace(raw)
	for i := 0; i < len(raw); i++ {
		if raw[i] <= ' ' || raw[i] == 0x7F || raw[i] == '\\' {
			return ""
		}
	}
	origin, rest, ok := cutOrigin(raw)
	if !ok {
		return origin
	}
	if len(raw) > maxURLBytes {
		return origin
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	out := origin + p.scrubPath(path) + p.scrubQuery(query)
	if strings.HasPrefix(fragment, "/") || strings.HasPrefix(fragment, "!/") {
		route, _, _ := strings.Cut(fragment, "?")
		out += "#" + p.scrubPath(route)
	}
	return out
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
	host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
	if !isHost(host) {
		return scheme + ":", "", false
	}
	return scheme + "://" + host, rest, true
}

func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		if (s[i] < 'a' || s[i] > 'z') && s[i] != '-' && s[i] != '+' && s[i] != '.' {
			return false
		}
	}
	return s != "" && len(s) <= maxQueryKeyBytes
}

func isHost(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && !digit(c) && c < 0x80 && !strings.ContainsRune(".-_:[]", rune(c)) {
			return false
		}
	}
	return s != ""
}

func (p *Policy) scrubPath(path string) string {
	if !p.Collapse {
		return path
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		plain, ok := unescape(part)
		if part != collapsed && (!ok || LooksLikeData(plain) || scrub(plain) != plain) {
			parts[i] = collapsed
		}
	}
	return strings.Join(parts, "/")
}

func (p *Policy) scrubQuery(query string) string {
	var kept []string
	for _, part := range strings.Split(query, "&") {
		key, value, ok := strings.Cut(part, "=")
		plain, valid := unescape(key)
		if !ok || !valid || key == "" || len(key) > maxQueryKeyBytes || LooksLikeData(plain) {
			continue
		}
		if !p.keeps(plain) {
			value = ""
		} else if plainValue, valid := unescape(value); !valid || LooksLikeData(plainValue) || scrub(plainValue) != plainValue {
			value = ""
		}
		kept = append(kept, key+"="+value)
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + strings.Join(kept, "&")
}

// keeps tells whether the value of a query parameter may be kept.
func (p *Policy) keeps(key string) bool {
	low := strings.ToLower(key)
	for _, s := range secretParams {
		if strings.Contains(low, s) {
			return false
		}
	}
	for _, k := range p.KeepQuery {
		if k == key {
			return true
		}
	}
	return false
}

// unescape decodes %XX. ok is false when an escape is cut or wrong.
func unescape(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		hi, lo := unhex(s[i+1]), unhex(s[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		out = append(out, byte(hi<<4|lo))
		i += 2
	}
	return string(out), true
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
