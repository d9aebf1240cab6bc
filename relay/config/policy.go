package config

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/cotrail/cotrail/masking"
)

// defaultPolicy is the policy of a site that says nothing.
func defaultPolicy() masking.Policy { return masking.New() }

// policy reads the masking rules of a site.
func (r *reader) policy(n ast.Node) masking.Policy {
	p := defaultPolicy()
	selectors := func(name string, to *[]string) entry {
		return entry{name, func(n ast.Node) { *to = r.texts(n, name) }}
	}
	flag := func(name string, to *bool) entry {
		return entry{name, func(n ast.Node) { *to = r.flag(n, name) }}
	}
	r.mapping(n, "policy", []entry{
		{"default", func(n ast.Node) {
			p.Default = masking.Default(r.choice(n, "default", string(masking.DefaultMask), string(masking.DefaultAllow)))
		}},
		selectors("block", &p.Block), selectors("mask", &p.Mask), selectors("allow", &p.Allow),
		flag("markup", &p.Markup), flag("labels", &p.Labels), flag("titles", &p.Titles),
		{"attributes", func(n ast.Node) {
			p.Attributes = nil
			r.list(n, "attributes", func(v ast.Node) {
				p.Attributes = append(p.Attributes, r.choice(v, "attributes", "id", "name", "class"))
			})
		}},
		{"urls", func(n ast.Node) {
			r.mapping(n, "urls", []entry{selectors("keep_query", &p.KeepQuery), flag("collapse_ids", &p.Collapse), {"origin_only", nil}})
		}},
		{"choices", nil}, {"filenames", nil}, {"patterns", nil}, {"chat", nil}, {"ip", nil}, {"identity", nil}, {"pages", nil},
	})
	// What the reader let through and the masking package would not compile is still an error with its line.
	if err := p.Validate(); err != nil && len(r.problems) == 0 {
		r.fail(n, "policy: %v", err)
	}
	return p
}
