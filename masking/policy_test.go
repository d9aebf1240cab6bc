package masking

import (
	"reflect"
	"strings"
	"testing"
)

func TestPolicyRoundTrip(t *testing.T) {
	full := Policy{
		Default: DefaultAllow, Block: []string{".private", "a > b"}, Mask: []string{"#iban"}, Allow: []string{"#country"}, Markup: true, Labels: true,
		Titles: true, Attributes: []string{"id"}, KeepQuery: []string{"page"}, Collapse: true,
	}
	for _, p := range []Policy{full, New(), {Default: DefaultMask}} {
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
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "line 1"},
		{"another version", "cotrail-policy 2\n", "line 1"},
		{"unknown key", "cotrail-policy 1\ndefault mask\nhide .x\n", "line 3"},
		{"bad flag", "cotrail-policy 1\nlabels yes\n", "line 2"},
		{"bad default", "cotrail-policy 1\ndefault open\n", "neither mask nor allow"},
		{"bad attribute", "cotrail-policy 1\nattribute value\n", "none of id, name, class"},
		{"no value", "cotrail-policy 1\nmask\n", "line 2"},
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
}

func TestValidate(t *testing.T) {
	for _, p := range []Policy{{Block: []string{"a\nallow *"}}, {Mask: []string{""}}, {Allow: []string{" a"}}, {Default: "open"}, {Attributes: []string{"value"}}} {
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
