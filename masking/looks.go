package masking

import "strings"

// LooksLikeData tells whether a name, an id or a part of a path carries data rather than a word of the page's
// author: a number of four or more digits, a UUID, a token, or anything that a built-in pattern finds.
func LooksLikeData(s string) bool { return (&Policy{}).looksLikeData(s) }

// looksLikeData tells the same by the patterns of the site as well. Whether a pattern is switched off for texts does
// not matter here.
func (p *Policy) looksLikeData(s string) bool {
	return strings.ContainsAny(s, "@%") || len(s) > maxNameBytes || looksLikeID(s) || p.found(s)
}

// found tells whether any pattern finds something in a text.
func (p *Policy) found(s string) bool { return p.scrubBy(s, &noneShown, false) != s }

// noneShown leaves no pattern out.
var noneShown [kinds]bool

const (
	// minIDDigits is the run of digits from which a number counts as somebody's: years and counts are shorter or rare.
	minIDDigits = 4
	// minTokenBytes is the length from which a mix of letters and digits without a break counts as a token.
	minTokenBytes = 16
	// uuidDashes is how many dashes a UUID has, which do not break it.
	uuidDashes = 4
)

// looksLikeID looks for a number of four or more digits of any script, and for a word of 16 or more letters and digits
// that has at least three digits among its letters: hashes, UUIDs, session ids. Words in natural languages have no
// digits within.
func looksLikeID(s string) bool {
	f := fold(s).text
	run, length, digits, breaks := 0, 0, 0, 0
	for i := 0; i < len(f); i++ {
		c := f[i]
		switch {
		case digit(c):
			run++
			digits++
			length++
		case letter(c):
			run = 0
			length++
		case c == '-' && length > 0 && breaks < uuidDashes:
			run = 0
			breaks++
		default:
			run, length, digits, breaks = 0, 0, 0, 0
		}
		if run >= minIDDigits || length >= minTokenBytes && digits >= 3 {
			return true
		}
	}
	return false
}
