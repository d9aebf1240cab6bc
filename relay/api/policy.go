package api

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
)

// keepPolicy is how long a browser may use what it has asked of a site before it asks again: a stricter policy should
// not wait.
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

// forPages finds the site that a request names, and lets the site's pages read the answer. ok is false when the
// request has been answered.
func (a *API) forPages(w http.ResponseWriter, r *http.Request) (p policy, ok bool) {
	h := w.Header()
	h.Set("Vary", "Origin")
	p, ok = a.policies[r.URL.Query().Get("site")]
	if !ok {
		problem.Write(w, http.StatusNotFound, "This relay has no such site. data-site in the script tag must be a key of its configuration.")
		return p, false
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if !p.site.Allows(origin) {
			problem.Write(w, http.StatusForbidden, "Pages of "+origin+" may not record for this site. Its configuration lists the origins that may.")
			return p, false
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", policyHeader+", ETag")
	}
	h.Set("Cache-Control", keepPolicy)
	return p, true
}

// origin answers GET /v1/record/origin: whether an origin is one of the site's. A page asks before it tells a frame of
// that origin anything, and a frame before it asks the page around it.
func (a *API) origin(w http.ResponseWriter, r *http.Request, _ config.Key) {
	if p, ok := a.forPages(w, r); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, strconv.FormatBool(p.site.Allows(r.URL.Query().Get("origin"))))
	}
}

// policy answers GET /v1/record/policy.
func (a *API) policy(w http.ResponseWriter, r *http.Request, _ config.Key) {
	p, ok := a.forPages(w, r)
	if !ok {
		return
	}
	h := w.Header()
	h.Set(policyHeader, p.digest)
	h.Set("ETag", `"`+p.digest+`"`)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if r.Header.Get("If-None-Match") == `"`+p.digest+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(p.compiled)
}
