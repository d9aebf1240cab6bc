package event

import (
	"errors"
	"strconv"
	"strings"
)

// A ticket lets a frame of another origin into the session of the page around it, for a while. It stands in the
// hello in place of the secret, which the frame never sees. Whoever has the secret makes it (js/frames/ticket.js):
//
//	1.EXPIRES.MAC
//
//	1        the version
//	EXPIRES  milliseconds since 1970 by the clock of the page that made it, in decimal
//	MAC      HMAC-SHA-256 in 64 hexadecimal digits; its key is the SHA-256 of the secret's 32 digits, which is what
//	         the relay keeps of a secret, and its text is what Text gives
//
// The origin does not stand in the ticket: it is the one that the browser says the request comes from.
type Ticket struct {
	Expires int64
	MAC     [32]byte
}

// TicketLife is how long a ticket is good, in milliseconds. A frame asks for the next one well before, and a hidden
// page's timers may be a minute late.
const TicketLife = 600_000

const ticketVersion = "1"

// Text is what the MAC is over: its purpose and version, the session, the origin of the frame as browsers write it,
// and when it expires, a line each.
func (t *Ticket) Text(session, origin string) string {
	return "cotrail ticket " + ticketVersion + "\n" + session + "\n" + origin + "\n" + strconv.FormatInt(t.Expires, 10) + "\n"
}

// ReadTicket reads the one form that a ticket has. Whether to believe it is the store's to decide, which has the key.
func ReadTicket(s string) (t Ticket, err error) {
	version, rest, _ := strings.Cut(s, ".")
	expires, mac, ok := strings.Cut(rest, ".")
	if !ok || version != ticketVersion {
		return t, errTicket
	}
	t.Expires, err = strconv.ParseInt(expires, 10, 64)
	if err != nil || t.Expires < 0 || strconv.FormatInt(t.Expires, 10) != expires || !Unhex(t.MAC[:], mac) {
		return Ticket{}, errTicket
	}
	return t, nil
}

var errTicket = errors.New("ticket is not of the form 1.EXPIRES.MAC")
