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

// silent tells of an element that it lends no text to the names of others.
func silent(n *html.Node) bool { return mute(n) || hasValueRole(n) }

// mute tells of an element that it has no text that could name it: the text is a form value, or nothing to read.
func mute(n *html.Node) bool {
	return isOne(n, "script", "style", "noscript", "template", "option", "datalist", "input", "select", "textarea", "output") || has(n, "contenteditable")
}

// unseen tells of an element that is there and not shown, as far as it says so itself.
func unseen(n *html.Node) bool {
	style := strings.ToLower(attr(n, "style"))
	return has(n, "hidden") || strings.EqualFold(attr(n, "aria-hidden"), "true") || strings.Contains(style, "display:none") || strings.Contains(style, "display: none")
}

// textOf is the text of an element without what is hidden in it, as in js/names.js.
func (c *checker) textOf(n *html.Node) string {
	if c.rules.hides(n) {
		return ""
	}
	special := func(at *html.Node) bool { return silent(at) || unseen(at) || isOne(at, "img", "svg", "slot") }
	if find(n, func(*html.Node) bool { return true }) == nil || !c.rules.hasRuled(n) && find(n, special) == nil {
		return tidy(content(n))
	}
	var b strings.Builder
	for at := n.FirstChild; at != nil; at = at.NextSibling {
		switch {
		case at.Type == html.TextNode:
			b.WriteString(at.Data)
		case at.Type != html.ElementNode || unseen(at):
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

// texts is what other elements say of one.
func (c *checker) texts(n *html.Node, others []*html.Node) string {
	var out []string
	for _, by := range others {
		if c.lends(by, n) {
			out = append(out, c.textOf(by))
		}
	}
	return tidy(strings.Join(out, " "))
}

// lends tells whether an element's text may name another: not where it stands in something that a rule hides or in a
// form value, unless the other stands in it too.
func (c *checker) lends(by, n *html.Node) bool {
	return closest(by, func(at *html.Node) bool { return !within(n, at) && (c.rules.hides(at) || silent(at)) }) == nil
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
		func() string { return c.texts(n, c.labelledBy(n)) },
		func() string { return tidy(attr(n, "aria-label")) },
		func() string { return c.ownName(n) },
		func() string { return c.texts(n, c.labelsOf(n)) },
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
	case mute(n):
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
