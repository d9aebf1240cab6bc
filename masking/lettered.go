package masking

// letteredID finds the national ids that begin with a letter.
func (t *scan) letteredID(i int) (end int) {
	if end = t.nino(i); end == 0 {
		end = t.codiceFiscale(i)
	}
	if end == 0 {
		end = t.nie(i)
	}
	if alnum(t.after(end)) {
		return 0
	}
	return end
}

// shape reads characters by a pattern of a (a letter) and 9 (a digit), with a space, point or dash between any two. It
// gives them in capitals; ok is false when there are others.
func (t *scan) shape(i int, pattern string, to []byte) (end int, ok bool) {
	for k := range len(pattern) {
		if k > 0 && contains(" .-", t.after(i)) {
			i++
		}
		c := t.after(i)
		if pattern[k] == 'a' && !letter(c) || pattern[k] == '9' && !digit(c) || pattern[k] == 'x' && !alnum(c) {
			return 0, false
		}
		to[k] = upper(c)
		i++
	}
	return i, true
}

// nino finds a British national insurance number: two letters that may begin one, six digits, and A to D.
func (t *scan) nino(i int) int {
	var c [9]byte
	end, ok := t.shape(i, "aa999999a", c[:])
	if !ok || contains("DFIQUV", c[0]) || contains("DFIOQUV", c[1]) || c[8] > 'D' {
		return 0
	}
	return end
}

// fiscalOdd is what letters and digits at odd places count in a codice fiscale, from 0 and from A on.
var fiscalOdd = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// codiceFiscale finds an Italian tax code. Letters stand for digits where two people would have the same.
func (t *scan) codiceFiscale(i int) int {
	var c [16]byte
	end, ok := t.shape(i, "aaaaaaxxaxxaxxxa", c[:])
	if !ok || !contains("ABCDEHLMPRST", c[8]) {
		return 0
	}
	for _, k := range [...]int{6, 7, 9, 10, 12, 13, 14} {
		if !digit(c[k]) && !contains("LMNPQRSTUV", c[k]) {
			return 0
		}
	}
	sum := 0
	for k, x := range c[:15] {
		v := int(x - 'A')
		if digit(x) {
			v = int(x - '0')
		}
		if k%2 == 0 { // the first place is odd
			v = fiscalOdd[v]
		}
		sum += v
	}
	if byte('A'+sum%26) != c[15] {
		return 0
	}
	return end
}

// dniLetters are the letters that check a Spanish number, by its rest modulo 23.
const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// dni gives the end of a Spanish identity number: the first k groups have 8 digits, and the letter follows.
func (t *scan) dni(g *groups, k int) int {
	if g.upTo(k) != 8 {
		return 0
	}
	end := g.ends[k-1]
	if c := t.after(end); c == '-' || c == ' ' {
		end++
	}
	if upper(t.after(end)) != dniLetters[g.value(0, 8)%23] || alnum(t.after(end+1)) {
		return 0
	}
	return end + 1
}

// nie finds the number of a foreigner in Spain: X, Y or Z, which count 0, 1 and 2, seven digits and the letter.
func (t *scan) nie(i int) int {
	var c [9]byte
	if upper(t.text[i]) < 'X' {
		return 0
	}
	end, ok := t.shape(i, "a9999999a", c[:])
	if !ok {
		return 0
	}
	v := int(c[0] - 'X')
	for _, d := range c[1:8] {
		v = v*10 + int(d-'0')
	}
	if c[8] != dniLetters[v%23] {
		return 0
	}
	return end
}

// corsican finds a French number of somebody born in Corsica, whose department is 2A or 2B: it counts as 19 or 18.
func (t *scan) corsican(i int) int {
	var c [15]byte
	end, ok := t.shape(i, "999999a99999999", c[:])
	if !ok || c[5] != '2' || c[6] != 'A' && c[6] != 'B' || alnum(t.after(end)) {
		return 0
	}
	c[5], c[6] = '1', '9'-(c[6]-'A')
	key := int(c[13]-'0')*10 + int(c[14]-'0')
	if !french(c[:13], mod97(c[:13]), key) {
		return 0
	}
	return end
}
