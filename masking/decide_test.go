package masking

import (
	"os"
	"strings"
	"testing"
)

// open is a form field that nothing names.
func open(change func(*Element)) Element {
	e := Element{NodeName: "input", Type: "text", FormValue: true, Block: NoMatch, Mask: NoMatch, Allow: NoMatch}
	if change != nil {
		change(&e)
	}
	return e
}

func TestDecide(t *testing.T) {
	p := New()
	p.Block, p.Mask, p.Allow = []string{".private"}, []string{"#iban"}, []string{"#country"}
	generous := p
	generous.Default = DefaultAllow
	strict := p
	strict.Markup = false

	tests := []struct {
		name    string
		policy  *Policy
		element Element
		want    Action
		rule    string
	}{
		{"nothing is said: hidden", &p, open(nil), Mask, "default"},
		{"a site that allows", &generous, open(nil), Allow, "default"},
		{"allowed by selector", &p, open(func(e *Element) { e.Allow = 0 }), Allow, "allow:#country"},
		{"allowed by markup", &p, open(func(e *Element) { e.Allow = 1 }), Allow, "allow:markup"},
		{"markup does not count here", &strict, open(func(e *Element) { e.Allow = 1 }), Mask, "default"},
		{"mask beats allow", &p, open(func(e *Element) { e.Mask, e.Allow = 0, 0 }), Mask, "mask:#iban"},
		{"mask beats a default of allow", &generous, open(func(e *Element) { e.Mask = 5 }), Mask, "mask:markup"},
		{"hard deny beats allow", &generous, open(func(e *Element) { e.Type, e.Allow = "password", 0 }), Mask, "hard_deny"},
		{"the sensor's hard deny counts", &generous, open(func(e *Element) { e.Denied, e.Allow = true, 0 }), Mask, "hard_deny"},
		{"block beats hard deny", &p, open(func(e *Element) { e.Type, e.Block = "password", 0 }), Block, "block:.private"},
		{"block by markup without our allow", &strict, open(func(e *Element) { e.Block = 1 }), Block, "block:markup"},
		{"moved before it was judged", &generous, open(func(e *Element) { e.Moved, e.Allow = true, 0 }), Mask, "moved"},
		{"a button is no form value", &p, open(func(e *Element) { e.NodeName, e.Type, e.FormValue = "button", "submit", false }), Allow, "default"},
		{"a masked button", &p, open(func(e *Element) { e.NodeName, e.FormValue, e.Mask = "button", false, 0 }), Mask, "mask:#iban"},
		{"no policy: even what it would allow", Strictest(), open(func(e *Element) { e.Allow = 0 }), Mask, "policy"},
		{"no policy: even a button", Strictest(), open(func(e *Element) { e.FormValue = false }), Mask, "policy"},
		{"no policy: what a mark blocks", Strictest(), open(func(e *Element) { e.Block = 3 }), Block, "block:markup"},
		{"the zero element is hidden", &Policy{}, Element{FormValue: true, Block: NoMatch, Mask: NoMatch, Allow: NoMatch}, Mask, "default"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.policy.Decide(tt.element)
			if got.Action != tt.want || got.Rule != tt.rule {
				t.Errorf("got %d by %q, want %d by %q", got.Action, got.Rule, tt.want, tt.rule)
			}
		})
	}
}

func TestDenied(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Element)
		want   bool
	}{
		{"plain text", nil, false},
		{"password", func(e *Element) { e.Type = "password" }, true},
		{"PASSWORD", func(e *Element) { e.Type = "PASSWORD" }, true},
		{"hidden", func(e *Element) { e.Type = "hidden" }, true},
		{"autocomplete cc-number", func(e *Element) { e.Autocomplete = "billing cc-number" }, true},
		{"autocomplete one-time-code", func(e *Element) { e.Autocomplete = "One-Time-Code" }, true},
		{"autocomplete new-password", func(e *Element) { e.Autocomplete = "new-password" }, true},
		{"autocomplete name", func(e *Element) { e.Autocomplete = "name" }, false},
		{"name cardNumber", func(e *Element) { e.Name = "cardNumber" }, true},
		{"id card_number", func(e *Element) { e.ID = "card_number" }, true},
		{"label PIN", func(e *Element) { e.Labels = []string{"Your PIN code"} }, true},
		{"label shipping", func(e *Element) { e.Labels = []string{"Shipping address"} }, false},
		{"label Passwort", func(e *Element) { e.Labels = []string{"Passwort wiederholen"} }, true},
		{"label mot de passe", func(e *Element) { e.Labels = []string{"Mot de passe"} }, true},
		{"label in Chinese", func(e *Element) { e.Labels = []string{"请输入密码"} }, true},
		{"label in Greek capitals", func(e *Element) { e.Labels = []string{"ΚΩΔΙΚΌΣ"} }, true},
		{"label passport", func(e *Element) { e.Labels = []string{"Passport country"} }, false},
		{"select named cvc", func(e *Element) { e.NodeName, e.Type, e.Name = "select", "", "cvc" }, true},
		{"a button that says password", func(e *Element) { e.FormValue, e.Type, e.Labels = false, "button", []string{"Show password"} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Denied(open(tt.change)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// The names are also the sensor's: js/deny.test.js reads the same file.
func TestDeniedNames(t *testing.T) {
	text, err := os.ReadFile("../testdata/masking/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for line := range strings.Lines(string(text)) {
		want, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		cases++
		if got := deniedName(name); got != (want == "yes") {
			t.Errorf("%q: %v, want %s", name, got, want)
		}
	}
	if cases < 30 {
		t.Errorf("only %d cases were read", cases)
	}
}
