package api

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

// delivery is one session on its way to one destination.
type delivery struct {
	ID          string  `json:"id"` // the webhook-id, the same at each attempt
	Site        string  `json:"site"`
	Destination string  `json:"destination"`
	SessionID   string  `json:"session_id"`
	Kind        string  `json:"kind"`  // created, erased
	State       string  `json:"state"` // waiting, delivered, dead
	Created     string  `json:"created"`
	Attempts    int     `json:"attempts"`
	Next        *string `json:"next"`       // when it is tried next, null when it is not
	LastError   *string `json:"last_error"` // of the last attempt that failed
	Disabled    bool    `json:"disabled"`   // the destination answered 410 and gets nothing
}

// deliveryParams are the filters, and what else a route knows.
func deliveryParams(more ...string) []string {
	return append([]string{"site", "destination", "session_id", "state", "from", "to"}, more...)
}

// deliveries answers GET /v1/deliveries: those of the key's sites, newest first.
func (a *API) deliveries(w http.ResponseWriter, r *http.Request, key config.Key) {
	q := r.URL.Query()
	query, ok := a.deliveryQuery(w, q, key)
	if !ok {
		return
	}
	limit, ok := pageSize(w, q.Get("limit"))
	if !ok {
		return
	}
	page, next, err := a.Outbox.Deliveries(r.Context(), query, limit, q.Get("cursor"))
	if err != nil {
		a.failed(w, r, err)
		return
	}
	disabled, err := a.Outbox.DisabledDestinations(r.Context())
	if err != nil {
		a.failed(w, r, err)
		return
	}
	answer := struct {
		Deliveries []delivery `json:"deliveries"`
		Next       *string    `json:"next"` // cursor of the next page, null on the last
	}{[]delivery{}, orNull(next)}
	for _, d := range page {
		isOff := slices.ContainsFunc(disabled, func(x store.Disabled) bool { return x.Site == d.Site && x.Destination == d.Destination })
		answer.Deliveries = append(answer.Deliveries, told(d, isOff))
	}
	a.writeJSON(w, answer)
}

func told(d store.Delivery, disabled bool) delivery {
	out := delivery{
		ID: d.ID, Site: d.Site, Destination: d.Destination, SessionID: d.Session, Kind: d.Kind, State: d.State,
		Created: when(d.Made), Attempts: d.Attempts, LastError: orNull(d.LastError), Disabled: disabled,
	}
	if d.State == store.StateWaiting && !disabled {
		out.Next = orNull(when(d.NextAt))
	}
	return out
}

// retryOne answers POST /v1/deliveries/{id}/retry.
func (a *API) retryOne(w http.ResponseWriter, r *http.Request, key config.Key) {
	query := store.DeliveryQuery{ID: r.PathValue("id"), Sites: reached(key)}
	found, _, err := a.Outbox.Deliveries(r.Context(), query, 1, "")
	if err == nil && len(found) == 0 {
		err = store.ErrNoDelivery
	}
	if err != nil {
		a.failed(w, r, err)
		return
	}
	query.Sites, query.Destination = []string{found[0].Site}, found[0].Destination
	a.retry(w, r, query)
}

// retryAll answers POST /v1/deliveries/retry: the dead letters that the filters select, or what else state names.
func (a *API) retryAll(w http.ResponseWriter, r *http.Request, key config.Key) {
	query, ok := a.deliveryQuery(w, r.URL.Query(), key)
	if !ok {
		return
	}
	if query.State == "" {
		query.State = store.StateDead
	}
	a.retry(w, r, query)
}

func (a *API) retry(w http.ResponseWriter, r *http.Request, query store.DeliveryQuery) {
	n, err := a.Outbox.RetryDeliveries(r.Context(), query, a.Now().UnixMilli())
	if err != nil {
		a.failed(w, r, err)
		return
	}
	if n > 0 {
		a.Resend(query.Sites, query.Destination)
	}
	a.writeJSON(w, map[string]int{"retried": n})
}

// deliveryQuery reads the filters, and answers itself when they are not to be understood.
func (a *API) deliveryQuery(w http.ResponseWriter, q url.Values, key config.Key) (query store.DeliveryQuery, ok bool) {
	query = store.DeliveryQuery{Sites: reached(key), Destination: q.Get("destination"), Session: q.Get("session_id"), State: q.Get("state")}
	if q.Has("site") {
		if !key.Reaches(q.Get("site")) {
			problem.Write(w, http.StatusNotFound, "The API key "+key.Name+" reaches no site of this name.")
			return query, false
		}
		query.Sites = []string{q.Get("site")}
	}
	if states := []string{store.StateWaiting, store.StateDelivered, store.StateDead}; q.Has("state") && !slices.Contains(states, query.State) {
		problem.Write(w, http.StatusBadRequest, "The state must be one of waiting, delivered, dead.")
		return query, false
	}
	for name, to := range map[string]*int64{"from": &query.From, "to": &query.To} {
		if !q.Has(name) {
			continue
		}
		var err error
		if *to, err = readTime(name, q.Get(name)); err != nil {
			problem.Error(w, http.StatusBadRequest, err)
			return query, false
		}
	}
	return query, true
}

// link answers GET /v1/links/{token}. The token is all that is needed.
func (a *API) link(w http.ResponseWriter, r *http.Request, _ config.Key) { a.Links.ServeHTTP(w, r) }
