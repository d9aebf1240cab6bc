package masking

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
)

// The twin finds what the patterns find in the slow and obvious way: it tries every part of a text.

var (
	twinCard  = regexp.MustCompile(`^[1-9](?:[ -]{0,3}[0-9])+$`)
	twinIBAN  = regexp.MustCompile(`^[A-Za-z]{2}[ -]?[0-9][ -]?[0-9](?:[ -]?[A-Za-z0-9])+$`)
	twinEmail = regexp.MustCompile(`^(?:"[^"@]{0,64}"|[A-Za-z0-9\x01._+%'&#~!*$^-]+)@(?:[A-Za-z0-9\x01-]+(?:\.[A-Za-z0-9\x01-]+)*\.[A-Za-z0-9\x01-]*[A-Za-z0-9\x01]|\[[0-9a-fA-FIPv:.]+\])$`)
	notDigit  = regexp.MustCompile(`[^0-9]`)
	notAlnum  = regexp.MustCompile(`[^A-Za-z0-9]`)
	countries = regexp.MustCompile(`[A-Z]{2}[0-9]{2}`)
)

// isTwin tells whether what stands between two signs is something of a kind.
func isTwin(k Kind, before, s, after string) bool {
	switch k {
	case Card:
		digits := notDigit.ReplaceAllString(s, "")
		return twinCard.MatchString(s) && len(digits) >= 12 && len(digits) <= 19 && !isDigits(before) && !isDigits(after) && twinLuhn(digits)
	case IBAN:
		all := strings.ToUpper(notAlnum.ReplaceAllString(s, ""))
		if !twinIBAN.MatchString(s) || !hasCountry(all) {
			return false
		}
		var digits strings.Builder
		for _, c := range all[4:] + all[:4] {
			digits.WriteString(big.NewInt(int64(strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", c))).String())
		}
		n, _ := new(big.Int).SetString(digits.String(), 10)
		return n.Mod(n, big.NewInt(97)).Int64() == 1
	case Email:
		return twinEmail.MatchString(s)
	}
	return false
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func hasCountry(iban string) bool {
	for _, c := range countries.FindAllString(ibanLengths, -1) {
		if n, _ := new(big.Int).SetString(c[2:], 10); iban[:2] == c[:2] && int64(len(iban)) == n.Int64() {
			return true
		}
	}
	return false
}

// twinLuhn adds the digits as ISO/IEC 7812-1 tells it.
func twinLuhn(digits string) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// twinScrub replaces what is of a kind, from left to right, of what begins at one place the longest, and once more
// until nothing is found.
func twinScrub(k Kind, s string) string {
	var out strings.Builder
	fresh := 0
	for i := 0; i < len(s); {
		if mark := markAt(s[i:]); mark != "" {
			out.WriteString(mark)
			i += len(mark)
			fresh = i
			continue
		}
		found := twinEnd(k, s, fresh, i)
		if found <= i {
			out.WriteByte(s[i])
			i++
			continue
		}
		out.WriteString(k.mark())
		i, fresh = found, found
	}
	if out.String() == s {
		return s
	}
	return twinScrub(k, out.String())
}

// twinEnd gives the end of what is of a kind and begins at i; what is before fresh is replaced.
func twinEnd(k Kind, s string, fresh, i int) int {
	switch k {
	case Phone:
		return twinPhone(s, fresh, i)
	case SSN:
		return twinID(s, fresh, i)
	case JWT:
		return twinToken(s, fresh, i)
	case Key:
		return twinKey(s, fresh, i)
	}
	before := ""
	if i > fresh {
		before = s[i-1 : i]
	}
	for end := len(s); end > i; end-- {
		if isTwin(k, before, s[i:end], s[end:min(end+1, len(s))]) {
			return end
		}
	}
	return 0
}

func markAt(s string) string {
	for k := range kinds {
		if strings.HasPrefix(s, k.mark()) {
			return k.mark()
		}
	}
	return ""
}

// What the twin of numbers does not read.
var (
	brackets  = regexp.MustCompile(`[()]`)
	manySigns = regexp.MustCompile(`([ ./-])[ ./-]+`)
)

// FuzzTwin holds the patterns against their twin.
func FuzzTwin(f *testing.F) {
	for _, seed := range []string{
		"paid with 4111 1111 1111 1111 today", "4111-1111 - 1111   1111", "12 4111111111111111 99", "04111111111111111", "000000000000", "[card]4111111111111111[card]",
		"DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "de89-37040044-0532-0130-00DE", "XXDE89370400440532013000", "MT84MALT011000012345MTLCAST001S",
		"call 415-555-2671 or +351 912 345 678, 06 12 34 56 78; tel. 5551234, 2026-11-22, USD 212 555 1234, 0044 20 7946 0958",
		"219-09-9999, 12345678Z, X-1234567-L, RSSMRA85T10A562S, 185057800608491, 756.1234.5678.97, AB 12 34 56 C, nif 123456789, bsn 111222333, SSN 123456789, 529.982.247-25, 811218-9876, 36574261809, 85073003328",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP, eyJhbGciOiJIUzI1NiJ9..x, AKIAIOSFODNN7EXAMPLE, Bearer abc12def, q7Hk2pL9vX4mZ8nB3cRt, sk_live_abcdefghij",
		"eyJhbGciOi", "xoxb-abcdefghij", "LT015 ________34MTLCAS005MTLCAS00F", "-q7Hk2pL9vX4mZ8nB3cRt", "Bearer _abc12def, bearer -abc12def", "電話047005320413です", "é4111111111111111é, é219-09-9999é, é12345678Zé, éAKIAIOSFODNN7EXAMPLEé",
		"x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y", "123e4567-e89b-12d3-a456-426614174000",
		"ada@mail.example", "a@b.c@d.e", `"a b"@x.y`, "ä@ö.ü", "a@[::1]", "a@b..c", "a@b.-c-", "a@.b", "@a.b", `"@x.y`, "x@y.z4111111111111111",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if len(raw) > 200 {
			return // the twin takes time by the cube
		}
		text := strings.ReplaceAll(fold(raw).text, "\x80", "\x01")
		for k := range kinds {
			text := text
			if k == Phone || k == SSN {
				text = manySigns.ReplaceAllString(brackets.ReplaceAllString(text, ""), "$1")
			}
			var p Policy
			for other := range kinds {
				p.Shown[other] = other != k
			}
			got := strings.ReplaceAll(p.scrub(strings.ReplaceAll(text, "\x01", "ª")), "ª", "\x01")
			if want := twinScrub(k, text); got != want {
				t.Errorf("%s of %q\n got %q\nwant %q", k, text, got, want)
			}
		}
	})
}

// secrets are one of each kind, as they would stand in a text.
var secrets = []string{
	"4111 1111 1111 1111", "378282246310005", "DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "ada.miller@mail.example", "+351 912 345 678", "(030) 123-4567",
	"06 12 34 56 78", "415-555-2671", "219-09-9999", "12345678Z", "RSSMRA85T10A562S", "185057800608491", "756.1234.5678.97",
	"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP", "AKIAIOSFODNN7EXAMPLE", "q7Hk2pL9vX4mZ8nB3cRt", "M-12345678",
}

// disguise writes a secret with digits of other scripts, look-alike letters and invisible characters, as the bits of
// seed say.
func disguise(s string, seed uint64) string {
	var b strings.Builder
	for _, r := range s {
		bits := seed & 7
		seed = seed>>3 | seed<<61
		switch {
		case bits == 1 && r >= '0' && r <= '9':
			b.WriteRune(zeros[int(seed%uint64(len(zeros)))] + r - '0')
		case bits == 2 && r > ' ' && r < 0x7F:
			b.WriteRune(r + 0xFEE0)
		case bits == 3 && r >= 'a' && r <= 'z':
			b.WriteRune(r - 'a' + 0x1D41A)
		case bits == 4:
			b.WriteRune(r)
			b.WriteString("\u200b")
		case bits == 5:
			b.WriteRune(r)
			b.WriteString("\u00ad")
		case bits == 6 && r == ' ':
			b.WriteString("\u00a0")
		case bits == 7 && r == '-':
			b.WriteString("\u2011")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// FuzzFree: no text shows a secret that stands in it, however it is disguised; what a text gives it gives again, and
// no longer than it may be.
func FuzzFree(f *testing.F) {
	f.Add("call ", " now", uint64(0x0123456789abcdef), uint8(0))
	f.Add("", "", uint64(0xfedcba9876543210), uint8(4))
	f.Add("[card]", "[id]", uint64(1), uint8(9))
	f.Add(strings.Repeat("x ", 480), "12 34 56 78 90 12 34 5", uint64(7), uint8(5))
	f.Add("ɳ", "0", uint64(18364758544493064815), uint8('D'))
	f.Add("https://a.example/?q=", "@mail.example", uint64(3), uint8(2))
	p := New()
	p.Custom = []Custom{custom("member_no", `M-\d{8}`), custom("any", `zz\w{1,8}`)}
	f.Fuzz(func(t *testing.T, before, after string, seed uint64, which uint8) {
		secret := secrets[int(which)%len(secrets)]
		raw := before + " ; " + disguise(secret, seed) + " ; " + after
		got := p.Free(raw).String()
		if strings.Contains(fold(got).text, secret) && !strings.Contains(before+after, secret) {
			t.Errorf("%q gives %q", raw, got)
		}
		for _, text := range []string{raw, before + after} {
			once := p.Free(text).String()
			if len(once) > maxTextBytes {
				t.Errorf("%q gives %d bytes", text, len(once))
			}
			if twice := p.Free(once).String(); twice != once {
				t.Errorf("%q gives %q, and that %q", text, once, twice)
			}
		}
	})
}
