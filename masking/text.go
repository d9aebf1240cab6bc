package masking

import (
	"strings"

	"github.com/cotrail/cotrail/masking/internal/sealed"
)

// Text is text that may leave the page. Only a Policy makes one; the zero Text shows nothing.
type Text = sealed.Text

// Data is a JSON value that may leave the page. Only a Policy makes one; the zero Data is null.
type Data = sealed.Data

// Stars stands where a secret stood, as the reference writes it, and for a text that is withheld.
const Stars = "**********"

const (
	// maxTextBytes bounds one free text (a label, a title, a log line): longer ones are no sentence
	// anybody wrote for the log, and a page must not be able to fill the queue with one call.
	maxTextBytes = 1024
	// maxValueBytes bounds an allowed value: a long textarea, not a document.
	maxValueBytes = 4096
	// maxNameBytes bounds names of nodes, ids and classes.
	maxNameBytes = 256
	// overhang is how much behind its bound a text is read, so that a secret is not cut in two and half shown.
	overhang = maxHiddenValue
)

// Free passes free text (a log line, an error's message) through the patterns.
func (p *Policy) Free(raw string) Text { return sealed.New(p.free(raw, maxTextBytes)) }

// free gives what may be told of a text, in n bytes at most: nothing of it when it repeats a hidden value, or when
// the policy is not known. What it gives once, it gives again.
func (p *Policy) free(raw string, n int) string {
	if raw == "" {
		return ""
	}
	raw = cut(raw, n+overhang)
	if p.broken || p.withholds(raw) {
		return Stars
	}
	s := p.scrub(p.scrubURLs(raw))
	for len(s) > n {
		s = p.scrub(cut(s, n)) // a cut number may be another one
	}
	return s
}

// Agent passes what a browser calls itself. It is no text of the page's, so a policy that is not known does not matter.
func (p *Policy) Agent(raw string) Text {
	known := *p
	known.broken = false
	return known.Free(raw)
}

// Label passes the accessible name of a button or link, where the policy records such names.
func (p *Policy) Label(raw string) Text {
	if !p.Labels {
		return Text{}
	}
	return p.Free(raw)
}

// Title passes a page's title, where the policy records titles.
func (p *Policy) Title(raw string) Text {
	if !p.Titles {
		return Text{}
	}
	return p.Free(raw)
}

// Value passes a form value, if and only if the decision on its element allows it.
func (p *Policy) Value(d Decision, raw string) Text {
	if d.Action != Allow {
		return Text{}
	}
	return sealed.New(p.free(raw, maxValueBytes))
}

// Attribute passes an id, name or class that the policy lists, unless it looks like data or repeats a hidden value.
func (p *Policy) Attribute(key, raw string) (Text, bool) {
	if !p.Shows(key) || p.broken || p.withholds(raw) {
		return Text{}, false
	}
	var kept []string
	for _, word := range strings.Fields(raw) { // a class is many words, an id or name may be
		if !p.looksLikeData(word) {
			kept = append(kept, word)
		} else if key != "class" {
			return Text{}, false
		}
	}
	whole := strings.Join(kept, " ")
	if len(kept) == 0 || len(kept) > 1 && key != "class" && p.found(whole) {
		return Text{}, false
	}
	return sealed.New(cut(whole, maxNameBytes)), true
}

// Name passes the name of a node, a role or an input type: words of the HTML vocabulary, which the page may
// have made up (custom elements). Anything that is no such word is hidden.
func (p *Policy) Name(raw string) Text {
	if len(raw) > 64 {
		return Text{}
	}
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != ':' && c != '.' && c != '#' {
			return Text{}
		}
	}
	if p.looksLikeData(raw) || strings.Contains(raw, "-") && p.withholds(raw) { // others are words of HTML
		return Text{}
	}
	return sealed.New(raw)
}

// ID passes an id that the recorder made itself, of a tab: 16 hexadecimal digits and nothing else.
func (p *Policy) ID(raw string) Text {
	if len(raw) != 16 {
		return Text{}
	}
	for i := range len(raw) {
		if !digit(raw[i]) && (raw[i] < 'a' || raw[i] > 'f') {
			return Text{}
		}
	}
	return sealed.New(raw)
}

// Shows tells whether the policy records an attribute: id, name or class.
func (p *Policy) Shows(key string) bool {
	for _, k := range p.Attributes {
		if k == key {
			return true
		}
	}
	return false
}

// ellipsis ends a text that is cut.
const ellipsis = "…"

// cut shortens s to at most n bytes without splitting a character, and says so with an ellipsis.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len(ellipsis)
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + ellipsis
}

// Rule passes the name of a rule: a word of ours, or one of the policy's own selectors.
func (p *Policy) Rule(rule string) Text { return sealed.New(cut(rule, maxNameBytes)) }
