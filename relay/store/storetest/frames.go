package storetest

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	frameOrigin = "https://pay.shop.example"
	streamC     = "cccccccccccccccc"
)

// pageOffset is that of the page's clock. Each frame says that its own clock is another: nobody has to believe it.
const pageOffset, frameOffset = 40, 5_000_000

// framed is the opening of a frame's stream beside the page's stream A, with a ticket that the page has made just now.
func framed(session, stream string) store.Opening {
	o := opening(session, stream)
	o.Tab, o.Frame, o.URL = opening(session, streamA).Tab, frameOrigin, frameOrigin+"/"
	o.Ticket = ticket(o, o.Received-pageOffset+event.TicketLife)
	o.SecretHash, o.Offset = [32]byte{}, frameOffset
	return o
}

// ticket makes one as a page does that has the session's secret.
func ticket(o store.Opening, expires int64) event.Ticket {
	secretHash := opening(o.Session, o.Stream).SecretHash
	t := event.Ticket{Expires: expires}
	mac := hmac.New(sha256.New, secretHash[:])
	mac.Write([]byte(t.Text(o.Session, o.Frame)))
	copy(t.MAC[:], mac.Sum(nil))
	return t
}

func testFrames(t *testing.T, f *fixture) {
	_, err := f.Open(ctx(), framed(session, streamB))
	wantError(t, "a frame before its page", err, store.ErrNotFound)
	f.mustOpen(session, streamA)
	elsewhere := framed(session, streamB)
	elsewhere.Tab = opening(session, streamB).Tab
	_, err = f.Open(ctx(), elsewhere)
	wantError(t, "a frame in a tab without a page", err, store.ErrNotFound)

	o, err := f.Open(ctx(), framed(session, streamB))
	if err != nil || o.Session != session || o.Last != 0 || o.ClientIndex != 0 {
		t.Fatalf("a frame: %+v, %v", o, err)
	}
	f.mustAppend(batch(session, streamB, 1, 2), 2)
	for range 2 { // as it is remembered, and as it is read
		later := framed(session, streamB)
		later.Received += 3 * event.TicketLife
		later.Ticket = ticket(later, later.Received-pageOffset+event.TicketLife)
		if o, err := f.Open(ctx(), later); err != nil || o.Last != 2 {
			t.Fatalf("with a later ticket: %+v, %v; want last 2", o, err)
		}
		testFrameRefusals(t, f)
		f.reopen()
	}
	streams := f.work(session).Streams
	if len(streams) != 2 || streams[0].Frame != "" || streams[1].Frame != frameOrigin {
		t.Errorf("the streams: %+v", streams)
	}
}

// testFrameRefusals: stream A is the page's, B a frame's; C is never opened.
func testFrameRefusals(t *testing.T, f *fixture) {
	t.Helper()
	other := "00000000000000000000000000000002"
	f.mustOpen(other, streamA)
	for _, row := range []struct {
		what   string
		stream string
		edit   func(*store.Opening)
		want   error
	}{
		{"no ticket", streamC, func(o *store.Opening) { o.Ticket = event.Ticket{} }, store.ErrNotAllowed},
		{"another origin's ticket", streamC, func(o *store.Opening) { o.Frame = "https://evil.example" }, store.ErrNotAllowed},
		{"another session's ticket", streamC, func(o *store.Opening) { o.Session = other }, store.ErrNotAllowed},
		{"another site", streamC, func(o *store.Opening) { o.Site = "bank" }, store.ErrNotAllowed},
		{"a ticket for longer than tickets are", streamC, func(o *store.Opening) {
			o.Ticket = ticket(*o, o.Received-pageOffset+event.TicketLife+store.ClockTolerance+1)
		}, store.ErrNotAllowed},
		{"an expired ticket", streamC, func(o *store.Opening) { o.Received += event.TicketLife }, store.ErrExpired},
		{"its own stream with an expired ticket", streamB, func(o *store.Opening) { o.Received += event.TicketLife }, store.ErrExpired},
		{"the page's stream", streamA, func(*store.Opening) {}, store.ErrNotAllowed},
		{"another frame's stream", streamB, func(o *store.Opening) {
			o.Frame = "https://help.shop.example"
			o.Ticket = ticket(*o, o.Ticket.Expires)
		}, store.ErrNotAllowed},
		{"the frame's stream by the secret", streamB, func(o *store.Opening) { *o = opening(session, streamB) }, store.ErrNotAllowed},
		{"the secret's hash, and no ticket", streamC, func(o *store.Opening) {
			o.Ticket, o.SecretHash = event.Ticket{}, opening(session, streamC).SecretHash
		}, store.ErrNotAllowed},
	} {
		o := framed(session, row.stream)
		row.edit(&o)
		_, err := f.Open(ctx(), o)
		wantError(t, row.what, err, row.want)
	}
}

// testFrameContinuation: a frame that says hello after the end finds the session that goes on, as its page does.
func testFrameContinuation(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	if _, err := f.Open(ctx(), framed(session, streamB)); err != nil {
		t.Fatal(err)
	}
	f.mustAppend(batch(session, streamB, 1, 3), 3)
	f.end(session)
	frame, err := f.Open(ctx(), framed(session, streamB))
	if err != nil || frame.Session == session || frame.Last != 3 {
		t.Fatalf("the frame goes on: %+v, %v; want another session, from 3", frame, err)
	}
	for range 2 {
		if page := f.mustOpen(session, streamA); page.Session != frame.Session {
			t.Errorf("the page goes on in %s, its frame in %s", page.Session, frame.Session)
		}
		f.reopen()
	}
	o := framed(session, streamC)
	if got, err := f.Open(ctx(), o); err != nil || got.Session != frame.Session {
		t.Errorf("another frame: %+v, %v", got, err)
	}
}
