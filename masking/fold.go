package masking

import (
	"strings"
	"unicode/utf8"
)

// folded is a text as the patterns read it: one byte for each character, in ASCII. Digits of all scripts are 0 to 9,
// full-width and mathematical letters are plain ones, all spaces and dashes are one, what is invisible and accents that stand apart are left out.
// Other letters are otherLetter, other signs otherSign.
type folded struct {
	text string
	at   []int32 // where each byte begins in the text that was folded, and its end; nil when text is that text
}

const (
	otherLetter = 0x80
	otherSign   = ';'
)

// start gives the place in the text that was folded where a byte begins.
func (f folded) start(i int) int {
	if f.at == nil {
		return i
	}
	return int(f.at[i])
}

// fold folds a text. One that is folded already costs nothing.
func fold(s string) folded {
	i := 0
	for i < len(s) && s[i] >= ' ' && s[i] < 0x7F && s[i] != '%' {
		i++
	}
	if i == len(s) {
		return folded{text: s}
	}
	out := make([]byte, 0, len(s))
	at := make([]int32, 0, len(s)+1)
	for i := 0; i < len(s); {
		c, size := foldNext(s[i:])
		if c != 0 {
			out = append(out, c)
			at = append(at, int32(i))
		}
		i += size
	}
	return folded{string(out), append(at, int32(len(s)))}
}

// foldNext folds the first character; it gives 0 for an invisible one.
func foldNext(s string) (c byte, size int) {
	switch c := s[0]; {
	case c == '%':
		return escaped(s)
	case c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r':
		return ' ', 1
	case c < ' ' || c == 0x7F:
		return otherSign, 1
	case c < utf8.RuneSelf:
		return c, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	return foldRune(r), size
}

// escaped folds %40, %20, %2B and %2D, in which an encoded address or number would hide.
func escaped(s string) (byte, int) {
	if len(s) >= 3 {
		switch unhex(s[1])<<4 | unhex(s[2]) {
		case '@':
			return '@', 3
		case ' ':
			return ' ', 3
		case '+':
			return '+', 3
		case '-':
			return '-', 3
		}
	}
	return '%', 1
}

// foldRune folds a character beyond ASCII.
func foldRune(r rune) byte {
	switch {
	case r == 0xAD || r >= 0x300 && r <= 0x36F || r == 0x61C || r == 0x180E || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E ||
		r >= 0x2060 && r <= 0x206F || r >= 0xFE00 && r <= 0xFE0F || r == 0xFEFF || r >= 0xE0000 && r <= 0xE01EF:
		return 0
	case r == 0xA0 || r == 0x1680 || r >= 0x2000 && r <= 0x200A || r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000:
		return ' '
	case r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 0xFE58 || r == 0xFE63:
		return '-'
	case r >= 0xFF01 && r <= 0xFF5E: // full-width ASCII
		return byte(r - 0xFEE0)
	case r >= 0x1D400 && r <= 0x1D6A3: // mathematical letters
		at := byte(r-0x1D400) % 52
		if at >= 26 {
			return 'a' + at - 26
		}
		return 'A' + at
	case r == 0x3002 || r == 0xFF61: // the full stops that may stand in a domain
		return '.'
	case r == 0xFE6B:
		return '@'
	case r >= 0xA2 && r <= 0xA5 || r >= 0x20A0 && r <= 0x20CF:
		return '$'
	case r >= 0x2100 && r <= 0x214F:
		return letterlike(r)
	case r < 0xC0 && r != 0xAA && r != 0xB5 && r != 0xBA || r == 0xD7 || r == 0xF7 || r >= 0x2016 && r <= 0x2BFF ||
		r >= 0x3001 && r <= 0x3020 || r >= 0xFE10 && r <= 0xFE6F || r >= 0x1F000 && r <= 0x1FBEF || r == utf8.RuneError:
		return otherSign
	}
	if d := decimal(r); d >= 0 {
		return byte('0' + d)
	}
	return otherLetter
}

// letterlikes are the letters that stand apart from the mathematical ones, each with its plain letter behind it.
const letterlikes = "ℂCℊgℋHℌHℍHℎhℐIℑIℒLℓlℕNℙPℚQℛRℜRℝRℤZℨZ\u212aKℬBℭCℯeℰEℱFℳMℴo"

func letterlike(r rune) byte {
	if i := strings.IndexRune(letterlikes, r); i >= 0 {
		return letterlikes[i+utf8.RuneLen(r)]
	}
	return otherSign
}

// zeros are the zeros of the decimal digits of Unicode 16, category Nd, beyond ASCII. Nine digits follow each.
var zeros = [...]rune{
	0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20,
	0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0,
	0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
	0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0,
	0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
}

// decimal gives the value of a decimal digit of any script, -1 for any other character.
func decimal(r rune) int {
	low, high := 0, len(zeros)
	for low < high { // the first zero behind r
		if mid := (low + high) / 2; zeros[mid] <= r {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low > 0 && r-zeros[low-1] < 10 {
		return int(r - zeros[low-1])
	}
	return -1
}

// alnum tells whether a folded character is a letter or a digit that a number or a key may be part of.
func alnum(c byte) bool { return digit(c) || letter(c) }

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
