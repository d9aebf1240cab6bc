package uplink

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
	"pgregory.net/rapid"
)

var stream = event.StreamID{7}

func start(r *relay, tail ...[]byte) *Uplink {
	u := New(event.Hello{Site: "shop", Session: "s1", Secret: "x", Stream: stream, Tab: "t"}, r, tail)
	u.Tick(0)
	return u
}

func add(u *Uplink, n int, now int64) {
	e := event.Event{Type: event.ClientLog, Time: now}
	e.Details.Int("n", int64(n))
	u.Add(&e)
}

func want(n int, now int64) string {
	return fmt.Sprintf(`{"type":"client_log","time":%d,"details":{"n":%d}}`, now, n)
}

func TestSmallBatchesWaitForTheOneInFlight(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	add(u, 1, 1000)
	u.Tick(1000)
	add(u, 2, 1001)
	u.Tick(1001)
	if got := r.logged(stream); got != want(1, 1000) {
		t.Fatalf("log is %q", got)
	}
	r.deliver(u, 1002)
	r.deliver(u, 1003)
	if got := r.logged(stream); got != want(1, 1000)+"\n"+want(2, 1001) || u.Acknowledged() != 2 {
		t.Errorf("log is %q, acknowledged %d", got, u.Acknowledged())
	}
	if _, ok := u.Next(2000); ok {
		t.Error("with nothing to do it wants to be called")
	}
}

func TestFullBatchDoesNotWait(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	for i := range 1 + batchEvents {
		add(u, i, 5)
		if i == 0 {
			u.Tick(5)
		}
	}
	u.Tick(5)
	if n := len(r.log[stream]); n != 1+batchEvents {
		t.Errorf("%d events went out", n)
	}
}

func TestFlush(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	add(u, 1, 5)
	if n := u.Flush(5); n != 1 {
		t.Fatalf("flush waits for %d", n)
	}
	r.deliver(u, 5)
	if u.Acknowledged() != 1 {
		t.Error("a flushed event is not sent at once")
	}
}

func TestResumesWhereTheRelayIs(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	add(u, 1, 1)
	u.Flush(1)
	r.answers = nil // stored, but the acknowledgement is lost with the connection
	u.Closed(2)
	add(u, 2, 3)
	u.Tick(lastRetry)
	r.open(u, lastRetry)
	if got := r.logged(stream); got != want(1, 1)+"\n"+want(2, 3) || u.Acknowledged() != 2 {
		t.Errorf("log is %q, acknowledged %d", got, u.Acknowledged())
	}
	if !slices.Equal(r.statuses, []string{"recording", "reconnecting", "recording"}) {
		t.Errorf("statuses are %v", r.statuses)
	}
}

func TestCorruptFrameIsSentAgainPlain(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	add(u, 1, 1)
	u.Flush(1)
	r.deliver(u, 1)
	add(u, 2, 2)
	u.Flush(2)
	r.log[stream], r.answers = r.log[stream][:1], nil
	refusal := event.Refusal{Code: string(event.BadChecksum), Reason: "the checksum does not fit"}
	u.Message(refusal.Append(nil), 3)
	add(u, 3, 4)
	u.Tick(lastRetry)
	r.open(u, lastRetry)
	if got := r.logged(stream); got != want(1, 1)+"\n"+want(2, 2)+"\n"+want(3, 4) {
		t.Errorf("log is %q", got)
	}
	if !slices.Equal(r.encodings, []event.Encoding{event.BrotliFirst, event.BrotliNext, event.Plain}) {
		t.Errorf("encodings are %v", r.encodings)
	}
}

func TestRefusedForGood(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	refusal := event.Refusal{Code: string(event.UnknownSite), Reason: "no such site"}
	u.Opened(0)
	u.Message(refusal.Append(nil), 0)
	add(u, 1, 1)
	if _, ok := u.Next(1); ok || !slices.Equal(r.statuses, []string{"refused unknown_site"}) {
		t.Errorf("statuses are %v", r.statuses)
	}
	u.Tick(1 << 40)
	if r.dials != 1 {
		t.Errorf("it dialled %d times", r.dials)
	}
}

func TestSilentRelayIsLeft(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	add(u, 1, 10)
	u.Flush(10)
	r.answers = nil
	if in, ok := u.Next(10); !ok || in != answerTimeout {
		t.Fatalf("next in %d %v", in, ok)
	}
	u.Tick(10 + answerTimeout)
	if r.connected {
		t.Error("the dead connection is kept")
	}
}

func TestOverflowBecomesGap(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	long := event.Event{Type: event.ClientLog, Time: 1}
	for i := range 500 { // 4.5 KB
		long.Details.Int(event.Word(strings.Repeat("x", i%7+1)), 1<<40)
	}
	size := len(long.AppendLine(nil))
	for range maxQueue/size + 10 {
		u.Add(&long)
	}
	r.open(u, 2)
	for u.Acknowledged() < u.queue.last() {
		r.deliver(u, 2)
		u.Tick(1000)
	}
	add(u, 1, 2000)
	u.Flush(2000)
	r.deliver(u, 2000)
	lines := r.log[stream]
	gap := lines[len(lines)-2]
	if wantGap := `{"type":"gap","time":1,"details":{"count":10,"first":1,"last":1,"reason":"overflow"}}`; gap != wantGap {
		t.Errorf("gap is %.200s\nwant %s", gap, wantGap)
	}
	if lines[len(lines)-1] != want(1, 2000) {
		t.Errorf("after the gap stands %.200s", lines[len(lines)-1])
	}
}

// TestPagesOffline: however many pages a tab has while there is no connection, what it keeps is bounded, and each
// page says how many of its events found no room.
func TestPagesOffline(t *testing.T) {
	const pages, events = 20, 2000
	r := newRelay(t)
	var tail [][]byte
	for page := range pages {
		var hello event.Hello
		hello.Stream[0] = byte(page + 1)
		u := New(hello, r, tail)
		for i := range events {
			add(u, i+1, 1)
		}
		u.Leave(2)
		tail = r.kept
	}
	size := 0
	for _, body := range tail {
		size += len(body)
	}
	if most := maxQueue + pages*1000; size > most {
		t.Errorf("%d bytes are kept, want %d at most", size, most)
	}
	u := New(event.Hello{Stream: event.StreamID{99}}, r, tail)
	for now := int64(0); len(u.tail) > 0; now += 2 * lastRetry {
		u.Tick(now)
		for len(r.posted) > 0 {
			answer := r.posted[0]
			r.posted = r.posted[1:]
			u.Posted(answer, now)
		}
	}
	told := 0
	for _, lines := range r.log {
		for _, line := range lines {
			var e struct {
				Type    string
				Details struct{ Count int }
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if told++; e.Type == "gap" {
				told += e.Details.Count - 1
			}
		}
	}
	if told != pages*events {
		t.Errorf("the log tells of %d events, want %d", told, pages*events)
	}
}

func TestTooLargeEventBecomesGap(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	r.open(u, 0)
	e := event.Event{Type: event.ClientLog, Time: 3}
	for range maxLine / 8 {
		e.Details.Int("n", 1234567)
	}
	u.Add(&e)
	add(u, 1, 4)
	u.Flush(4)
	r.deliver(u, 4)
	if got := r.logged(stream); got != `{"type":"gap","time":3,"details":{"count":1,"first":3,"last":3,"reason":"too_large"}}`+"\n"+want(1, 4) {
		t.Errorf("log is %s", got)
	}
}

// TestStopWaits: what waits when the stream is stopped is sent and acknowledged before it ends, by a socket and by
// requests, and what cannot be sent in time is given up.
func TestStopWaits(t *testing.T) {
	const events = 2000 // more than a request holds
	for _, by := range []string{"socket", "a new socket", "requests", "nothing"} {
		r := newRelay(t)
		u := start(r)
		if by == "socket" {
			r.open(u, 0)
		}
		if by == "requests" {
			for now := int64(0); u.state != posting; now += lastRetry {
				u.Closed(now)
				u.Tick(now + lastRetry)
			}
			r.posted = nil
			u.Posted(nil, 5)
			u.posts, u.postsTil = true, socketAgain
		}
		for n := range events {
			add(u, n, 5)
		}
		u.Stop(10)
		if u.state == stopped || len(r.kept) == 0 {
			t.Errorf("by %s: it stops at once, and keeps %d bodies", by, len(r.kept))
		}
		if by == "a new socket" {
			r.open(u, 10)
		}
		for now := int64(11); u.state != stopped; now++ {
			r.deliver(u, now)
			for len(r.posted) > 0 {
				answer := r.posted[0]
				r.posted = r.posted[1:]
				u.Posted(answer, now)
			}
			if in, ok := u.Next(now); ok && in == 0 {
				u.Tick(now)
			} else if !ok && u.state != stopped {
				t.Fatalf("by %s: it waits for nothing", by)
			}
			if now > 10+stopTimeout {
				t.Fatalf("by %s: it never stops", by)
			}
		}
		if got := len(r.log[stream]); got != events && by != "nothing" {
			t.Errorf("by %s: the relay has %d events of %d", by, got, events)
		}
		if len(r.kept) != 0 || r.statuses[len(r.statuses)-1] != string(Stopped) {
			t.Errorf("by %s: it keeps %d bodies, and is %q", by, len(r.kept), r.statuses)
		}
	}
}

func TestLeavingHandsEverythingOver(t *testing.T) {
	r := newRelay(t)
	u := start(r) // never connected
	add(u, 1, 5)
	add(u, 2, 6)
	u.Leave(7)
	if got := r.logged(stream); got != want(1, 5)+"\n"+want(2, 6) {
		t.Fatalf("the last request brought %q", got)
	}
	if len(r.kept) != 1 {
		t.Fatalf("%d bodies are kept", len(r.kept))
	}
	first := r.lastPost
	r.lastPost = nil
	u.Leave(8)
	if r.lastPost != nil || first == nil {
		t.Error("hidden and then left: the same events are posted twice")
	}

	// The next page brings the tail before its own, and the relay knows it already.
	next := New(event.Hello{Site: "shop", Session: "s1", Secret: "x", Stream: event.StreamID{8}, Tab: "t"}, r, r.kept)
	next.Tick(100)
	if r.dials != 1 || len(r.posted) != 1 {
		t.Fatalf("dials %d, requests %d: the tail does not come first", r.dials, len(r.posted))
	}
	next.Posted(r.posted[0], 101)
	if len(r.kept) != 0 {
		t.Error("the tail is kept after the relay has it")
	}
	add(next, 3, 102)
	r.open(next, 103)
	next.Flush(104)
	r.deliver(next, 104)
	if got := r.logged(stream); got != want(1, 5)+"\n"+want(2, 6) {
		t.Errorf("the tail is repeated: %q", got)
	}
	if got := r.logged(event.StreamID{8}); got != want(3, 102) {
		t.Errorf("the next page's log is %q", got)
	}
}

func TestPostsWhereSocketsAreBlocked(t *testing.T) {
	r := newRelay(t)
	u := start(r)
	add(u, 1, 0)
	now := int64(0)
	for range postAfter {
		u.Closed(now)
		now += lastRetry
		u.Tick(now)
	}
	if len(r.posted) != 1 {
		t.Fatalf("%d requests after %d failed connections", len(r.posted), postAfter)
	}
	u.Posted(r.posted[0], now)
	if u.Acknowledged() != 1 || r.logged(stream) != want(1, 0) || !slices.Contains(r.statuses, "recording") {
		t.Errorf("acknowledged %d, log %q, statuses %v", u.Acknowledged(), r.logged(stream), r.statuses)
	}
	now += socketAgain
	u.Tick(now)
	if r.dials != postAfter+1 {
		t.Errorf("sockets are not tried again: %d dials", r.dials)
	}
}

func TestAdoptsTheSessionThatGoesOn(t *testing.T) {
	r := newRelay(t)
	r.welcome = "s2"
	u := start(r)
	r.open(u, 0)
	if u.Hello.Session != "s2" || !slices.Equal(r.sessions, []string{"s2"}) {
		t.Errorf("session is %s, told %v", u.Hello.Session, r.sessions)
	}
	w := event.Welcome{Session: "s3", Last: 0, Time: 1}
	add(u, 1, 1)
	u.Flush(1)
	u.Message(w.Append(nil), 1)
	r.deliver(u, 1)
	if u.Hello.Session != "s3" || u.Acknowledged() != 1 || r.logged(stream) != want(1, 1) {
		t.Errorf("after a second welcome: session %s, acknowledged %d, log %q", u.Hello.Session, u.Acknowledged(), r.logged(stream))
	}
}

// Whatever the network does, the relay's log is what was added, in order, once.
func TestNothingIsLostOrRepeated(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRelay(t)
		u := start(r)
		var added []string
		now := int64(0)
		for range rapid.IntRange(1, 200).Draw(rt, "steps") {
			now += rapid.Int64Range(0, 2*lastRetry).Draw(rt, "pause")
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0, 1, 2:
				add(u, len(added), now)
				added = append(added, want(len(added), now))
			case 3:
				r.open(u, now)
			case 4:
				r.deliver(u, now)
			case 5: // the connection breaks with all that is under way
				r.answers = nil
				u.Closed(now)
			case 6:
				code := rapid.SampledFrom([]event.Code{event.BadChecksum, event.OutOfOrder, event.Unavailable, event.TooFast}).Draw(rt, "code")
				refusal := event.Refusal{Code: string(code), Reason: "trouble"}
				u.Message(refusal.Append(nil), now)
			case 7:
				u.Leave(now)
				u.Returned(now)
			case 8:
				if len(r.posted) > 0 {
					u.Posted(rapid.SampledFrom([][]byte{r.posted[0], nil}).Draw(rt, "answer"), now)
					r.posted = nil
				}
			case 9:
				u.Flush(now)
			}
			u.Tick(now)
		}
		for range 100 { // in the end the network is well
			now += 2 * lastRetry
			u.Tick(now)
			if len(r.posted) > 0 {
				u.Posted(r.posted[0], now)
				r.posted = nil
			} else {
				r.open(u, now)
			}
			u.Flush(now)
			r.deliver(u, now)
		}
		if got := strings.Join(added, "\n"); r.logged(stream) != got || u.Acknowledged() != uint64(len(added)) {
			rt.Fatalf("log is\n%s\nadded was\n%s", r.logged(stream), got)
		}
	})
}

// TestComingBack: the pages of a relay that has ended do not come back in the same second.
func TestComingBack(t *testing.T) {
	const pages = 10_000
	bySecond := map[int64]int{}
	for i := range pages {
		var hello event.Hello
		binary.BigEndian.PutUint64(hello.Stream[:], uint64(i)*0x9e3779b97f4a7c15) // random names, as of pages
		r := &relay{}
		u := New(hello, r, nil)
		u.Tick(0)
		r.open(u, 0)
		u.Closed(1)
		in, ok := u.Next(1)
		if !ok || in < firstRetry/2 || in > lostRetry {
			t.Fatalf("page %d comes back in %d ms", i, in)
		}
		bySecond[in/1000]++
	}
	for second, n := range bySecond {
		if n > pages/5 {
			t.Errorf("%d of %d pages come back in second %d", n, pages, second)
		}
	}
}
