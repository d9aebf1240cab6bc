package canonical

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cotrail/cotrail/masking"
)

// text copies the string at w.at and gives its decoded text.
func (w *writer) text() ([]byte, error) {
	start := w.at + 1
	ascii := true
	for i := start; i < len(w.in); i++ {
		switch c := w.in[i]; {
		case c == '"':
			plain := w.in[start:i]
			if !ascii && !utf8.Valid(plain) {
				return nil, ErrText
			}
			w.out = append(w.out, w.in[w.at:i+1]...)
			w.at = i + 1
			return plain, nil
		case c == '\\':
			return w.escaped()
		case c < ' ':
			return nil, ErrSyntax
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, ErrSyntax
}

// escaped reads a string that has an escape, which need not be the shortest one, and writes it again.
func (w *writer) escaped() ([]byte, error) {
	var plain []byte
	for i := w.at + 1; i < len(w.in); i++ {
		switch c := w.in[i]; {
		case c == '"':
			if !utf8.Valid(plain) {
				return nil, ErrText
			}
			w.at = i + 1
			w.out = masking.AppendQuote(w.out, string(plain))
			return plain, nil
		case c < ' ':
			return nil, ErrSyntax
		case c != '\\':
			plain = append(plain, c)
		default:
			r, size, err := unescape(w.in[i:])
			if err != nil {
				return nil, err
			}
			plain = utf8.AppendRune(plain, r)
			i += size - 1
		}
	}
	return nil, ErrSyntax
}

// unescape reads the escape that in begins with and tells how many bytes it takes.
func unescape(in []byte) (r rune, size int, err error) {
	if len(in) < 2 {
		return 0, 0, ErrSyntax
	}
	if in[1] != 'u' {
		if k := strings.IndexByte(`"\/bfnrt`, in[1]); k >= 0 {
			return rune("\"\\/\b\f\n\r\t"[k]), 2, nil
		}
		return 0, 0, ErrSyntax
	}
	r, ok := hex4(in[2:])
	if !ok {
		return 0, 0, ErrSyntax
	}
	if !utf16.IsSurrogate(r) {
		return r, 6, nil
	}
	if len(in) >= 12 && in[6] == '\\' && in[7] == 'u' {
		if low, ok := hex4(in[8:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12, nil
			}
		}
	}
	return 0, 0, ErrText
}

func hex4(in []byte) (rune, bool) {
	if len(in) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range in[:4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// exactDigits is how many digits a whole number may have so that float64 holds it as it stands.
const exactDigits = 15

// number reads a number by RFC 8259 section 6 and writes it as ECMAScript does.
func (w *writer) number() error {
	start, whole := w.at, true
	minus := w.at < len(w.in) && w.in[w.at] == '-'
	if minus {
		w.at++
	}
	lead := w.at
	n := w.digits()
	if n == 0 || n > 1 && w.in[lead] == '0' {
		return ErrSyntax
	}
	if w.at < len(w.in) && w.in[w.at] == '.' {
		whole = false
		w.at++
		if w.digits() == 0 {
			return ErrSyntax
		}
	}
	if w.at < len(w.in) && w.in[w.at]|0x20 == 'e' {
		whole = false
		w.at++
		if w.at < len(w.in) && (w.in[w.at] == '+' || w.in[w.at] == '-') {
			w.at++
		}
		if w.digits() == 0 {
			return ErrSyntax
		}
	}
	raw := w.in[start:w.at]
	if whole && n <= exactDigits && (!minus || w.in[lead] != '0') {
		w.out = append(w.out, raw...)
		return nil
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return ErrNumber
	}
	w.out = appendNumber(w.out, f)
	return nil
}

func (w *writer) digits() int {
	start := w.at
	for w.at < len(w.in) && w.in[w.at] >= '0' && w.in[w.at] <= '9' {
		w.at++
	}
	return w.at - start
}

// appendNumber is Number::toString of ECMA-262, section 6.1.6.1.20, for finite numbers.
func appendNumber(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	if abs == 0 {
		return append(dst, '0')
	}
	if abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if n := len(dst); dst[n-4] == 'e' && dst[n-2] == '0' { // Go writes e-07 where ECMAScript writes e-7
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}
