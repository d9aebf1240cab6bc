package uplink

import (
	"testing"

	"github.com/cotrail/cotrail/masking/event"
)

func framed(session, ticket string, id byte) event.Hello {
	return event.Hello{Site: "shop", Session: session, Ticket: ticket, Stream: event.StreamID{id}, Tab: "t"}
}

// A frame says hello with its newest ticket, and with the session that this one is for, whatever session the relay has
// put in its place.
func TestTicketIsRenewed(t *testing.T) {
	r := newRelay(t)
	r.welcome = "s2"
	u := New(framed("s1", "first", 7), r, nil)
	u.Tick(0)
	r.open(u, 0)
	if u.Hello.Session != "s1" || u.Hello.Ticket != "first" || len(r.sessions) != 1 || r.sessions[0] != "s2" {
		t.Errorf("hello of %s with %s, told %v", u.Hello.Session, u.Hello.Ticket, r.sessions)
	}
	u.Renew("s2", "second")
	add(u, 1, 5)
	u.Leave(6)
	hello, _, err := cutHello(r.lastPost)
	if err != nil || hello.Session != "s2" || hello.Ticket != "second" || hello.Secret != "" {
		t.Errorf("the last request's hello: %+v, %v", hello, err)
	}
}

// What a frame left behind goes on with the ticket of today's frame, and is let go where there is none for its session:
// it would be refused for ever, and our own events wait behind it.
func TestTailOfAFrame(t *testing.T) {
	left := newRelay(t)
	frame := New(framed("s1", "old", 7), left, nil)
	add(frame, 1, 5)
	frame.Leave(6)
	if len(left.kept) != 1 {
		t.Fatalf("%d bodies are kept", len(left.kept))
	}
	for _, row := range []struct {
		what   string
		hello  event.Hello
		posted bool
	}{
		{"a frame of the same session", framed("s1", "new", 8), true},
		{"a frame of another session", framed("s2", "new", 8), false},
		{"a page", event.Hello{Site: "shop", Session: "s1", Secret: "x", Stream: event.StreamID{8}, Tab: "t"}, false},
	} {
		r := newRelay(t)
		r.kept = left.kept
		u := New(row.hello, r, left.kept)
		u.Tick(100)
		if posted := len(r.posted) == 1; posted != row.posted || (r.dials == 1) == posted {
			t.Errorf("%s: %d requests, %d dials", row.what, len(r.posted), r.dials)
		}
		if !row.posted {
			if len(r.kept) != 0 {
				t.Errorf("%s: the tail is still kept", row.what)
			}
			continue
		}
		if got := r.logged(event.StreamID{7}); got != want(1, 5) {
			t.Errorf("%s: log is %q", row.what, got)
		}
		if got := r.tickets[len(r.tickets)-1]; got != "new" {
			t.Errorf("%s: the tail's ticket is %s", row.what, got)
		}
	}
}
