package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

// Accesses reads the access log.
type Accesses interface {
	ClosedDays(ctx context.Context, after int64, limit int) ([]store.ClosedDay, error)
	Accesses(ctx context.Context, site, day string, after uint64, limit int) ([]store.Access, error)
}

// accessed is an entry of the access log and the hash that chains it.
type accessed struct {
	Entry json.RawMessage `json:"entry"`
	Hash  string          `json:"hash"`
}

// accessLog answers GET /v1/access-log: who read, exported, held and erased what of a site, oldest first.
func (a *API) accessLog(w http.ResponseWriter, r *http.Request, key config.Key) {
	q := r.URL.Query()
	site := q.Get("site")
	switch {
	case site == "":
		problem.Write(w, http.StatusBadRequest, "The parameter site is missing: each site has an access log of its own.")
		return
	case !key.Reaches(site):
		problem.Write(w, http.StatusNotFound, "The API key "+key.Name+" reaches no site of this name.")
		return
	}
	limit, ok := pageSize(w, q.Get("limit"))
	if !ok {
		return
	}
	day, after, err := accessCursor(q.Get("cursor"))
	if err != nil {
		a.failed(w, r, err)
		return
	}
	list, err := a.Accesses.Accesses(r.Context(), site, day, after, limit)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	answer := struct {
		Log  []accessed `json:"access_log"`
		Next *string    `json:"next"` // cursor of the next page, null when this one is not full
	}{Log: []accessed{}}
	for _, one := range list {
		answer.Log = append(answer.Log, accessed{one.Entry, hex.EncodeToString(one.Hash[:])})
	}
	if n := len(list); n == limit {
		answer.Next = orNull(fmt.Sprintf("%s.%d", list[n-1].Day, list[n-1].Seq))
	}
	a.writeJSON(w, answer)
}

// accessCursor reads a cursor, which may also be a day alone: its first entry is the next then.
func accessCursor(cursor string) (day string, after uint64, err error) {
	if cursor == "" {
		return "", 0, nil
	}
	day, seq, found := strings.Cut(cursor, ".")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return "", 0, store.ErrCursor
	}
	if found {
		if after, err = strconv.ParseUint(seq, 10, 63); err != nil {
			return "", 0, store.ErrCursor
		}
	}
	return day, after, nil
}
