package masking

// nationalID finds the numbers that states give to people, those that can be told from other numbers:
//
//   - United States, social security and taxpayer number: 3-2-4 with dashes or spaces, no part all zeros, not 666-;
//   - by form and check digits, with or without spaces, points and dashes: Belgium (rijksregisternummer), Brazil (CPF),
//     France (numéro de sécurité sociale), Germany (Steuer-ID), Italy (codice fiscale), Spain (DNI and NIE), Sweden
//     (personnummer, with its dash), Switzerland (AHV-Nummer);
//   - by form alone, which no word has: United Kingdom (national insurance number);
//   - by check digits behind a word that names them, for a ninth or an eleventh of all numbers have the same: the
//     Netherlands (BSN), Portugal (NIF), and nine unbroken digits behind SSN.
func (t *scan) nationalID(i int) (end int) {
	if letter(t.text[i]) {
		return t.letteredID(i)
	}
	if before := t.before(i); contains(".,-/", before) && i > 1 && digit(t.before(i-1)) {
		return 0
	}
	g := t.groupsAt(i)
	for k := g.count; k > 0; k-- {
		if end := g.ends[k-1]; !alnum(t.after(end)) && t.numberedID(i, &g, k) {
			return end
		}
		if end := t.dni(&g, k); end > 0 {
			return end
		}
	}
	return t.corsican(i)
}

// The words that name numbers which check digits alone would not tell apart.
var (
	nifWords = []string{"nif", "nipc", "contribuinte"}
	bsnWords = []string{"bsn", "burgerservicenummer", "sofinummer"}
	ssnWords = []string{"ssn", "social", "security"}
)

// numberedID tells whether the first k groups are an id.
func (t *scan) numberedID(i int, g *groups, k int) bool {
	n := g.upTo(k)
	d := g.digits[:n]
	switch {
	case k == 3 && g.shaped("- ", 3, 2, 4):
		return g.value(0, 3) != 0 && g.value(0, 3) != 666 && g.value(3, 5) != 0 && g.value(5, 9) != 0
	case n == 9 && t.named(i, nifWords):
		return weighed(d, 9) // the rest 10 is written 0
	case n == 9 && t.named(i, bsnWords):
		return dutch(d)
	case n == 9:
		return t.named(i, ssnWords)
	case n == 10 && k == 2 && g.lens[0] == 6 && g.signs[1] == '-', n == 12 && k == 2 && g.lens[0] == 8 && g.signs[1] == '-':
		s := d[n-10:]
		return dayOf(s[2:], 60) && luhn(s)
	case n == 11:
		return belgian(d) || cpf(d) || german(d)
	case n == 13:
		return g.value(0, 3) == 756 && ean(d)
	case n == 15:
		return french(d[:13], mod97(d[:13]), g.value(13, 15))
	}
	return false
}

// dayOf tells whether two digits are a month and two more a day, to which more may be added where a state does so.
func dayOf(d []byte, more int) bool {
	month, day := int(d[0]-'0')*10+int(d[1]-'0'), int(d[2]-'0')*10+int(d[3]-'0')
	if day > more {
		day -= more
	}
	return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

func luhn(d []byte) bool {
	sum := 0
	for i := range d {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			v = luhnDouble[v]
		}
		sum += v
	}
	return sum%10 == 0
}

// weighed checks the last digit of some by the sum of those before, each times its distance from the end, modulo 11.
func weighed(d []byte, n int) bool {
	sum := 0
	for i := range n - 1 {
		sum += int(d[i]-'0') * (n - i)
	}
	check := (11 - sum%11) % 11 % 10
	return int(d[n-1]-'0') == check
}

func dutch(d []byte) bool {
	sum := -int(d[8] - '0')
	for i := range 8 {
		sum += int(d[i]-'0') * (9 - i)
	}
	return sum%11 == 0
}

// cpf checks both digits of a Brazilian number. One digit throughout checks, and is nobody's.
func cpf(d []byte) bool {
	same := true
	for _, c := range d {
		same = same && c == d[0]
	}
	return !same && weighed(d, 10) && weighed(d, 11)
}

func mod97(d []byte) (rest int) {
	for _, c := range d {
		rest = (rest*10 + int(c-'0')) % 97
	}
	return rest
}

// belgian checks a date of birth and the two digits; those born from 2000 on have them over the number with a 2 before it.
func belgian(d []byte) bool {
	check := int(d[9]-'0')*10 + int(d[10]-'0')
	later := append([]byte{'2'}, d[:9]...)
	return dayOf(d[2:], 0) && (check == 97-mod97(d[:9]) || check == 97-mod97(later))
}

// german checks that of the first ten digits one alone is there twice or thrice, then the last (ISO 7064, mod 11,10).
func german(d []byte) bool {
	var times [10]int
	product := 10
	for _, c := range d[:10] {
		times[c-'0']++
		sum := (int(c-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	more := 0
	for _, n := range times {
		if n > 3 {
			return false
		}
		if n > 1 {
			more++
		}
	}
	return d[0] != '0' && more == 1 && (11-product)%10 == int(d[10]-'0')
}

func ean(d []byte) bool {
	sum := 0
	for i, c := range d {
		sum += int(c-'0') * (1 + i%2*2)
	}
	return sum%10 == 0
}

// french checks sex, month of birth and the key, given what the number leaves modulo 97.
func french(d []byte, rest, key int) bool {
	month := int(d[3]-'0')*10 + int(d[4]-'0')
	return contains("123478", d[0]) && month >= 1 && (month <= 12 || month >= 20) && key == 97-rest
}
