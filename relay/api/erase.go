package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
)

// Holds is what keeps sessions from being erased.
type Holds interface {
	Hold(ctx context.Context, id string, at int64) error
	Release(ctx context.Context, id string) error
	Tombstone(ctx context.Context, id string) (store.Tombstone, error)
}

// erase answers DELETE /v1/sessions/{id}.
func (a *API) erase(w http.ResponseWriter, r *http.Request, key config.Key) {
	s, ok := a.reach(w, r, key)
	if !ok {
		return
	}
	ctx := context.WithoutCancel(r.Context()) // what is noted is done, also when nobody waits for the answer
	notes, err := a.Erase(ctx, key.Name, a.From(r), s.ID)
	if errors.Is(err, journal.ErrUnwritten) {
		a.unnoted(w, s, err)
		return
	}
	if err != nil {
		a.failed(w, r, err)
		return
	}
	a.writeJSON(w, struct {
		SessionID string `json:"session_id"`
		Tombstone string `json:"tombstone"` // a signed note
		Copies    []Copy `json:"copies"`    // what cannot be recalled
	}{s.ID, string(notes[0]), a.copies(s.Site)})
}

// hold answers PUT /v1/sessions/{id}/hold.
func (a *API) hold(w http.ResponseWriter, r *http.Request, key config.Key) {
	a.change(w, r, key, journal.Held, func(id string) error { return a.Holds.Hold(r.Context(), id, a.Now().UnixMilli()) })
}

// release answers DELETE /v1/sessions/{id}/hold.
func (a *API) release(w http.ResponseWriter, r *http.Request, key config.Key) {
	a.change(w, r, key, journal.Released, func(id string) error { return a.Holds.Release(r.Context(), id) })
}

// change changes a hold and answers with the session as it is then.
func (a *API) change(w http.ResponseWriter, r *http.Request, key config.Key, deed string, change func(id string) error) {
	s, ok := a.reach(w, r, key)
	if !ok || !a.note(w, r, key, s, deed, "log") {
		return
	}
	if err := change(s.ID); err != nil {
		a.failed(w, r, err)
		return
	}
	a.session(w, r, key)
}

// note writes an access down before it is answered. It answers itself when it cannot: what nobody can know of later is
// not done.
func (a *API) note(w http.ResponseWriter, r *http.Request, key config.Key, s store.Summary, deed, what string) bool {
	err := a.Note(r.Context(), journal.Deed{Type: deed, Site: s.Site, Session: s.ID, Key: key.Name, What: what, From: a.From(r)})
	if err != nil {
		a.unnoted(w, s, err)
	}
	return err == nil
}

func (a *API) unnoted(w http.ResponseWriter, s store.Summary, err error) {
	a.Log.Error("an access could not be noted", "session", s.ID, "error", err)
	problem.Write(w, http.StatusServiceUnavailable, "The access could not be written into the access log, so it is not answered. The relay's own log says why.")
}

// tombstone answers with what is left of an erased session.
func (a *API) tombstone(w http.ResponseWriter, r *http.Request, id string, from int64) {
	kept, err := a.Holds.Tombstone(r.Context(), id)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	t := trail.Tombstone{Note: string(kept.Note)}
	if t.Own, err = a.Trail.Inclusion(r.Context(), kept.Own); err == nil {
		t.Of, err = a.Trail.Inclusion(r.Context(), kept.Leaf)
	}
	if err == nil && from > 0 {
		var c trail.Consistency
		c, err = a.Trail.Consistency(r.Context(), from, t.Own.Size)
		t.Consistency = &c
	}
	if err != nil {
		a.failed(w, r, err)
		return
	}
	a.writeJSON(w, map[string]trail.Tombstone{"tombstone": t})
}
