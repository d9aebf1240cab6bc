package ingest

import (
	"errors"
	"fmt"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// refusal is why something is not taken, as the page is told. It never holds a value that the page sent: that
// may be the very thing that must not be shown.
type refusal struct {
	code   event.Code
	reason string
}

func refuse(code event.Code, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

func (r *refusal) Error() string { return string(r.code) + ": " + r.reason }

// storeRefusals is what the store's errors mean to a page.
var storeRefusals = []struct {
	err error
	refusal
}{
	{store.ErrNotAllowed, refusal{event.NotAllowed, "the session belongs to somebody else: its secret, token or site is another, or the ticket is for another session or origin"}},
	{store.ErrExpired, refusal{event.TicketExpired, "the ticket has expired; ask the page around for another"}},
	{store.ErrTooLate, refusal{event.TokenExpired, "the participant's token has expired"}},
	{store.ErrOutOfOrder, refusal{event.OutOfOrder, "events before these are missing; send from the last acknowledged one"}},
	{store.ErrTooMany, refusal{event.TooMany, fmt.Sprintf("the session already has %d streams", store.MaxStreams)}},
	{store.ErrFull, refusal{event.Unavailable, "the relay cannot store more at present"}},
	// The session was erased while its page was open, or ended twice in one moment, or a frame was faster than the
	// page around it. A new hello sorts it out.
	{store.ErrNotFound, refusal{event.Unavailable, "the session is gone; say hello again"}},
	{store.ErrEnded, refusal{event.Unavailable, "the session has just ended; say hello again"}},
}

// refusalOf gives what to tell the page about an error. unexpected is for the relay's own log: nothing a page
// could do leads there.
func refusalOf(err error) (r *refusal, unexpected bool) {
	if errors.As(err, &r) {
		return r, false
	}
	for _, row := range storeRefusals {
		if errors.Is(err, row.err) {
			return &row.refusal, false
		}
	}
	return &refusal{event.Unavailable, "the relay cannot store events at present"}, true
}

func (r *refusal) frame() []byte {
	f := event.Refusal{Code: string(r.code), Reason: r.reason}
	return f.Append(nil)
}

// closeStatus is the WebSocket status that goes with what the recorder should do.
func (r *refusal) closeStatus() websocket.StatusCode {
	switch event.Codes[r.code].Reaction {
	case event.Later:
		return websocket.StatusTryAgainLater
	case event.Resend:
		return websocket.StatusInvalidFramePayloadData
	}
	return websocket.StatusPolicyViolation
}
