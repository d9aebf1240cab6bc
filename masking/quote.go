package masking

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Quote writes s as a JSON string in the form of RFC 8785: the shortest escapes, nothing else escaped, bytes that
// are no UTF-8 replaced. Recorder and relay write all their strings with it, so that equal texts have equal bytes.
func Quote(s string) string { return string(AppendQuote(nil, s)) }

// AppendQuote appends Quote(s) to b.
func AppendQuote(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		if k := strings.IndexByte("\"\\\b\f\n\r\t", c); k >= 0 {
			b = append(b, '\\', "\"\\bfnrt"[k])
		} else {
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// text reads the JSON string at d.at and gives its plain text.
func (d *dataReader) text() (string, bool) {
	if d.at >= len(d.in) || d.in[d.at] != '"' {
		return "", false
	}
	var s []byte
	for i := d.at + 1; i < len(d.in); i++ {
		switch c := d.in[i]; {
		case c == '"':
			d.at = i + 1
			return string(s), true
		case c < ' ':
			return "", false
		case c != '\\':
			s = append(s, c)
		default:
			r, size := unquote(d.in[i:])
			if size == 0 {
				return "", false
			}
			s = utf8.AppendRune(s, r)
			i += size - 1
		}
	}
	return "", false
}

// unquote reads one escape and tells how many bytes it takes, 0 for none.
func unquote(s string) (rune, int) {
	if len(s) < 2 {
		return 0, 0
	}
	if s[1] != 'u' {
		if k := strings.IndexByte(`"\/bfnrt`, s[1]); k >= 0 {
			return rune("\"\\/\b\f\n\r\t"[k]), 2
		}
		return 0, 0
	}
	r, ok := hex4(s[2:])
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(r) {
		if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
			if low, ok := hex4(s[8:]); ok {
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					return pair, 12
				}
			}
		}
		return utf8.RuneError, 6
	}
	return r, 6
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for i := 0; i < 4; i++ {
		h := unhex(s[i])
		if h < 0 {
			return 0, false
		}
		r = r<<4 | rune(h)
	}
	return r, true
}
