package masking

import "strings"

// scrubURLs scrubs the addresses with a host that stand in a text, each up to a space, a quote or a bracket.
func (p *Policy) scrubURLs(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "://")
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		start := at
		for start > 0 && letter(s[start-1]) {
			start--
		}
		end := at + len("://")
		for end < len(s) && s[end] > ' ' && !contains("\"'<>()`\\", s[end]) {
			end++
		}
		for contains(".,;:!?", s[end-1]) && end > at+len("://") { // the sentence's
			end--
		}
		b.WriteString(s[:start])
		b.WriteString(p.scrubURL(s[start:end]))
		s = s[end:]
	}
}
