package masking

import "strings"

// maxQuoted bounds a quoted local part: RFC 5321 allows 64 characters.
const maxQuoted = 64

// email finds an address: anything but spaces and brackets before an @, a domain with a point behind it. Letters of
// all scripts count (RFC 6531), so do a quoted name and an address in brackets for a domain: rather one too many.
func (t *scan) email(i int) (end int) {
	if t.mail < i {
		t.nextMail(i)
	}
	if t.mail != i {
		return 0
	}
	return t.mailEnd
}

// nextMail looks for the next address that begins at i or later.
func (t *scan) nextMail(i int) {
	t.mail = len(t.text)
	for from := i; ; {
		at := strings.IndexByte(t.text[from:], '@')
		if at < 0 {
			return
		}
		at += from
		start := t.localPart(max(i, from), at)
		if end := t.domain(at + 1); start < at && end > 0 {
			t.mail, t.mailEnd = start, end
			return
		}
		from = at + 1
	}
}

// localPart gives where the name before the @ begins, not before from.
func (t *scan) localPart(from, at int) int {
	if at > from && t.text[at-1] == '"' {
		if open := strings.LastIndexByte(t.text[max(from, at-2-maxQuoted):at-1], '"'); open >= 0 {
			return max(from, at-2-maxQuoted) + open
		}
	}
	start := at
	for start > from && (inDomain(t.text[start-1]) || contains("._+%'&#~!*$^", t.text[start-1])) {
		start--
	}
	return start
}

// domain gives the end of a domain with a point in it, or of an address in brackets; 0 when there is none.
func (t *scan) domain(i int) (end int) {
	if t.after(i) == '[' {
		if n := strings.IndexByte(t.text[i:], ']'); n > 1 && strings.Trim(t.text[i+1:i+n], "0123456789abcdefABCDEFIPv:.") == "" {
			return i + n + 1
		}
		return 0
	}
	points := 0
	for j := i; j < len(t.text); j++ {
		switch c := t.text[j]; {
		case inDomain(c):
			if points > 0 && c != '-' {
				end = j + 1
			}
		case c == '.' && j > i && t.text[j-1] != '.':
			points++
		default:
			return end
		}
	}
	return end
}

func inDomain(c byte) bool { return alnum(c) || c == '-' || c == otherLetter }
