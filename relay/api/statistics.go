package api

import (
	"net/http"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
)

// statistics answers GET /v1/sessions/{id}/statistics, of a session that is live as well.
func (a *API) statistics(w http.ResponseWriter, r *http.Request, key config.Key) {
	s, ok := a.reach(w, r, key)
	if !ok || !a.note(w, r, key, s, journal.Viewed, "statistics") {
		return
	}
	told, err := a.Statistics(s.Site, s.ID, func(fn func([]byte) error) error {
		return a.Store.Entries(r.Context(), s.ID, 0, func(_ uint64, line []byte) error { return fn(line) })
	})
	if err != nil {
		a.failed(w, r, err)
		return
	}
	a.writeJSON(w, told)
}
