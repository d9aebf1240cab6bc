package masking

import (
	"errors"
	"math/bits"
)

// Bounds of the patterns of a site's own, so that a text is searched in bounded time whatever they say.
const (
	maxCustom     = 16 // patterns of one policy
	maxCustomName = 32
	maxExpression = 256
	maxPlaces     = 63 // characters that a pattern can match: the states between them are the bits of a word
)

// Custom is a pattern of a site's own. Only NewCustom makes one that matches anything.
type Custom struct {
	Name       string // its mark is [Name]
	Expression string

	*matcher
}

// matcher is an expression as it is run.
type matcher struct {
	places   int         // how many characters it matches at most
	by       [128]uint64 // of each character of ASCII, the places where it may stand
	optional uint64      // the places that may be left out
	begins   set         // the characters that a match may begin with
}

// NewCustom reads an expression: literal characters of ASCII, \d, \w, sets such as [A-Z0-9], each once or followed by
// ?, {n} or {n,m}. A backslash before any other sign means the sign. Capitals and small letters are the same. The
// error says what is wrong with it.
func NewCustom(name, expression string) (Custom, error) {
	c := Custom{name, expression, &matcher{}}
	if !isCustomName(name) {
		return Custom{}, errors.New(Quote(name) + " is no name for a pattern: it is made of small letters, digits and _, begins with a letter, and is none of the built-in names")
	}
	if err := c.read(expression); err != nil {
		return Custom{}, errors.New(name + ": " + err.Error())
	}
	return c, nil
}

func isCustomName(name string) bool {
	for k := range kinds {
		if name == k.String() || "["+name+"]" == k.mark() {
			return false
		}
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (i == 0 || c != '_' && !digit(c)) {
			return false
		}
	}
	return name != "" && len(name) <= maxCustomName
}

func (c *Custom) mark() string { return "[" + c.Name + "]" }

// line is the pattern in the compiled form.
func (c *Custom) line() string { return c.Name + " " + c.Expression }

// match gives the length of the longest match that a folded text begins with, 0 when there is none. It reads each
// character once: bit n of the states says that n places are passed.
func (m *matcher) match(text string) (length int) {
	if m == nil {
		return 0
	}
	states := m.skip(1)
	for i := 0; i < len(text) && states != 0 && text[i] < otherLetter; i++ {
		states = m.skip((states & m.by[text[i]]) << 1)
		if states>>m.places&1 != 0 {
			length = i + 1
		}
	}
	return length
}

// skip adds the states that are reached by leaving out what may be left out.
func (m *matcher) skip(states uint64) uint64 {
	for {
		more := states | (states&m.optional)<<1
		if more == states {
			return states
		}
		states = more
	}
}

// add puts a set at the next places, the first of them needed and the others not.
func (m *matcher) add(s set, least, most int) error {
	if m.places+most > maxPlaces {
		return errors.New("the expression matches more than 63 characters")
	}
	for n := range most {
		at := uint64(1) << m.places
		for half, b := range s {
			for ; b != 0; b &= b - 1 {
				m.by[half*64+bits.TrailingZeros64(b)] |= at
			}
		}
		if n >= least {
			m.optional |= at
		}
		m.places++
	}
	return nil
}
