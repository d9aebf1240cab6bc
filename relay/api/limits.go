package api

import (
	"math"
	"net/http"
	"strconv"

	"github.com/cotrail/cotrail/relay/limit"
	"github.com/cotrail/cotrail/relay/problem"
)

// Limits bound how often somebody may ask. They are kept when the configuration is read anew.
type Limits struct {
	Key     *limit.Limiter // requests of an API key
	Address *limit.Limiter // requests without one, or with one that is none, from an address: also guesses
	Site    *limit.Limiter // events that the back ends of a site signal
}

// NewLimits makes those of a relay in service: a busy back end asks some ten times a second, and an office of a
// thousand people has one address.
func NewLimits() Limits {
	return Limits{Key: limit.New(200, 1000), Address: limit.New(50, 500), Site: limit.New(5000, 20_000)}
}

// passes tells whether a request without a key may be answered, and refuses it else. This machine may ask as it likes.
func (a *API) passes(w http.ResponseWriter, r *http.Request) bool {
	return a.Local(r) || a.mayAsk(w, a.Limits.Address, a.Client(r), 1)
}

// mayAsk takes n from a limit, or refuses with the time to wait.
func (a *API) mayAsk(w http.ResponseWriter, by *limit.Limiter, who string, n int) bool {
	wait := by.Take(who, n, a.Now())
	if wait <= 0 {
		return true
	}
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	w.Header().Set("Retry-After", seconds)
	problem.Write(w, http.StatusTooManyRequests, "Too many requests. Try again in "+seconds+" seconds.")
	return false
}
