package masking

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of what one page load remembers of the values that it masked. When there are more, the oldest quarter goes.
const (
	// minHidden is how many characters a value must have: shorter ones are in any text.
	minHidden = 4
	// minHiddenNumber is how many digits make a value a number that is recognised among other digits. A shorter one is
	// only where its groups begin and end with it: within other numbers it would be by chance.
	minHiddenNumber = 6
	// maxHidden is how many values are remembered: some forms have a hundred fields, each with a value or two.
	maxHidden = 256
	// maxHiddenBytes bounds all values together, and maxHiddenValue one; of a longer one its beginning counts.
	maxHiddenBytes = 32 << 10
	maxHiddenValue = 512
)

// hidden remembers values that were masked, so that texts which repeat them are withheld. It lives in memory only.
// Values are compared as words: runs of letters and digits in small letters. A number is compared by its digits,
// however it is grouped, and a value of signs alone, whose words are too few, as it is.
type hidden struct {
	count   int      // of all values so far
	values  []string // the oldest first, with their keys
	bytes   int
	byWord  map[string][]string // the values by their first word
	numbers []string
	short   []string // numbers of fewer digits
	signs   []string
}

// The keys before values that are not compared as words. Words have no such characters.
const (
	signsKey   = "\x00"
	numbersKey = "\x01"
)

// Hide remembers a value that was masked: whatever text repeats it is withheld from now on, in this page load. Of a
// value of several lines, as an address, each line is one as well. It is called before any text is made of what comes
// with the value.
func (p *Policy) Hide(value string) {
	if n := maxHiddenValue; len(value) > n {
		for n > 0 && !utf8.RuneStart(value[n]) {
			n--
		}
		value = value[:n]
		if i := strings.LastIndexByte(value, ' '); i > 0 { // a word that is cut is another word
			value = value[:i]
		}
	}
	if p.hidden == nil {
		p.hidden = &hidden{}
	}
	p.hidden.hide(value)
	if strings.Contains(value, "\n") {
		for line := range strings.Lines(value) {
			p.hidden.hide(line)
		}
	}
}

// HiddenCount tells how many values were ever hidden: it grows with each new one.
func (p *Policy) HiddenCount() int {
	if p.hidden == nil {
		return 0
	}
	return p.hidden.count
}

// Withheld gives the hidden values in the form in which they are compared, for Withhold.
func (p *Policy) Withheld() (values [][]byte) {
	if p.hidden != nil {
		for _, v := range p.hidden.values {
			values = append(values, []byte(v))
		}
	}
	return values
}

// Withhold takes the hidden values of another policy of the same page load: that of a recorder that has crashed.
func (p *Policy) Withhold(values [][]byte) {
	if p.hidden == nil {
		p.hidden = &hidden{}
	}
	for _, v := range values {
		p.hidden.add(string(v))
	}
}

// keyOf writes a value as it is compared.
func keyOf(value string) string {
	words := appendWords(nil, value)
	number := appendDigits(nil, words)
	switch {
	case len(number) >= minHidden && isNumeric(words):
		return numbersKey + string(number)
	case utf8.RuneCount(words) < minHidden:
		return signsKey + formless(value)
	}
	return string(words)
}

// isNumeric tells whether words are digits only.
func isNumeric(words []byte) bool {
	for _, c := range words {
		if !digit(c) && c != ' ' {
			return false
		}
	}
	return true
}

func (h *hidden) hide(value string) {
	value = strings.TrimSpace(value)
	if utf8.RuneCountInString(value) >= minHidden {
		h.add(keyOf(value))
	}
}

func (h *hidden) add(key string) {
	if slices.Contains(h.values, key) {
		return
	}
	h.count++
	h.values = append(h.values, key)
	h.bytes += len(key)
	if len(h.values) <= maxHidden && h.bytes <= maxHiddenBytes {
		h.index(key)
		return
	}
	h.values = slices.Clone(h.values[len(h.values)/4:])
	h.bytes, h.byWord, h.numbers, h.short, h.signs = 0, nil, nil, nil, nil
	for _, v := range h.values {
		h.bytes += len(v)
		h.index(v)
	}
}

// index puts a value where it is looked for.
func (h *hidden) index(key string) {
	if number, ok := strings.CutPrefix(key, numbersKey); ok && len(number) < minHiddenNumber {
		h.short = append(h.short, number)
	} else if ok {
		h.numbers = append(h.numbers, number)
	} else if signs, ok := strings.CutPrefix(key, signsKey); ok {
		h.signs = append(h.signs, signs)
	} else {
		if h.byWord == nil {
			h.byWord = map[string][]string{}
		}
		first, _, _ := strings.Cut(key, " ")
		h.byWord[first] = append(h.byWord[first], key)
	}
}

// withholds tells whether a text repeats a hidden value, as it stands or when it is decoded from an address or a form.
func (p *Policy) withholds(text string) bool {
	h := p.hidden
	if h == nil || len(h.values) == 0 || text == "" {
		return false
	}
	if h.in(text) {
		return true
	}
	for range maxDecodings {
		plain, _ := unescape(text)
		if plain == text {
			break
		}
		if text = plain; h.in(text) {
			return true
		}
	}
	return false
}

// maxDecodings is how often a text may have been encoded: an address within an address is encoded twice.
const maxDecodings = 2

// in looks for the values in a text.
func (h *hidden) in(text string) bool {
	var room [256]byte
	words := appendWords(room[:0], text)
	return h.inWords(string(words)+" ") || h.inNumbers(words) || h.inGroups(string(words)) || h.inSigns(text)
}

// inWords looks for the values that begin with a word at each word.
func (h *hidden) inWords(words string) bool {
	for rest := words; rest != ""; {
		word, after, _ := strings.Cut(rest, " ")
		for _, v := range h.byWord[word] {
			if strings.HasPrefix(rest, v) && rest[len(v)] == ' ' {
				return true
			}
		}
		rest = after
	}
	return false
}

func (h *hidden) inNumbers(words []byte) bool {
	if len(h.numbers) == 0 {
		return false
	}
	var room [256]byte
	digits := string(appendDigits(room[:0], words))
	return slices.ContainsFunc(h.numbers, func(v string) bool { return strings.Contains(digits, v) })
}

// inGroups looks for the short numbers as groups of digits that stand beside each other: 51234 is in "51 234.00".
func (h *hidden) inGroups(words string) bool {
	if len(h.short) == 0 {
		return false
	}
	for rest := words; rest != ""; {
		number := ""
		for group := range strings.SplitSeq(rest, " ") {
			number += group
			if len(number) >= minHiddenNumber || !isNumeric([]byte(group)) {
				break
			}
			if slices.Contains(h.short, number) {
				return true
			}
		}
		_, rest, _ = strings.Cut(rest, " ")
	}
	return false
}

func (h *hidden) inSigns(text string) bool {
	if len(h.signs) == 0 {
		return false
	}
	text = formless(text)
	return slices.ContainsFunc(h.signs, func(v string) bool { return strings.Contains(text, v) })
}

// formless writes a text in small letters, and the plus of a form as the space that it stands for.
func formless(s string) string { return strings.ReplaceAll(strings.ToLower(s), "+", " ") }

// appendDigits appends the digits among words.
func appendDigits(b, words []byte) []byte {
	for _, c := range words {
		if digit(c) {
			b = append(b, c)
		}
	}
	return b
}
