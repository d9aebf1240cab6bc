package ingest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// conn is one WebSocket. Two goroutines serve it: serve's own reads and checks, and store appends and answers, so
// that the next batch is read while the last one waits for its commit. Answers keep the order of the batches.
type conn struct {
	h     *Handler
	in    intake
	queue chan store.Batch // checked batches, from the reader to store

	mu sync.Mutex      // guards ws against a shutdown before the upgrade
	ws *websocket.Conn // nil before the upgrade

	ordered atomic.Bool // the page was left, or the relay wants no more of it: that the connection ends is no loss

	pinged time.Time      // of store
	aside  sync.WaitGroup // what must not hold up the connection: pings, the end of an older connection
}

// errGone says that the connection is no more, or was closed by the page: there is nobody to tell anything.
var errGone = errors.New("the connection is gone")

// serve serves the connection to its end.
func (c *conn) serve(ws *websocket.Conn, r *http.Request) {
	c.mu.Lock()
	c.ws = ws
	c.mu.Unlock()
	defer c.cut()
	if c.h.goingDown() { // since the upgrade began
		c.goAway()
		return
	}
	ws.SetReadLimit(2 * event.MaxFrame) // read takes MaxFrame only; this is for what closing throws away
	ctx := context.WithoutCancel(r.Context())
	welcome, err := c.greet(ctx, r)
	if err != nil {
		c.refuse(err)
		return
	}
	defer c.h.dismiss(c.in.site.Key)
	defer c.expire()()
	c.present(ctx)
	if err := c.write(welcome.Append(nil)); err == nil {
		c.receive(ctx)
	}
	c.absent(ctx)
	c.aside.Wait()
}

// expire closes the connection when the participant's token expires, and gives what calls that off.
func (c *conn) expire() (stop func()) {
	if c.in.expires.IsZero() {
		return func() {}
	}
	timer := time.AfterFunc(c.in.expires.Sub(c.h.now()), func() { c.refuse(errExpired) })
	return func() { timer.Stop() }
}

// greet waits for the hello, not for long.
func (c *conn) greet(ctx context.Context, r *http.Request) (event.Welcome, error) {
	if c.ws.Subprotocol() != event.Subprotocol {
		return event.Welcome{}, refuse(event.BadVersion, "the subprotocol is not %s", event.Subprotocol)
	}
	slow := time.AfterFunc(c.h.limits.HelloTimeout, func() {
		c.refuse(refuse(event.TooSlow, "no hello within %s", c.h.limits.HelloTimeout))
	})
	frame, err := c.read()
	if !slow.Stop() || errors.Is(err, errGone) {
		return event.Welcome{}, errGone
	}
	if err != nil {
		return event.Welcome{}, err
	}
	if err := c.in.greet(frame, r); err != nil {
		return event.Welcome{}, err
	}
	if err := c.h.admit(c.in.site.Key); err != nil {
		return event.Welcome{}, err
	}
	c.in.opening.Connected = true
	welcome, err := c.in.open(ctx)
	if err != nil {
		c.h.dismiss(c.in.site.Key)
	}
	return welcome, err
}

// receive reads batches until the connection ends, and returns when all of them are stored.
func (c *conn) receive(ctx context.Context) {
	stored := make(chan struct{})
	go func() { defer close(stored); c.store(ctx) }()
	var err error
	for err == nil {
		var frame []byte
		var b store.Batch
		if frame, err = c.read(); err != nil {
			break
		}
		if b, err = c.in.batch(frame); err != nil {
			break
		}
		if err = c.h.room.take(len(b.Lines)); err == nil { // store gives it back
			c.queue <- b
		}
	}
	close(c.queue)
	<-stored // what came before the trouble is stored and acknowledged first
	c.refuse(err)
}

// store appends what was read and looks after the connection meanwhile.
func (c *conn) store(ctx context.Context) {
	beat := time.NewTicker(c.h.limits.Beat)
	defer beat.Stop()
	c.pinged = c.h.now()
	var failed error
	for {
		select {
		case b, ok := <-c.queue:
			if !ok {
				return
			}
			if failed != nil {
				c.h.room.give(len(b.Lines))
				continue // the reader has not yet noticed
			}
			if failed = c.appendAll(ctx, b); failed != nil {
				c.refuse(failed)
			}
		case <-beat.C:
			c.beat(ctx)
		}
	}
}

// appendAll stores a batch together with those that wait behind it: under load they share a row of the store and an
// acknowledgement.
func (c *conn) appendAll(ctx context.Context, b store.Batch) error {
	for len(c.queue) > 0 && len(b.Lines) < maxJoined {
		next := <-c.queue // this goroutine alone receives
		joined, ok := b.Join(next)
		if !ok {
			if err := c.append(ctx, b); err != nil {
				c.h.room.give(len(next.Lines))
				return err
			}
			joined = next
		}
		b = joined
	}
	return c.append(ctx, b)
}

// append stores a batch and acknowledges it. When the page is gone the batch is stored all the same.
func (c *conn) append(ctx context.Context, b store.Batch) error {
	defer c.h.room.give(len(b.Lines))
	before := c.in.session
	last, moved, err := c.in.append(ctx, b)
	if moved != nil {
		c.h.release(streamKey{before, c.in.opening.Stream}, c)
		c.present(ctx)
		_ = c.write(moved.Append(nil)) // fails when the page is gone
	}
	if err != nil {
		return err
	}
	_ = c.write(event.AppendAck(nil, last))
	return nil
}

// beat notes that the page is there, frees what an idle connection does not need, and asks whether it is there.
func (c *conn) beat(ctx context.Context) {
	now := c.h.now()
	if c.in.inflater.forget(now.Add(-c.h.limits.DecoderIdle)) {
		c.h.forgotten()
	}
	c.note(ctx, true)
	if now.Sub(c.pinged) < c.h.limits.PingEvery {
		return
	}
	c.pinged = now
	c.aside.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, c.h.limits.PingTimeout)
		defer cancel()
		if c.ws.Ping(ctx) != nil {
			c.cut()
		}
	})
}

// present makes this the stream's connection, in place of an older one.
func (c *conn) present(ctx context.Context) {
	if before := c.h.claim(streamKey{c.in.session, c.in.opening.Stream}, c); before != nil && before != c {
		c.aside.Go(before.cut)
	}
	c.note(ctx, true)
}

// absent notes that the stream has no connection, unless it has another by now, and whether that is a loss.
func (c *conn) absent(ctx context.Context) {
	if !c.h.release(streamKey{c.in.session, c.in.opening.Stream}, c) {
		return
	}
	if c.ordered.Load() {
		if err := c.h.store.Left(ctx, c.in.session, c.in.opening.Stream); err != nil && !over(err) {
			c.h.log.Error("cannot note that a page was left", "error", err)
		}
	}
	c.note(ctx, false)
	c.h.wake(c.in.session)
}

// over tells of an error of the store that the session has ended: there is nothing more to note.
func over(err error) bool { return errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrEnded) }

func (c *conn) note(ctx context.Context, live bool) {
	err := c.h.store.Seen(ctx, c.in.session, c.in.opening.Stream, c.h.now().UnixMilli(), live)
	if err != nil && !over(err) {
		c.h.log.Error("cannot note a stream's presence", "error", err)
	}
}

// read gives the next frame, which has to come as a whole within a time. It does not return errors of the connection,
// only errGone.
func (c *conn) read() ([]byte, error) {
	kind, from, err := c.ws.Reader(context.Background())
	if err != nil {
		c.ended(err)
		return nil, errGone
	}
	slow := time.AfterFunc(c.h.limits.FrameTimeout, func() {
		c.refuse(refuse(event.TooSlow, "a frame was not whole within %s", c.h.limits.FrameTimeout))
	})
	defer slow.Stop()
	bounded := &roomed{Reader: io.LimitReader(from, event.MaxFrame+1), room: &c.h.room}
	defer bounded.leave()
	var frame bytes.Buffer
	n, err := frame.ReadFrom(bounded)
	var full *refusal
	switch {
	case errors.As(err, &full):
		return nil, full
	case err != nil:
		return nil, errGone
	case n > event.MaxFrame:
		return nil, refuse(event.TooLarge, "the frame has over %d bytes", event.MaxFrame)
	case kind != websocket.MessageBinary:
		return nil, refuse(event.BadFrame, "the message is text, not binary")
	}
	return frame.Bytes(), nil
}

// ended looks at how the connection has ended. The recorder closes its connection without a status when its page is
// left. A browser that is killed says nothing, and one whose page has crashed says of itself that it goes away.
func (c *conn) ended(err error) {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNoStatusRcvd, websocket.StatusNormalClosure:
		c.ordered.Store(true)
	}
}

func (c *conn) write(frame []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.h.limits.WriteTimeout)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageBinary, frame)
}

// refuse tells the page why, and closes.
func (c *conn) refuse(err error) {
	if errors.Is(err, errGone) {
		return
	}
	r := c.h.told(err)
	if r.code != event.TooSlow { // a page that falls silent within a frame may be lost
		c.ordered.Store(true)
	}
	if c.write(r.frame()) == nil {
		c.close(r.closeStatus(), string(r.code))
	}
}

// goAway sends the page to another relay, or to this one when it is back.
func (c *conn) goAway() {
	c.ordered.Store(true)
	c.close(websocket.StatusGoingAway, "the relay is going down")
}

// close closes in the polite way, which may wait for the page for some seconds.
func (c *conn) close(status websocket.StatusCode, reason string) {
	if ws := c.socket(); ws != nil {
		_ = ws.Close(status, reason) // it fails when the page is gone
	}
}

// cut closes at once.
func (c *conn) cut() {
	if ws := c.socket(); ws != nil {
		_ = ws.CloseNow() // it fails when it is closed already
	}
}

func (c *conn) socket() *websocket.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ws
}
