package config

import (
	"errors"

	"github.com/goccy/go-yaml/ast"

	"github.com/cotrail/cotrail/masking"
)

// defaultPolicy is the policy of a site that says nothing.
func defaultPolicy() masking.Policy { return masking.New() }

// PolicyFile is a policy in a file of its own, as a site's policy_file names it.
type PolicyFile struct {
	Path   string
	Policy masking.Policy
	lines  map[string]int
}

// LoadPolicy reads such a file.
func LoadPolicy(path string) (*PolicyFile, error) {
	r := &reader{file: path, lines: map[string]int{}}
	p, err := r.policyIn()
	if err == nil {
		err = errors.Join(r.problems...)
	}
	if err != nil {
		return nil, err
	}
	return &PolicyFile{path, p, r.lines}, nil
}

// Line gives the line of a selector, 0 for one that is not in the file.
func (f *PolicyFile) Line(selector string) int { return f.lines[selector] }

// policyIn reads the file as a policy.
func (r *reader) policyIn() (masking.Policy, error) {
	content, err := readFile(r.file)
	if err != nil {
		return defaultPolicy(), err
	}
	if root := r.document(content); root != nil {
		return r.policy(root), nil
	}
	return defaultPolicy(), nil
}

// policy reads the masking rules of a site.
func (r *reader) policy(n ast.Node) masking.Policy {
	p := defaultPolicy()
	var pages ast.Node
	before := len(r.problems)
	rules := &rulesReader{reader: r, to: &p}
	r.mapping(n, "policy", append(rules.entries(),
		entry{"ip", rules.words("ip", &p.IP, masking.IPNone, masking.Hash, masking.IPFull)},
		entry{"pages", func(n ast.Node) { pages = n }},
	))
	rules.validate(n)
	if pages != nil && len(r.problems) == before { // else what they close is not known
		r.list(pages, "pages", func(v ast.Node) { p.Pages = append(p.Pages, r.page(v, &p)) })
	}
	return p
}

// page reads the stricter rules of some addresses. Lists that close hold what comes to the site's own; what opens is
// an error at its line.
func (r *reader) page(n ast.Node, site *masking.Policy) masking.Page {
	own := *site
	own.Block, own.Mask, own.OriginOnly, own.Custom, own.Pages = nil, nil, nil, nil, nil
	rules := &rulesReader{reader: r, to: &own}
	match := ""
	has := r.mapping(n, "a page", append(rules.entries(),
		entry{"match", func(n ast.Node) {
			match = r.text(n, "match")
			own.Pages = []masking.Page{{Match: match}}
		}},
		entry{"ip", func(n ast.Node) { r.fail(n, "ip is of a whole session; it has its place in the policy, not in a page") }},
		entry{"pages", func(n ast.Node) { r.fail(n, "pages cannot stand in a page") }},
	))
	if has != nil && has["match"] == nil {
		r.fail(n, "the page has no match: an address, with * for any characters")
	}
	rules.validate(n)
	page, opens := site.Tighten(match, &own)
	for _, key := range opens {
		r.fail(rules.at(key, n), "%s: a page's rules can only be stricter than the site's, and this opens what the site closes", key)
	}
	return page
}
