package masking

import (
	"regexp"
	"strings"
	"testing"
)

func TestExpressionRefused(t *testing.T) {
	for expression, want := range map[string]string{
		"": "empty", " a": "space", "a*": "* is not known here", "a+": "+", "a|b": "|", "(a)": "(", "a.b": ".", "^a": "^", "a$": "$", "a]": "]", "a}": "}",
		`\s`: `\s is not known`, `a\`: "backslash stands at the end", "[a": "no ]", "[]": "empty", "[^a]": "^", "[z-a]": "no range", "[0-z]": "no range", "[A-z]": "no range", `[\+-a]`: "no range",
		"a{": "no number of times", "a{0}": "no number of times", "a{2,1}": "no number of times", "a{1,64}": "no number of times", "a{x}": "no number of times", "a{,2}": "no number of times", "a{1,02}": "no number of times", "a{+1}": "no number of times",
		"a{60}b{4}": "more than 63", "a?": "where there is nothing", "a?b{0,2}": "where there is nothing", "ä": "not in ASCII", "??": "?", "{2}": "{", strings.Repeat("a", maxExpression+1): "too long",
	} {
		if c, err := NewCustom("a", expression); err == nil || !strings.Contains(err.Error(), want) || c.matcher != nil {
			t.Errorf("%s: %v, want %s", expression, err, want)
		}
	}
	for _, name := range []string{"", "Card", "card", "id", "1a", "a b", "ä", strings.Repeat("a", maxCustomName+1)} {
		if _, err := NewCustom(name, "a"); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
	if n := (&Custom{}).match("anything"); n != 0 {
		t.Errorf("a pattern that nobody made matches %d", n)
	}
}

// FuzzCustom holds the matcher against regexp, which reads the same language but for its cases.
func FuzzCustom(f *testing.F) {
	f.Add(`M-\d{8}`, "m-123456789")
	f.Add(`[a-c]{1,3}x?[\d_]`, "abc_")
	f.Add(`a?a?a?b{2}`, "aabb")
	f.Add(`\w{3,63}`, "a")
	f.Add(`\[\\\]`, `[\]`)
	f.Add(`[a\]x]?b`, "]b")
	f.Add(";", "ֻ;")
	f.Fuzz(func(t *testing.T, expression, text string) {
		c, err := NewCustom("a", expression)
		if err != nil {
			return
		}
		re, err := regexp.Compile("^(?i:" + expression + ")")
		if err != nil {
			t.Fatalf("%s is taken: %v", expression, err)
		}
		re.Longest()
		text = fold(text).text
		want := len(re.FindString(strings.ReplaceAll(text, "\x80", "\x01")))
		if got := c.match(text); got != want {
			t.Errorf("%s in %q matches %d, want %d", expression, text, got, want)
		}
	})
}
