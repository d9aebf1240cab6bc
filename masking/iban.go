package masking

// ibanLengths are the countries of the IBAN registry and the lengths of their numbers.
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28" +
	"HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29" +
	"RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

// iban finds an international bank account number: a country, two check digits and as many letters and digits as the
// country's numbers have, checked by ISO 7064, in any case. A space or a dash may stand between any two of them,
// but for the letters of the country.
func (t *scan) iban(i int) (end int) {
	length := ibanLength(upper(t.text[i]), upper(t.after(i+1)))
	if length == 0 {
		return 0
	}
	var chars [34]byte // the longest number that the standard allows
	j := i
	for n := 0; n < length; n++ {
		if n > 1 && (t.after(j) == ' ' || t.after(j) == '-') {
			j++
		}
		c := upper(t.after(j))
		if !alnum(c) || (n == 2 || n == 3) && !digit(c) {
			return 0
		}
		chars[n] = c
		j++
	}
	rest := 0
	for n := range length {
		c := chars[(n+4)%length] // country and check digits count last
		if digit(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	if rest != 1 {
		return 0
	}
	return j
}

func ibanLength(a, b byte) int {
	for k := 0; k < len(ibanLengths); k += 4 {
		if ibanLengths[k] == a && ibanLengths[k+1] == b {
			return int(ibanLengths[k+2]-'0')*10 + int(ibanLengths[k+3]-'0')
		}
	}
	return 0
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
