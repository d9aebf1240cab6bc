package uplink

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/masking/event"
)

// relay plays the relay and the network: what an uplink does through its Link lands here, and the test decides
// what comes back and when.
type relay struct {
	t testing.TB

	log       map[event.StreamID][]string // durable lines
	welcome   string                      // session to welcome with, "" for the asked one
	connected bool
	inflater  *brotli.Reader
	input     bytes.Reader
	answers   [][]byte // frames on their way to the page
	posted    [][]byte // answers to requests on their way
	lastPost  []byte   // body of the last request of a page that leaves
	dials     int
	kept      [][]byte
	statuses  []string
	sessions  []string
	encodings []event.Encoding
	tickets   []string // of the hellos
}

func newRelay(t testing.TB) *relay { return &relay{t: t, log: map[event.StreamID][]string{}} }

func (r *relay) Connect()             { r.dials++ }
func (r *relay) Close()               { r.connected, r.answers, r.posted = false, nil, nil }
func (r *relay) Keep(bodies [][]byte) { r.kept = bodies }
func (r *relay) Session(id string)    { r.sessions = append(r.sessions, id) }
func (r *relay) Status(s Status, c event.Code) {
	r.statuses = append(r.statuses, strings.TrimSpace(string(s)+" "+string(c)))
}
func (r *relay) Read(p []byte) (int, error) {
	if r.input.Len() == 0 {
		return 0, errors.New("the frame's bytes are used up")
	}
	return r.input.Read(p)
}

func (r *relay) Send(frame []byte) { r.answers = append(r.answers, r.take(frame)...) }

func (r *relay) Post(body []byte, leaving bool) {
	var answer []byte
	rest := body
	for len(rest) > 0 {
		frame, after, err := event.CutPart(rest)
		if err != nil {
			r.t.Fatalf("body of a request: %v", err)
		}
		rest = after
		for _, a := range r.take(frame) {
			answer = event.AppendPart(answer, a)
		}
	}
	if leaving {
		r.lastPost = body
	} else {
		r.posted = append(r.posted, answer)
	}
}

// take does what ingest does with a frame.
func (r *relay) take(frame []byte) [][]byte {
	kind, err := event.FrameKind(frame)
	if err != nil {
		r.t.Fatal(err)
	}
	if kind == event.KindHello {
		hello, err := event.ReadHello(frame)
		if err != nil {
			r.t.Fatal(err)
		}
		r.tickets = append(r.tickets, hello.Ticket)
		w := event.Welcome{Session: hello.Session, Last: uint64(len(r.log[hello.Stream])), Time: hello.Time}
		if r.welcome != "" {
			w.Session = r.welcome
		}
		return [][]byte{w.Append(nil)}
	}
	b, err := event.ReadBatch(frame)
	if err != nil {
		r.t.Fatal(err)
	}
	r.encodings = append(r.encodings, b.Encoding)
	lines := strings.SplitAfter(strings.TrimSuffix(string(r.plain(b)), "\n"), "\n")
	if len(lines) != b.Count {
		r.t.Fatalf("%d lines, %d stated", len(lines), b.Count)
	}
	have := uint64(len(r.log[b.Stream]))
	if b.First > have+1 {
		refusal := event.Refusal{Code: string(event.OutOfOrder), Reason: "events are missing"}
		return [][]byte{refusal.Append(nil)}
	}
	for i, line := range lines {
		if b.First+uint64(i) > have {
			r.log[b.Stream] = append(r.log[b.Stream], strings.TrimSuffix(line, "\n"))
		}
	}
	return [][]byte{event.AppendAck(nil, uint64(len(r.log[b.Stream])))}
}

func (r *relay) plain(b event.Batch) []byte {
	if b.Encoding == event.Plain {
		return b.Body
	}
	r.input.Reset(b.Body)
	skip := 1
	if b.Encoding == event.BrotliFirst {
		r.inflater, skip = brotli.NewReader(r), 0
	}
	plain := make([]byte, skip+b.Plain)
	if _, err := io.ReadFull(r.inflater, plain); err != nil {
		r.t.Fatalf("inflate: %v", err)
	}
	return plain[skip:]
}

// open lets the connection come up and delivers what is under way.
func (r *relay) open(u *Uplink, now int64) {
	r.connected = true
	u.Opened(now)
	r.deliver(u, now)
}

func (r *relay) deliver(u *Uplink, now int64) {
	for len(r.answers) > 0 {
		answer := r.answers[0]
		r.answers = r.answers[1:]
		u.Message(answer, now)
	}
}

// logged gives the numbers n of the lines {"…":{"n":…}} of a stream.
func (r *relay) logged(stream event.StreamID) string { return strings.Join(r.log[stream], "\n") }
