package maskcheck

import (
	"golang.org/x/net/html"

	"github.com/cotrail/cotrail/masking"
)

// hits are the first match of each list of selectors on an element and its ancestors, as js/rules.js finds them.
type hits struct{ block, mask, allow int }

var none = hits{masking.NoMatch, masking.NoMatch, masking.NoMatch}

// rules are the selectors of a policy and the marks. A selector that cannot be judged may match or not: strict takes
// those that hide for matching, and open those that open.
type rules struct{ block, mask, allow []selector }

func parseRules(p *masking.Policy) rules {
	block, mask, allow := p.Selectors()
	list := func(texts []string) (out []selector) {
		for _, t := range texts {
			out = append(out, parse(t))
		}
		return out
	}
	return rules{list(block), list(mask), list(allow)}
}

// all gives the selectors, those that hide first.
func (r *rules) all() []selector {
	return append(append(append([]selector(nil), r.block...), r.mask...), r.allow...)
}

// judge looks from the element upwards.
func (r *rules) judge(n *html.Node, strict bool) hits {
	h := none
	for at := n; at != nil; at = parent(at) {
		first(&h.block, r.block, at, strict)
		first(&h.mask, r.mask, at, strict)
		first(&h.allow, r.allow, at, !strict)
	}
	return h
}

func first(hit *int, list []selector, n *html.Node, doubtful bool) {
	for i, s := range list {
		if *hit == masking.NoMatch && (s.matches(n) || s.why != "" && doubtful) {
			*hit = i
		}
	}
}

// hides tells whether a rule hides the element by itself.
func (r *rules) hides(n *html.Node) bool {
	h := none
	first(&h.block, r.block, n, false)
	first(&h.mask, r.mask, n, false)
	return h.block != masking.NoMatch || h.mask != masking.NoMatch
}

// hasRuled tells whether something within the element has a rule of its own.
func (r *rules) hasRuled(n *html.Node) bool {
	all := r.all()
	return find(n, func(at *html.Node) bool {
		for _, s := range all {
			if s.matches(at) {
				return true
			}
		}
		return false
	}) != nil
}

// stricter joins the rules of a label and of its control: what hides either counts, and what opens both.
func stricter(h, other hits) hits {
	if h.block < 0 {
		h.block = other.block
	}
	if h.mask < 0 {
		h.mask = other.mask
	}
	if other.allow < 0 {
		h.allow = masking.NoMatch
	}
	return h
}

// verdict is a decision, or that there is none: then it is the most open of those that may be.
type verdict struct {
	masking.Decision
	why string // it is undecided
}

// decide gives the decision on an element: a label's or an option's is that of its control.
func (c *checker) decide(n, control *html.Node) verdict {
	open, strict := c.decision(n, control, false), c.decision(n, control, true)
	v := verdict{Decision: open}
	switch {
	case open.Action == masking.Block:
	case open.Action != strict.Action:
		v.why = "a selector that cannot be judged may decide it: " + strict.Rule
	case c.uncertain(n) != "":
		v.why = c.uncertain(n)
		if open.Rule == masking.RuleDefault { // a mark in the shadow tree may open it
			v.Action = masking.Allow
		}
	case open.Rule != strict.Rule:
		v.Rule += " or " + strict.Rule
	}
	return v
}

func (c *checker) decision(n, control *html.Node, strict bool) masking.Decision {
	h := c.rules.judge(n, strict)
	if control != n && !isOne(n, "option", "optgroup") { // each option may be opened by itself
		h = stricter(h, c.rules.judge(control, strict))
	}
	e := masking.Element{NodeName: control.Data, FormValue: c.isFormValue(control), Block: h.block, Mask: h.mask, Allow: h.allow}
	if e.FormValue {
		e.Type, e.Name, e.ID, e.Autocomplete = typeOf(control), attr(control, "name"), attr(control, "id"), attr(control, "autocomplete")
		// The recorder asks for labels only where they can change what is shown.
		hidden := h.block >= 0 || h.mask >= 0 || c.policy.Default != masking.DefaultAllow && h.allow < 0
		e.Labels = c.namesOf(control, !hidden)
	}
	return c.policy.Decide(e)
}

// uncertain says why the rules on an element cannot be known from a saved page.
func (c *checker) uncertain(n *html.Node) string {
	for at := n; at != nil; at = parent(at) {
		if isCustom(at) {
			return "it is shown by <" + at.Data + ">, and what a custom element has in its shadow tree is not in a saved page"
		}
	}
	return ""
}
