package masking

import "strings"

// scrub replaces what is a secret by its form wherever it stands in a text: card numbers (by Luhn) and e-mail
// addresses. It reads the text once, token by token; a token is a run of characters without white space, and a
// number may span tokens when only spaces or dashes part its digits.
func scrub(s string) string {
	if !strings.ContainsAny(s, "@0123456789") {
		return s
	}
	s = scrubCards(s)
	if !strings.Contains(s, "@") {
		return s
	}
	fields := strings.FieldsFunc(s, space)
	for _, f := range fields {
		if isEmail(f) {
			s = strings.ReplaceAll(s, f, "[email]")
		}
	}
	return s
}

func space(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0xA0 }

// isEmail takes anything with text on both sides of an @ and a dot behind it: rather one too many.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && strings.IndexByte(s[at:], '.') > 1
}

// The shortest and longest card numbers of ISO/IEC 7812.
const (
	minCard = 12
	maxCard = 19
)

// scrubCards replaces every run of 12 to 19 digits, parted by single spaces or dashes at most, whose last digit
// checks by Luhn.
func scrubCards(s string) string {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) || i > 0 && digit(s[i-1]) {
			continue
		}
		if end := cardEnd(s[i:]); end > 0 {
			s = s[:i] + "[card]" + s[i+end:]
			i += len("[card]") - 1
		}
	}
	return s
}

// cardEnd gives the length of the card number that s begins with, or 0.
func cardEnd(s string) int {
	var digits []byte
	end := 0
	for i := 0; i < len(s) && len(digits) < maxCard; i++ {
		switch {
		case digit(s[i]):
			digits = append(digits, s[i]-'0')
			if len(digits) >= minCard && luhn(digits) && (i+1 == len(s) || !digit(s[i+1])) {
				end = i + 1
			}
		case (s[i] == ' ' || s[i] == '-') && i+1 < len(s) && digit(s[i+1]):
		default:
			return end
		}
	}
	return end
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// luhn checks the last digit of a number (ISO/IEC 7812-1, annex B).
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// LooksLikeData tells whether a name, an id or a part of a path carries data rather than a word of the page's
// author: an e-mail address, a number of four or more digits, a UUID, a token.
func LooksLikeData(s string) bool {
	if strings.ContainsAny(s, "@%") || len(s) > maxNameBytes {
		return true
	}
	run, digits, letters, longest := 0, 0, 0, 0
	for i := 0; i < len(s); i++ {
		if digit(s[i]) {
			run++
			digits++
		} else {
			run = 0
			if s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' {
				letters++
			}
		}
		longest = max(longest, run)
	}
	if longest >= minIDDigits {
		return true
	}
	return hasToken(s)
}

const (
	// minIDDigits is the run of digits from which a number counts as somebody's: years and counts are shorter or rare.
	minIDDigits = 4
	// minTokenBytes is the length from which a mix of letters and digits without a break counts as a token.
	minTokenBytes = 16
)

// hasToken looks for a word of 16 or more letters and digits that has at least three digits among its letters:
// hashes, UUID parts joined, session ids. Words in natural languages have no digits within.
func hasToken(s string) bool {
	length, digits, breaks := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && (digit(s[i]) || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z') {
			length++
			if digit(s[i]) {
				digits++
			}
			continue
		}
		if i < len(s) && s[i] == '-' && length > 0 && breaks < 4 { // a UUID's dashes
			breaks++
			continue
		}
		if length >= minTokenBytes && digits >= 3 {
			return true
		}
		length, digits, breaks = 0, 0, 0
	}
	return false
}
