package masking

import (
	"unicode"
	"unicode/utf8"
)

// appendWords appends the words of a text with a space between any two: letters and digits of all scripts in small
// letters, full-width and mathematical ones as plain ones, without accents and what is invisible. In scripts that put no
// spaces between words each character is one.
func appendWords(b []byte, text string) []byte {
	open := false // a word is under way
	word := func(r rune) {
		if !open && len(b) > 0 {
			b = append(b, ' ')
		}
		open = true
		b = utf8.AppendRune(b, r)
	}
	for _, r := range text {
		c := byte(r)
		if r >= utf8.RuneSelf {
			c = foldRune(r)
		}
		switch {
		case c == 0 && r != 0:
		case c < utf8.RuneSelf && letter(c):
			word(rune(c | 0x20))
		case digit(c):
			word(rune(c))
		case c != otherLetter:
			open = false
		case unspaced(r):
			open = false
			word(r)
			open = false
		default:
			word(withoutAccent(unicode.ToLower(r)))
		}
	}
	return b
}

// unspaced tells whether a character is of a script without spaces between words: Thai to Khmer, Chinese, Japanese; or
// of Korean, whose particles follow a name without one.
func unspaced(r rune) bool {
	return r >= 0x0E00 && r <= 0x0EFF || r >= 0x1000 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF || r >= 0x2E80 && r <= 0xA4CF ||
		r >= 0xAC00 && r <= 0xD7AF || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x3FFFF
}

// The plain letters of those from U+00C0 and from U+1E00 on: an address often has a name without its accents.
const (
	latin = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggg" +
		"gggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
	latinMore = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv" +
		"wwwwwwwwwwxxxxyyzzzzzzhtwyassssdaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyllvvyy"
)

// withoutAccent gives the plain letter of a Latin one; any other letter is itself.
func withoutAccent(r rune) rune {
	plain := byte('.')
	switch {
	case r >= 0xC0 && int(r-0xC0) < len(latin):
		plain = latin[r-0xC0]
	case r >= 0x1E00 && int(r-0x1E00) < len(latinMore):
		plain = latinMore[r-0x1E00]
	}
	if plain == '.' {
		return r
	}
	return rune(plain)
}
