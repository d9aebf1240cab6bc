package masking

import (
	"math/bits"
	"strings"
)

// Kind is a kind of secret that its form gives away.
type Kind int

// The kinds. Where two find the same the first names it. Each can be switched off for texts and allowed values; in addresses, ids and classes all of them count
// always.
const (
	Card  Kind = iota // payment cards, see card
	IBAN              // see iban
	Email             // see mail
	SSN               // national ids, see nationalID
	Phone             // see phone
	JWT               // see jwt
	Key               // keys of APIs and long random tokens, see key
	kinds
)

// String gives the kind's key in a policy.
func (k Kind) String() string {
	return [kinds]string{"card", "iban", "email", "ssn", "phone", "jwt", "key"}[k]
}

// mark is what stands where something of a kind was found.
func (k Kind) mark() string {
	if k == SSN {
		return "[id]"
	}
	return "[" + k.String() + "]"
}

// scrub replaces what is a secret by its form wherever it stands in a text, by the patterns of the policy.
// What it gives has nothing more to replace.
func (p *Policy) scrub(s string) string { return p.scrubBy(s, &p.Shown, false) }

// scrubBy scrubs with the patterns that are not shown. With ids, random tokens may stay: they name something.
func (p *Policy) scrubBy(s string, shown *[kinds]bool, ids bool) string {
	t := scan{shown: shown, custom: p.Custom, ids: ids}
	for _, c := range p.Custom {
		if c.matcher != nil {
			t.begins[0] |= c.begins[0]
			t.begins[1] |= c.begins[1]
		}
	}
	if !suspect(s, &t.begins) {
		return s
	}
	for { // a replaced part may have kept another from being seen
		out, found := scanOnce(s, t)
		if !found {
			return s
		}
		s = out
	}
}

const (
	// minRun is the length of the shortest key that may have no digit: a Slack token's prefix and ten letters.
	minRun = 15
	// minDigits is how many digits the shortest number has that a pattern finds in so few characters (the British
	// national insurance number, of nine), and minMixed how many letters and digits the shortest of the others.
	minDigits = 6
	minMixed  = minJWT
)

// suspect tells whether a text may have something in it that a pattern finds. Most have not.
func suspect(s string, begins *set) bool {
	run, letters, digits, hyphens := 0, 0, 0, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case begins.has(c), c == '@', c == '%', c >= 0x80, c == 'J' && i > 1 && s[i-2:i] == "ey":
			return true
		case digit(c):
			run++
			digits++
		case letter(c):
			run++
			letters++
		case c == '-':
			run++
			hyphens++
		case c == '_':
			run++
		default:
			run = 0
		}
		if run >= minRun || digits >= minDigits || digits > 0 && letters+digits >= minMixed {
			return true
		}
	}
	return hyphens >= len(dashes) && strings.Contains(s, keyBlock)
}

// scan looks for secrets in a folded text, once from its beginning to its end.
type scan struct {
	shown  *[kinds]bool
	custom []Custom
	begins set // what a pattern of the site's own may begin with
	ids    bool

	text  string
	fresh int // what is before this place is replaced: nothing there belongs to what follows

	// The next e-mail address, from mail to mailEnd; looked for when mail is passed.
	mail, mailEnd int
}

// scanOnce replaces what is found from left to right; of what begins at one place the longest counts.
func scanOnce(s string, in scan) (out string, any bool) {
	f := fold(s)
	in.text, in.mail = f.text, -1
	var b strings.Builder
	copied := 0
	for i := 0; i < len(in.text); {
		if end := in.marked(i); end > i {
			i, in.fresh = end, end
			continue
		}
		end, mark := in.find(i)
		if end <= i {
			i++
			continue
		}
		b.WriteString(s[copied:f.start(i)])
		b.WriteString(mark)
		copied = f.start(end)
		i, in.fresh, any = end, end, true
	}
	if !any {
		return s, false
	}
	b.WriteString(s[copied:])
	return b.String(), true
}

// marked gives the end of a mark that begins at i, so that nothing is found in a mark.
func (t *scan) marked(i int) int {
	if t.text[i] != '[' {
		return i
	}
	rest := t.text[i:]
	for k := range kinds {
		if strings.HasPrefix(rest, k.mark()) {
			return i + len(k.mark())
		}
	}
	for c := range t.custom {
		if mark := t.custom[c].mark(); strings.HasPrefix(rest, mark) {
			return i + len(mark)
		}
	}
	return i
}

// before gives the character before i, ' ' where there is none that belongs to what follows.
func (t *scan) before(i int) byte {
	if i <= t.fresh {
		return ' '
	}
	return t.text[i-1]
}

// after gives the character at i, ' ' where there is none.
func (t *scan) after(i int) byte {
	if i >= len(t.text) {
		return ' '
	}
	return t.text[i]
}

// finders give the end of what begins at a place, 0 for nothing.
var finders = [kinds]func(*scan, int) int{
	Card: (*scan).card, IBAN: (*scan).iban, Email: (*scan).email, Phone: (*scan).phone, SSN: (*scan).nationalID, JWT: (*scan).jwt, Key: (*scan).key,
}

// find gives the end and the mark of the longest secret that begins at i.
func (t *scan) find(i int) (end int, mark string) {
	if t.begins.has(t.text[i]) {
		for c := range t.custom {
			if n := t.custom[c].match(t.text[i:]); n > 0 && i+n > end {
				end, mark = i+n, t.custom[c].mark()
			}
		}
	}
	for may := t.mayBegin(i); may != 0; may &= may - 1 {
		k := Kind(bits.TrailingZeros8(may))
		if t.shown[k] {
			continue
		}
		if e := finders[k](t, i); e > end {
			end, mark = e, k.mark()
		}
	}
	return end, mark
}

// mayBegin gives the kinds, one bit each, that may begin with a character, by those beside it. It is asked at every
// place of a text.
func (t *scan) mayBegin(i int) (may uint8) {
	c, before := t.text[i], t.before(i)
	if t.mail <= i {
		may = 1 << Email
	}
	switch {
	case digit(c):
		if !digit(before) {
			may |= 1 << Card
		}
		if !alnum(before) {
			may |= 1<<SSN | 1<<Phone | 1<<Key
		}
	case letter(c):
		if letter(t.after(i+1)) && (digit(t.after(i+2)) || digit(t.after(i+3)) && contains(" -", t.after(i+2))) {
			may |= 1 << IBAN
		}
		if !alnum(before) {
			may |= 1<<SSN | 1<<JWT | 1<<Key
		}
	case c == '+', c == '(':
		if !alnum(before) {
			may |= 1 << Phone
		}
	case c == '-', c == '_':
		may |= 1 << Key
	}
	return may
}
