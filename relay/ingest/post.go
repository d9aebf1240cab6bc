package ingest

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// post takes a body of parts: a hello, then batches or a failure. It is for pages that are being left, and for
// networks without WebSockets. Each body stands alone: it begins a brotli stream of its own or has none.
func (h *Handler) post(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Origin")
	// No preflight is needed for text/plain, and there may be no time for one.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "text/plain" {
		h.answer(w, refuse(event.BadFrame, "the content type is not text/plain"))
		return
	}
	bounded := &roomed{Reader: http.MaxBytesReader(w, r.Body, event.MaxFrame), room: &h.room}
	defer bounded.leave()
	body, err := io.ReadAll(bounded)
	var tooLarge *http.MaxBytesError
	var full *refusal
	switch {
	case errors.As(err, &full):
		h.answer(w, full)
		return
	case errors.As(err, &tooLarge):
		h.answer(w, refuse(event.TooLarge, "the body has over %d bytes", event.MaxFrame))
		return
	case err != nil:
		h.answer(w, refuse(event.BadFrame, "the body is cut"))
		return
	}
	answer, err := h.take(w, r, body)
	if err != nil {
		h.refuse(w, answer, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(answer) // fails when the page is gone: it will ask again
}

// take stores what a body holds and gives the answer: a welcome and an acknowledgement. Where the store takes no more of
// the stream it is the welcome alone, for the page has to know from where it may go on.
func (h *Handler) take(w http.ResponseWriter, r *http.Request, body []byte) ([]byte, error) {
	ctx := context.WithoutCancel(r.Context()) // a page that is left cuts its requests: store what came all the same
	frame, rest, err := event.CutPart(body)
	if err != nil {
		return nil, refuse(event.BadFrame, "%s", err)
	}
	in := intake{h: h}
	err = in.greet(frame, r)
	if in.site.Key != "" { // the site allows this origin, so its pages may read the answer, also a refusal
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	}
	if err != nil {
		return nil, err
	}
	welcome, err := in.open(ctx)
	if err != nil {
		return nil, err
	}
	last := welcome.Last
	for parts := 1; len(rest) > 0; parts++ {
		if parts == maxParts {
			return nil, refuse(event.TooLarge, "the body has over %d parts", maxParts)
		}
		if frame, rest, err = event.CutPart(rest); err != nil {
			return nil, refuse(event.BadFrame, "%s", err)
		}
		b, err := in.part(frame, last)
		if err != nil {
			return nil, err
		}
		if b.Count == 0 {
			continue
		}
		var moved *event.Welcome
		last, moved, err = in.append(ctx, b)
		if moved != nil {
			welcome = *moved
		}
		if err != nil {
			return event.AppendPart(nil, welcome.Append(nil)), err
		}
	}
	return event.AppendPart(event.AppendPart(nil, welcome.Append(nil)), event.AppendAck(nil, last)), nil
}

// part gives the batch that a part holds. A failure is one of one event, where it is the stream's first.
func (in *intake) part(frame []byte, last uint64) (store.Batch, error) {
	if kind, err := event.FrameKind(frame); err != nil || kind != event.KindFailure {
		return in.batch(frame)
	}
	f, err := event.ReadFailure(frame)
	if err != nil {
		return store.Batch{}, refuse(event.BadFrame, "%s", err)
	}
	var details event.Details
	details.Word("what", event.Word(f.What))
	details.Bool("restarted", false)
	e := event.Event{Type: event.RecorderFailed, Time: f.Time, Details: details}
	line := e.AppendLine(nil)
	b := event.Batch{Stream: in.hello.Stream, First: 1, Count: 1, Plain: len(line), Checksum: event.Checksum(line), Body: line}
	checked, err := in.batch(b.Append(nil)) // knows the words for what, and the times
	if err != nil {
		return store.Batch{}, err
	}
	in.h.metrics.failures.WithLabelValues(in.site.Key, f.What).Inc()
	in.h.log.Warn("a page cannot record", "site", in.site.Key, "what", f.What)
	if last > 0 {
		return store.Batch{}, nil // it has said more than that
	}
	return checked, nil
}

// answer refuses a request.
func (h *Handler) answer(w http.ResponseWriter, err error) { h.refuse(w, nil, err) }

// refuse refuses a request behind what else there is to answer.
func (h *Handler) refuse(w http.ResponseWriter, answer []byte, err error) {
	r := h.told(err)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.WriteHeader(event.Codes[r.code].Status)
	_, _ = w.Write(event.AppendPart(answer, r.frame())) // fails when the page is gone
}
