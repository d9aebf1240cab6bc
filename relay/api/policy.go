package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
)

// keepPolicy is how long a browser may use a policy before it asks again: a stricter one should not wait.
const keepPolicy = "public, max-age=60"

// policyHeader carries the policy's digest, which every masked entry names.
const policyHeader = "Cotrail-Policy"

// policy is a site's masking rules as the recorder reads them.
type policy struct {
	site     *config.Site
	compiled []byte
	digest   string // SHA-256, hexadecimal
}

func compile(s *config.Site) policy {
	compiled := s.Policy.Compile()
	sum := sha256.Sum256(compiled)
	return policy{s, compiled, hex.EncodeToString(sum[:])}
}

// policy answers GET /v1/record/policy. It is the one route for pages of other origins, those of the site.
func (a *API) policy(w http.ResponseWriter, r *http.Request, _ config.Key) {
	h := w.Header()
	h.Set("Vary", "Origin")
	p, ok := a.policies[r.URL.Query().Get("site")]
	if !ok {
		problem.Write(w, http.StatusNotFound, "This relay has no such site. data-site in the script tag must be a key of its configuration.")
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if !p.site.Allows(origin) {
			problem.Write(w, http.StatusForbidden, "Pages of "+origin+" may not record for this site. Its configuration lists the origins that may.")
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", policyHeader+", ETag")
	}
	h.Set("Cache-Control", keepPolicy)
	h.Set(policyHeader, p.digest)
	h.Set("ETag", `"`+p.digest+`"`)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if r.Header.Get("If-None-Match") == `"`+p.digest+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(p.compiled)
}
