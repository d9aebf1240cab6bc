package masking

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/masking/internal/sealed"
)

const (
	// maxDataBytes bounds the object of one call; a larger one is cut to null.
	maxDataBytes = 8192
	// maxDataDepth bounds how deep it may nest, so that reading it needs no more stack than that.
	maxDataDepth = 16
	// maxDataKeys bounds the keys of one object: the options of a session are the largest that are known, with 122.
	maxDataKeys = 128
	// maxNumber and maxExponent bound a number, in characters and in digits of its exponent: JavaScript writes none
	// longer, and one with a greater exponent may be too large for a float64, which the log has no place for.
	maxNumber   = 25
	maxExponent = 2
)

// Data passes a JSON value that the page gave: every string in it goes through the patterns, and what stands
// under a name of a secret becomes stars. What is no JSON, too large or too deep becomes null.
func (p *Policy) Data(raw string) Data { return p.data(raw, dataReader{}) }

// Options passes the options that an app runs with: non-empty strings, lists and objects under the names of
// secrets become stars; flags and numbers stay.
func (p *Policy) Options(raw string) Data { return p.data(raw, dataReader{options: true}) }

// Private passes a JSON value whose texts and numbers may all be secrets: of it only the names and flags are told.
func (p *Policy) Private(raw string) Data { return p.data(raw, dataReader{private: true}) }

func (p *Policy) data(raw string, d dataReader) Data {
	if len(raw) > maxDataBytes {
		return Data{}
	}
	return p.reread(raw, d)
}

func (p *Policy) reread(raw string, d dataReader) Data {
	d.in, d.policy = raw, p
	if !d.value(0, d.private) {
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
	policy  *Policy
	options bool // as Options
	private bool // as Private
	in      string
	at      int
	out     strings.Builder
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
	case (c == '{' || c == '[') && secret && d.options:
		return d.skip(depth)
	case c == '{':
		return d.list(depth, secret, '}', true)
	case c == '[':
		return d.list(depth, secret, ']', false)
	case c == '"':
		s, ok := d.text()
		if secret && s != "" {
			s = Stars
		}
		d.out.WriteString(Quote(d.policy.said(s, maxDataBytes)))
		return ok
	}
	return d.word(secret && !d.options)
}

// skip reads an object or a list and writes stars for it, unless there is nothing in it.
func (d *dataReader) skip(depth int) bool {
	inner := dataReader{policy: d.policy, in: d.in, at: d.at}
	ok := inner.value(depth, false)
	d.at = inner.at
	if out := inner.out.String(); len(out) > len("{}") {
		d.out.WriteString(Quote(Stars))
	} else {
		d.out.WriteString(out)
	}
	return ok
}

// list copies an object or an array.
func (d *dataReader) list(depth int, secret bool, end byte, keyed bool) bool {
	d.out.WriteByte(d.in[d.at])
	d.at++
	var names []string
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
			if !ok || n >= maxDataKeys || !d.take(':') {
				return false
			}
			below = below || d.isSecret(key)
			names = append(names, unlike(names, d.policy.free(key, maxNameBytes)))
			d.out.WriteString(Quote(names[n]) + ":")
		}
		if !d.value(depth+1, below) {
			return false
		}
	}
	d.out.WriteByte(end)
	return true
}

// optionWords are the words in the names of options that are secrets, beside DenyWords.
var optionWords = []string{"secret", "token", "password", "credential", "access_key", "api_key", "private_key", "proxies"}

// isSecret tells whether a name is that of a secret.
func (d *dataReader) isSecret(name string) bool {
	if d.options {
		low := strings.ToLower(name)
		for _, w := range optionWords {
			if strings.Contains(low, w) {
				return true
			}
		}
	}
	return deniedName(name)
}

// unlike gives a name that is not among the others: the patterns make two e-mail addresses the same, and an object
// has no key twice.
func unlike(others []string, name string) string {
	for n, unique := 2, name; ; n++ {
		if !slices.Contains(others, unique) {
			return unique
		}
		unique = name + " " + strconv.Itoa(n)
	}
}

// word copies true, false, null or a number; what a number has before its point is read as text, for it may be a
// card's.
func (d *dataReader) word(secret bool) bool {
	start := d.at
	for d.at < len(d.in) && strings.IndexByte(",]} \t\r\n", d.in[d.at]) < 0 {
		d.at++
	}
	w := d.in[start:d.at]
	whole, _, _ := strings.Cut(w, ".")
	switch {
	case w == "true" || w == "false" || w == "null":
	case !isNumber(w):
		return false
	case len(w) > maxNumber || exponentDigits(w) > maxExponent:
		w = "null"
	case secret || d.policy.scrub(whole) != whole || d.policy.withholds(w):
		w = Quote(Stars)
	}
	d.out.WriteString(w)
	return true
}
