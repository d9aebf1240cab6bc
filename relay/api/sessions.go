package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

// A page of the list: what a person reads at once, and the most that one query of the store should take.
const (
	defaultPage = 50
	maxPage     = 500
)

// summary is a session in lists and by itself. What is unknown is null.
type summary struct {
	SessionID    string   `json:"session_id"`
	Site         string   `json:"site"`
	Created      string   `json:"created"`
	LastTime     *string  `json:"last_time"`
	Ended        bool     `json:"ended"`
	EndReason    *string  `json:"end_reason"`
	Entries      uint64   `json:"entries"`
	StartURL     *string  `json:"start_url"`
	Participants []string `json:"participants"`
	Continues    *string  `json:"continues"`
	Policies     []string `json:"policies"` // digests, see /v1/policies/{digest}
}

func summarize(s store.Summary) summary {
	out := summary{
		SessionID: s.ID, Site: s.Site, Created: when(s.Created), Ended: s.Ended, EndReason: orNull(s.EndReason),
		Entries: s.Entries, StartURL: orNull(s.StartURL), Participants: s.Participants, Continues: orNull(s.Continues), Policies: s.Policies,
	}
	if s.LastTime != 0 {
		out.LastTime = orNull(when(s.LastTime))
	}
	if out.Participants == nil {
		out.Participants = []string{}
	}
	if out.Policies == nil {
		out.Policies = []string{}
	}
	return out
}

// when writes a time as entries have it.
func when(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z07:00") }

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// sessions answers GET /v1/sessions: the sessions of the key's sites, newest first.
func (a *API) sessions(w http.ResponseWriter, r *http.Request, key config.Key) {
	q := r.URL.Query()
	query := store.Query{Limit: defaultPage, After: q.Get("cursor")}
	if !slices.Contains(key.Sites, config.AllSites) {
		query.Sites = key.Sites
	}
	if q.Has("site") {
		site := q.Get("site")
		if !key.Reaches(site) {
			problem.Write(w, http.StatusNotFound, "The API key "+key.Name+" reaches no site of this name.")
			return
		}
		query.Sites = []string{site}
	}
	if q.Has("limit") {
		limit, err := strconv.Atoi(q.Get("limit"))
		if err != nil || limit < 1 || limit > maxPage {
			problem.Write(w, http.StatusBadRequest, "The limit must be a number from 1 to "+strconv.Itoa(maxPage)+".")
			return
		}
		query.Limit = limit
	}
	page, next, err := a.Store.Sessions(r.Context(), query)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	answer := struct {
		Sessions []summary `json:"sessions"`
		Next     *string   `json:"next"` // cursor of the next page, null on the last
	}{[]summary{}, orNull(next)}
	for _, s := range page {
		answer.Sessions = append(answer.Sessions, summarize(s))
	}
	a.writeJSON(w, answer)
}

// session answers GET /v1/sessions/{id}.
func (a *API) session(w http.ResponseWriter, r *http.Request, key config.Key) {
	if s, ok := a.reach(w, r, key); ok {
		a.writeJSON(w, summarize(s))
	}
}

// reach finds the session of a path. One of another site is as unknown as one that does not exist.
func (a *API) reach(w http.ResponseWriter, r *http.Request, key config.Key) (store.Summary, bool) {
	s, err := a.Store.Session(r.Context(), r.PathValue("id"))
	if err == nil && !key.Reaches(s.Site) {
		err = store.ErrNotFound
	}
	if err != nil {
		a.failed(w, r, err)
	}
	return s, err == nil
}

// failed answers for a store that did not. People get a sentence, the relay's own log gets the error.
func (a *API) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, store.ErrNotFound):
		problem.Write(w, http.StatusNotFound, "There is no such session among the sites of this API key.")
	case errors.Is(err, store.ErrNoDelivery):
		problem.Write(w, http.StatusNotFound, "There is no such delivery among the sites of this API key.")
	case errors.Is(err, store.ErrCursor):
		problem.Write(w, http.StatusBadRequest, "The cursor is not one that this relay gave; begin again without it.")
	case r.Context().Err() != nil: // nobody waits for the answer
	default:
		a.Log.Error("the store could not be read", "path", r.URL.Path, "error", err)
		problem.Write(w, http.StatusInternalServerError, "The store could not be read. The relay's own log says why.")
	}
}

func (a *API) writeJSON(w http.ResponseWriter, v any) {
	content, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types always have a JSON form
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(content, '\n'))
}
