package ingest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// body joins frames to a POST body.
func body(frames ...[]byte) (b []byte) {
	for _, f := range frames {
		b = event.AppendPart(b, f)
	}
	return b
}

func (r *relay) post(t *testing.T, from, kind string, body []byte) (*http.Response, []byte) {
	t.Helper()
	q, err := http.NewRequest(http.MethodPost, r.server.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", kind)
	if from != "" {
		q.Header.Set("Origin", from)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, content
}

// wantTaken posts a body and wants a welcome and an acknowledgement.
func (r *relay) wantTaken(t *testing.T, body []byte, last uint64) event.Welcome {
	t.Helper()
	answer, content := r.post(t, origin, "text/plain;charset=UTF-8", body)
	if answer.StatusCode != 200 || answer.Header.Get("Access-Control-Allow-Origin") != origin || answer.Header.Get("Vary") != "Origin" ||
		answer.Header.Get("Content-Type") != "application/octet-stream" {
		t.Fatalf("status %d, header %v, %q", answer.StatusCode, answer.Header, content)
	}
	frame, rest, err := event.CutPart(content)
	if err != nil {
		t.Fatal(err)
	}
	w, err := event.ReadWelcome(frame)
	if err != nil {
		t.Fatal(err)
	}
	frame, rest, err = event.CutPart(rest)
	if err != nil || len(rest) != 0 {
		t.Fatalf("%d bytes behind the acknowledgement, %v", len(rest), err)
	}
	if got, err := event.ReadAck(frame); err != nil || got != last {
		t.Errorf("acknowledged %d, %v; want %d", got, err, last)
	}
	return w
}

func TestPost(t *testing.T) {
	r := newRelay(t, nil)
	p := &page{hello: someHello(), next: 1}
	hello := p.hello.Append(nil)
	r.wantTaken(t, body(hello), 0)
	plain := p.plain(1, string(p.lines(3)))
	first := p.batch(2) // begins a brotli stream of its own
	one := body(hello, plain, first)
	r.wantTaken(t, one, 5)
	r.wantTaken(t, one, 5) // the answer was lost, so the page asks again
	r.wantLog(t, p, 5)
	if w, err := r.db.Work(context.Background(), p.hello.Session, store.AllEvents); err != nil || w.Streams[0].Live {
		t.Errorf("a request makes the stream live: %+v, %v", w.Streams, err)
	}

	ended := p.hello.Session
	r.end(ended)
	w := r.wantTaken(t, body(hello, p.plain(4, string(p.lines(3)))), 6)
	if w.Session == ended || strings.Count(r.stored(w.Session), "\n") != 1 {
		t.Errorf("after the end: welcome %+v, stored %q", w, r.stored(w.Session))
	}
}

func TestFailure(t *testing.T) {
	r := newRelay(t, nil)
	p := &page{hello: someHello(), next: 1}
	failure := event.Failure{What: "csp", Time: p.hello.Time}
	report := body(p.hello.Append(nil), failure.Append(nil))
	r.wantTaken(t, report, 1)
	r.wantTaken(t, report, 1)
	got := r.stored(p.hello.Session)
	if strings.Count(got, "\n") != 1 || !strings.Contains(got, `"type":"recorder_failed"`) || !strings.Contains(got, `"details":{"what":"csp","restarted":false}`) {
		t.Errorf("stored %q", got)
	}
	if n := r.value("cotrail_recorder_failures_total"); n != 2 {
		t.Errorf("counted %g failures, want 2", n)
	}
	if !strings.Contains(r.log.String(), "site=shop what=csp") {
		t.Errorf("log: %s", r.log.String())
	}
	unknown := event.Failure{What: "boredom", Time: p.hello.Time}
	if answer, _ := r.post(t, origin, "text/plain", body(p.hello.Append(nil), unknown.Append(nil))); answer.StatusCode != 422 {
		t.Errorf("an unknown reason: %d", answer.StatusCode)
	}
	if n := r.value("cotrail_recorder_failures_total"); n != 2 {
		t.Errorf("counted %g failures after an unknown one, want 2", n)
	}
}

func TestBadPost(t *testing.T) {
	r := newRelay(t, nil)
	p := &page{hello: someHello(), next: 1}
	hello := p.hello.Append(nil)
	good := p.plain(1, string(p.lines(1)))
	p.batch(1)
	goesOn := p.batch(1)
	foreign := p.hello
	foreign.Site = "other"
	closed := p.hello
	closed.Site = "closed"
	version := bytes.Clone(hello)
	version[0]++
	for _, row := range []struct {
		what       string
		from, kind string
		body       []byte
		code       event.Code
		readable   bool // by the page
	}{
		{"no origin", "", "text/plain", body(hello), event.ForeignOrigin, false},
		{"a foreign origin", "https://evil.example", "text/plain", body(hello, good), event.ForeignOrigin, false},
		{"another content type", origin, "application/json", body(hello), event.BadFrame, false},
		{"no content type", origin, "", body(hello), event.BadFrame, false},
		{"nothing", origin, "text/plain", nil, event.BadFrame, false},
		{"garbage", origin, "text/plain", []byte("garbage"), event.BadFrame, false},
		{"no hello", origin, "text/plain", body(good), event.BadHello, false},
		{"another version", origin, "text/plain", body(version), event.BadVersion, false},
		{"an unknown site", origin, "text/plain", body(foreign.Append(nil)), event.UnknownSite, false},
		{"a site that needs tokens", origin, "text/plain", body(closed.Append(nil)), event.NotAllowed, true},
		{"a second hello", origin, "text/plain", body(hello, hello), event.BadFrame, true},
		{"a cut part", origin, "text/plain", body(hello, good)[:len(hello)+10], event.BadFrame, true},
		{"a batch that goes on", origin, "text/plain", body(hello, goesOn), event.BadFrame, true},
		{"a bad event", origin, "text/plain", body(hello, p.plain(1, "{}\n")), event.BadEvent, true},
		{"too large", origin, "text/plain", make([]byte, event.MaxFrame+1), event.TooLarge, false},
		{"too many parts", origin, "text/plain", body(append([][]byte{hello}, slicesOf(good, maxParts)...)...), event.TooLarge, true},
	} {
		answer, content := r.post(t, row.from, row.kind, row.body)
		frame, rest, err := event.CutPart(content)
		if err != nil || len(rest) > 0 {
			t.Errorf("%s: %q is not one part", row.what, content)
			continue
		}
		refusal, err := event.ReadRefusal(frame)
		if err != nil || event.Code(refusal.Code) != row.code || answer.StatusCode != event.Codes[row.code].Status {
			t.Errorf("%s: status %d, %+v, %v; want %s", row.what, answer.StatusCode, refusal, err, row.code)
		}
		if got := answer.Header.Get("Access-Control-Allow-Origin"); (got == origin) != row.readable || got != "" && got != origin {
			t.Errorf("%s: Access-Control-Allow-Origin %q", row.what, got)
		}
	}
	r.wantTaken(t, body(hello, good), 1)
	r.wantLog(t, p, 1)
}

// TestPostOutOfOrder: the page is told what the relay has of the stream, for it can go on from there only.
func TestPostOutOfOrder(t *testing.T) {
	r := newRelay(t, nil)
	p := &page{hello: someHello(), next: 1}
	hello := p.hello.Append(nil)
	r.wantTaken(t, body(hello, p.plain(1, string(p.lines(2)))), 2)
	answer, content := r.post(t, origin, "text/plain", body(hello, p.plain(9, string(p.lines(1)))))
	frame, rest, err := event.CutPart(content)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := event.ReadWelcome(frame); err != nil || w.Last != 2 || w.Session != p.hello.Session {
		t.Errorf("welcome %+v, %v; want 2 events of the session", w, err)
	}
	frame, rest, err = event.CutPart(rest)
	if err != nil || len(rest) > 0 {
		t.Fatalf("%d bytes behind the refusal, %v", len(rest), err)
	}
	if refusal, err := event.ReadRefusal(frame); err != nil || event.Code(refusal.Code) != event.OutOfOrder || answer.StatusCode != 409 {
		t.Errorf("status %d, %+v, %v; want %s", answer.StatusCode, refusal, err, event.OutOfOrder)
	}
}

func slicesOf(frame []byte, n int) (frames [][]byte) {
	for range n {
		frames = append(frames, frame)
	}
	return frames
}

func TestMethods(t *testing.T) {
	r := newRelay(t, nil)
	for method, want := range map[string]int{"PUT": 405, "OPTIONS": 405, "GET": 426} {
		q, err := http.NewRequest(method, r.server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Origin", origin)
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", method, answer.StatusCode, want)
		}
	}
}

// No secret is in a log or an answer, however wrong the rest is.
func TestNoSecretIsTold(t *testing.T) {
	r := newRelay(t, nil)
	hello := someHello()
	for _, edit := range []func(*event.Hello){
		func(h *event.Hello) {}, func(h *event.Hello) { h.Site = h.Secret }, func(h *event.Hello) { h.Tab = h.Secret }, func(h *event.Hello) { h.Secret += "x" },
		func(h *event.Hello) { h.Device = h.Secret }, func(h *event.Hello) { h.Release = h.Secret + " " }, func(h *event.Hello) { h.Time = -1 },
	} {
		wrong := hello
		edit(&wrong)
		_, content := r.post(t, origin, "text/plain", body(wrong.Append(nil), []byte("garbage"+hello.Secret)))
		if strings.Contains(string(content), hello.Secret) || strings.Contains(r.log.String(), hello.Secret) {
			t.Errorf("%+v: told %q, logged %q", wrong, content, r.log.String())
		}
	}
}
