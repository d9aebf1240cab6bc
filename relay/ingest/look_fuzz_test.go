package ingest

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/wasm/capture"
)

// careless is the policy of a recorder that masks next to nothing.
func careless() *masking.Policy {
	p := masking.New()
	p.Default, p.Titles, p.KeepIDs = masking.DefaultAllow, true, true
	p.Filenames, p.Chat, p.IdentityEmail = masking.Plain, masking.ChatText, masking.Plain
	p.KeepQuery = []string{"q", "page"}
	for k := range p.Shown {
		p.Shown[k] = true
	}
	return &p
}

// What must not be in a stored text, told as simply as it can be: digits that pass for a card's, a German account number, a
// token of three parts, a key of a known service.
var (
	anyDigits = regexp.MustCompile(`(?:^|[^\w.\x80-\xff-])((?:\d[ -]?){11,18}\d)(?:$|[^\w.\x80-\xff-])`)
	anyIBAN   = regexp.MustCompile(`(?:^|\W)(DE\d{20})(?:$|\W)`)
	anyJWT    = regexp.MustCompile(`eyJ[\w-]{12,}\.eyJ[\w-]{12,}\.[\w-]{12,}`)
	glued     = regexp.MustCompile(`[^\x00-/:-@[-` + "`" + `{-\x7f]SECRET|SECRET[^\x00-/:-@[-` + "`" + `{-\x7f]|[-_.]SECRET|SECRET[-_.]`)
	anyKey    = regexp.MustCompile(`\b(AKIA[0-9A-Z]{16}|ghp_\w{36})\b`)
)

func isSecret(text string) bool {
	for _, m := range anyDigits.FindAllStringSubmatch(text, -1) {
		if number := strings.NewReplacer(" ", "", "-", "").Replace(m[1]); number[0] != '0' && isCard(number) {
			return true
		}
	}
	for _, m := range anyIBAN.FindAllStringSubmatch(text, -1) {
		if isIBAN(m[1]) {
			return true
		}
	}
	return anyJWT.MatchString(text) || anyKey.MatchString(text)
}

func isCard(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

func isIBAN(s string) bool {
	var digits strings.Builder
	for _, c := range s[4:] + s[:4] {
		n, _ := new(big.Int).SetString(string(c), 36)
		digits.WriteString(n.String())
	}
	n, _ := new(big.Int).SetString(digits.String(), 10)
	return new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}

// textsOf gives all texts of a JSON value, keys too.
func textsOf(v gjson.Result, to func(string)) {
	switch {
	case v.IsObject() || v.IsArray():
		v.ForEach(func(key, value gjson.Result) bool {
			if key.Type == gjson.String {
				to(key.Str)
			}
			textsOf(value, to)
			return true
		})
	case v.Type == gjson.String:
		to(v.Str)
	}
}

// planted are what the rows of the corpus have at SECRET: of each kind one, and a value that only its field gives away.
var planted = []string{"4111 1111 1111 1111", "5500005555555559", "DE89370400440532013000", "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP"}

// FuzzLookHides: whatever rows a page's recorder was given, and however little it masked, what is stored of them has no
// card, account number, token or key in any text, and no value of a field that calls itself a secret's.
func FuzzLookHides(f *testing.F) {
	rows := []string{
		"t=input;node=input;type=text;form_value=1;value=SECRET;id=note;path=#note\x1d;filled=1;label=Note;in_form=1;form_id=f",
		"t=input;node=input;type=text;form_value=1;value=a SECRET b;name=SECRET;class=wide SECRET;path=html/body/input",
		"t=click;node=button;shown_node=button;shown_id=SECRET;shown_class=a SECRET;path=#SECRET\x1d;role=button;label=Pay SECRET;href=https://a.example/x/SECRET?q=SECRET#/SECRET",
		"t=navigate;url=https://a.example/SECRET?page=SECRET;from=https://a.example/?q=SECRET;title=For SECRET;kind=load",
		"t=submit;node=form;path=html/body/form;id=SECRET;action=https://a.example/SECRET;method=get;fields=;via=user",
		"t=log;message=it was SECRET;data={\"SECRET\":\"SECRET\",\"list\":[\"SECRET\"]};level=warn",
		"t=said;type=chat;data={\"from\":1,\"text\":\"SECRET\",\"to\":\"SECRET\"}",
		"t=said;type=x_own;data={\"of\":{\"SECRET\":\"SECRET\"}}",
		"t=identify;client_index=0;username=SECRET;email=SECRET;user_id=SECRET;role=SECRET",
		"t=download;url=https://a.example/SECRET;filename=SECRET.pdf;mime=SECRET",
		"t=relocate;to=https://a.example/SECRET?q=SECRET;from=https://a.example/;cause=link",
		"t=stopped;reason=SECRET",
	}
	for i, row := range rows {
		f.Add(strings.ReplaceAll(row, ";", capture.FieldEnd), uint8(i))
	}
	bad := careless()
	good := shopPolicy()
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		if !utf8.ValidString(text) || glued.MatchString(text) {
			return // a page's encoder writes UTF-8; and what is a part of a longer word is no secret by its form
		}
		secret := planted[int(which)%len(planted)]
		recorder := capture.Capture{Policy: bad}
		for r := range capture.Rows(strings.ReplaceAll(text, "SECRET", secret)) {
			e, ok := recorder.Event(append(r, "at=1795348800000"))
			if !ok {
				continue
			}
			line := strings.TrimSuffix(string(e.AppendLine(nil)), "\n")
			if checkLine(line) != nil {
				continue // refused
			}
			if forged := strings.Replace(line, `"input_type":"text"`, `"input_type":"password"`, 1); forged != line {
				if hidden, _ := lookAt(good, forged); gjson.Get(hidden, "details.value").Exists() {
					t.Errorf("of %s\nis stored\n%s", forged, hidden)
				}
			}
			stored, _ := lookAt(good, line)
			textsOf(gjson.Get(stored, "details"), func(s string) {
				if strings.Contains(text, "SECRET") && strings.Contains(s, secret) || isSecret(s) {
					t.Errorf("of %s\nis stored\n%s", line, stored)
				}
			})
		}
	})
}
