package api

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
)

// provenDay is a day of a site's access log and the proof of its leaf.
type provenDay struct {
	Statement journal.Day `json:"statement"`
	trail.Inclusion
	Consistency *trail.Consistency `json:"consistency,omitempty"`
}

// accessDays answers GET /v1/access-log/days: which leaves of the log of all are days of access logs. With them, and with
// its sessions and tombstones, whoever reaches all sites can account for every leaf.
func (a *API) accessDays(w http.ResponseWriter, r *http.Request, key config.Key) {
	q := r.URL.Query()
	limit, ok := pageSize(w, q.Get("limit"))
	if !ok {
		return
	}
	after, err := leafCursor(q.Get("cursor"))
	if err != nil {
		a.failed(w, r, err)
		return
	}
	from, err := fromSize(r)
	if err != nil {
		problem.Error(w, http.StatusBadRequest, err)
		return
	}
	list, err := a.Accesses.ClosedDays(r.Context(), after, limit)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	answer := struct {
		Days     []provenDay `json:"days"`
		AllSites bool        `json:"all_sites"` // the key reaches all that ever were
		Next     *string     `json:"next"`      // cursor of the next page, null when this one is not full
	}{Days: []provenDay{}, AllSites: reached(key) == nil}
	for _, d := range list {
		if !key.Reaches(d.Site) {
			continue
		}
		proven, err := a.proveDay(r, d, from)
		if errors.Is(err, trail.ErrNotYet) {
			break // it was added this second, and so were those behind it
		}
		if err != nil {
			a.failed(w, r, err)
			return
		}
		answer.Days = append(answer.Days, proven)
	}
	if n := len(list); n == limit {
		answer.Next = orNull(strconv.FormatInt(list[n-1].Leaf, 10))
	}
	a.writeJSON(w, answer)
}

func (a *API) proveDay(r *http.Request, d store.ClosedDay, from int64) (p provenDay, err error) {
	p.Statement = journal.Day{Site: d.Site, Day: d.Day, Entries: d.Entries, Hash: hex.EncodeToString(d.Hash[:])}
	if p.Inclusion, err = a.Trail.Inclusion(r.Context(), d.Leaf); err != nil || from == 0 {
		return p, err
	}
	c, err := a.Trail.Consistency(r.Context(), from, p.Size)
	p.Consistency = &c
	return p, err
}

// leafCursor reads the leaf behind which a page begins, -1 for the first page.
func leafCursor(cursor string) (int64, error) {
	if cursor == "" {
		return -1, nil
	}
	leaf, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || leaf < 0 {
		return 0, store.ErrCursor
	}
	return leaf, nil
}
