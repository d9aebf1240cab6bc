package maskcheck

import (
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// selector is a CSS selector of a policy. One that cannot be judged here has no match and says why.
type selector struct {
	text  string
	match cascadia.Matcher
	why   string
}

// parse reads a selector. What only a running page can tell is not guessed, and neither is what this program does
// not know: newer CSS, or none at all.
func parse(text string) selector {
	s := scanner{in: text}
	if why := s.scan(); why != "" {
		return selector{text: text, why: why}
	}
	group, err := cascadia.ParseGroup(s.out.String())
	if err != nil {
		return selector{text: text, why: "it is no CSS that mask-check understands; if a browser does not either, everything is masked"}
	}
	return selector{text: text, match: group}
}

func (s selector) matches(n *html.Node) bool { return s.match != nil && s.match.Match(n) }

// structural are the pseudo-classes that the tree alone decides.
var structural = map[string]bool{
	"not": true, "root": true, "first-child": true, "last-child": true, "only-child": true, "first-of-type": true, "last-of-type": true, "only-of-type": true,
	"nth-child": true, "nth-last-child": true, "nth-of-type": true, "nth-last-of-type": true,
}

// caseless are attributes of which browsers compare values without regard to case in HTML ("Case-sensitivity of
// selectors" of the HTML standard), as far as they stand on fields, forms, links and what is around them.
var caseless = map[string]bool{
	"accept": true, "accept-charset": true, "align": true, "charset": true, "checked": true, "dir": true, "disabled": true, "enctype": true, "hreflang": true,
	"http-equiv": true, "lang": true, "language": true, "media": true, "method": true, "multiple": true, "readonly": true, "rel": true,
	"rev": true, "scope": true, "selected": true, "shape": true, "target": true, "type": true, "valign": true, "valuetype": true,
}

// scanner copies a selector so that the matcher means by it what a browser means, and finds what cannot be judged.
type scanner struct {
	in  string
	at  int
	out strings.Builder
}

func (s *scanner) scan() (why string) {
	for s.at < len(s.in) && why == "" {
		switch c := s.in[s.at]; {
		case c == '[':
			why = s.attribute()
		case c == ':':
			why = s.pseudo()
		case c == '/':
			why = "it has a comment in it"
		case c == '.' || c == '#':
			s.take(1)
			s.take(s.name())
		case s.name() > 0:
			node := s.in[s.at : s.at+s.name()]
			if strings.ToLower(node) != node {
				why = "write the name of the element in small letters"
			}
			s.take(len(node))
		default:
			s.take(1)
		}
	}
	return why
}

func (s *scanner) take(n int) {
	s.out.WriteString(s.in[s.at : s.at+n])
	s.at += n
}

// name gives the length of the identifier that begins here.
func (s *scanner) name() (n int) {
	for i := s.at; i < len(s.in); i++ {
		c := s.in[i]
		switch {
		case c == '\\' && i+1 < len(s.in):
			i++
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c >= 0x80:
		default:
			return i - s.at
		}
	}
	return len(s.in) - s.at
}

// attribute copies [name op value], and says that case does not matter where for browsers it does not.
func (s *scanner) attribute() (why string) {
	start, quote := s.at, byte(0)
	for i := s.at + 1; i < len(s.in); i++ {
		switch c := s.in[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case (c == '!' || c == '#') && i+1 < len(s.in) && s.in[i+1] == '=':
			return "no browser knows " + string(c) + "=, so everything is masked"
		case c == ']':
			inner := strings.TrimSpace(s.in[start+1 : i])
			s.out.WriteString("[" + inner)
			name, _, valued := strings.Cut(inner, "=")
			flagged := strings.HasSuffix(strings.ToLower(inner), " i") || strings.HasSuffix(inner, `"i`) || strings.HasSuffix(inner, "'i")
			if valued && !flagged && caseless[strings.ToLower(strings.TrimRight(name, "~|^$* "))] {
				s.out.WriteString(" i")
			}
			s.out.WriteString("]")
			s.at = i + 1
			return ""
		}
	}
	return "it has a [ without its ]"
}

// pseudo copies a pseudo-class that the tree decides.
func (s *scanner) pseudo() (why string) {
	s.take(1)
	name := strings.ToLower(s.in[s.at : s.at+s.name()])
	if !structural[name] {
		return "what :" + name + " matches is known only while the page runs, or mask-check does not know it"
	}
	s.take(len(name))
	if strings.HasPrefix(name, "nth-") {
		if end := strings.IndexByte(s.in[s.at:], ')'); end >= 0 {
			s.take(end + 1)
		}
	}
	return ""
}
