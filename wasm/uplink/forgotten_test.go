package uplink

import (
	"fmt"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
)

// forgetful is an uplink that has lost its relay, which acknowledged five events and has two of them, as when an older
// backup is restored.
func forgetful(t *testing.T) (*relay, *Uplink) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	for n := range 5 {
		add(u, n, 1)
	}
	u.Flush(1)
	r.deliver(u, 1)
	r.log[stream] = r.log[stream][:2]
	u.Closed(2)
	return r, u
}

// gapOf is the line of events that the relay had.
func gapOf(count int, now int64) string {
	return fmt.Sprintf(`{"type":"gap","time":%d,"details":{"count":%d,"first":%[1]d,"last":%[1]d,"reason":"forgotten"}}`, now, count)
}

func TestRelayThatForgotWhatItHad(t *testing.T) {
	r, u := forgetful(t)
	add(u, 5, 3)
	u.Tick(lastRetry)
	r.open(u, lastRetry)
	add(u, 6, 4)
	u.Flush(lastRetry)
	r.deliver(u, lastRetry)
	if got, want := r.logged(stream), want(0, 1)+"\n"+want(1, 1)+"\n"+gapOf(3, lastRetry)+"\n"+want(5, 3)+"\n"+want(6, 4); got != want || u.Waiting() != 0 {
		t.Errorf("log is\n%s\nwant\n%s\n%d bytes wait", got, want, u.Waiting())
	}
}

// The tab's next page brings what waited, also in several bodies, behind the gap; and then comes what is its own.
func TestTailOfARelayThatForgot(t *testing.T) {
	r, u := forgetful(t)
	wanted := want(0, 1) + "\n" + want(1, 1) + "\n" + gapOf(3, lastRetry)
	for n := range event.MaxEvents + 7 {
		add(u, n, 3)
		wanted += "\n" + want(n, 3)
	}
	bodies := u.Pending(3)
	if len(bodies) < 2 {
		t.Fatalf("%d bodies wait, want several", len(bodies))
	}
	next := New(event.Hello{Session: "s", Stream: event.StreamID{9}}, r, bodies)
	for now := int64(lastRetry); next.Waiting() > 0; now += lastRetry {
		if now > 20*lastRetry {
			t.Fatalf("%d bytes of the tail still wait", next.Waiting())
		}
		next.Tick(now)
		if len(r.posted) > 0 {
			next.Posted(r.posted[0], now)
			r.posted = nil
		}
	}
	if got := r.logged(stream); got != wanted {
		t.Errorf("log is\n%s\nwant\n%s", got, wanted)
	}
}

// A relay that does not say what it has may have all that came before the tail: nothing is numbered anew.
func TestTailThatIsRefusedWithoutAWelcome(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	add(u, 0, 1)
	u.Flush(1)
	r.deliver(u, 1)
	u.Closed(2)
	add(u, 1, 2)
	next := New(event.Hello{Session: "s", Stream: event.StreamID{9}}, r, u.Pending(3))
	next.Tick(3)
	refusal := event.Refusal{Code: string(event.OutOfOrder)}
	next.Posted(event.AppendPart(nil, refusal.Append(nil)), 4)
	if next.Waiting() != 0 {
		t.Errorf("%d bytes of the tail wait, numbered anew", next.Waiting())
	}
}
