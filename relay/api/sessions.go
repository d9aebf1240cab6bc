package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
	"github.com/cotrail/cotrail/relay/words"
)

// A page of the list: what a person reads at once, and the most that one query of the store should take.
const (
	defaultPage = 50
	maxPage     = 500
	maxWanted   = 20 // words of a search: each is a look into the index
)

// summary is a session in lists and by itself. What is unknown is null.
type summary struct {
	SessionID    string   `json:"session_id"`
	Site         string   `json:"site"`
	Created      string   `json:"created"`
	LastTime     *string  `json:"last_time"`
	Ended        bool     `json:"ended"`
	Sealed       bool     `json:"sealed"`
	Erased       *string  `json:"erased"`
	Held         *string  `json:"held"`
	EndReason    *string  `json:"end_reason"`
	Entries      uint64   `json:"entries"`
	StartURL     *string  `json:"start_url"`
	Participants []string `json:"participants"`
	Continues    *string  `json:"continues"`
	Policies     []string `json:"policies"` // digests, see /v1/policies/{digest}
}

func summarize(s store.Summary) summary {
	out := summary{
		SessionID: s.ID, Site: s.Site, Created: when(s.Created), Ended: s.Ended, Sealed: s.Sealed, EndReason: orNull(s.EndReason),
		Entries: s.Entries, StartURL: orNull(s.StartURL), Participants: s.Participants, Continues: orNull(s.Continues), Policies: s.Policies,
	}
	for to, at := range map[**string]int64{&out.LastTime: s.LastTime, &out.Erased: s.Erased, &out.Held: s.Held} {
		if at != 0 {
			*to = orNull(when(at))
		}
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
	query := store.Query{Sites: reached(key), After: q.Get("cursor")}
	if q.Has("site") {
		site := q.Get("site")
		if !key.Reaches(site) {
			problem.Write(w, http.StatusNotFound, "The API key "+key.Name+" reaches no site of this name.")
			return
		}
		query.Sites = []string{site}
	}
	var ok bool
	if query.Limit, ok = pageSize(w, q.Get("limit")); !ok {
		return
	}
	if err := wanted(&query, q); err != nil {
		problem.Error(w, http.StatusBadRequest, err)
		return
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

// searches are the query parameters by which sessions are found.
var searches = []string{"from", "to", "participant", "type", "url", "q"}

// wanted reads which sessions are wanted: begun in a time, and having all that is named.
func wanted(query *store.Query, q url.Values) (err error) {
	for name, to := range map[string]*int64{"from": &query.From, "to": &query.To} {
		if q.Has(name) {
			if *to, err = readTime(name, q.Get(name)); err != nil {
				return err
			}
		}
	}
	add := func(kind words.Kind, text string) {
		if text != "" {
			query.Words = append(query.Words, store.Word{Kind: kind, Text: text})
		}
	}
	if q.Has("type") {
		types, err := readTypes(q.Get("type"))
		if err != nil {
			return err
		}
		for _, t := range types {
			add(words.Type, t)
		}
	}
	add(words.Participant, words.Name(q.Get("participant")))
	add(words.URL, words.Address(q.Get("url")))
	for _, word := range words.Of(q.Get("q")) {
		add(words.Text, word)
	}
	if len(query.Words) > maxWanted {
		return fmt.Errorf("more than %d words are wanted; fewer are enough to find a session", maxWanted)
	}
	return nil
}

// pageSize reads a limit, and answers itself when it is none.
func pageSize(w http.ResponseWriter, text string) (int, bool) {
	if text == "" {
		return defaultPage, true
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > maxPage {
		problem.Write(w, http.StatusBadRequest, "The limit must be a number from 1 to "+strconv.Itoa(maxPage)+".")
		return 0, false
	}
	return limit, true
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
	case errors.Is(err, store.ErrNotSealed):
		problem.Write(w, http.StatusConflict, "The session has not ended yet, or ended a moment ago; this can be had once it is sealed.")
	case errors.Is(err, store.ErrHeld):
		problem.Write(w, http.StatusConflict, "The session is held; DELETE its hold first.")
	case errors.Is(err, store.ErrErased):
		problem.Write(w, http.StatusGone, "The session was erased; its proof says when, and by whom.")
	case errors.Is(err, trail.ErrNotYet):
		w.Header().Set("Retry-After", "1")
		problem.Write(w, http.StatusServiceUnavailable, "No checkpoint covers the session yet; ask again in a second.")
	case errors.Is(err, trail.ErrSize):
		problem.Write(w, http.StatusNotFound, "The log has fewer entries than the earlier checkpoint says. If that is a checkpoint of this relay, its store was set back.")
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
