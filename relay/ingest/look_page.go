package ingest

import "strings"

// at takes the rules of the address that the page is at from here on, as the recorder does with each navigation. The
// relay has the address as it was scrubbed: of one that is cut to its origin it knows no path, and the site's rules hold.
// A rule that needs what was scrubbed, such as a value of the query, is the recorder's alone.
func (l *look) at(url string) {
	l.policy = l.site
	if _, rest, ok := strings.Cut(url, "://"); ok && strings.Contains(rest, "/") && len(l.site.Pages) > 0 {
		l.policy = l.site.At(url)
	}
}
