package masking

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The twin of phone numbers and national ids, for texts without brackets in which one sign at most parts two groups.

var (
	twinGroups = regexp.MustCompile(`^\d+(?:[ ./-]\d+)*$`)
	twinDate   = regexp.MustCompile(`^(?:\d{4}-\d\d-\d\d|\d{4}\.\d\d\.\d\d|\d{4}/\d\d/\d\d)(?:\D|$)`)
	twinDay    = regexp.MustCompile(`^(\d{1,2})([-./])(\d{1,2})([-./])(\d{4}|\d\d)(?:([ ./-])|$)`)
	anySign    = regexp.MustCompile(`[ ./-]`)
	twinWhole  = regexp.MustCompile(`^\d+(?:[ ./-]\d+)*`)
	twoGroups  = regexp.MustCompile(`^\d+ `)
	inPhone    = regexp.MustCompile(`\d[.,:/-]$`)
	inID       = regexp.MustCompile(`\d[.,/-]$`)
	goesOn     = regexp.MustCompile(`^[A-Za-z0-9]`)

	twinPlus     = regexp.MustCompile(`^\+[1-9](?:[ ./-]?\d){6,14}$`)
	twinExit     = regexp.MustCompile(`^0[ ./-]?0[ ./-]?[1-9](?:[ ./-]?\d){6,14}$`)
	twinTrunk    = regexp.MustCompile(`^0[1-9]\d*(?:(?:[ /-]\d{2,})*|(?:\.\d{2,})*)$`)
	twinNational = regexp.MustCompile(sameSign(` -.`, `[2-9]\d\dS[2-9]\d\dS\d{4}`, `1S[2-9]\d\dS[2-9]\d\dS\d{4}`, `[6-9]\d\dS\d\dS\d\dS\d\d`) + `|` +
		sameSign(` -`, `[6-9]\d{4}S\d{5}`, `1[3-9]\dS\d{4}S\d{4}`) + `|` + `^[236789]\d\d \d{3} \d{3}$`)
	twinAmount = regexp.MustCompile(`(?:\$|(?:^|[^A-Za-z\x01])(?:` + strings.ReplaceAll(strings.TrimSuffix(currencies, " euros"), " ", "|") + `|euros|euro|eur|uros|uro|ros)) *$`)
	amountTwin = regexp.MustCompile(`^ *(?:\$|(?:` + strings.ReplaceAll(strings.TrimSuffix(currencies, " euros"), " ", "|") + `|euros|euro|eur|uros|uro|ros)(?:[^A-Za-z]|$))`)
	overTwin   = regexp.MustCompile(`^(?:[A-Za-z0-9%]|[:,.]\d)`)
)

// sameSign writes the pattern of forms in which S is one of some signs, in each the same.
func sameSign(signs string, forms ...string) string {
	var all []string
	for _, form := range forms {
		for _, sign := range signs {
			all = append(all, `^`+strings.ReplaceAll(form, "S", regexp.QuoteMeta(string(sign)))+`$`)
		}
	}
	return strings.Join(all, `|`)
}

// twinNamed tells whether one of the last two words of a text begins with one of some words.
func twinNamed(text string, words []string) bool {
	const letters, signs = `[A-Za-z\x01]`, `[ .:;,\-#()/='"]*`
	if twinNames[words[0]] == nil {
		twinNames[words[0]] = regexp.MustCompile(`(?:^|[^A-Za-z\x01])(?i:` + strings.Join(words, "|") + `)` + letters + `*` + signs + `(?:` + letters + `+` + signs + `)?$`)
	}
	return twinNames[words[0]].MatchString(text)
}

// twinNames are the patterns of twinNamed, by the first of their words.
var twinNames = map[string]*regexp.Regexp{}

// twinParts gives the beginnings of the number in groups at the head of a text, the longest first. It has room for 9
// groups and 18 digits.
func twinParts(text string) (parts []string) {
	whole := twinWhole.FindString(text)
	for end := 1; end <= len(whole); end++ {
		part := whole[:end]
		if !twinGroups.MatchString(part) || end < len(whole) && isDigits(whole[end:end+1]) {
			continue
		}
		if len(anySign.Split(part, -1)) > maxGroups || len(notDigit.ReplaceAllString(part, "")) > maxDigits {
			break
		}
		parts = append(parts, part)
	}
	slices.Reverse(parts)
	return parts
}

// isTwinDate tells whether the number at the head of a text begins as a date.
func isTwinDate(text string) bool {
	parts := twinParts(text)
	if len(parts) == 0 {
		return false
	}
	day := func(s string) bool { n, _ := strconv.Atoi(s); return n >= 1 && n <= 31 }
	whole := parts[0]
	if twinDate.MatchString(whole) && len(anySign.Split(whole, -1)[2]) == 2 {
		return day(whole[5:7]) && day(whole[8:10])
	}
	m := twinDay.FindStringSubmatch(whole)
	return m != nil && m[2] == m[4] && (len(m[5]) == 4 || m[6] != m[4]) && day(m[1]) && day(m[3])
}

// twinPhone gives the end of the phone number at i.
func twinPhone(text string, fresh, i int) int {
	before, rest := text[fresh:i], text[i:]
	plus := strings.TrimPrefix(rest, "+")
	if noHead.MatchString(before) || inPhone.MatchString(before) || len(plus) == len(rest) && isTwinDate(rest) {
		return 0
	}
	for _, part := range twinParts(plus) {
		s := rest[:len(rest)-len(plus)] + part
		n := len(notDigit.ReplaceAllString(s, ""))
		after := rest[len(s):]
		first := twoGroups.MatchString(s)
		if overTwin.MatchString(after) || first && (twinAmount.MatchString(before) || amountTwin.MatchString(after)) {
			continue
		}
		if twinPlus.MatchString(s) || twinExit.MatchString(s) || twinTrunk.MatchString(s) && n >= 9 && n <= 12 || twinNational.MatchString(s) ||
			n >= minPhone && n <= maxPhone && twinNamed(before, phoneWords) {
			return i + len(s)
		}
	}
	return 0
}

// Of national ids: their forms, where letters and digits are.
var (
	twinSSN    = regexp.MustCompile(`^(\d{3})(?:-(\d\d)-| (\d\d) )(\d{4})$`)
	twinSwede  = regexp.MustCompile(`^(?:\d\d)?\d{6}-\d{4}$`)
	twinDNI    = regexp.MustCompile(`^(\d(?:[ ./-]?\d){7})[- ]?([A-Za-z])(?:[^A-Za-z0-9]|$)`)
	twinNINO   = spaced(`[abceghj-prstw-z][abceghj-nprstw-z]`, 6, `[a-d]`)
	twinNIE    = spaced(`[xyz]`, 7, `[a-z]`)
	twinFiscal = regexp.MustCompile(`(?i)^(?:[a-z][ .-]?){6}(?:[0-9l-npqr-v][ .-]?){2}[abcdehlmprst][ .-]?(?:[0-9l-npqr-v][ .-]?){2}[a-z][ .-]?(?:[0-9l-npqr-v][ .-]?){3}[a-z]`)
	twinCorse  = regexp.MustCompile(`(?i)^(?:\d[ .-]?){5}2[ .-]?[ab][ .-]?(?:\d[ .-]?){7}\d`)
)

// spaced writes the pattern of letters, digits and letters that a sign may part.
func spaced(head string, digits int, tail string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^` + strings.ReplaceAll(head, "][", `][ .-]?[`) + `(?:[ .-]?\d){` + strconv.Itoa(digits) + `}[ .-]?` + tail)
}

// twinID gives the end of the national id at i.
func twinID(text string, fresh, i int) int {
	before, rest := text[fresh:i], text[i:]
	if noHead.MatchString(before) {
		return 0
	}
	alone := func(s string) bool {
		return s != "" && !goesOn.MatchString(rest[len(s):])
	}
	bare := func(s string) string { return strings.ToUpper(notAlnum.ReplaceAllString(s, "")) }
	for _, form := range []struct {
		re *regexp.Regexp
		is func(string) bool
	}{
		{twinNINO, func(string) bool { return true }}, {twinFiscal, isFiscal},
		{twinNIE, func(s string) bool {
			return checkLetter(strconv.Itoa(strings.Index("XYZ", s[:1]))+s[1:8]) == s[8:]
		}},
	} {
		if s := form.re.FindString(rest); s != "" && form.is(bare(s)) {
			if alone(s) {
				return i + len(s)
			}
			return 0
		}
	}
	if inID.MatchString(before) {
		return 0
	}
	for _, s := range twinParts(rest) {
		if alone(s) && isTwinID(before, s) {
			return i + len(s)
		}
		if m := twinDNI.FindStringSubmatch(rest); m != nil && m[1] == s && checkLetter(notDigit.ReplaceAllString(s, "")) == strings.ToUpper(m[2]) {
			return i + strings.Index(rest[len(s):], m[2]) + len(s) + 1
		}
	}
	if s := twinCorse.FindString(rest); alone(s) {
		digits := strings.NewReplacer("2A", "19", "2B", "18").Replace(bare(s))
		if isFrench(digits) {
			return i + len(s)
		}
	}
	return 0
}

// isTwinID tells whether a number in groups is an id, behind a text.
func isTwinID(before, s string) bool {
	digits := notDigit.ReplaceAllString(s, "")
	if m := twinSSN.FindStringSubmatch(s); m != nil {
		return m[1] != "000" && m[1] != "666" && m[2]+m[3] != "00" && m[4] != "0000"
	}
	switch len(digits) {
	case 9:
		switch {
		case twinNamed(before, nifWords):
			return lastOf(digits) == (11-weights(digits[:8], 9)%11)%11%10
		case twinNamed(before, bsnWords):
			return weights(digits[:8], 9)%11 == lastOf(digits)
		}
		return twinNamed(before, ssnWords)
	case 10, 12:
		short := digits[len(digits)-10:]
		return twinSwede.MatchString(s) && isBirth(short[2:6], 60) && twinLuhn(short)
	case 11:
		return isBelgian(digits) || isBrazilian(digits) || isGerman(digits)
	case 13:
		sum := 0
		for i, c := range digits {
			sum += int(c-'0') * []int{1, 3}[i%2]
		}
		return strings.HasPrefix(digits, "756") && sum%10 == 0
	case 15:
		return isFrench(digits)
	}
	return false
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }

func lastOf(s string) int { return number(s[len(s)-1:]) }

// weights adds digits, the first of them as often as first says, each other once less.
func weights(s string, first int) (sum int) {
	for i := range s {
		sum += number(s[i:i+1]) * (first - i)
	}
	return sum
}

func checkLetter(digits string) string {
	at := number(digits) % 23
	return "TRWAGMYFPDXBNJZSQVHLCKE"[at : at+1]
}

// isBirth tells whether four digits are a month and a day, which may have more added.
func isBirth(s string, more int) bool {
	month, day := number(s[:2]), number(s[2:])
	return month >= 1 && month <= 12 && (day >= 1 && day <= 31 || more > 0 && day > more && day <= more+31)
}

func isBelgian(s string) bool {
	check := number(s[9:])
	return isBirth(s[2:6], 0) && (check == 97-number(s[:9])%97 || check == 97-number("2"+s[:9])%97)
}

func isBrazilian(s string) bool {
	return strings.Trim(s, s[:1]) != "" && number(s[9:10]) == (11-weights(s[:9], 10)%11)%11%10 && number(s[10:]) == (11-weights(s[:10], 11)%11)%11%10
}

func isGerman(s string) bool {
	repeated := 0
	for _, d := range "0123456789" {
		switch n := strings.Count(s[:10], string(d)); {
		case n > 3:
			return false
		case n > 1:
			repeated++
		}
	}
	product := 10
	for i := range 10 {
		sum := (number(s[i:i+1]) + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return s[0] != '0' && repeated == 1 && (11-product)%10 == lastOf(s)
}

func isFrench(s string) bool {
	month := number(s[3:5])
	return strings.Contains("123478", s[:1]) && month >= 1 && (month <= 12 || month >= 20) && number(s[13:]) == 97-number(s[:13])%97
}

// isFiscal checks the last letter of an Italian code: letters and digits count by their place, those at odd places by a
// list.
func isFiscal(s string) bool {
	odd := strings.Fields("1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23")
	sum := 0
	for i, c := range s[:15] {
		v := strings.IndexRune("0123456789", c)
		if v < 0 {
			v = strings.IndexRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ", c)
		}
		if i%2 == 0 {
			v = number(odd[v])
		}
		sum += v
	}
	return s[15] == byte('A'+sum%26)
}
