package ingest

import (
	"bytes"

	"github.com/cotrail/cotrail/masking/event"
)

const (
	// maxRun is the length from which letters without a break may be a token, and so must be looked at. The head of a
	// JSON web token may be shorter: it begins with eyJ, and words do not.
	maxRun = 15
	// maxDigits is how many digits a text may have that is no number of anybody's, and no part of a token.
	maxDigits = 2
	// maxRunWithDigits is the same as maxRun where there are digits: behind "Bearer" a short word is a token.
	maxRunWithDigits = 8
)

// The beginning and the end of a path by an id, as JSON.
var idPath, idPathEnd = []byte(`"//*[@id=\"`), []byte(`\"]"`)

// harmless tells quickly of the most texts that no rule could find anything in them: words of small letters, a path
// by such an id, a sentence of plain words for texts that may be sentences. It is never true of another text.
func (l *look) harmless(value []byte, k *event.Key) bool {
	if len(l.policy.Custom) > 0 || l.policy.Broken() {
		return false
	}
	inner := value[1 : len(value)-1]
	switch k.Treat {
	case event.Name:
		return words(inner, false)
	case event.Attribute:
		return l.policy.Shows(k.Name) && words(inner, k.Name == "class")
	case event.Path:
		id, ok := bytes.CutPrefix(value, idPath)
		id, ok2 := bytes.CutSuffix(id, idPathEnd)
		return ok && ok2 && l.policy.Shows("id") && words(id, false)
	case event.Label:
		return l.policy.Labels && words(inner, true)
	case event.Free, event.Ident:
		return words(inner, true)
	case event.Hidden:
		return !l.app && words(inner, true)
	}
	return false
}

// words tells whether a text is words of letters, with dashes and a digit or two. Words of one node are small ones;
// in a sentence spaces part them, each alone, and letters may be capital.
func words(text []byte, sentence bool) bool {
	const maxLength = 200 // below every bound of a text
	run, longest, digits := 0, 0, 0
	for i, c := range text {
		switch {
		case c == 'J' && bytes.HasSuffix(text[:i], []byte("ey")):
			return false
		case c >= 'a' && c <= 'z' || c == '-' || c == '_' || sentence && c >= 'A' && c <= 'Z':
			run++
		case c >= '0' && c <= '9':
			run++
			digits++
		case c == ' ' && sentence && run > 0 && i < len(text)-1:
			run = 0
		default:
			return false
		}
		longest = max(longest, run)
	}
	return len(text) > 0 && len(text) <= maxLength && longest < maxRun && (digits == 0 || digits <= maxDigits && longest < maxRunWithDigits)
}
