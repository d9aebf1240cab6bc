package maskcheck

import (
	"strings"

	"golang.org/x/net/html"
)

// maxName is js/names.js's bound of a name.
const maxName = 200

// tidy writes a name on one line.
func tidy(s string) string {
	return cutUnits(strings.Join(strings.FieldsFunc(s, space), " "), maxName)
}

// silent tells of an element that its text is none of a name: a form value, or nothing that is shown.
func silent(n *html.Node) bool {
	return isOne(n, "script", "style", "noscript", "template", "option", "datalist", "input", "select", "textarea", "output") ||
		has(n, "contenteditable") || has(n, "hidden") || strings.EqualFold(attr(n, "aria-hidden"), "true")
}

// textOf is the text of an element without what is hidden in it, as in js/names.js.
func (c *checker) textOf(n *html.Node) string {
	if c.rules.hides(n) {
		return ""
	}
	special := func(at *html.Node) bool { return silent(at) || isOne(at, "img", "svg", "slot") }
	if find(n, func(*html.Node) bool { return true }) == nil || !c.rules.hasRuled(n) && find(n, special) == nil {
		return tidy(content(n))
	}
	var b strings.Builder
	for at := n.FirstChild; at != nil; at = at.NextSibling {
		switch {
		case at.Type == html.TextNode:
			b.WriteString(at.Data)
		case at.Type != html.ElementNode:
		case at.Data == "img":
			if !c.rules.hides(at) {
				b.WriteString(" " + attr(at, "alt") + " ")
			}
		case silent(at):
		case !c.rules.hides(at) && attr(at, "aria-label") != "":
			b.WriteString(" " + attr(at, "aria-label") + " ")
		default:
			b.WriteString(" " + c.textOf(at) + " ")
		}
	}
	return tidy(b.String())
}

// texts gives the texts of elements that stand elsewhere, where other rules may hold.
func (c *checker) texts(nodes []*html.Node) string {
	var out []string
	for _, n := range nodes {
		if hits := c.rules.judge(n, false); hits.block < 0 && hits.mask < 0 && !inSilent(n) {
			out = append(out, c.textOf(n))
		}
	}
	return tidy(strings.Join(out, " "))
}

// inSilent tells whether the element, or one that it lies within, has no part in a name.
func inSilent(n *html.Node) bool {
	for at := n; at != nil && at.Type == html.ElementNode; at = at.Parent {
		if silent(at) {
			return true
		}
	}
	return false
}

// labelledBy gives the elements that aria-labelledby names.
func (c *checker) labelledBy(n *html.Node) (out []*html.Node) {
	for _, id := range strings.FieldsFunc(attr(n, "aria-labelledby"), space) {
		if by := c.byID(id); by != nil {
			out = append(out, by)
		}
	}
	return out
}

// nameOf is the accessible name.
func (c *checker) nameOf(n *html.Node) string {
	for _, name := range []func() string{
		func() string { return c.texts(c.labelledBy(n)) },
		func() string { return tidy(attr(n, "aria-label")) },
		func() string { return c.ownName(n) },
		func() string { return c.texts(c.labelsOf(n)) },
		func() string { return tidy(attr(n, "alt")) },
	} {
		if s := name(); s != "" {
			return s
		}
	}
	if attr(n, "alt") != "" {
		return ""
	}
	return tidy(attr(n, "title"))
}

// ownName is the name that an element's own content gives: never a form value.
func (c *checker) ownName(n *html.Node) string {
	switch {
	case n.Data == "input" && buttons[typeOf(n)]:
		for _, s := range []string{attr(n, "value"), attr(n, "alt"), typeOf(n)} {
			if s != "" {
				return tidy(s)
			}
		}
	case n.Data == "option":
		return tidy(content(n))
	case silent(n):
		return ""
	}
	return c.textOf(n)
}

// namesOf gives every text that may say what kind of field it is.
func (c *checker) namesOf(n *html.Node, labels bool) (names []string) {
	for _, key := range []string{"aria-label", "placeholder", "title"} {
		if v := attr(n, key); v != "" {
			names = append(names, v)
		}
	}
	if !labels {
		return names
	}
	for _, by := range append(c.labelsOf(n), c.labelledBy(n)...) {
		names = append(names, cutUnits(strings.TrimFunc(content(by), space), maxName))
	}
	return names
}
