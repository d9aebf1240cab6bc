// Package uplink brings events to the relay: it numbers them, keeps them until the relay has them on disk, sends
// them again after every kind of trouble, and says with a gap where it had to drop some.
//
// An Uplink is a state machine without goroutines, clocks or I/O: the browser calls its methods one at a time
// with the time, it acts through a Link, and Next tells when it wants to be called again.
package uplink

import (
	"encoding/binary"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/batch"
)

// Link is the browser's network. None of its calls blocks; what comes of them comes back as calls to the Uplink.
type Link interface {
	Connect()                         // then Opened, Message…, Closed; or Closed alone
	Send(frame []byte)                // on the open connection
	Close()                           // no Closed follows, and no Posted
	Post(body []byte, leaving bool)   // then Posted, unless the page is leaving
	Keep(bodies [][]byte)             // for the tab's next page; none: nothing is waiting
	Session(id string)                // the relay keeps the events under this session from now on
	Status(s Status, code event.Code) // told once a change
}

// Status is what the page can be told.
type Status string

// What an Uplink may be.
const (
	Connecting   Status = "starting"
	Recording    Status = "recording"
	Reconnecting Status = "reconnecting"
	Refused      Status = "refused"
	Stopped      Status = "stopped"
)

// Limits and times, in bytes and milliseconds.
const (
	// maxQueue bounds the lines that wait, some 4,000 events. A page may be asked to give 4 MiB: the same again is
	// kept for a crash, and a third more, in base64, for the tab's next page.
	maxQueue = 1 << 20
	// maxLine bounds one event; the largest, a submit of a hundred fields or a log call, has a third of it.
	maxLine = 32 << 10
	// batchEvents is the size of a batch that goes out at once. A smaller one goes when nothing is in flight: the
	// sensor has gathered its rows already, and each batch costs the relay a commit.
	batchEvents = 20
	// maxBatchBytes keeps a batch and its hello within one keepalive request of 64 KiB, which it has to share
	// with the page's own.
	maxBatchBytes = 48 << 10
	// maxInFlight bounds the frames that wait for their acknowledgement: the relay reads no faster than it stores.
	maxInFlight = 16
	// answerTimeout is when a connection counts as dead though it says nothing.
	answerTimeout = 15_000
	// firstRetry and lastRetry bound the doubling back-off; each wait is drawn between half of it and all, so
	// that the pages of a relay that was away do not come back in one second.
	firstRetry = 500
	lastRetry  = 30_000
	// lostRetry bounds the first wait after an open connection is lost: the relay may have ended, and then all of its
	// pages know it at the same moment. Ten thousand come back over seconds.
	lostRetry = 8000
	// postAfter is the number of connections in a row that failed before the relay spoke, after which the
	// uplink takes WebSockets for blocked and posts; socketAgain is when it tries them again.
	postAfter   = 3
	socketAgain = 300_000
	// stopTimeout is how long a stop waits for what is not acknowledged.
	stopTimeout = 5000
)

type state uint8

const (
	idle     state = iota // not connected; at `due` the next try
	greeting              // connecting, or hello sent: at `due` given up
	open                  // welcomed
	posting               // a request is under way
	stopped               // for good
)

// Uplink is one stream's road to the relay. Hello's Time is set at each use.
type Uplink struct {
	Hello event.Hello
	link  Link

	state    state
	due      int64 // when the state ends by itself
	retry    int64 // the next wait
	random   uint64
	failures int  // connections in a row that ended before a welcome
	posts    bool // WebSockets seem blocked
	postsTil int64
	plain    bool // the relay could not read a compressed frame: the next connection sends none
	welcomed bool // ever
	tail     [][]byte
	left     uint64 // the last event that Leave has posted
	stopBy   int64  // when a stop that is under way waits no longer, 0 when there is none

	queue   queue
	frames  []uint64 // last event of each frame in flight
	heard   int64    // when the relay last spoke
	flushTo uint64   // up to here nothing waits for a full batch
	writer  batch.Writer
	dropped gap
}

// New gives an uplink that begins with what the tab's last page left behind. Tick starts it.
func New(hello event.Hello, link Link, tail [][]byte) *Uplink {
	return &Uplink{Hello: hello, link: link, tail: tail, retry: firstRetry, random: binary.LittleEndian.Uint64(hello.Stream[:])}
}

// Add queues an event. Where there is no room it is counted, and a gap will say so.
func (u *Uplink) Add(e *event.Event) {
	if u.state == stopped {
		return
	}
	line := e.AppendLine(nil)
	if len(line) > maxLine || u.Waiting()+len(line) > maxQueue {
		u.dropped.add(e.Time, len(line) > maxLine)
		return
	}
	u.tellDropped()
	u.queue.add(line)
}

// tellDropped queues the gap of what was dropped.
func (u *Uplink) tellDropped() {
	if u.dropped.count > 0 {
		g := u.dropped.event()
		u.dropped = gap{}
		u.queue.add(g.AppendLine(nil))
	}
}

// Flush sends all that waits without waiting for more, and gives the number to wait for.
func (u *Uplink) Flush(now int64) uint64 {
	u.flushTo = u.queue.last()
	u.pump(now)
	return u.flushTo
}

// Acknowledged is the number up to which all events are durable at the relay.
func (u *Uplink) Acknowledged() uint64 { return u.queue.acked }

// Stop ends the stream for good, once the relay has all that waits. What it cannot be given in time is lost.
func (u *Uplink) Stop(now int64) {
	if u.state == stopped || u.stopBy != 0 {
		return
	}
	u.tellDropped()
	u.stopBy = now + stopTimeout
	u.link.Keep(u.Pending(now)) // the page may be left before
	u.Flush(now)
	if u.state == idle {
		u.connect(now)
	}
	u.stopping(now)
}

// stopping ends a stream that is to stop, when nothing waits any more or the time is over.
func (u *Uplink) stopping(now int64) {
	if u.stopBy == 0 || u.state == stopped || u.Waiting() > 0 && now < u.stopBy {
		return
	}
	u.Leave(now)
	u.link.Keep(nil)
	u.end(Stopped, "")
}

// Next gives the milliseconds until Tick should be called, and false when nothing is due.
func (u *Uplink) Next(now int64) (int64, bool) {
	at, ok := u.due, u.state != open && u.state != stopped
	if u.state == open {
		at, ok = u.heard+answerTimeout, len(u.frames) > 0
	}
	if u.stopBy != 0 && u.state != stopped {
		if !ok {
			at = u.stopBy
		}
		at, ok = min(at, u.stopBy), true
	}
	return max(at-now, 0), ok
}

// Tick does what is due.
func (u *Uplink) Tick(now int64) {
	u.stopping(now)
	switch u.state {
	case idle:
		if now >= u.due {
			u.connect(now)
		}
	case greeting, posting:
		if now >= u.due {
			u.link.Close()
			u.failed(now)
		}
	case open:
		if len(u.frames) > 0 && now >= u.heard+answerTimeout {
			u.link.Close()
			u.failed(now)
			return
		}
		u.pump(now)
	}
}

// pump sends what should go now.
func (u *Uplink) pump(now int64) {
	if u.state != open {
		return
	}
	for len(u.frames) < maxInFlight {
		first, lines := u.queue.next(maxBatchBytes)
		last := first + uint64(len(lines)) - 1
		if len(lines) == 0 || len(lines) < batchEvents && len(u.frames) > 0 && last > u.flushTo {
			return
		}
		if len(u.frames) == 0 {
			u.heard = now
		}
		if u.plain {
			u.link.Send(batch.PlainFrame(u.Hello.Stream, first, lines))
		} else {
			u.link.Send(u.writer.Frame(u.Hello.Stream, first, lines, now))
		}
		u.queue.sent = last
		u.frames = append(u.frames, last)
	}
}

// Offline tells whether nothing can reach the relay before the next try.
func (u *Uplink) Offline() bool { return u.state == idle || u.state == greeting }

// Waiting gives the bytes that are not acknowledged, with those that the tab's earlier pages left behind.
func (u *Uplink) Waiting() int {
	size := u.queue.bytes
	for _, body := range u.tail {
		size += len(body)
	}
	return size
}

// backoff draws the next wait.
func (u *Uplink) backoff() int64 {
	wait := u.draw(u.retry/2, u.retry)
	u.retry = min(2*u.retry, lastRetry)
	return wait
}

// draw gives a number between the two, from the stream's random name: numbers of Go's own would be the same on every
// page, since the build starts the program (wasm/build/boot). The step is Knuth's MMIX.
func (u *Uplink) draw(from, to int64) int64 {
	u.random = u.random*6364136223846793005 + 1442695040888963407
	return from + int64(u.random>>33)%(to-from)
}
