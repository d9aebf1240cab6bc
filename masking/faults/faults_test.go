// Package faults breaks the masking rules on purpose, one at a time, and demands that their tests notice.
package faults

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fault is one change of the masking package: in one file, one piece of text in place of another.
type fault struct{ name, file, old, new string }

// faults are the promises themselves; more are tried with -all, which takes some minutes.
var faults = []fault{
	{"hard deny is gone", "decide.go", "case e.Denied || Denied(e):", "case false:"},
	{"allow beats mask", "decide.go", "case e.Mask != NoMatch:", "case e.Mask != NoMatch && e.Allow == NoMatch:"},
	{"the default shows", "decide.go", "return Decision{Mask, RuleDefault}", "return Decision{Allow, RuleDefault}"},
	{"a broken policy opens", "decide.go", "case p.broken:", "case false:"},
	{"passwords are known in small letters only", "deny.go", "switch strings.ToLower(e.Type) {", "switch e.Type {"},
	{"lines of a value are told", "hidden.go", `strings.Contains(value, "\n")`, "false"},
	{"short numbers are told in other groups", "hidden.go", "|| h.inGroups(string(words))", ""},
	{"short numbers are found within longer ones", "hidden.go", "if slices.Contains(h.short, number) {", "if slices.ContainsFunc(h.short, func(v string) bool { return strings.Contains(number, v) }) {"},
	{"the cross-check is off", "hidden.go", "if h.in(text) {\n\t\treturn true\n\t}", ""},
	{"the cross-check does not decode", "hidden.go", "for range maxDecodings {", "for range 0 {"},
	{"addresses are not scrubbed", "url.go", "return origin + out\n", "return raw\n"},
	{"userinfo is kept", "url.go", "host = host[strings.LastIndexByte(host, '@')+1:]", "host = host[0:]"},
	{"query values are kept", "url.go", "!p.keeps(plain) || p.hidesQuery(value)", "plain == key+key || p.hidesQuery(value)"},
	{"a listed token is kept", "url.go", "if strings.Contains(low, s) {", "if low == s+s {"},
	{"ids in paths are kept", "url.go", "return p.looksLikeData(plain)\n}\n\n// scrubQuery", "return false\n}\n\n// scrubQuery"},
	{"no card is found", "patterns.go", "Card: (*scan).card", "Card: (*scan).jwt"},
	{"no IBAN is found", "patterns.go", "IBAN: (*scan).iban", "IBAN: (*scan).jwt"},
	{"no e-mail is found", "patterns.go", "Email: (*scan).email", "Email: (*scan).jwt"},
	{"no phone is found", "patterns.go", "Phone: (*scan).phone", "Phone: (*scan).jwt"},
	{"no key is found", "patterns.go", "Key: (*scan).key", "Key: (*scan).jwt"},
	{"a page can open", "page.go", "if place >= 0 && place < s.place() {", "if place >= 0 {"},
	{"a page's rules are not chosen", "page.go", "if page.matches(url) {", "if false {"},
	{"an unknown key is passed over", "compiled.go", "if !ok || !p.read(key, value) {", "if p.read(key, value); !ok {"},
	{"masked values are shown", "text.go", "if d.Action != Allow {", "if d.Action == Block {"},
}

var more = []fault{
	{"mask before hard deny is allowed", "decide.go", "case e.Denied || Denied(e):", "case e.Mask == NoMatch && e.Allow == NoMatch && (e.Denied || Denied(e)):"},
	{"the sensor's hard deny is not believed", "decide.go", "e.Denied || Denied(e)", "Denied(e)"},
	{"hard deny beats block", "decide.go", "case e.Block != NoMatch:", "case e.Block != NoMatch && !Denied(e):"},
	{"markup opens where it must not", "decide.go", "(p.Markup || e.Allow < len(p.Allow))", "true"},
	{"what has moved is shown", "decide.go", "case e.Moved:", "case false:"},
	{"a broken policy shows texts", "text.go", "if p.broken || p.withholds(raw) {", "if p.withholds(raw) {"},
	{"hidden fields are no secrets", "deny.go", `case "password", "hidden":`, `case "password":`},
	{"autocomplete is not read", "deny.go", `strings.HasPrefix(token, "cc-")`, `strings.HasPrefix(token, "ccc-")`},
	{"names are not read", "deny.go", "if deniedName(e.Name) || deniedName(e.ID) {", "if false {"},
	{"labels are not read", "deny.go", "if deniedName(label) {", "if label == \"\" {"},
	{"the cross-check minds case", "words.go", "word(rune(c | 0x20))", "word(rune(c))"},
	{"three characters are enough to withhold", "hidden.go", "minHidden = 4", "minHidden = 3"},
	{"the cross-check finds parts of words", "hidden.go", "strings.HasPrefix(rest, v) && rest[len(v)] == ' '", "strings.HasPrefix(rest, v)"},
	{"another address of the page forgets", "page.go", "at.site, at.hidden = site, p.hidden", "at.site = site"},
	{"a query part without = is kept", "url.go", "if !ok || key == \"\" ||", "if !ok && part == key+key || key == \"\" ||"},
	{"long query keys are kept", "url.go", "len(key) > maxQueryKeyBytes || p.hidesQuery(key)", "p.hidesQuery(key)"},
	{"plain fragments are kept", "url.go", `if strings.HasPrefix(fragment, "/") {`, `if fragment != "" {`},
	{"data addresses are kept", "url.go", "default:\n\t\treturn scheme + \":\", \"\", false", "default:\n\t\treturn raw, \"\", false"},
	{"origin_only is not obeyed", "url.go", "|| p.originOnly(origin)", ""},
	{"every number is a card", "card.go", "sums[n%2]%10 == 0 &&", ""},
	{"the IBAN's checksum is not read", "iban.go", "if rest != 1 {", "if false {"},
	{"dates are phones", "phone.go", "g.isDate() && !plus", "false"},
	{"no national id is found", "patterns.go", "SSN: (*scan).nationalID", "SSN: (*scan).jwt"},
	{"no token is found", "patterns.go", "JWT: (*scan).jwt", "JWT: (*scan).iban"},
	{"invisible characters part a number", "fold.go", "r >= 0x200B && r <= 0x200F ||", ""},
	{"digits of other scripts are none", "fold.go", "if d := decimal(r); d >= 0 {", "if d := decimal(r); false {"},
	{"patterns of the site's own find nothing", "custom.go", "length = i + 1", "length = 0"},
	{"a pattern that is off shows ids", "looks.go", "p.scrubBy(s, &noneShown, false)", "p.scrubBy(s, &p.Shown, false)"},
	{"an unknown address is free", "page.go", `return url == "" || glob`, "return glob"},
	{"a missing key is open", "compiled.go", "p := &Policy{}", "p := &Policy{Default: DefaultAllow}"},
	{"titles are shown", "text.go", "if !p.Titles {", "if false {"},
	{"labels are shown", "text.go", "if !p.Labels {", "if false {"},
	{"ids that are data are shown", "text.go", "if !p.looksLikeData(word) {", "if true {"},
	{"e-mail is plain", "signalled.go", "case p.IdentityEmail != Plain || p.broken:", "case false:"},
	{"a card passes as a digest", "signalled.go", "rest == \"\" && p.found(raw)", "rest == raw+raw"},
	{"a field's name may be a card", "field.go", "rest == \"\"", "rest == \"x\""},
	{"ids are trusted in spite of patterns", "xpath.go", "&& len(p.Custom) == 0", ""},
	{"a recorder forgets by a crash", "hidden.go", "p.hidden.add(string(v))", "_ = v"},
	{"words of secrets within a name are not found", "deny.go", "strings.HasPrefix(joined[i:], d)", "i == 0 && strings.HasPrefix(joined[i:], d)"},
	{"keys of known services are shown", "key.go", "t.text[i:i+len(f.prefix)] == f.prefix", "false"},
	{"what is behind Bearer is shown", "key.go", "&& t.named(i, bearer)", "&& false"},
	{"random tokens are shown", "key.go", "!t.ids && random(t.text[i:end])", "false"},
	{"any host is one", "url.go", "return named\n", "return named || s != \"\"\n"},
	{"secrets in data are shown", "data.go", "if secret && s != \"\" {", "if false {"},
}

var all = flag.Bool("all", false, "try every fault")

// TestFaults: the tests of the masking package fail with each of the faults, and do not fail to compile.
func TestFaults(t *testing.T) {
	if *all {
		faults = append(faults, more...)
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			out, failed := f.test(t)
			switch {
			case !failed:
				t.Error("no test notices")
			case !strings.Contains(out, "--- FAIL: Test"):
				t.Errorf("it is no test that fails:\n%s", out)
			}
		})
	}
}

// TestFaultsCanBeMade: what each of them changes is in the code, also of those that are not tried every time.
func TestFaultsCanBeMade(t *testing.T) {
	for _, f := range append(slices.Clone(faults), more...) {
		f.place(t)
	}
}

// place gives the path of the file and what is in it, which has the place of the fault once.
func (f fault) place(t *testing.T) (file, source string) {
	t.Helper()
	file, err := filepath.Abs("../" + f.file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(content), f.old); n != 1 {
		t.Fatalf("%s: %s has %q %d times", f.name, f.file, f.old, n)
	}
	return file, string(content)
}

// test runs the tests of the package with the fault in place of the file. The file itself is not touched.
func (f fault) test(t *testing.T) (out string, failed bool) {
	t.Helper()
	file, source := f.place(t)
	dir := t.TempDir()
	broken, overlay := filepath.Join(dir, f.file), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {file: broken}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{broken: []byte(strings.Replace(source, f.old, f.new, 1)), overlay: replace} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	test := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-vet=off", "-run", "^Test", "..")
	result, err := test.CombinedOutput()
	return string(result), err != nil
}
