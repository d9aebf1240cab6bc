package store

import (
	"crypto/hmac"
	"crypto/sha256"

	"github.com/cotrail/cotrail/masking/event"
)

// CheckTicket tells whether a ticket lets frames of an origin into a session, by what the store keeps: the hash of
// the session's secret, which is the key, and the offset of the clock of the page around, by which the ticket was
// dated. It gives ErrNotAllowed for a ticket that nobody with the secret made for this session and this origin, or
// that is made to last longer than tickets do, and ErrExpired for one whose time is over.
func CheckTicket(t event.Ticket, session, origin string, secretHash [32]byte, now, offset int64) error {
	mac := hmac.New(sha256.New, secretHash[:])
	mac.Write([]byte(t.Text(session, origin)))
	pageNow := now - offset
	switch {
	case !hmac.Equal(mac.Sum(nil), t.MAC[:]), t.Expires > pageNow+event.TicketLife+ClockTolerance:
		return ErrNotAllowed
	case t.Expires <= pageNow:
		return ErrExpired
	}
	return nil
}
