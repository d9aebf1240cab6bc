package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
)

// forger is a recorder that somebody has changed: it speaks the real protocol and masks nothing.
type forger struct {
	t     *testing.T
	relay *relay
	hello event.Hello
	next  uint64
}

const forgedOrigin = "http://127.0.0.1:8090"

func newForger(t *testing.T, r *relay, site string) *forger {
	hello := event.Hello{
		Site: site, Session: strings.Repeat("5e", 16), Secret: strings.Repeat("c3", 16), Tab: strings.Repeat("1f", 8), Stream: event.StreamID{1, 2, 3, 4, 5, 6, 7, 8},
		URL: forgedOrigin + "/pay/4111111111111111?token=canary", Agent: "Mozilla/5.0", Width: 800, Height: 600, Device: "desktop", Release: "0",
	}
	return &forger{t, r, hello, 1}
}

// batch writes events, each a type and its details.
func (f *forger) batch(events ...[2]string) []byte {
	var lines []byte
	for _, e := range events {
		lines = fmt.Appendf(lines, `{"type":%q,"time":%d,"details":%s}`+"\n", e[0], time.Now().UnixMilli(), e[1])
	}
	b := event.Batch{Stream: f.hello.Stream, First: f.next, Count: len(events), Plain: len(lines), Checksum: event.Checksum(lines), Body: lines}
	f.next += uint64(len(events))
	return b.Append(nil)
}

func (f *forger) greeting() []byte {
	f.hello.Time = time.Now().UnixMilli()
	return f.hello.Append(nil)
}

// socket sends a batch on a socket and reads what the relay says to it.
func (f *forger) socket(batch []byte) []byte {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, f.relay.url+"/v1/record", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {forgedOrigin}}, Subprotocols: []string{event.Subprotocol}})
	if err != nil {
		f.t.Fatal(err)
	}
	defer ws.CloseNow()
	var answer []byte
	for _, frame := range [][]byte{f.greeting(), batch} {
		if err := ws.Write(ctx, websocket.MessageBinary, frame); err != nil {
			f.t.Fatal(err)
		}
		if _, answer, err = ws.Read(ctx); err != nil {
			f.t.Fatal(err)
		}
	}
	return answer
}

// post sends a batch by a request.
func (f *forger) post(batch []byte) {
	f.t.Helper()
	request, err := http.NewRequest(http.MethodPost, f.relay.url+"/v1/record", bytes.NewReader(event.AppendPart(event.AppendPart(nil, f.greeting()), batch)))
	if err != nil {
		f.t.Fatal(err)
	}
	request.Header.Set("Origin", forgedOrigin)
	request.Header.Set("Content-Type", "text/plain")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	said, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusOK {
		f.t.Fatalf("the relay answers %s, %v: %q", answer.Status, err, said)
	}
}

// TestForgedRecorder: what a recorder that masks nothing sends is hidden before it is stored, by socket and by request;
// the log says where, a metric counts and the relay warns; of the text there is nothing anywhere.
func TestForgedRecorder(t *testing.T) {
	r := startRelay(t)
	f := newForger(t, r, "hides")
	secrets := []string{"canary", "4111111111111111", "4111 1111 1111 1111", "DE89370400440532013000", "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9", "ada@mail.example"}
	acked := f.socket(f.batch(
		[2]string{"click", `{"node_name":"button","attributes":{"id":"pay"},"role":"button","xpath":"/html/body/button","label":"Pay with 4111 1111 1111 1111"}`},
		[2]string{"input_change", `{"node_name":"input","attributes":{"name":"password"},"value":"canary","xpath":"/html/body/input","input_type":"password","trusted":true}`},
		[2]string{"input_change", `{"node_name":"input","attributes":{},"value":"canary","xpath":"/html/body/input[2]","input_type":"text","label":"Card number"}`},
		[2]string{"navigate", `{"url":"` + forgedOrigin + `/pay?token=canary&q=canary","kind":"push"}`},
	))
	if last, err := event.ReadAck(acked); err != nil || last != 4 {
		t.Fatalf("acknowledged %d, %v (%q)", last, err, acked)
	}
	f.post(f.batch(
		[2]string{"client_log", `{"message":"IBAN DE89370400440532013000, key AKIAIOSFODNN7EXAMPLE","level":"info","data":{"password":"canary","of":["ada@mail.example"]}}`},
		[2]string{"client_log", `{"message":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP","level":"info"}`},
		[2]string{"click", `{"node_name":"input","attributes":{},"xpath":"//*[@id=\"card-4111111111111111\"]"}`},
	))
	refused := f.socket(f.batch([2]string{"input_change", `{"is_masked":true,"node_name":"input","rule":"default","value":"canary 4111111111111111"}`}))
	if code, err := event.ReadRefusal(refused); err != nil || event.Code(code.Code) != event.BadEvent {
		t.Errorf("a masked entry with a value is answered by %q", refused)
	}
	entries := r.settledLog(f.hello.Session, "all is in the log", func(e []entry) bool { return len(ofType(e, "click")) == 2 && has(1, "masking_corrected")(e) })

	var told []string
	for _, e := range ofType(entries, "masking_corrected") {
		d := e.details()
		told = append(told, fmt.Sprintf("%s: %s %s", entries[d.number("of")-1].text("type"), d["rule"], d["path"]))
		if e.text("source") != "relay" {
			t.Errorf("%v", e)
		}
	}
	want := []string{"click: card details.label", "input_change: hard_deny details", "input_change: hard_deny details", "navigate: url details.url",
		"client_log: iban details.message", "client_log: email details.data", "client_log: jwt details.message", "click: xpath details.xpath"}
	if !slices.Equal(told, want) {
		t.Errorf("the log tells of\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	wantFields(t, entries, "click /button Pay with [card]", "input_change masked hard_deny input filled", "input_change masked hard_deny input filled", "click ")
	metrics := string(r.get("/metrics"))
	for rule, n := range map[string]int{"card": 1, "hard_deny": 2, "url": 1, "iban": 1, "email": 1, "jwt": 1, "xpath": 1} {
		if line := fmt.Sprintf(`cotrail_masking_corrected_total{rule=%q,site="hides"} %d`, rule, n); !strings.Contains(metrics, line) {
			t.Errorf("the metrics have no line %s", line)
		}
		if !strings.Contains(r.errors.String(), fmt.Sprintf(`"msg":"the relay hid what a recorder should have hidden","rule":%q`, rule)) {
			t.Errorf("the relay does not warn of %s", rule)
		}
	}
	found := roads{"the log": r.get("/v1/sessions/" + f.hello.Session + "/log"), "the metrics": []byte(metrics), "the relay's log": []byte(r.errors.String())}
	storeFiles(t, r, found)
	for road, text := range found {
		for _, secret := range secrets {
			if at := bytes.Index(bytes.ToLower(text), []byte(strings.ToLower(secret))); at >= 0 {
				t.Errorf("%s has %q", road, text[max(0, at-60):min(len(text), at+30)])
			}
		}
	}
}
