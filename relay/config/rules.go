package config

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/cotrail/cotrail/masking"
)

// rulesReader reads the keys that the policy of a site and the rules of a page have in common, and notes where each
// stands under its name in the compiled form.
type rulesReader struct {
	*reader
	to   *masking.Policy
	keys map[string]ast.Node
}

// at gives where a key stands, else the node of the whole.
func (r *rulesReader) at(key string, whole ast.Node) ast.Node {
	if n := r.keys[key]; n != nil {
		return n
	}
	return whole
}

// validate finds what was read and the masking package would not compile: it is still an error with its line.
func (r *rulesReader) validate(n ast.Node) {
	if err := r.to.Validate(); err != nil && len(r.problems) == 0 {
		r.fail(n, "policy: %v", err)
	}
}

// noting adds to what reads a key that its line is noted.
func (r *rulesReader) noting(key string, read func(ast.Node)) func(ast.Node) {
	return func(n ast.Node) {
		if r.keys == nil {
			r.keys = map[string]ast.Node{}
		}
		r.keys[key] = n
		read(n)
	}
}

func (r *rulesReader) words(key string, to *string, words ...string) func(ast.Node) {
	return r.noting(key, func(n ast.Node) { *to = r.choice(n, key, words...) })
}

func (r *rulesReader) texts(key, name string, to *[]string) entry {
	return entry{name, r.noting(key, func(n ast.Node) { *to = r.reader.texts(n, name) })}
}

// flag reads true or false; of one that closes when it is true, the policy holds the opposite.
func (r *rulesReader) flag(key, name string, to *bool, closes bool) entry {
	return entry{name, r.noting(key, func(n ast.Node) { *to = r.reader.flag(n, name) != closes })}
}

func (r *rulesReader) entries() []entry {
	p := r.to
	return []entry{
		{"default", r.words("default", &p.Default, masking.DefaultMask, masking.DefaultAllow)},
		r.texts("block", "block", &p.Block), r.texts("mask", "mask", &p.Mask), r.texts("allow", "allow", &p.Allow),
		r.flag("markup", "markup", &p.Markup, false), r.flag("labels", "labels", &p.Labels, false), r.flag("titles", "titles", &p.Titles, false),
		{"attributes", r.noting("attribute", func(n ast.Node) {
			p.Attributes = nil
			r.list(n, "attributes", func(v ast.Node) {
				p.Attributes = append(p.Attributes, r.choice(v, "attributes", "id", "name", "class"))
			})
		})},
		{"choices", r.words("choices", &p.Choices, masking.ChoicesNothing, masking.ChoicesChange)},
		{"filenames", r.words("filenames", &p.Filenames, masking.Extension, masking.Plain)},
		{"urls", func(n ast.Node) {
			r.mapping(n, "urls", []entry{
				r.texts("keep_query", "keep_query", &p.KeepQuery), r.flag("collapse_ids", "collapse_ids", &p.KeepIDs, true),
				{"origin_only", r.noting("origin_only", func(n ast.Node) { r.originOnly(n, p) })},
			})
		}},
		{"patterns", func(n ast.Node) { r.patterns(n, p) }},
		{"chat", r.words("chat", &p.Chat, masking.ChatLength, masking.ChatText)},
		{"identity", func(n ast.Node) {
			r.mapping(n, "identity", []entry{
				{"name", r.words("identity_name", &p.IdentityName, masking.Hash, masking.Plain)},
				{"email", r.words("identity_email", &p.IdentityEmail, masking.Hash, masking.Plain)},
			})
		}},
	}
}

// originOnly reads hosts, each checked at its own line.
func (r *rulesReader) originOnly(n ast.Node, p *masking.Policy) {
	p.OriginOnly = nil
	r.list(n, "origin_only", func(v ast.Node) {
		host := r.text(v, "origin_only")
		if err := (&masking.Policy{OriginOnly: []string{host}}).Validate(); err != nil && host != "" {
			r.fail(v, "%v", err)
		}
		p.OriginOnly = append(p.OriginOnly, host)
	})
}

// patterns reads which patterns count, and the site's own.
func (r *rulesReader) patterns(n ast.Node, p *masking.Policy) {
	entries := []entry{{"custom", func(n ast.Node) { r.custom(n, p) }}}
	for k := range p.Shown {
		name := masking.Kind(k).String()
		entries = append(entries, r.flag("pattern_"+name, name, &p.Shown[k], true))
	}
	r.mapping(n, "patterns", entries)
}

// custom reads the patterns of the site's own, name by name.
func (r *rulesReader) custom(n ast.Node, p *masking.Policy) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.fail(n, "custom must be a mapping of names to expressions, like {member_no: 'M-\\d{8}'}")
		return
	}
	for _, pair := range m.Values {
		expression, ok := pair.Value.(*ast.StringNode)
		if !ok {
			r.fail(pair.Value, "custom: an expression must be text in quotes")
			continue
		}
		c, err := masking.NewCustom(pair.Key.GetToken().Value, expression.Value)
		if err != nil {
			r.fail(pair.Value, "custom: %v", err)
			continue
		}
		p.Custom = append(p.Custom, c)
	}
}
