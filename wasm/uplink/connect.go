package uplink

import (
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/batch"
)

// connect begins the next try: the last page's tail first, since its events come before ours.
func (u *Uplink) connect(now int64) {
	u.due = now + answerTimeout
	for len(u.tail) > 0 && !u.fresh(u.tail[0]) {
		u.tail = u.tail[1:]
		u.link.Keep(u.tail)
	}
	switch {
	case len(u.tail) > 0:
		u.state = posting
		u.link.Post(u.retime(u.tail[0], now), false)
	case u.posts && now < u.postsTil:
		u.state = posting
		u.link.Post(u.body(u.queue.acked, now), false)
	default:
		u.posts = false
		u.state = greeting
		u.link.Connect()
	}
}

// Renew takes the ticket that this frame has from now on, and the session that it is for.
func (u *Uplink) Renew(session, ticket string) { u.Hello.Session, u.Hello.Ticket = session, ticket }

// fresh tells whether a body that another page wrote could still be taken. The ticket of a frame's has expired, and a
// token is not kept, so it needs this page's, and that is for its own session only.
func (u *Uplink) fresh(body []byte) bool {
	hello, _, err := cutHello(body)
	same := hello.Session == u.Hello.Session
	return err != nil || (hello.Ticket == "" || u.Hello.Ticket != "" && same) && (hello.Token == "" || u.Hello.Token != "" && same)
}

// retime sets the clock of a body that another page wrote: the relay measures the clock's offset by it. A frame's gets
// the ticket of today, a participant's the token.
func (u *Uplink) retime(body []byte, now int64) []byte {
	hello, rest, err := cutHello(body)
	if err != nil {
		return body
	}
	hello.Time = now
	if hello.Ticket != "" {
		hello.Ticket = u.Hello.Ticket
	}
	if hello.Token != "" {
		hello.Token = u.Hello.Token
	}
	return append(event.AppendPart(nil, hello.Append(nil)), rest...)
}

func cutHello(body []byte) (hello event.Hello, rest []byte, err error) {
	frame, rest, err := event.CutPart(body)
	if err == nil {
		hello, err = event.ReadHello(frame)
	}
	return hello, rest, err
}

// tokenKept stands for the token in what is kept for the tab's next page: a token may say more of a person than the log.
const tokenKept = "kept"

// keep is body in the form that is kept.
func (u *Uplink) keep(n uint64, now int64) []byte {
	token := u.Hello.Token
	if token != "" {
		u.Hello.Token = tokenKept
	}
	body := u.body(n, now)
	u.Hello.Token = token
	return body
}

// body makes a POST body of the hello and the events after number n, as many as one batch holds; with none it
// still tells the relay that the page is there.
func (u *Uplink) body(n uint64, now int64) []byte {
	u.Hello.Time = now
	body := event.AppendPart(nil, u.Hello.Append(nil))
	if first, lines := u.queue.after(n, maxBatchBytes); len(lines) > 0 {
		body = event.AppendPart(body, batch.PlainFrame(u.Hello.Stream, first, lines))
	}
	return body
}

// Opened says that the connection is there: the hello goes out.
func (u *Uplink) Opened(now int64) {
	if u.state != greeting {
		return
	}
	u.Hello.Time = now
	u.link.Send(u.Hello.Append(nil))
}

// Message takes a frame of the relay.
func (u *Uplink) Message(frame []byte, now int64) {
	kind, err := event.FrameKind(frame)
	if err != nil || u.state == stopped {
		return
	}
	u.heard = now
	switch kind {
	case event.KindWelcome:
		if w, err := event.ReadWelcome(frame); err == nil {
			u.welcome(w, now)
		}
	case event.KindAck:
		if last, err := event.ReadAck(frame); err == nil {
			u.ack(last)
			u.pump(now)
		}
	case event.KindRefuse:
		if r, err := event.ReadRefusal(frame); err == nil {
			u.link.Close()
			u.refused(event.Code(r.Code), now)
		}
	}
	u.stopping(now)
}

// welcome goes on from the relay's last durable event. The relay may send it again on an open connection, when
// the session ended and another took its place.
func (u *Uplink) welcome(w event.Welcome, now int64) {
	u.adopt(w.Session)
	if u.state != greeting {
		u.ack(w.Last)
		return
	}
	u.goOn(w.Last, now)
	u.queue.sent = u.queue.acked
	u.frames = u.frames[:0]
	u.writer.Reset()
	u.state, u.retry, u.failures, u.welcomed = open, firstRetry, 0, true
	u.link.Status(Recording, "")
	u.flushTo = u.queue.last() // what waited while there was no connection has waited long enough
	u.pump(now)
}

// adopt goes on with the session that the relay keeps the events under. A ticket or token is good for the one that it
// names, so that one is asked for again.
func (u *Uplink) adopt(session string) {
	if session == u.Hello.Session {
		return
	}
	if u.Hello.Ticket == "" && u.Hello.Token == "" {
		u.Hello.Session = session
	}
	u.link.Session(session)
}

// goOn goes on from the relay's last durable event. A store that was set back, as by a backup that was restored, has
// less than was acknowledged.
func (u *Uplink) goOn(last uint64, now int64) {
	if last < u.queue.acked {
		u.queue.forget(last, now)
		u.left = 0
	}
	u.ack(last)
}

func (u *Uplink) ack(last uint64) {
	u.queue.ack(last)
	for len(u.frames) > 0 && u.frames[0] <= u.queue.acked {
		u.frames = u.frames[1:]
	}
	if len(u.frames) == 0 {
		u.plain = false
	}
}

// refused reacts as the table of codes says; an unknown code waits, for a newer relay may know why.
func (u *Uplink) refused(code event.Code, now int64) {
	reaction := event.Later
	if c, ok := event.Codes[code]; ok {
		reaction = c.Reaction
	}
	switch reaction {
	case event.Stop:
		if code == event.TokenExpired {
			u.Leave(now) // the relay takes it for a while yet
		}
		u.end(Refused, code)
	case event.Resend:
		u.plain = true
		u.failed(now)
	default:
		u.failed(now)
	}
}

// Closed says that the connection is gone, or never came to be.
func (u *Uplink) Closed(now int64) {
	if u.state == greeting || u.state == open {
		u.failed(now)
	}
}

// failed waits for the next try.
func (u *Uplink) failed(now int64) {
	if u.state == greeting {
		if u.failures++; u.failures >= postAfter {
			u.posts, u.postsTil, u.failures = true, now+socketAgain, 0
		}
	} else if u.state == posting {
		u.posts = false
	}
	if u.welcomed {
		u.link.Status(Reconnecting, "")
	}
	if u.state == open {
		u.due = now + u.draw(firstRetry/2, lostRetry)
	} else {
		u.due = now + u.backoff()
	}
	u.state = idle
}

func (u *Uplink) end(s Status, code event.Code) {
	u.state = stopped
	u.queue = queue{acked: u.queue.acked}
	u.link.Close()
	u.link.Status(s, code)
}
