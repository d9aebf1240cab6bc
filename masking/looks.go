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

// How much a pair of neighbours speaks for a token when it is odd, and against one when it is not, and what is enough.
// Some two pairs of three are odd in a random token, and few in words.
const (
	oddPair     = 7
	plainPair   = 3
	enoughPairs = 22
)

// looksShuffled looks for 16 or more letters, digits, dashes and underscores in which odd pairs lie close together, as
// they do in a random token, also one without digits. Words have odd pairs too, where two meet, but between them are
// plain ones that make up for it. Only paths are asked: there a name that is lost costs little, and a token much.
func looksShuffled(s string) bool {
	f := fold(s).text
	length, doubt, most := 0, 0, 0
	var last byte // 0 at the beginning of a piece
	for i := 0; i < len(f); i++ {
		c := f[i]
		switch {
		case alnum(c) && last != 0 && isOdd(last, c):
			doubt += oddPair
			length, last = length+1, c
		case alnum(c):
			doubt = max(0, doubt-plainPair)
			length, last = length+1, c
		case c == '-' || c == '_':
			length, last = length+1, 0
		default:
			length, doubt, most, last = 0, 0, 0, 0
		}
		most = max(most, doubt)
		if length >= minTokenBytes && most >= enoughPairs {
			return true
		}
	}
	return false
}

// isOdd tells whether two neighbours are rare in words: a letter beside a digit, a capital behind a small letter, or
// two letters that hardly follow each other.
func isOdd(a, b byte) bool {
	before, after := class(a), class(b)
	switch {
	case before == '9' && after == '9':
		return false
	case before == '9' || after == '9' || before == 'a' && after == 'A':
		return true
	}
	return strings.IndexByte(followers[a|0x20-'a'], b|0x20) < 0
}

// followers has for each letter those that stand behind it in words of English, German, Dutch, Swedish, Polish, French,
// Spanish, Italian or Portuguese, at least once in a thousand pairs of one of them.
var followers = [26]string{
	"abcdefghijklmnopqrstuvwyz", "aeilorsu", "acehijklortuz", "adeijlnorsuyz", "abcdefgijklmnopqrstuvwxz", // a to e
	"aeioru", "aehilnorsuw", "aeiortuw", "abcdefgjklmnopqrstuvwyz", "aeiknosu", // f to j
	"aehiorstuw", "adeghilnostuy", "abeiopu", "acdeghiklnostuyz", "abcdegiklmnoprstuvwz", // k to o
	"aeiloprtu", "u", "abcdefgiklmnorstuvwy", "acehijkloprstuvwyz", "acehijloprstuy", // p to t
	"abcdegiklmnprstvwz", "aeio", "aehinorsy", "et", "acdeijklnopst", // u to y
	"aeijknouwyz", // z to z
}
