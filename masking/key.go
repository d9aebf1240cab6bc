package masking

import "strings"

const (
	// minJWT is how much of a token's head tells it apart: {"alg": takes ten characters.
	minJWT = 10
	// minToken is the length from which letters and digits without order count as a key: 20 of them hold some 100 bits.
	minToken = 20
	// minBearer is the length from which a word behind Bearer is a token even without a digit.
	minBearer = 20
)

// maxJWT is how many parts a token has: an encrypted one has five (RFC 7516).
const maxJWT = 5

// jwt finds a JSON web token, signed or not, also one that is cut: its head is an object in base64url.
func (t *scan) jwt(i int) (end int) {
	if !strings.HasPrefix(t.text[i:], "eyJ") {
		return 0
	}
	end = t.run(i)
	if end-i < minJWT {
		return 0
	}
	for parts := 1; parts < maxJWT && t.after(end) == '.'; parts++ {
		next := t.run(end + 1)
		if next == end+1 && t.after(next) != '.' { // the end of a sentence
			break
		}
		end = next
	}
	return end
}

// run gives the end of the letters, digits, dashes and underscores that begin at i.
func (t *scan) run(i int) int {
	for i < len(t.text) && (alnum(t.text[i]) || t.text[i] == '-' || t.text[i] == '_') {
		i++
	}
	return i
}

// keyForms are the beginnings of the keys of known services, and how many characters follow at least.
var keyForms = []struct {
	prefix string
	min    int
}{
	{"AKIA", 16}, {"ASIA", 16}, {"ghp_", 20}, {"gho_", 20}, {"ghu_", 20}, {"ghs_", 20}, {"ghr_", 20}, {"github_pat_", 20}, {"glpat-", 16},
	{"sk_live_", 10}, {"sk_test_", 10}, {"rk_live_", 10}, {"rk_test_", 10}, {"pk_live_", 10}, {"whsec_", 16}, {"sk-", 20},
	{"xoxb-", 10}, {"xoxp-", 10}, {"xoxa-", 10}, {"xoxr-", 10}, {"xoxs-", 10}, {"xoxe-", 10}, {"xapp-", 10},
	{"AIza", 30}, {"ya29", 16}, {"npm_", 20}, {"pypi-", 20}, {"hf_", 20}, {"dop_v1_", 20},
}

// key finds a key of an API: one that begins as the keys of a known service do, a word of 8 characters or more behind
// "Bearer" that has a digit or is long, any long random token, and a private key in its
// lines.
func (t *scan) key(i int) (end int) {
	if end = t.block(i); end > 0 {
		return end
	}
	if t.before(i) == ' ' {
		long := i
		for long < len(t.text) && (alnum(t.text[long]) || contains("-._~+/=", t.text[long])) {
			long++
		}
		token := t.text[i:long]
		if (len(token) >= minBearer || len(token) >= 8 && strings.ContainsAny(token, "0123456789")) && t.named(i, bearer) {
			return long
		}
	}
	if !alnum(t.text[i]) || t.within(i) {
		return 0
	}
	end = t.run(i)
	for _, f := range keyForms {
		if end-i >= len(f.prefix)+f.min && t.text[i:i+len(f.prefix)] == f.prefix {
			return end
		}
	}
	if !t.ids && random(t.text[i:end]) {
		return end
	}
	return 0
}

// within tells whether what begins at i is part of a run that was looked at. Dashes and underscores before a run are no
// part of it.
func (t *scan) within(i int) bool {
	for i > t.fresh && (t.text[i-1] == '-' || t.text[i-1] == '_') {
		i--
	}
	return alnum(t.before(i))
}

var bearer = []string{"bearer"}

// random tells whether a run is letters and digits without order, as a whole or in a part between its dashes. A UUID
// with its dashes is none: it names something.
func random(s string) bool {
	if isUUID(s) {
		return false
	}
	var whole, part tally
	for i := range len(s) {
		switch c := class(s[i]); c {
		case 0:
			if part.random() {
				return true
			}
			part, whole.last = tally{}, 0
		default:
			part.add(c)
			whole.add(c)
		}
	}
	return part.random() || whole.random()
}

// tally counts what tells a random run from words.
type tally struct {
	n, digits, changes int
	last               byte // class of the character before
}

func (t *tally) add(class byte) {
	t.n++
	if class == '9' {
		t.digits++
	}
	if t.last != 0 && class != t.last {
		t.changes++
	}
	t.last = class
}

// random asks for 20 characters, three digits and three letters among them, and a change between small letters,
// capitals and digits at every fourth place: words have fewer, also in the name of a class or a function.
func (t *tally) random() bool {
	return t.n >= minToken && t.digits >= 3 && t.n-t.digits >= 3 && t.changes >= t.n/4
}

// class tells small letters, capitals and digits apart; 0 is any other character.
func class(c byte) byte {
	switch {
	case digit(c):
		return '9'
	case c >= 'a' && c <= 'z':
		return 'a'
	case c >= 'A' && c <= 'Z':
		return 'A'
	}
	return 0
}

// isUUID reads 8-4-4-4-12 hexadecimal digits.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && unhex(s[i]) < 0 {
			return false
		}
	}
	return true
}

// The lines around a private key. Between BEGIN and PRIVATE KEY stands its kind.
const (
	keyBlock = "-----BEGIN "
	keyEnd   = "-----END "
	dashes   = "-----"
)

// block finds a private key in its lines, also one that is cut.
func (t *scan) block(i int) (end int) {
	rest := t.text[i:]
	if !strings.HasPrefix(rest, keyBlock) {
		return 0
	}
	title, body, ok := strings.Cut(rest[len(keyBlock):], dashes)
	if !strings.Contains(title, "PRIVATE KEY") {
		return 0
	}
	if !ok {
		return len(t.text)
	}
	_, tail, ok := strings.Cut(body, keyEnd)
	if !ok {
		return len(t.text)
	}
	_, tail, ok = strings.Cut(tail, dashes)
	if !ok {
		return len(t.text)
	}
	return len(t.text) - len(tail)
}
