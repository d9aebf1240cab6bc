package maskcheck

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/cotrail/cotrail/masking"
)

// steps is the path from the root, with an index from the second sibling of a name on.
func steps(n *html.Node) string {
	path := ""
	for at := n; at != nil; at = parent(at) {
		path = "/" + step(at) + path
	}
	return path
}

func step(n *html.Node) string {
	name := n.Data
	if n.Namespace != "" || strings.Contains(name, ":") {
		name = `*[name()="` + name + `"]`
	}
	index := 1
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if s.Type == html.ElementNode && s.Data == n.Data && s.Namespace == n.Namespace {
			index++
		}
	}
	if index > 1 {
		name += "[" + strconv.Itoa(index) + "]"
	}
	return name
}

// xpath is the path that an entry gives: by the id where it is unique and may be shown.
func (c *checker) xpath(n *html.Node) masking.Text {
	if id := attr(n, "id"); id != "" && c.unique(id) {
		if _, shown := c.policy.Attribute("id", id); shown {
			for _, q := range []string{`"`, `'`} {
				if !strings.Contains(id, q) {
					return c.policy.XPath("//*[@id=" + q + id + q + "]")
				}
			}
		}
	}
	return c.policy.XPath(steps(n))
}

func (c *checker) unique(id string) bool {
	return len(c.ids[id]) == 1 && !strings.ContainsAny(id, "\x1c\x1d\x1e\x1f") && !strings.Contains(id, " >> ")
}
