package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
)

// reached are the sites of a key, nil for all.
func reached(key config.Key) []string {
	if slices.Contains(key.Sites, config.AllSites) {
		return nil
	}
	return key.Sites
}

// admit finds the key of a request and answers itself when the request may not pass. Where no key is needed, none
// is looked at, and the key given back is empty.
func (a *API) admit(w http.ResponseWriter, r *http.Request, route Route) (config.Key, bool) {
	if route.Access == open || route.Access == onLoopback && a.Local(r) {
		return config.Key{}, a.passes(w, r)
	}
	secret, ok := bearer(r)
	if !ok {
		if a.passes(w, r) {
			refuseKey(w, "This address needs an API key; send it as \"Authorization: Bearer KEY\".")
		}
		return config.Key{}, false
	}
	key, ok := a.find(secret)
	switch {
	case !ok:
		if a.passes(w, r) {
			refuseKey(w, "The API key is not one of this relay's.")
		}
	case !a.mayAsk(w, a.Limits.Key, key.Name, 1):
		ok = false
	case !key.May(route.Scope):
		problem.Write(w, http.StatusForbidden, "The API key "+key.Name+" does not have the scope "+string(route.Scope)+".")
		ok = false
	}
	return key, ok
}

func bearer(r *http.Request) (string, bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	return secret, strings.EqualFold(scheme, "Bearer") && secret != ""
}

func refuseKey(w http.ResponseWriter, detail string) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="cotrail"`)
	problem.Write(w, http.StatusUnauthorized, detail)
}

// find compares hashes with every key, so that the time it takes tells nothing about any of them.
func (a *API) find(secret string) (found config.Key, ok bool) {
	sum := sha256.Sum256([]byte(secret))
	for _, k := range a.Config.Keys {
		if subtle.ConstantTimeCompare(sum[:], k.SHA256[:]) == 1 {
			found, ok = k, true
		}
	}
	return found, ok
}
