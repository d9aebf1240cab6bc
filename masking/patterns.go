package masking

import "strings"

// Kind is a kind of secret that its form gives away.
type Kind int

// The kinds. Each can be switched off for texts and allowed values; in addresses, ids and classes all of them count
// always.
const (
	Card  Kind = iota // payment cards, see card
	IBAN              // see iban
	Email             // see mail
	Phone             // see phone
	SSN               // national ids, see nationalID
	JWT               // see jwt
	Key               // keys of APIs and long random tokens, see key
	kinds
)

// String gives the kind's key in a policy.
func (k Kind) String() string {
	return [kinds]string{"card", "iban", "email", "phone", "ssn", "jwt", "key"}[k]
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
	if !suspect(s) && len(p.Custom) == 0 {
		return s
	}
	for { // a replaced part may have kept another from being seen
		out, found := scanOnce(s, scan{shown: shown, custom: p.Custom, ids: ids})
		if !found {
			return s
		}
		s = out
	}
}

// minRun is the length from which a word without any digit may be a key.
const minRun = 16

// suspect tells whether a text may have something of the built-in kinds in it. Most have not.
func suspect(s string) bool {
	run := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case letter(c), c == '_', c == '-':
			if run++; run >= minRun {
				return true
			}
		case digit(c), c == '@', c == '%', c >= 0x80:
			return true
		default:
			run = 0
		}
	}
	return strings.Contains(s, keyBlock)
}

// scan looks for secrets in a folded text, once from its beginning to its end.
type scan struct {
	shown  *[kinds]bool
	custom []Custom
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
	for _, c := range t.custom {
		if strings.HasPrefix(rest, c.mark()) {
			return i + len(c.mark())
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

// find gives the end and the mark of the longest secret that begins at i.
func (t *scan) find(i int) (end int, mark string) {
	for _, c := range t.custom {
		if n := c.match(t.text[i:]); n > 0 && i+n > end {
			end, mark = i+n, c.mark()
		}
	}
	take := func(k Kind, e int) {
		if e > end && e > i {
			end, mark = e, k.mark()
		}
	}
	look := func(k Kind, at func(*scan, int) int) {
		if !t.shown[k] {
			take(k, at(t, i))
		}
	}
	c, word := t.text[i], !alnum(t.before(i))
	switch {
	case digit(c):
		look(Card, (*scan).card)
	case letter(c):
		look(IBAN, (*scan).iban)
	}
	if word {
		if alnum(c) {
			look(SSN, (*scan).nationalID)
			look(JWT, (*scan).jwt)
			look(Key, (*scan).key)
		}
		if digit(c) || c == '+' || c == '(' {
			look(Phone, (*scan).phone)
		}
	}
	if c == '-' {
		look(Key, (*scan).block)
	}
	look(Email, (*scan).email)
	return end, mark
}
