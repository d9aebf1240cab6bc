package masking

import (
	"strings"

	"github.com/cotrail/cotrail/masking/internal/sealed"
)

// ShadowStep parts the path to a shadow host from the path within its shadow root.
const ShadowStep = " >> "

// maxPathBytes bounds an xpath: some 200 steps. A deeper element is not one a person acts on.
const maxPathBytes = 4096

// XPath passes a path that is written in the recorder's grammar: steps of node names with an index at most, or
// one id literal. It reads the path again instead of trusting who wrote it: anything else, and any id that looks
// like data, repeats a hidden value, or that the policy does not record, gives the zero Text.
func (p *Policy) XPath(path string) Text {
	if path == "" || len(path) > maxPathBytes {
		return Text{}
	}
	for _, part := range strings.Split(path, ShadowStep) {
		if id, ok := IDPath(part); ok {
			if !p.Shows("id") || p.looksLikeData(id) || p.withholds(id) {
				return Text{}
			}
		} else if !p.isSteps(part) {
			return Text{}
		}
	}
	return sealed.New(path)
}

// TrustsIDs tells whether a path may rest on an id that looks harmless to the sensor, which knows no patterns of the
// site's own. Otherwise it writes the steps as well, for a path by index.
func (p *Policy) TrustsIDs() bool { return p.Shows("id") && len(p.Custom) == 0 }

// IDPath reads `//*[@id="x"]`, with either quote.
func IDPath(path string) (id string, ok bool) {
	for _, q := range []string{`"`, `'`} {
		inner, ok := strings.CutPrefix(path, "//*[@id="+q)
		if inner, ok2 := strings.CutSuffix(inner, q+"]"); ok && ok2 && !strings.Contains(inner, q) {
			return inner, true
		}
	}
	return "", false
}

// isSteps reads `/html/body/div[2]/*[name()="svg"]`.
func (p *Policy) isSteps(path string) bool {
	steps := strings.Split(path, "/")
	if len(steps) < 2 || steps[0] != "" {
		return false
	}
	for _, step := range steps[1:] {
		if open := strings.LastIndexByte(step, '['); open > 0 && !strings.HasPrefix(step[open:], "[name()=") {
			index, ok := strings.CutSuffix(step[open+1:], "]")
			if !ok || !isIndex(index) {
				return false
			}
			step = step[:open]
		}
		if foreign, ok := strings.CutPrefix(step, `*[name()="`); ok {
			step, ok = strings.CutSuffix(foreign, `"]`)
			if !ok {
				return false
			}
		}
		if !isNodeName(step) || strings.Contains(step, "-") && p.withholds(step) {
			return false
		}
	}
	return true
}

func isIndex(s string) bool {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) {
			return false
		}
	}
	return s != "" && s[0] != '0' && len(s) <= 6
}

func isNodeName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && !digit(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != ':' && s[i] != '.' && s[i] < 0x80 {
			return false
		}
	}
	return s != "" && len(s) <= 64 && !LooksLikeData(s)
}
