package config

import (
	"errors"
	"net/url"
	"strings"
)

// Origin is a web origin, or all origins of a scheme and host that differ in their port only.
type Origin struct {
	base    string // as browsers write it: lower case, without a default port
	anyPort bool
}

var errOrigin = errors.New(`is no origin; write scheme, host and port only, like "https://shop.example" or "http://127.0.0.1:*" for any port`)

// ParseOrigin reads an origin as it stands in the file.
func ParseOrigin(s string) (Origin, error) {
	base, anyPort := strings.CutSuffix(s, ":*")
	u, err := url.Parse(strings.ToLower(base))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !isHost(u.Hostname()) {
		return Origin{}, errOrigin
	}
	host := u.Host
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	} else {
		host = strings.TrimSuffix(host, ":443")
	}
	// Whatever else the address has (a path, a user, a second port) makes it differ from what is put together here.
	if u.Scheme+"://"+u.Host != strings.ToLower(base) || anyPort && u.Port() != "" {
		return Origin{}, errOrigin
	}
	return Origin{u.Scheme + "://" + host, anyPort}, nil
}

// isHost takes the ASCII form, which is the one that browsers send.
func isHost(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != ':' {
			return false
		}
	}
	return s != ""
}

// Matches tells whether an Origin header is this origin.
func (o Origin) Matches(origin string) bool {
	rest, ok := strings.CutPrefix(origin, o.base)
	if !ok || rest == "" {
		return ok
	}
	return o.anyPort && isPort(rest)
}

// isPort reads ":8080".
func isPort(s string) bool {
	digits, ok := strings.CutPrefix(s, ":")
	return ok && digits != "" && len(digits) <= 5 && strings.Trim(digits, "0123456789") == ""
}
