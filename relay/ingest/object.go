package ingest

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

// canonical refuses a line that the recorder would not have written: JSON in one form only, without white space,
// with the escapes of masking.Quote. So the rest of the check can be simple, and no text has two spellings.
func canonical(line []byte) error {
	depth := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			end := stringEnd(line, i)
			if end < 0 {
				return refuse(event.BadEvent, "a string has no end or an escape that is not canonical")
			}
			i = end
		case '{', '[':
			if depth++; depth > maxDepth {
				return refuse(event.BadEvent, "nests deeper than %d", maxDepth)
			}
		case '}', ']':
			depth--
		case ' ', '\t', '\r', '\n':
			return refuse(event.BadEvent, "has white space between its tokens")
		}
	}
	if !utf8.Valid(line) || !gjson.ValidBytes(line) {
		return refuse(event.BadEvent, "is no JSON")
	}
	return nil
}

// stringEnd gives the index of the quote that ends the string beginning at i, or -1.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i
		case '\\':
			n := escape(b[i+1:])
			if n == 0 {
				return -1
			}
			i += n
		}
	}
	return -1
}

// escape gives the length of an escape after its backslash, 0 when it is not one that masking.Quote writes.
func escape(b []byte) int {
	switch {
	case len(b) > 0 && bytes.IndexByte([]byte(`"\bfnrt`), b[0]) >= 0:
		return 1
	case len(b) > 4 && b[0] == 'u' && b[1] == '0' && b[2] == '0' && (b[3] == '0' || b[3] == '1') &&
		(b[4] >= '0' && b[4] <= '9' || b[4] >= 'a' && b[4] <= 'f'):
		return 5
	}
	return 0
}

// member is one key of an object and its value, as they stand in the line.
type member struct{ key, value []byte }

// appendMembers splits an object of a canonical line. ok is false when it has too many keys.
func appendMembers(to []member, object []byte) (_ []member, ok bool) {
	n := 0
	for i := 1; object[i] != '}'; {
		if object[i] == ',' {
			i++
		}
		if n++; n > maxKeys {
			return to, false
		}
		end := stringEnd(object, i)
		value := end + 2 // behind quote and colon
		after := valueEnd(object, value)
		to = append(to, member{object[i+1 : end], object[value:after]})
		i = after
	}
	return to, true
}

// valueEnd gives the index behind the value that begins at i in a canonical line.
func valueEnd(b []byte, i int) int {
	switch b[i] {
	case '"':
		return stringEnd(b, i) + 1
	case '{', '[':
		for depth := 0; ; i++ {
			switch b[i] {
			case '"':
				i = stringEnd(b, i)
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' {
		i++
	}
	return i
}

// wholeNumber reads an integer that a float64 holds exactly.
func wholeNumber(b []byte) (int64, bool) {
	const maxDigits = 16 // of 2^53
	if len(b) == 0 || len(b) > maxDigits+1 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil && n >= -1<<53 && n <= 1<<53 && string(b) != "-0"
}

// isNumber tells whether a value of a canonical line is a number, and one that float64 has.
func isNumber(b []byte) bool {
	if b[0] != '-' && (b[0] < '0' || b[0] > '9') {
		return false
	}
	_, err := strconv.ParseFloat(string(b), 64)
	return err == nil
}

// isWord tells whether a string is a word of a vocabulary: lower case, digits and underscore.
func isWord(b []byte) bool {
	const maxWord = 64
	for _, c := range b {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return len(b) > 0 && len(b) <= maxWord
}
