package api

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/token"
)

const (
	// tokenLife is how long a token is good that the relay makes: a working day. A page that is still open then is
	// closed; whoever needs longer or shorter lives signs tokens of their own.
	tokenLife = 12 * time.Hour
	// maxPerson bounds each text about a person, in bytes.
	maxPerson = 256
)

// create answers POST /v1/sessions: it makes a session before any page has. What the body tells beside the site are
// the details of its session_created.
func (a *API) create(w http.ResponseWriter, r *http.Request, key config.Key) {
	req, ok := a.read(w, r, key)
	if !ok {
		return
	}
	site, details, err := cutSite(req.body)
	if err != nil {
		invalid(w, err)
		return
	}
	if _, known := a.Config.Site(site); !known || !key.Reaches(site) {
		problem.Write(w, http.StatusNotFound, "The API key "+key.Name+" reaches no site of this name.")
		return
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	id := hex.EncodeToString(random[:])
	by := a.signaller(site, id)
	typ, masked, err := by.Details(string(event.SessionCreated), string(details))
	if err != nil {
		invalid(w, err)
		return
	}
	var start struct {
		URL string `json:"start_url"`
	}
	_ = json.Unmarshal(details, &start) // Details has checked it
	now := a.Now().UnixMilli()
	e := event.Event{Type: typ, Time: now, Details: masked}
	done, err := a.Signals.Signal(r.Context(), store.Signal{
		Site: site, Session: id, Create: true, Received: now, URL: by.Policy.URL(start.URL).String(),
		Count: 1, Lines: e.AppendLine(nil), Once: req.once,
	})
	if err != nil {
		a.refused(w, r, err)
		return
	}
	a.Wake(done.Session, false)
	w.Header().Set("Location", "/v1/sessions/"+done.Session)
	a.reply(w, http.StatusCreated, map[string]string{"session_id": done.Session})
}

// cutSite parts the site from the details.
func cutSite(body []byte) (site string, details []byte, err error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return "", nil, errors.New("the body must be a JSON object")
	}
	if json.Unmarshal(members["site"], &site) != nil || site == "" {
		return "", nil, errors.New("site is missing: the key of the site that the session is of")
	}
	for _, own := range []string{"session_id", "versions", "continues"} {
		if members[own] != nil {
			return "", nil, fmt.Errorf("%s is the relay's to give", own)
		}
	}
	delete(members, "site")
	details, err = json.Marshal(members)
	return site, details, err
}

// invite answers POST /v1/sessions/{id}/tokens: a participant, and the token by which a page is theirs.
func (a *API) invite(w http.ResponseWriter, r *http.Request, key config.Key) {
	s, ok := a.reach(w, r, key)
	if !ok {
		return
	}
	req, ok := a.read(w, r, key)
	if !ok {
		return
	}
	var person struct {
		Name   string `json:"name"`
		Email  string `json:"email"`
		UserID string `json:"user_id"`
		Role   string `json:"role"`
	}
	if err := decode(req.body, &person); err != nil {
		invalid(w, err)
		return
	}
	for _, text := range []string{person.Name, person.Email, person.UserID, person.Role} {
		if len(text) > maxPerson {
			problem.Write(w, http.StatusUnprocessableEntity, fmt.Sprintf("A text has over %d bytes.", maxPerson))
			return
		}
	}
	site, _ := a.Config.Site(s.Site)
	if site == nil || site.TokenSecret == nil {
		problem.Write(w, http.StatusConflict, "The session's site has no token_secret_file in the relay's configuration, so there are no tokens for it.")
		return
	}
	who := ""
	if person.UserID != "" {
		who = a.FieldKey(s.ID).Field("user_id " + person.UserID).String()
	}
	in, err := a.Signals.Invite(r.Context(), s.ID, who, a.Now().UnixMilli(), req.once)
	if err != nil {
		a.refused(w, r, err)
		return
	}
	expires := time.UnixMilli(in.At).Add(tokenLife).Truncate(time.Second)
	a.reply(w, http.StatusCreated, map[string]any{
		"token": token.Sign(site.TokenSecret, token.Claims{
			Session: s.ID, ClientIndex: in.ClientIndex, UserID: person.UserID, Name: person.Name, Email: person.Email, Role: person.Role, Expires: expires,
		}),
		"client_index": in.ClientIndex,
		"expires":      when(expires.UnixMilli()),
	})
}

// end answers POST /v1/sessions/{id}/end: nothing of the session is waited for any longer.
func (a *API) end(w http.ResponseWriter, r *http.Request, key config.Key) {
	s, ok := a.reach(w, r, key)
	if !ok {
		return
	}
	req, ok := a.read(w, r, key)
	if !ok {
		return
	}
	var said struct {
		Reason  *string         `json:"reason,omitempty"`
		EndedBy json.RawMessage `json:"ended_by,omitempty"`
		Message *string         `json:"message,omitempty"`
	}
	if err := decode(req.body, &said); err != nil {
		invalid(w, err)
		return
	}
	details := map[string]any{"reason": "ended_by_host", "ended_message": said.Message}
	if said.Reason != nil {
		details["reason"] = *said.Reason
	}
	if said.EndedBy != nil {
		details["ended_by"] = said.EndedBy
	}
	object, err := json.Marshal(details)
	if err != nil {
		problem.Write(w, http.StatusUnprocessableEntity, "The body must be a JSON object.")
		return
	}
	typ, masked, err := a.signaller(s.Site, s.ID).Details(string(event.SessionEnd), string(object))
	if err != nil {
		invalid(w, err)
		return
	}
	now := a.Now().UnixMilli()
	e := event.Event{Type: typ, Time: now, Details: masked}
	done, err := a.Signals.Signal(r.Context(), store.Signal{
		Site: s.Site, Session: s.ID, End: true, Received: now, Count: 1, Lines: bytes.Clone(e.AppendLine(nil)), Once: req.once,
	})
	if err != nil {
		a.refused(w, r, err)
		return
	}
	a.Wake(done.Session, true)
	a.writeJSON(w, map[string]string{"session_id": done.Session})
}
