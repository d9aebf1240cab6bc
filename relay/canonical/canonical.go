// Package canonical writes JSON in the one form of RFC 8785 (JSON Canonicalization Scheme): keys sorted by their
// UTF-16 code units, numbers as ECMAScript writes them, strings with the shortest escapes, no white space.
//
// The promise: two texts of equal value get equal bytes, so a hash over them does not depend on formatting; what
// is no I-JSON (a key twice, half a surrogate pair, a number beyond float64) is an error and never bytes.
package canonical

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
)

const (
	// maxDepth bounds nesting, and with it the stack: the recorder allows 16 levels in a page's data.
	maxDepth = 64
	// maxKept bounds the scratch bytes that are kept for the next call, and maxMembers the members: far above an
	// event's, so that one large document does not stay in memory.
	maxKept    = 64 << 10
	maxMembers = 1 << 10
)

// What can be wrong with a text. None of them tells the text itself.
var (
	ErrSyntax    = errors.New("no JSON")
	ErrDuplicate = errors.New("an object has a key twice")
	ErrDepth     = fmt.Errorf("nested deeper than %d", maxDepth)
	ErrText      = errors.New("a string is no Unicode text")
	ErrNumber    = errors.New("a number is beyond float64")
)

// Append appends the RFC 8785 form of json to dst. With an error dst is given back as it was.
func Append(dst, json []byte) ([]byte, error) {
	w := writers.Get().(*writer)
	defer w.release()
	w.in, w.at, w.out = json, 0, dst
	err := w.value(0)
	if w.space(); err == nil && w.at != len(w.in) {
		err = ErrSyntax
	}
	if err != nil {
		return dst, fmt.Errorf("at byte %d: %w", w.at, err)
	}
	return w.out, nil
}

var writers = sync.Pool{New: func() any { return new(writer) }}

// writer reads in from at on and appends to out.
type writer struct {
	in      []byte
	at      int
	out     []byte
	members []member // of the objects that are open, the innermost last
	scratch []byte
}

// member is one member of an object: where it stands in out.
type member struct {
	key      []byte // decoded
	from, to int
}

func (w *writer) release() {
	clear(w.members[:cap(w.members)])
	w.in, w.out, w.members = nil, nil, w.members[:0]
	if cap(w.scratch) <= maxKept && cap(w.members) <= maxMembers {
		writers.Put(w)
	}
}

func (w *writer) space() {
	for w.at < len(w.in) {
		switch w.in[w.at] {
		case ' ', '\t', '\n', '\r':
			w.at++
		default:
			return
		}
	}
}

// take reads one character, after white space, if it is c.
func (w *writer) take(c byte) bool {
	w.space()
	if w.at < len(w.in) && w.in[w.at] == c {
		w.at++
		return true
	}
	return false
}

func (w *writer) value(depth int) error {
	w.space()
	if w.at >= len(w.in) {
		return ErrSyntax
	}
	switch w.in[w.at] {
	case '{':
		return w.object(depth + 1)
	case '[':
		return w.array(depth + 1)
	case '"':
		_, err := w.text()
		return err
	case 't':
		return w.literal("true")
	case 'f':
		return w.literal("false")
	case 'n':
		return w.literal("null")
	}
	return w.number()
}

func (w *writer) literal(word string) error {
	if !bytes.HasPrefix(w.in[w.at:], []byte(word)) {
		return ErrSyntax
	}
	w.at += len(word)
	w.out = append(w.out, word...)
	return nil
}

func (w *writer) array(depth int) error {
	if depth > maxDepth {
		return ErrDepth
	}
	w.at++
	w.out = append(w.out, '[')
	for n := 0; !w.take(']'); n++ {
		if n > 0 {
			if !w.take(',') {
				return ErrSyntax
			}
			w.out = append(w.out, ',')
		}
		if err := w.value(depth); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	return nil
}

// object writes the members as they come and puts them in order afterwards, if they were not: those that
// Cotrail wrote itself mostly are.
func (w *writer) object(depth int) error {
	if depth > maxDepth {
		return ErrDepth
	}
	w.at++
	w.out = append(w.out, '{')
	first, sorted := len(w.members), true
	for n := 0; !w.take('}'); n++ {
		if n > 0 {
			if !w.take(',') {
				return ErrSyntax
			}
			w.out = append(w.out, ',')
		}
		m, err := w.member(depth)
		if err != nil {
			return err
		}
		sorted = sorted && (n == 0 || compare(w.members[len(w.members)-1].key, m.key) < 0)
		w.members = append(w.members, m)
	}
	own := w.members[first:]
	w.members = w.members[:first]
	if !sorted {
		if err := w.sort(own); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *writer) member(depth int) (member, error) {
	m := member{from: len(w.out)}
	if w.space(); w.at >= len(w.in) || w.in[w.at] != '"' {
		return m, ErrSyntax
	}
	var err error
	if m.key, err = w.text(); err != nil {
		return m, err
	}
	if !w.take(':') {
		return m, ErrSyntax
	}
	w.out = append(w.out, ':')
	err = w.value(depth)
	m.to = len(w.out)
	return m, err
}

// sort writes the members of an object anew, in order. They are the last that was written.
func (w *writer) sort(own []member) error {
	start := own[0].from
	w.scratch = append(w.scratch[:0], w.out[start:]...)
	slices.SortFunc(own, func(a, b member) int { return compare(a.key, b.key) })
	w.out = w.out[:start]
	for i, m := range own {
		if i > 0 {
			if bytes.Equal(own[i-1].key, m.key) {
				return ErrDuplicate
			}
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, w.scratch[m.from-start:m.to-start]...)
	}
	return nil
}

// compare orders UTF-8 texts by their UTF-16 code units. That is the order of the bytes, but that a character
// beyond U+FFFF, which is two surrogates in UTF-16, comes before U+E000 to U+FFFF.
func compare(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
			return int(y) - int(x)
		}
		return int(x) - int(y)
	}
	return len(a) - len(b)
}
