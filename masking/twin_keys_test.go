package masking

import (
	"regexp"
	"strings"
)

// The twin of tokens and keys.

var (
	twinJWT    = regexp.MustCompile(`^eyJ[\w-]{7,}(?:\.[\w-]*){0,4}`)
	twinRun    = regexp.MustCompile(`^[A-Za-z0-9][\w-]*`)
	twinBearer = regexp.MustCompile(`^[\w-][\w.~+/=-]*`)
	twinUUID   = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	twinForms  = regexp.MustCompile(`^(?:(?:AKIA|ASIA|glpat-|whsec_|ya29)[\w-]{16,}|(?:gh[pousr]_|github_pat_|sk-|npm_|pypi-|hf_|dop_v1_)[\w-]{20,}|(?:[sr]k_(?:live|test)_|pk_live_|xox[bpares]-|xapp-)[\w-]{10,}|AIza[\w-]{30,})$`)
	twinBlock  = regexp.MustCompile(`^-----BEGIN (.*?)(?:-----(?s:.*?)(?:-----END (?s:.*?)(?:-----|$)|$)|$)`)
	withinRun  = regexp.MustCompile(`[A-Za-z0-9][_-]*$`)
	classRun   = regexp.MustCompile(`[a-z]+|[A-Z]+|[0-9]+`)
	noHead     = regexp.MustCompile(`[A-Za-z0-9]$`)
	noTail     = regexp.MustCompile(`\.$`)
)

// twinToken gives the end of the JSON web token at i. A point with nothing behind it belongs to it where another follows.
func twinToken(text string, fresh, i int) int {
	if noHead.MatchString(text[fresh:i]) {
		return 0
	}
	s := twinJWT.FindString(text[i:])
	for noTail.MatchString(s) && !strings.HasPrefix(text[i+len(s):], ".") {
		s = s[:len(s)-1]
	}
	return i + len(s)
}

// twinKey gives the end of the key at i.
func twinKey(text string, fresh, i int) int {
	before, rest := text[fresh:i], text[i:]
	if m := twinBlock.FindStringSubmatch(rest); m != nil && strings.Contains(m[1], "PRIVATE KEY") {
		return i + len(m[0])
	}
	end := 0
	if run := twinRun.FindString(rest); !withinRun.MatchString(before) && (twinForms.MatchString(run) || isRandomTwin(run)) {
		end = i + len(run)
	}
	token := twinBearer.FindString(rest)
	if before == "" || strings.HasSuffix(before, " ") {
		if (len(token) >= 20 || len(token) >= 8 && strings.ContainsAny(token, "0123456789")) && twinNamed(before, bearer) {
			end = max(end, i+len(token))
		}
	}
	return end
}

// isRandomTwin tells whether a run is random: 20 letters and digits, three of each at least, that change their class at
// every fourth place; as a whole or between two signs.
func isRandomTwin(run string) bool {
	if twinUUID.MatchString(run) {
		return false
	}
	parts := strings.FieldsFunc(run, func(r rune) bool { return r == '-' || r == '_' })
	length, figures, changes := 0, 0, 0
	isRandom := func(length, figures, changes int) bool {
		return length >= 20 && figures >= 3 && length-figures >= 3 && changes >= length/4
	}
	for _, part := range parts {
		n := len(notDigit.ReplaceAllString(part, ""))
		runs := len(classRun.FindAllString(part, -1)) - 1
		if isRandom(len(part), n, runs) {
			return true
		}
		length, figures, changes = length+len(part), figures+n, changes+runs
	}
	return isRandom(length, figures, changes)
}
