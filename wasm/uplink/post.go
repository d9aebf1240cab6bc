package uplink

import (
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/batch"
)

// postEvery is the pause between requests where WebSockets are blocked: each is a connection's worth of work.
const postEvery = 1000

// Posted takes the relay's answer to a request, nil when there was none.
func (u *Uplink) Posted(answer []byte, now int64) {
	if u.state != posting {
		return
	}
	u.heard = now
	ofTail := len(u.tail) > 0
	var code event.Code
	var has event.Welcome // of the tail's stream
	greeted := false
	for ok := false; ; ok = true {
		frame, rest, err := event.CutPart(answer)
		if err != nil {
			if !ok {
				u.failed(now)
				return
			}
			break
		}
		answer = rest
		if r, err := event.ReadRefusal(frame); err == nil {
			code = event.Code(r.Code)
		} else if !ofTail {
			u.answered(frame, now)
		} else if w, err := event.ReadWelcome(frame); err == nil {
			has, greeted = w, true
		}
	}
	switch {
	case code == event.OutOfOrder && ofTail && greeted && u.refit(has.Last, now):
		u.failed(now)
	case ofTail:
		u.tailAnswered(code, now)
	case code != "":
		u.refused(code, now)
	default:
		u.state, u.retry, u.welcomed = idle, firstRetry, true
		u.due = now + postEvery
		if u.stopBy != 0 {
			u.due = now
		}
		u.link.Status(Recording, "")
	}
	u.stopping(now)
}

func (u *Uplink) answered(frame []byte, now int64) {
	if w, err := event.ReadWelcome(frame); err == nil {
		u.adopt(w.Session)
		u.goOn(w.Last, now)
	} else if last, err := event.ReadAck(frame); err == nil {
		u.ack(last)
		u.queue.sent = u.queue.acked
	}
}

// tailAnswered goes on with the next body of the tail, or with our own events. What the relay refuses for good
// is let go: it would never be taken.
func (u *Uplink) tailAnswered(code event.Code, now int64) {
	if c, known := event.Codes[code]; code != "" && (!known || c.Reaction == event.Later) {
		u.failed(now)
		return
	}
	u.tail = u.tail[1:]
	u.link.Keep(u.tail)
	u.connect(now)
}

// refit numbers the bodies of the tail's first stream anew, behind a gap: the relay's last event of that stream is
// number n, for it has lost what it had acknowledged since. False when nothing is missing before them.
func (u *Uplink) refit(n uint64, now int64) bool {
	hello, b, ok := cutBody(u.tail[0])
	if !ok || b.First <= n+1 {
		return false
	}
	lost := b.First - n - 1
	stub := event.AppendPart(event.AppendPart(nil, hello.Append(nil)), batch.PlainFrame(hello.Stream, n+1, [][]byte{forgotten(lost, now)}))
	bodies := [][]byte{stub}
	for _, body := range u.tail {
		if own, b, ok := cutBody(body); ok && b.Stream == hello.Stream {
			b.First -= lost - 1 // the gap has a number as well
			body = event.AppendPart(event.AppendPart(nil, own.Append(nil)), b.Append(nil))
		}
		bodies = append(bodies, body)
	}
	u.tail = bodies
	u.link.Keep(u.tail)
	return true
}

// cutBody reads a body with a batch in it.
func cutBody(body []byte) (hello event.Hello, b event.Batch, ok bool) {
	hello, rest, err := cutHello(body)
	if err != nil {
		return hello, b, false
	}
	frame, _, err := event.CutPart(rest)
	if err == nil {
		b, err = event.ReadBatch(frame)
	}
	return hello, b, err == nil
}

// Leave hands all that is not acknowledged to the browser, in the handler: the oldest events as a request that
// outlives the page, and everything, masked as it is, for the tab's next page.
func (u *Uplink) Leave(now int64) {
	if u.state == stopped {
		return
	}
	u.tellDropped() // there may be no room again before the page is gone, and the next one knows nothing of it
	u.Flush(now)
	bodies := u.Pending(now)
	u.link.Keep(bodies)
	if last := u.queue.last(); len(bodies) > 0 && last != u.left {
		u.left = last // hidden, then left: the same events need no second request
		u.link.Post(u.retime(bodies[0], now), true)
	}
}

// Pending gives all that is not acknowledged, as bodies that another uplink can take for its tail.
func (u *Uplink) Pending(now int64) [][]byte {
	bodies := append([][]byte(nil), u.tail...)
	for n := u.queue.acked; n < u.queue.last(); {
		bodies = append(bodies, u.keep(n, now))
		_, lines := u.queue.after(n, maxBatchBytes)
		n += uint64(len(lines))
	}
	return bodies
}

// Tail takes bodies of another page. They go out when the next connection is made.
func (u *Uplink) Tail(bodies [][]byte) { u.tail = append(u.tail, bodies...) }

// Returned says that the page is shown again after it was left: its connection is gone.
func (u *Uplink) Returned(now int64) {
	if u.state != stopped {
		u.link.Close()
		u.state, u.due = idle, now
	}
}
