package document

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
)

// column is the values of one key, in the order of the entries, each told by a code. Numbers that are told as
// differences are codes themselves.
type column struct {
	recent []string // the latest first
	codes  []uint64
	texts  []byte // each with a line feed, which no string of JSON has
	digits []byte // of hexadecimal values: half their length, and their bytes
}

// The codes of a value: it is new, it is new and hexadecimal, or how many others came since it was there.
const (
	newText = iota
	newHex
	known
)

const (
	// maxRecent bounds how far back a value is looked for: the search is linear.
	maxRecent = 256
	// leastHex is the length from which hexadecimal digits are surely random: ids and hashes. Each takes half a byte.
	leastHex = 16
	// mostHex is what one byte can tell the half of.
	mostHex = 2 * 255
)

// add writes a value.
func (c *column) add(value string) {
	at := slices.Index(c.recent, value)
	raw, isHex := unhex(value)
	switch {
	case at >= 0:
		c.codes = append(c.codes, uint64(at+known))
	case isHex:
		c.codes = append(c.codes, newHex)
		c.digits = append(append(c.digits, byte(len(raw))), raw...)
	default:
		c.codes = append(c.codes, newText)
		c.texts = append(append(c.texts, value...), '\n')
	}
	c.moved(at, value)
}

func unhex(value string) ([]byte, bool) {
	if len(value) < leastHex || len(value) > mostHex {
		return nil, false
	}
	raw, err := hex.DecodeString(value)
	return raw, err == nil && hex.EncodeToString(raw) == value
}

// next reads a value.
func (c *column) next() (string, error) {
	code, err := c.code()
	if err != nil {
		return "", err
	}
	at, value := -1, ""
	switch {
	case code == newText:
		text, rest, found := bytes.Cut(c.texts, []byte{'\n'})
		if !found {
			return "", errCorrupt
		}
		value, c.texts = string(text), rest
	case code == newHex:
		if len(c.digits) == 0 || len(c.digits) <= int(c.digits[0]) {
			return "", errCorrupt
		}
		end := 1 + int(c.digits[0])
		value, c.digits = hex.EncodeToString(c.digits[1:end]), c.digits[end:]
	case code-known < uint64(len(c.recent)):
		at = int(code - known)
		value = c.recent[at]
	default:
		return "", errCorrupt
	}
	c.moved(at, value)
	return value, nil
}

// moved puts a value first.
func (c *column) moved(at int, value string) {
	if at < 0 {
		if len(c.recent) < maxRecent {
			c.recent = append(c.recent, "")
		}
		at = len(c.recent) - 1
	}
	copy(c.recent[1:], c.recent[:at])
	c.recent[0] = value
}

// difference writes a number.
func (c *column) difference(d int64) { c.codes = append(c.codes, uint64(d)<<1^uint64(d>>63)) }

// undifference reads a number.
func (c *column) undifference() (int64, error) {
	u, err := c.code()
	return int64(u>>1) ^ -int64(u&1), err
}

func (c *column) code() (uint64, error) {
	if len(c.codes) == 0 {
		return 0, errCorrupt
	}
	code := c.codes[0]
	c.codes = c.codes[1:]
	return code, nil
}

// columns are the columns by their keys.
type columns map[string]*column

func (cs columns) of(key string) *column {
	c := cs[key]
	if c == nil {
		c = &column{}
		cs[key] = c
	}
	return c
}

// names gives the keys in the order in which the columns are written.
func (cs columns) names() []string { return slices.Sorted(maps.Keys(cs)) }

// append writes the columns: all codes first, then all texts, so that like stands by like, and what is random last.
// How many there are of each, the shapes tell.
func (cs columns) append(out []byte) []byte {
	names := cs.names()
	for _, name := range names {
		for _, code := range cs[name].codes {
			out = binary.AppendUvarint(out, code)
		}
	}
	for _, name := range names {
		out = append(out, cs[name].texts...)
	}
	for _, name := range names {
		out = append(out, cs[name].digits...)
	}
	return out
}

// read reads columns that have so many values each, those under differs told as differences, and gives what follows.
func (cs columns) read(in []byte, counts map[string]int, differs map[string]bool) (rest []byte, err error) {
	for name := range counts {
		cs.of(name)
	}
	names := cs.names()
	for _, name := range names {
		for range counts[name] {
			code, size := binary.Uvarint(in)
			if size <= 0 {
				return nil, errCorrupt
			}
			cs[name].codes, in = append(cs[name].codes, code), in[size:]
		}
	}
	for _, name := range names {
		if !differs[name] {
			if cs[name].texts, in, err = takeTexts(in, cs[name].count(newText)); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range names {
		if !differs[name] {
			if cs[name].digits, in, err = takeDigits(in, cs[name].count(newHex)); err != nil {
				return nil, err
			}
		}
	}
	return in, nil
}

func (c *column) count(code uint64) (n int) {
	for _, one := range c.codes {
		if one == code {
			n++
		}
	}
	return n
}

func takeTexts(in []byte, n int) (texts, rest []byte, err error) {
	end := 0
	for range n {
		length := bytes.IndexByte(in[end:], '\n')
		if length < 0 {
			return nil, nil, errCorrupt
		}
		end += length + 1
	}
	return in[:end], in[end:], nil
}

func takeDigits(in []byte, n int) (digits, rest []byte, err error) {
	end := 0
	for range n {
		if end >= len(in) || end+int(in[end]) >= len(in) {
			return nil, nil, errCorrupt
		}
		end += 1 + int(in[end])
	}
	return in[:end], in[end:], nil
}
