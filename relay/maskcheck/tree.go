package maskcheck

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

func parent(n *html.Node) *html.Node {
	if n.Parent == nil || n.Parent.Type != html.ElementNode {
		return nil
	}
	return n.Parent
}

func within(n, outer *html.Node) bool {
	for at := n; at != nil; at = parent(at) {
		if at == outer {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	v, _ := attribute(n, key)
	return v
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func has(n *html.Node, key string) bool { _, ok := attribute(n, key); return ok }

// isOne tells whether an element has one of some names.
func isOne(n *html.Node, names ...string) bool {
	for _, name := range names {
		if n.Data == name {
			return true
		}
	}
	return false
}

// isCustom tells whether the page has made up the element.
func isCustom(n *html.Node) bool { return n.Namespace == "" && strings.Contains(n.Data, "-") }

// each visits the elements within a node in their order. What is in a template is no part of the page.
func each(n *html.Node, visit func(*html.Node)) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		visit(c)
		if c.Data != "template" {
			each(c, visit)
		}
	}
}

// find gives the first element within a node that is meant.
func find(n *html.Node, meant func(*html.Node) bool) (found *html.Node) {
	each(n, func(at *html.Node) {
		if found == nil && meant(at) {
			found = at
		}
	})
	return found
}

// closest gives the element itself or its nearest ancestor that is meant.
func closest(n *html.Node, meant func(*html.Node) bool) *html.Node {
	for at := n; at != nil; at = parent(at) {
		if meant(at) {
			return at
		}
	}
	return nil
}

// content is the text of an element, as textContent gives it.
func content(n *html.Node) string {
	var b strings.Builder
	var add func(*html.Node)
	add = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.TextNode {
				b.WriteString(c.Data)
			} else if c.Data != "template" {
				add(c)
			}
		}
	}
	add(n)
	return b.String()
}

// space is what JavaScript takes for white space.
func space(r rune) bool { return unicode.IsSpace(r) && r != 0x85 || r == 0xFEFF }

// cutUnits shortens a text to so many UTF-16 units, as JavaScript counts.
func cutUnits(s string, most int) string {
	n := 0
	for i, r := range s {
		if n++; r > 0xFFFF {
			n++
		}
		if n > most {
			return s[:i]
		}
	}
	return s
}

func (c *checker) byID(id string) *html.Node {
	if with := c.ids[id]; len(with) > 0 {
		return with[0]
	}
	return nil
}
