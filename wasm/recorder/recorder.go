// Package recorder wires the stages of the page: rows of the sensor become events, events go to the relay. It
// alone knows all the stages; it knows nothing of the browser.
package recorder

import (
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/capture"
	"github.com/cotrail/cotrail/wasm/uplink"
)

// Page is the browser's side of the recorder.
type Page interface {
	uplink.Link
	Flushed(id string) // what Flush was asked for is durable
	Wake(ms int64)     // call Tick after so many milliseconds; replaces the call before
	// Rules teaches the sensor what to match, and whether form values are shown that no rule names, and ids that look
	// harmless, and whether some pages have other rules. It tells
	// whether all of the selectors are selectors.
	Rules(block, mask, allow []string, values, ids, pages bool) bool
	Backup(bodies [][]byte)   // all that is not acknowledged, in the form of Keep: a recorder after a crash begins with it
	Remember(values [][]byte) // all that is withheld, for it as well; not to be stored
}

// Recorder is one recorder instance. Its methods are called one at a time, each with the page's clock in
// milliseconds since 1970.
type Recorder struct {
	capture capture.Capture
	uplink  *uplink.Uplink
	page    Page
	flushes []flush
	wake    int64  // when Tick is due, 0 when it is not
	backed  int    // bytes that waited when the page was last given a backup
	behind  bool   // rows have come since then
	digest  string // of the site's policy
	hidden  int    // how many values were hidden when the page was last told of them
}

// backupAlways is how many bytes may wait for the relay that the page gets anew with all rows. Of more, while there is
// no connection, it gets what waits only when that is a quarter more: until then it keeps the rows.
const backupAlways = 64 << 10

type flush struct {
	id   string
	upto uint64
}

// Policy reads a compiled policy; one that cannot be read, or none, is the strictest there is.
func Policy(compiled []byte) *masking.Policy {
	p, err := masking.Read(compiled)
	if err != nil {
		return masking.Strictest()
	}
	return p
}

// New gives a recorder for the facts that the loader starts it with. tail is what the tab's last page could not
// deliver, as Keep gave it.
func New(start capture.Row, policy *masking.Policy, tail [][]byte, page Page) *Recorder {
	policy = taught(policy.At(start.Get("url")), page)
	c := capture.Capture{Policy: policy}
	event.Unhex(c.Key[:], start.Get("field_key")) // a wrong key only makes fields unrecognisable
	hello := event.Hello{
		Site: start.Get("site"), Session: start.Get("session"), Secret: start.Get("secret"), Ticket: start.Get("ticket"), Token: start.Get("token"), Tab: start.Get("tab"),
		URL: policy.URL(start.Get("shown_url")).String(), Agent: policy.Agent(start.Get("agent")).String(),
		Width: start.Int("width"), Height: start.Int("height"), Device: start.Get("device"),
		Policy: start.Get("policy"), Release: start.Get("release"),
	}
	event.Unhex(hello.Stream[:], start.Get("stream"))
	return &Recorder{capture: c, digest: start.Get("policy"), uplink: uplink.New(hello, page, tail), page: page}
}

// taught gives the policy that the sensor has learnt: that one, or the strictest when a selector is no selector, for
// what it was to hide is unknown.
func taught(policy *masking.Policy, page Page) *masking.Policy {
	block, mask, allow := policy.Selectors()
	if !page.Rules(block, mask, allow, policy.Default == masking.DefaultAllow, policy.TrustsIDs(), len(policy.Pages) > 0) {
		return policy.Break()
	}
	return policy
}

// Rows takes what the sensor has read since the last time. When the page's address has changed, and other rules hold
// at the new one, the sensor learns them for what it reads next.
func (r *Recorder) Rows(text string, now int64) {
	for e := range r.capture.Events(text) {
		r.uplink.Add(&e)
	}
	r.learn(now)
	if n := r.capture.Policy.HiddenCount(); n != r.hidden {
		r.hidden = n
		r.page.Remember(r.capture.Policy.Withheld())
	}
	r.behind = true
	if waiting := r.uplink.Waiting(); r.uplink.Offline() && waiting > backupAlways && waiting <= r.backed+r.backed/4 {
		return // until Tick is due
	}
	r.backUp(now)
	r.uplink.Tick(now)
	r.settle(now)
}

// backUp gives the page what a recorder after a crash begins with. It is called before anything of the rows can be
// sent, for what was sent may not be made of them again.
func (r *Recorder) backUp(now int64) {
	if !r.behind {
		return
	}
	r.behind, r.backed = false, r.uplink.Waiting()
	r.page.Backup(r.uplink.Pending(now))
}

// learn teaches the sensor the rules of the page's address, where they are new to it. When they cannot be used, the log
// hears of it.
func (r *Recorder) learn(now int64) {
	if !r.capture.Stale() {
		return
	}
	had := r.capture.Policy.Broken()
	r.capture.Learnt(taught(r.capture.Policy, r.page))
	if r.capture.Policy.Broken() && !had {
		if e, ok := r.capture.Event(capture.Row{"t=policy", "at=" + strconv.FormatInt(now, 10), "digest=" + r.digest}); ok {
			r.uplink.Add(&e)
		}
	}
}

// Tail takes what another page of the tab could not deliver, while this one was out of sight.
func (r *Recorder) Tail(bodies [][]byte) { r.uplink.Tail(bodies) }

// Flush asks for everything so far to become durable; Page.Flushed says when it is.
func (r *Recorder) Flush(id string, now int64) {
	r.flushes = append(r.flushes, flush{id, r.uplink.Flush(now)})
	r.settle(now)
}

// Opened, Message, Closed and Posted pass on what the network says; Leave and Returned what becomes of the page.

// Opened says that the socket is open.
func (r *Recorder) Opened(now int64) { r.backUp(now); r.uplink.Opened(now); r.settle(now) }

// Message takes a frame of the relay.
func (r *Recorder) Message(frame []byte, now int64) { r.uplink.Message(frame, now); r.settle(now) }

// Closed says that the socket is closed.
func (r *Recorder) Closed(now int64) { r.uplink.Closed(now); r.settle(now) }

// Posted takes the answer to a request, nil when there was none.
func (r *Recorder) Posted(answer []byte, now int64) { r.uplink.Posted(answer, now); r.settle(now) }

// Ticket takes a frame's next ticket: the session that it is for, a space, and the ticket.
func (r *Recorder) Ticket(text string) {
	session, ticket, _ := strings.Cut(text, " ")
	r.uplink.Renew(session, ticket)
}

// Tick does what is due.
func (r *Recorder) Tick(now int64) { r.backUp(now); r.wake = 0; r.uplink.Tick(now); r.settle(now) }

// Leave hands everything over, for the page may be gone when this returns.
func (r *Recorder) Leave(now int64) { r.backUp(now); r.uplink.Leave(now); r.settle(now) }

// Returned says that a page that was left is shown again.
func (r *Recorder) Returned(now int64) { r.uplink.Returned(now); r.settle(now) }

// Stop ends the recording.
func (r *Recorder) Stop(now int64) { r.uplink.Stop(now); r.settle(now) }

// settle answers the flushes that are durable and asks to be called again.
func (r *Recorder) settle(now int64) {
	acked := r.uplink.Acknowledged()
	waiting := r.flushes[:0]
	for _, f := range r.flushes {
		if f.upto <= acked {
			r.page.Flushed(f.id)
		} else {
			waiting = append(waiting, f)
		}
	}
	r.flushes = waiting
	if in, ok := r.uplink.Next(now); ok && (r.wake == 0 || now+in < r.wake || r.wake < now) {
		r.wake = max(now+in, 1)
		r.page.Wake(in)
	}
}
