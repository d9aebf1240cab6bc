package server

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

const (
	origin  = "http://127.0.0.1:9999" // another than the relay's
	session = "000102030405060708090a0b0c0d0e0f"
)

// record opens a stream as a page does and sends one log line.
func record(t *testing.T, s *running) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, s.Address()+"/v1/record", &websocket.DialOptions{
		Subprotocols: []string{event.Subprotocol}, HTTPHeader: http.Header{"Origin": {origin}},
	})
	if err != nil {
		t.Fatal(err)
	}
	hello := event.Hello{
		Site: "demo", Session: session, Secret: strings.Repeat("ab", 16), Stream: event.StreamID{1}, Tab: strings.Repeat("cd", 8),
		Time: time.Now().UnixMilli(), URL: origin + "/page", Agent: "test", Width: 800, Height: 600, Device: "desktop", Release: "0.1.0",
	}
	answer := exchange(t, ctx, conn, hello.Append(nil))
	if w, err := event.ReadWelcome(answer); err != nil || w.Session != session {
		t.Fatalf("hello is answered by %q: %v", answer, err)
	}
	policy := masking.New()
	e := event.Event{Type: event.ClientLog, Time: time.Now().UnixMilli(), Source: event.SourcePage}
	e.Details.Text("message", policy.Free("it works"))
	e.Details.Word("level", "info")
	plain := e.AppendLine(nil)
	batch := event.Batch{Stream: event.StreamID{1}, First: 1, Count: 1, Plain: len(plain), Checksum: event.Checksum(plain), Body: plain}
	answer = exchange(t, ctx, conn, batch.Append(nil))
	if last, err := event.ReadAck(answer); err != nil || last != 1 {
		t.Fatalf("the batch is answered by %q: %v", answer, err)
	}
	return conn
}

func exchange(t *testing.T, ctx context.Context, conn *websocket.Conn, frame []byte) []byte {
	t.Helper()
	if err := conn.Write(ctx, websocket.MessageBinary, frame); err != nil {
		t.Fatal(err)
	}
	_, answer, err := conn.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestRecord follows one event from the socket to the log.
func TestRecord(t *testing.T) {
	s := start(t, load(t, "", true), options(t))
	conn := record(t, s)
	defer conn.CloseNow()

	var types []string
	var body string
	for deadline := time.Now().Add(within); !slices.Contains(types, "client_log"); {
		if time.Now().After(deadline) {
			t.Fatalf("the log has only %s", body)
		}
		var res *http.Response
		time.Sleep(10 * time.Millisecond) // between two looks
		res, body = get(t, s.Address()+"/v1/sessions/"+session+"/log", "Authorization", "Bearer dev")
		var log struct {
			SessionLogs []struct{ Type string } `json:"session_logs"`
		}
		if err := json.Unmarshal([]byte(body), &log); err != nil || res.StatusCode != 200 {
			t.Fatalf("%d %v %s", res.StatusCode, err, body)
		}
		types = nil
		for _, e := range log.SessionLogs {
			types = append(types, e.Type)
		}
	}
	if types[0] != "session_created" || !strings.Contains(body, "it works") || strings.Contains(body, `"127.0.0.1"`) {
		t.Errorf("the log:\n%s", body)
	}
	res, body := get(t, s.Address()+"/v1/sessions/"+session+"/log?dialect=surfly&type=client_log", "Authorization", "Bearer dev", "Accept", "application/x-ndjson")
	if res.StatusCode != 200 || strings.Count(body, "\n") != 1 || strings.Contains(body, `"seq"`) || !strings.Contains(body, `"message":"it works"`) {
		t.Errorf("in the other dialect: %d %s", res.StatusCode, body)
	}
	if _, body := get(t, s.Address()+"/v1/sessions", "Authorization", "Bearer dev"); !strings.Contains(body, session) {
		t.Errorf("the list: %s", body)
	}
	if _, body := get(t, s.Address()+"/metrics"); !strings.Contains(body, `cotrail_batches_total{site="demo"} 1`) {
		t.Errorf("the metrics:\n%s", body)
	}
}

// TestStopClosesRecorders ends the server while a page is connected, and starts it again over what it left.
func TestStopClosesRecorders(t *testing.T) {
	o := options(t)
	s := start(t, load(t, "", true), o)
	conn := record(t, s)
	defer conn.CloseNow()
	read := make(chan error, 1)
	go func() {
		_, _, err := conn.Read(context.Background())
		read <- err
	}()
	if err := s.end(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := <-read; websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the recorder is told %v", err)
	}

	s = start(t, load(t, "", true), o)
	for deadline := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		_, body := get(t, s.Address()+"/v1/sessions/"+session+"/log?type=client_log", "Authorization", "Bearer dev")
		if strings.Count(body, `"stream_seq":1`) == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log after the restart: %s", body)
		}
	}
}
