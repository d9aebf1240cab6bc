package masking

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
)

// custom makes a pattern that must be one.
func custom(name, expression string) Custom {
	c, err := NewCustom(name, expression)
	if err != nil {
		panic(err)
	}
	return c
}

func TestPolicyRoundTrip(t *testing.T) {
	full := Policy{
		Default: DefaultAllow, Block: []string{".private", "a > b"}, Mask: []string{"#iban"}, Allow: []string{"#country"}, Markup: true, Labels: true,
		Titles: true, Attributes: []string{"id"}, Choices: ChoicesChange, Filenames: Plain, KeepQuery: []string{"page"}, KeepIDs: true,
		OriginOnly: []string{"pay.example", "pay.example:8443"}, Shown: [kinds]bool{Phone: true}, Custom: []Custom{custom("member_no", `M-\d{8}`)},
		Chat: ChatText, IP: IPFull, IdentityName: Plain, IdentityEmail: Plain,
		Pages: []Page{{Match: "https://a.example/pay/*", Closes: []Closing{{"default", "mask"}, {"labels", "off"}, {"block", "#pay form"}, {"no_allow", "#country"}}}, {Match: "*/health"}},
	}
	strict := Policy{Default: DefaultMask, Choices: ChoicesNothing, Filenames: Extension, Chat: ChatLength, IP: IPNone, IdentityName: Hash, IdentityEmail: Hash}
	for _, p := range []Policy{full, New(), strict} {
		got, err := Read(p.Compile())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*got, p) {
			t.Errorf("got %+v, want %+v", *got, p)
		}
	}
	// A key that Compile forgets would be a rule that no page obeys.
	v := reflect.ValueOf(full)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && v.Field(i).IsZero() {
			t.Errorf("the round trip does not try %s", f.Name)
		}
	}
	if got := (&Policy{}).Compile(); string(got) != string(strict.Compile()) {
		t.Errorf("the zero policy is not the strictest:\n%s", got)
	}
}

// TestDigest: logs name policies by the digest of their compiled form, so the form of a policy does not change.
func TestDigest(t *testing.T) {
	p := New()
	p.Block, p.Custom = []string{".private"}, []Custom{custom("member_no", `M-\d{8}`)}
	p.Pages = []Page{{Match: "https://a.example/pay/*", Closes: []Closing{{"labels", "off"}}}}
	const want = `cotrail-policy 1
default mask
markup on
labels on
titles off
choices change
filenames extension
collapse_ids on
chat length
ip hash
identity_name plain
identity_email hash
pattern_card on
pattern_iban on
pattern_email on
pattern_ssn on
pattern_phone on
pattern_jwt on
pattern_key on
block .private
attribute id
attribute name
attribute class
custom member_no M-\d{8}
page https://a.example/pay/*
labels off
`
	compiled := p.Compile()
	if string(compiled) != want {
		t.Errorf("got\n%s\nwant\n%s", compiled, want)
	}
	sum := sha256.Sum256(compiled)
	if got := hex.EncodeToString(sum[:8]); got != "a49fec873a7d3387" {
		t.Errorf("the digest begins with %s", got)
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "line 1"},
		{"another version", "cotrail-policy 2\n", "line 1"},
		{"unknown key", "cotrail-policy 1\ndefault mask\nhide .x\n", "line 3"},
		{"bad flag", "cotrail-policy 1\nlabels yes\n", "line 2"},
		{"bad default", "cotrail-policy 1\ndefault open\n", "line 2"},
		{"bad word", "cotrail-policy 1\nchat all\n", "line 2"},
		{"empty word", "cotrail-policy 1\nchat \n", "line 2"},
		{"bad attribute", "cotrail-policy 1\nattribute value\n", "none of id, name, class"},
		{"no value", "cotrail-policy 1\nmask\n", "line 2"},
		{"unknown pattern", "cotrail-policy 1\npattern_passport on\n", "line 2"},
		{"a pattern that is none", "cotrail-policy 1\ncustom a (b)\n", "line 2"},
		{"a host that is none", "cotrail-policy 1\norigin_only https://a.example/\n", "neither a host"},
		{"a page that opens", "cotrail-policy 1\npage https://a.example/\nlabels on\n", "line 3"},
		{"a page that shows values", "cotrail-policy 1\npage https://a.example/\ndefault allow\n", "line 3"},
		{"a page that allows", "cotrail-policy 1\npage https://a.example/\nallow #a\n", "line 3"},
		{"a page that shows a pattern", "cotrail-policy 1\npage https://a.example/\npattern_card off\n", "line 3"},
		{"a page's address rule", "cotrail-policy 1\npage https://a.example/\nip none\n", "line 3"},
		{"a page's unknown key", "cotrail-policy 1\npage https://a.example/\nhide #a\n", "line 3"},
		{"a page without a scheme", "cotrail-policy 1\npage /pay/*\n", "begins with none of"},
		{"a page of another kind", "<!doctype html>", "line 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Read([]byte(tt.text))
			if err == nil || p != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v; want an error with %q", p, err, tt.want)
			}
		})
	}
	if p, err := Read([]byte("cotrail-policy 1\n")); err != nil || string(p.Compile()) != string((&Policy{}).Compile()) {
		t.Errorf("a key that is not there is not at its strictest: %v", err)
	}
}

func TestValidate(t *testing.T) {
	for _, p := range []Policy{
		{Block: []string{"a\nallow *"}}, {Mask: []string{""}}, {Allow: []string{" a"}}, {Default: "open"}, {Attributes: []string{"value"}},
		{IP: "some"}, {IdentityName: "stars"}, {OriginOnly: []string{"A.example"}}, {OriginOnly: []string{"a.example/x"}},
		{Custom: []Custom{custom("a", "b"), custom("a", "c")}}, {Custom: make([]Custom, maxCustom+1)},
		{Pages: []Page{{Match: "shop.example/*"}}}, {Pages: []Page{{Match: "*", Closes: []Closing{{"block", "a\nb"}}}}},
	} {
		if p.Validate() == nil {
			t.Errorf("%+v is taken", p)
		}
	}
}

func TestMarksAreHonoured(t *testing.T) {
	p := New()
	p.Block = []string{".own"}
	block, mask, allow := p.Selectors()
	if block[0] != ".own" || len(block) != 1+len(Marks.Block) || len(mask) != len(Marks.Mask) || len(allow) != len(Marks.Allow) {
		t.Errorf("selectors are %v %v %v", block, mask, allow)
	}
	if len(Marks.Allow) != 1 {
		t.Error("another tool's allow mark counts")
	}
}
