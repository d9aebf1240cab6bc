package event

const hexDigits = "0123456789abcdef"

// String writes a stream as 16 hexadecimal digits.
func (s StreamID) String() string {
	out := make([]byte, 0, 2*len(s))
	for _, b := range s {
		out = append(out, hexDigits[b>>4], hexDigits[b&15])
	}
	return string(out)
}

// Unhex reads lower-case hexadecimal digits, exactly as many as dst takes. It stands in for encoding/hex, which
// brings fmt with it.
func Unhex(dst []byte, text string) bool {
	if len(text) != 2*len(dst) {
		return false
	}
	for i := range text {
		digit := -1
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digit = int(c - '0')
		case c >= 'a' && c <= 'f':
			digit = int(c-'a') + 10
		}
		if digit < 0 {
			return false
		}
		dst[i/2] = dst[i/2]<<4 | byte(digit)
	}
	return true
}
