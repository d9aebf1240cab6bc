package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
)

// readyWithin bounds the question whether the store would take an event. A balancer that asks wants an answer, and
// a store that cannot give one in this time is not ready.
const readyWithin = 2 * time.Second

// schema answers GET /v1/schema/events.json.
func (a *API) schema(w http.ResponseWriter, r *http.Request, _ config.Key) {
	w.Header().Set("Content-Type", "application/schema+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Write(a.Schema)
}

// alive answers GET /healthz: the program runs.
func (a *API) alive(w http.ResponseWriter, r *http.Request, _ config.Key) {
	a.writeJSON(w, map[string]string{"status": "alive"})
}

// ready answers GET /readyz: the relay would take events.
func (a *API) ready(w http.ResponseWriter, r *http.Request, _ config.Key) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := a.Ready(ctx); err != nil {
		problem.Error(w, http.StatusServiceUnavailable, fmt.Errorf("the relay takes no events at present: %w", err))
		return
	}
	a.writeJSON(w, map[string]string{"status": "ready"})
}

// metrics answers GET /metrics.
func (a *API) metrics(w http.ResponseWriter, r *http.Request, _ config.Key) {
	a.Metrics.ServeHTTP(w, r)
}
