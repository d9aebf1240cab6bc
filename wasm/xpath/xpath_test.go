package xpath

import (
	"testing"

	"github.com/cotrail/cotrail/masking"
)

func TestWrite(t *testing.T) {
	all := func(string) bool { return true }
	none := func(string) bool { return false }
	tests := []struct {
		name, steps string
		usable      func(string) bool
		want        string
	}{
		{"no id", "html/body/div@2/input", all, "/html/body/div[2]/input"},
		{"the first of a name has no index", "html/body/div@1/input@3", all, "/html/body/div/input[3]"},
		{"a unique id", "#next\x1dhtml/body/button", all, `//*[@id="next"]`},
		{"an id that is data", "#patient-12345\x1dhtml/body/button@2", none, "/html/body/button[2]"},
		{"an id with a quote", "#a\"b\x1dhtml/body/p", all, `//*[@id='a"b']`},
		{"an id with both quotes", "#a\"b'c\x1dhtml/body/p", all, "/html/body/p"},
		{"an id with what parts steps", "#a/b>c\x1dhtml/body/p", all, `//*[@id="a/b>c"]`},
		{"SVG", "html/body/~svg@2/~path", all, `/html/body/*[name()="svg"][2]/*[name()="path"]`},
		{"a shadow root", "html/body/my-card@2>div/input", all, "/html/body/my-card[2] >> /div/input"},
		{"ids in both roots", "#card\x1dhtml/body/my-card>#q\x1ddiv/input", all, `//*[@id="card"] >> //*[@id="q"]`},
		{"an id alone", "#next\x1d", all, `//*[@id="next"]`},
		{"an id alone that may not be shown", "#next\x1d", none, ""},
		{"nothing", "", all, ""},
	}
	policy := masking.New()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Write(tt.steps, tt.usable)
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if passed := policy.XPath(got).String(); passed != got {
				t.Errorf("the policy does not know %s as a path: %q", got, passed)
			}
		})
	}
}

func TestShadowStep(t *testing.T) {
	if shadowStep != masking.ShadowStep {
		t.Errorf("written as %q, read as %q", shadowStep, masking.ShadowStep)
	}
}
