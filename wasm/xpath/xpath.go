// Package xpath writes the path of an element from the steps that the sensor read.
//
// The form is the reference's: //*[@id="x"] where the id is unique and carries no data, else an absolute path
// with an index only from the second sibling of a name on. document.evaluate(path, document, null,
// XPathResult.FIRST_ORDERED_NODE_TYPE, null) finds the element: at each level the first of a name needs no
// index, because the first node in document order that fits the whole path is the one meant. Within a shadow
// root the path to its host, " >> " and the path within the root stand one behind the other.
package xpath

import "strings"

const (
	rootEnd = ">"    // parts the steps of a shadow host from those within its root
	idMark  = "#"    // begins the part of a root that says which unique id its last element has
	idEnd   = "\x1d" // ends it
	foreign = "~"    // marks a step of another namespace than HTML's
)

// shadowStep is masking.ShadowStep; the two are compared by a test.
const shadowStep = " >> "

// Write gives the path of steps, which the sensor writes as
//
//	root ( ">" root )*        root = [ "#" id "\x1d" ] [ step ( "/" step )* ]        step = [ "~" ] name [ "@" index ]
//
// from the outermost root to the innermost. An id is there only when it is unique in its root; usable tells
// whether it may be shown. The steps may be left out where the sensor does not doubt the id; where it should have,
// there is no path.
func Write(steps string, usable func(id string) bool) string {
	var out strings.Builder
	for steps != "" {
		id := ""
		if rest, ok := strings.CutPrefix(steps, idMark); ok {
			id, steps, _ = strings.Cut(rest, idEnd)
		}
		var root string
		root, steps, _ = strings.Cut(steps, rootEnd)
		if out.Len() > 0 {
			out.WriteString(shadowStep)
		}
		if path, ok := byID(id); ok && usable(id) {
			out.WriteString(path)
			continue
		}
		if root == "" {
			return ""
		}
		for _, step := range strings.Split(root, "/") {
			writeStep(&out, step)
		}
	}
	return out.String()
}

// byID writes the path of an id. XPath 1.0 has no escapes: an id with both quotes cannot be written.
func byID(id string) (string, bool) {
	switch {
	case id == "":
		return "", false
	case !strings.Contains(id, `"`):
		return `//*[@id="` + id + `"]`, true
	case !strings.Contains(id, `'`):
		return `//*[@id='` + id + `']`, true
	}
	return "", false
}

func writeStep(out *strings.Builder, step string) {
	name, index, _ := strings.Cut(step, "@")
	out.WriteByte('/')
	if local, ok := strings.CutPrefix(name, foreign); ok {
		out.WriteString(`*[name()="` + local + `"]`)
	} else {
		out.WriteString(name)
	}
	if index != "" && index != "1" {
		out.WriteString("[" + index + "]")
	}
}
