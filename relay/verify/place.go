package verify

import "regexp"

// delivered is the name by which a destination keeps a session: site, day, session.
var delivered = regexp.MustCompile(`(?:^|/)([^/]+)/\d{4}/\d{2}/\d{2}/([^/]+)\.json$`)

// place checks that a log lies where its session belongs: a good log in the place of another hides that one.
func (r *Report) place(site string) {
	name := delivered.FindStringSubmatch(r.Log)
	if name != nil && (name[1] != site || name[2] != r.Session) {
		r.find(Misplaced, 0, "It lies in the place of session %s of site %s, and is session %s of site %s.", name[2], name[1], r.Session, site)
	}
}
