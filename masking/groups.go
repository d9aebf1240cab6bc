package masking

// maxGroups and maxDigits bound a number in groups: the longest are phone numbers with an exit code, of 17 digits,
// written in pairs.
const (
	maxGroups = 9
	maxDigits = 18
)

// groups is a number written in groups of digits.
type groups struct {
	digits  [maxDigits]byte
	n       int             // how many digits
	count   int             // how many groups
	lens    [maxGroups]int  // of each group
	ends    [maxGroups]int  // where each ends in the text
	signs   [maxGroups]byte // what parts each group from the one before: '-', '.' or '/', else ' '
	bracket bool            // the first group is in brackets
}

// groupsAt reads the number that begins at i, as far as there is room for it. A group that is longer than the room
// ends the number before it.
func (t *scan) groupsAt(i int) (g groups) {
	if t.after(i) == '(' {
		g.bracket = true
		i++
	}
	for g.count < maxGroups {
		from := i
		for digit(t.after(i)) {
			i++
		}
		if i == from || g.n+i-from > maxDigits {
			return g
		}
		g.n += copy(g.digits[g.n:], t.text[from:i])
		g.lens[g.count], g.ends[g.count] = i-from, i
		g.count++
		sign, next := t.sign(i, g.bracket && g.count == 1)
		if next == 0 || g.count == maxGroups {
			return g
		}
		g.signs[g.count] = sign
		i = next
	}
	return g
}

// sign reads what parts two groups, and gives where the next begins; 0 when the number is over. Spaces around another
// sign belong to it, and so do brackets: around a group, as in +1 (415), and a whole "(0)", as in +44 (0)20. Where an
// area code stands in brackets they must be closed first.
func (t *scan) sign(i int, close bool) (sign byte, next int) {
	sign = ' '
	if close && t.after(i) != ')' {
		return 0, 0
	}
	j := i
	for n := 0; n < maxGap && !digit(t.after(j)); n++ {
		switch c := t.after(j); {
		case c == '(' && t.after(j+1) == '0' && t.after(j+2) == ')':
			j += 2
		case c == ' ', c == '(', c == ')':
		case (c == '-' || c == '.' || c == '/') && sign == ' ':
			sign = c
		default:
			return 0, 0
		}
		j++
	}
	if j == i || !digit(t.after(j)) {
		return 0, 0
	}
	return sign, j
}

// upTo gives how many digits the first k groups have.
func (g *groups) upTo(k int) (n int) {
	for _, l := range g.lens[:k] {
		n += l
	}
	return n
}

// shaped tells whether the first groups have these lengths, and the signs between them are all of one kind.
func (g *groups) shaped(signs string, lens ...int) bool {
	if g.count < len(lens) {
		return false
	}
	for k, l := range lens {
		if g.lens[k] != l || k > 0 && (!contains(signs, g.signs[k]) || g.signs[k] != g.signs[1]) {
			return false
		}
	}
	return true
}

// value gives the number that some digits are.
func (g *groups) value(from, to int) (v int) {
	for _, d := range g.digits[from:to] {
		v = v*10 + int(d-'0')
	}
	return v
}

// isDate tells whether the number begins as a date does: 2026-11-22, 22.11.2026, 11/22/26.
func (g *groups) isDate() bool {
	day := func(v int) bool { return v >= 1 && v <= 31 }
	switch {
	case g.shaped("-./", 4, 2, 2):
		return day(g.value(4, 6)) && day(g.value(6, 8))
	case g.count >= 3 && g.lens[0] <= 2 && g.lens[1] <= 2 && g.signs[1] != ' ' && g.signs[1] == g.signs[2] && (g.lens[2] == 4 || g.lens[2] == 2 && g.signs[3] != g.signs[2]):
		return day(g.value(0, g.lens[0])) && day(g.value(g.lens[0], g.lens[0]+g.lens[1]))
	}
	return false
}
