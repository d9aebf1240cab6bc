package uplink

import (
	"bytes"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
)

func participant(session, token string, id byte) event.Hello {
	return event.Hello{Site: "shop", Session: session, Secret: "x", Token: token, Stream: event.StreamID{id}, Tab: "t"}
}

// A token is not kept for the tab's next page; that one delivers what was left with its own, for the same session.
func TestTailOfAParticipant(t *testing.T) {
	left := newRelay(t)
	u := New(participant("s1", "e30.secret.sign", 7), left, nil)
	add(u, 1, 5)
	u.Leave(6)
	if len(left.kept) != 1 || bytes.Contains(left.kept[0], []byte("e30")) {
		t.Fatalf("kept %q", left.kept)
	}
	if hello, _, err := cutHello(left.lastPost); err != nil || hello.Token != "e30.secret.sign" {
		t.Errorf("the last request's hello: %+v, %v", hello, err)
	}
	for _, row := range []struct {
		what   string
		hello  event.Hello
		posted bool
	}{
		{"a page with a token for the session", participant("s1", "new", 8), true},
		{"a page with one for another", participant("s2", "new", 8), false},
		{"a page without", event.Hello{Site: "shop", Session: "s1", Secret: "x", Stream: event.StreamID{8}, Tab: "t"}, false},
	} {
		r := newRelay(t)
		r.kept = left.kept
		u := New(row.hello, r, left.kept)
		u.Tick(100)
		if posted := len(r.posted) == 1; posted != row.posted || (r.dials == 1) == posted {
			t.Errorf("%s: %d requests, %d dials", row.what, len(r.posted), r.dials)
		}
	}
}

// When its token expires a page hands in what it has, and stops.
func TestTokenExpires(t *testing.T) {
	r := newRelay(t)
	r.welcome = "s2" // s1 has ended
	u := New(participant("s1", "token", 7), r, nil)
	u.Tick(0)
	r.open(u, 0)
	if u.Hello.Session != "s1" || len(r.sessions) != 1 {
		t.Errorf("asks for %s, told %v", u.Hello.Session, r.sessions)
	}
	add(u, 1, 5)
	refusal := event.Refusal{Code: string(event.TokenExpired), Reason: "over"}
	u.Message(refusal.Append(nil), 6)
	if got := r.logged(event.StreamID{7}); got != want(1, 5) {
		t.Errorf("delivered %q", got)
	}
	if last := r.statuses[len(r.statuses)-1]; last != "refused token_expired" {
		t.Errorf("status %q", last)
	}
}
