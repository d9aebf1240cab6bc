package masking

import (
	"strings"

	"github.com/cotrail/cotrail/masking/internal/sealed"
)

const (
	// maxDataBytes bounds the object of one log call; a larger one is cut to null and its message stays.
	maxDataBytes = 8192
	// maxDataDepth bounds how deep it may nest, so that reading it needs no more stack than that.
	maxDataDepth = 16
)

// Data passes a JSON value that the page gave: every string in it goes through the patterns, and what stands
// under a name of a secret becomes stars. What is no JSON, too large or too deep becomes null.
func (p *Policy) Data(raw string) Data {
	if len(raw) > maxDataBytes {
		return Data{}
	}
	d := dataReader{in: raw}
	d.space()
	if !d.value(0, false) {
		return Data{}
	}
	d.space()
	if d.at != len(d.in) {
		return Data{}
	}
	return sealed.NewData(d.out.String())
}

// dataReader copies one JSON value from in to out, scrubbing as it goes.
type dataReader struct {
	in  string
	at  int
	out strings.Builder
}

func (d *dataReader) space() {
	for d.at < len(d.in) && strings.IndexByte(" \t\r\n", d.in[d.at]) >= 0 {
		d.at++
	}
}

func (d *dataReader) take(c byte) bool {
	d.space()
	if d.at < len(d.in) && d.in[d.at] == c {
		d.at++
		return true
	}
	return false
}

// value copies one value; secret says that it stands under a secret's name.
func (d *dataReader) value(depth int, secret bool) bool {
	d.space()
	if d.at >= len(d.in) || depth > maxDataDepth {
		return false
	}
	switch c := d.in[d.at]; {
	case c == '{':
		return d.list(depth, secret, '}', true)
	case c == '[':
		return d.list(depth, secret, ']', false)
	case c == '"':
		s, ok := d.text()
		if secret && s != "" {
			s = Stars
		}
		d.out.WriteString(Quote(scrub(s)))
		return ok
	}
	return d.word(secret)
}

// list copies an object or an array.
func (d *dataReader) list(depth int, secret bool, end byte, keyed bool) bool {
	d.out.WriteByte(d.in[d.at])
	d.at++
	for n := 0; !d.take(end); n++ {
		if n > 0 {
			if !d.take(',') {
				return false
			}
			d.out.WriteByte(',')
		}
		below := secret
		if keyed {
			d.space()
			key, ok := d.text()
			if !ok || !d.take(':') {
				return false
			}
			below = below || deniedName(key)
			d.out.WriteString(Quote(scrub(key)) + ":")
		}
		if !d.value(depth+1, below) {
			return false
		}
	}
	d.out.WriteByte(end)
	return true
}

// word copies true, false, null or a number; a number is read as text, for it may be a card's.
func (d *dataReader) word(secret bool) bool {
	start := d.at
	for d.at < len(d.in) && strings.IndexByte(",]} \t\r\n", d.in[d.at]) < 0 {
		d.at++
	}
	w := d.in[start:d.at]
	switch {
	case w == "true" || w == "false" || w == "null":
	case !isNumber(w):
		return false
	case secret || scrub(w) != w:
		w = Quote(Stars)
	}
	d.out.WriteString(w)
	return true
}

// isNumber reads a number by RFC 8259 section 6.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, rest := digits(s)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	if frac, ok := strings.CutPrefix(rest, "."); ok {
		if whole, rest = digits(frac); whole == "" {
			return false
		}
	}
	if rest != "" && rest[0]|0x20 == 'e' {
		rest = strings.TrimLeft(rest[1:], "+-")
		if whole, rest = digits(rest); whole == "" {
			return false
		}
	}
	return rest == ""
}

func digits(s string) (run, rest string) {
	i := 0
	for i < len(s) && digit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}
