package deliver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Refused is a destination's answer that is no yes. Its text is all that is ever shown of the answer.
type Refused struct {
	Status int
	After  time.Duration // what it asks to wait, 0 when it does not
}

func (r *Refused) Error() string {
	return fmt.Sprintf("answered %d %s", r.Status, http.StatusText(r.Status))
}

// Gone is a destination's wish to get nothing more. It is disabled until somebody has a delivery tried again.
type Gone struct{}

func (*Gone) Error() string { return "answered 410 Gone: it wants nothing more and is disabled" }

// Never is trouble that another attempt would find again.
type Never struct{ Err error }

func (n *Never) Error() string { return n.Err.Error() }

func (n *Never) Unwrap() error { return n.Err }

// busy tells whether the destination says that it has too much to do.
func busy(err error) bool {
	var refused *Refused
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	}
	return refused.After > 0
}

// after is how long the destination asks to wait.
func after(err error) time.Duration {
	var refused *Refused
	if !errors.As(err, &refused) {
		return 0
	}
	return min(max(refused.After, 0), maxAfter)
}

// maxTold bounds what is kept of an error: enough for a sentence and an address.
const maxTold = 300

// told is what the outbox, the log and the API say of an error.
func told(err error) string {
	text := err.Error()
	if errors.Is(err, context.DeadlineExceeded) {
		text = "no answer in time: " + text
	}
	if len(text) > maxTold {
		text = text[:maxTold] + "…"
	}
	return text
}
