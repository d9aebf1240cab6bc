package masking

import "strings"

// The digits of a phone number: E.164 allows 15 with the country's code, and the shortest that are used have 7.
const (
	minPhone = 7
	maxPhone = 15
)

// phone finds a phone number. It is one
//
//   - with a country's code: + and 7 to 15 digits, or 00 and as many, in any groups;
//   - with an area code in brackets, or a leading 0 that no second one follows, and 9 to 12 digits in groups of two or
//     more, or in one;
//   - in a grouping that numbers without a leading 0 have: 3-3-4 as in North America, 3-3-3 and 3-2-2-2 as in Southern
//     and Eastern Europe, 5-5 as in India, 3-4-4 as in China;
//   - of 7 to 15 digits in any groups behind a word that says so, such as phone, tel, mobile, fax or call.
//
// It is none when it begins as a date does, goes on as a time, a decimal fraction or a per cent does, is an amount
// beside a currency, or is part of a longer word or number.
func (t *scan) phone(i int) (end int) {
	if before := t.before(i); contains(".,:/-", before) && i > 1 && digit(t.before(i-1)) {
		return 0
	}
	plus := t.text[i] == '+'
	from := i
	if plus {
		from++
	}
	g := t.groupsAt(from)
	if g.count == 0 || g.isDate() && !plus {
		return 0
	}
	for k := g.count; k > 0 && !(g.bracket && k == 1); k-- {
		end := g.ends[k-1]
		if !t.endsNumber(end) || !plus && k > 1 && g.signs[1] == ' ' && t.amount(i, end) {
			continue
		}
		if g.phone(k, plus) || g.named(k) && t.named(i, phoneWords) {
			return end
		}
	}
	return 0
}

// phone tells whether the first k groups are a phone number by their form.
func (g *groups) phone(k int, plus bool) bool {
	n, d := g.upTo(k), &g.digits
	switch {
	case plus:
		return n >= minPhone && n <= maxPhone && d[0] != '0'
	case g.bracket && k > 1:
		return n >= 9 && n <= 12
	case n >= minPhone+2 && n <= maxPhone+2 && d[0] == '0' && d[1] == '0' && d[2] != '0':
		return true
	case d[0] == '0' && d[1] != '0' && n >= 9 && n <= 12:
		return g.evenly(k)
	}
	return g.grouped(k)
}

// evenly tells whether each of the first k groups has two digits at least, and points part all of them or none.
func (g *groups) evenly(k int) bool {
	for i := range k {
		if g.lens[i] < 2 || i > 1 && (g.signs[i] == '.') != (g.signs[1] == '.') {
			return false
		}
	}
	return true
}

// grouped tells whether the first k groups are those of a national number without a leading 0.
func (g *groups) grouped(k int) bool {
	d := &g.digits
	is := func(signs string, lens ...int) bool { return k == len(lens) && g.shaped(signs, lens...) }
	switch {
	case is(" -.", 3, 3, 4):
		return d[0] >= '2' && d[3] >= '2'
	case is(" -.", 1, 3, 3, 4):
		return d[0] == '1' && d[1] >= '2' && d[4] >= '2'
	case is(" ", 3, 3, 3):
		return d[0] >= '2' && d[0] != '4' && d[0] != '5'
	case is(" -.", 3, 2, 2, 2), is(" -", 5, 5):
		return d[0] >= '6'
	case is(" -", 3, 4, 4):
		return d[0] == '1' && d[1] >= '3'
	}
	return false
}

// named tells whether the first k groups can be a number that a word before them calls a phone number.
func (g *groups) named(k int) bool {
	n := g.upTo(k)
	return n >= minPhone && n <= maxPhone
}

// endsNumber tells whether a number is over at i: no letter or digit follows, and neither the rest of a time, of a
// decimal fraction nor a per cent.
func (t *scan) endsNumber(i int) bool {
	switch c := t.after(i); {
	case alnum(c), c == '%':
		return false
	case c == ':', c == ',', c == '.':
		return !digit(t.after(i + 1))
	}
	return true
}

// amount tells whether a currency stands beside what is between i and end.
func (t *scan) amount(i, end int) bool {
	near := func(c byte) bool { return c == '$' }
	before, after := strings.TrimRight(t.text[t.fresh:max(i, t.fresh)], " "), strings.TrimLeft(t.text[end:], " ")
	if before != "" && near(before[len(before)-1]) || after != "" && near(after[0]) {
		return true
	}
	return currency(lastWord(before)) || currency(firstWord(after))
}

// currencies are the codes of ISO 4217 that amounts with spaces in them are likely to have.
const currencies = "EUR USD GBP CHF PLN CZK HUF SEK NOK DKK RON BGN UAH RUB TRY BRL MZN AOA CAD AUD ZAR KRW JPY INR euros"

func currency(word string) bool { return len(word) > 2 && strings.Contains(currencies, word) }

// phoneWords begin the words that name phone numbers.
var phoneWords = []string{"phone", "telephon", "smartphon", "tel", "mobil", "mobiel", "cell", "fax", "handy", "movil", "whatsapp", "sms", "call", "ruf"}

// named tells whether one of the two words before i, on its side of the text, begins with one of some words.
func (t *scan) named(i int, words []string) bool {
	rest := t.text[t.fresh:max(i, t.fresh)]
	for range 2 {
		for rest != "" && contains(" .:;,-#()/='\"", rest[len(rest)-1]) {
			rest = rest[:len(rest)-1]
		}
		word := lastWord(rest)
		for _, w := range words {
			if len(word) >= len(w) && lower(word[:len(w)]) == w {
				return true
			}
		}
		rest = rest[:len(rest)-len(word)]
	}
	return false
}

// lastWord gives the letters that a text ends with.
func lastWord(s string) string {
	i := len(s)
	for i > 0 && (letter(s[i-1]) || s[i-1] == otherLetter) {
		i--
	}
	return s[i:]
}

// firstWord gives the letters that a text begins with.
func firstWord(s string) string {
	i := 0
	for i < len(s) && letter(s[i]) {
		i++
	}
	return s[:i]
}

// lower writes the letters of ASCII small. A folded text is no UTF-8, so strings.ToLower would make another of it.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
