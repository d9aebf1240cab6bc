package masking

import "strings"

// How a JSON value was passed in the page.
const (
	AsData    Passing = iota // by Data
	AsOptions                // by Options
	AsPrivate                // by Private
)

// Passing is a way to pass a JSON value.
type Passing byte

// Again passes a JSON value that the page has passed before. It may have grown there beyond the bound of what a page
// gives, by the marks in it; what was passed well stays as it is.
func (p *Policy) Again(raw string, by Passing) Data {
	return p.reread(raw, dataReader{options: by == AsOptions, private: by == AsPrivate})
}

// Marked gives the kind whose mark is the first in a text, "" when there is none. Right behind a letter or a digit it is no mark but
// an index, as in user[email]. The marks of a site's own patterns are known to its policy alone.
func Marked(text string) string {
	for i := max(0, strings.IndexByte(text, '[')); i < len(text); i++ {
		if text[i] != '[' || i > 0 && (alnum(text[i-1]) || text[i-1] == '_') {
			continue
		}
		for k := range kinds {
			if strings.HasPrefix(text[i:], k.mark()) {
				return k.String()
			}
		}
	}
	return ""
}

// Mark gives the kind whose mark stands in a text more often than before, the name of a site's own one too; "" when
// there is none: then it was not a pattern that changed the text.
func (p *Policy) Mark(before, after string) string {
	for k := range kinds {
		if strings.Count(after, k.mark()) > strings.Count(before, k.mark()) {
			return k.String()
		}
	}
	for _, c := range p.Custom {
		if strings.Count(after, c.mark()) > strings.Count(before, c.mark()) {
			return c.Name
		}
	}
	return ""
}
