package api

import (
	"errors"
	"net/http"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

// keptPolicy is a policy that pages were given at some time.
type keptPolicy struct {
	Digest   string      `json:"digest"`
	Sites    []keptSite  `json:"sites"`
	Compiled string      `json:"compiled"` // what the digest is of
	Policy   *readPolicy `json:"policy"`   // null when this relay cannot read it any more
}

// keptSite is a site that had it, of those that the key reaches.
type keptSite struct {
	Site  string `json:"site"`
	Since string `json:"since"`
}

// readPolicy is a policy in the words of the configuration file.
type readPolicy struct {
	Default    string            `json:"default"`
	Block      []string          `json:"block"`
	Mask       []string          `json:"mask"`
	Allow      []string          `json:"allow"`
	Markup     bool              `json:"markup"`
	Labels     bool              `json:"labels"`
	Titles     bool              `json:"titles"`
	Attributes []string          `json:"attributes"`
	Choices    string            `json:"choices"`
	Filenames  string            `json:"filenames"`
	URLs       readURLs          `json:"urls"`
	Patterns   map[string]any    `json:"patterns"`
	Chat       string            `json:"chat"`
	IP         string            `json:"ip"`
	Identity   map[string]string `json:"identity"`
	Pages      []readPage        `json:"pages"`
}

type readURLs struct {
	KeepQuery   []string `json:"keep_query"`
	CollapseIDs bool     `json:"collapse_ids"`
	OriginOnly  []string `json:"origin_only"`
}

// readPage is what comes to the site's rules at some addresses.
type readPage struct {
	Match  string      `json:"match"`
	Closes [][2]string `json:"closes"` // keys and values of the compiled form
}

// kept answers GET /v1/policies/{digest}. A policy of other sites is as unknown as one that nobody had.
func (a *API) kept(w http.ResponseWriter, r *http.Request, key config.Key) {
	found, err := a.Store.Policy(r.Context(), r.PathValue("digest"))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		a.failed(w, r, err)
		return
	}
	var out keptPolicy
	for _, p := range found {
		if key.Reaches(p.Site) {
			out.Digest, out.Compiled = p.Digest, string(p.Compiled)
			out.Sites = append(out.Sites, keptSite{p.Site, when(p.Since)})
		}
	}
	if out.Sites == nil {
		problem.Write(w, http.StatusNotFound, "No site of this API key has ever had a policy of this digest.")
		return
	}
	if p, err := masking.Read([]byte(out.Compiled)); err == nil {
		out.Policy = readable(p)
	}
	a.writeJSON(w, out)
}

func readable(p *masking.Policy) *readPolicy {
	out := &readPolicy{
		Default: p.Default, Block: list(p.Block), Mask: list(p.Mask), Allow: list(p.Allow), Markup: p.Markup, Labels: p.Labels, Titles: p.Titles,
		Attributes: list(p.Attributes), Choices: p.Choices, Filenames: p.Filenames,
		URLs:     readURLs{list(p.KeepQuery), !p.KeepIDs, list(p.OriginOnly)},
		Patterns: map[string]any{}, Chat: p.Chat, IP: p.IP, Identity: map[string]string{"name": p.IdentityName, "email": p.IdentityEmail},
		Pages: []readPage{},
	}
	for k, shown := range p.Shown {
		out.Patterns[masking.Kind(k).String()] = !shown
	}
	custom := map[string]string{}
	for _, c := range p.Custom {
		custom[c.Name] = c.Expression
	}
	out.Patterns["custom"] = custom
	for _, page := range p.Pages {
		closes := [][2]string{}
		for _, c := range page.Closes {
			closes = append(closes, [2]string{c.Key, c.Value})
		}
		out.Pages = append(out.Pages, readPage{page.Match, closes})
	}
	return out
}

// list is never null.
func list(values []string) []string { return append([]string{}, values...) }
