package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// assist has co-browsing software by others, its server and a page with it.
const assist = "assist"

// assistServer is the server of OpenReplay Assist, and the agent who uses it.
type assistServer struct {
	t     *testing.T
	url   string
	input io.Writer

	mu   sync.Mutex
	said map[string]int // by what was said
}

func startAssist(t *testing.T) *assistServer {
	t.Helper()
	if err := install(assist); err != nil {
		t.Fatal(err)
	}
	s := &assistServer{t: t, said: map[string]int{}}
	server := exec.Command("node", filepath.Join(assist, "server.mjs"))
	var complaint output
	server.Stderr = &complaint
	input, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	s.input = input
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.listen(said)
	}()
	t.Cleanup(func() {
		input.Close()
		<-done
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v\n%s", err, complaint.String())
		}
	})
	s.await("listening", 1)
	return s
}

// listen takes what the server writes until it ends.
func (s *assistServer) listen(lines io.Reader) {
	for scanner := bufio.NewScanner(lines); scanner.Scan(); {
		var said []string
		if json.Unmarshal(scanner.Bytes(), &said) != nil || len(said) == 0 {
			continue
		}
		s.mu.Lock()
		s.said[said[0]]++
		if said[0] == "listening" {
			s.url = said[1]
		}
		s.mu.Unlock()
	}
}

// await waits until the page has said something so often.
func (s *assistServer) await(what string, times int) {
	s.t.Helper()
	eventually(s.t, "OpenReplay's page says "+what, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.said[what] >= times
	})
}

// sends has the agent do something.
func (s *assistServer) sends(name string, data any) {
	s.t.Helper()
	line, err := json.Marshal([]any{name, "agent-1", data})
	if err == nil {
		_, err = fmt.Fprintf(s.input, "%s\n", line)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// lent is the page that a customer lends to an agent.
const lent = `<form id=quote onsubmit="return false">
	<label>Name <input id=name name=name></label> <label>City <input id=city name=city></label>
	<label>Country <select id=country name=country><option value="">Choose<option value=PT>Portugal</select></label>
	<button id=send>Send</button></form><p style="height: 3000px">Terms</p>`

// TestAssist lends a page to an agent by OpenReplay Assist, its own tracker in the page and a server of its kind. What the
// agent does is in the log once, as the agent's; what the customer does meanwhile, and what comes after it, is not.
func TestAssist(t *testing.T) {
	server := startAssist(t)
	r, site := startRelay(t), newSite(t)
	site.mux.HandleFunc("POST /co-browsing", func(_ http.ResponseWriter, q *http.Request) {
		var told struct {
			Session string
			Event   json.RawMessage
		}
		if err := json.NewDecoder(q.Body).Decode(&told); err != nil {
			t.Errorf("the adapter tells what is no event: %v", err)
			return
		}
		r.post("/v1/sessions/"+told.Session+"/events", string(told.Event))
	})
	site.raw("/", nil, fmt.Sprintf("<!doctype html><html lang=en data-server=%q><head>%s</head><body>%s%s</body></html>", server.url, r.tag("shows"), lent, bundledIn(t, assist, "page.js")))
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, flushed)
	id := session(t, page)
	r.post("/v1/sessions/"+id+"/events", `{"type":"participant_joined","details":{"client_index":1,"name":"Bob Reed","user_id":"u-4","role":"agent"}}`)
	server.await("connected", 1)
	server.sends("NEW_AGENT", map[string]any{"id": "u-4", "name": "Bob Reed"})
	server.await("started", 2) // for every agent the tracker starts anew
	server.sends("request_control", nil)
	page.Do(t, chrome.Click("#openreplay-confirm-window-confirm-btn"), flushed)
	server.await("control_granted", 1)
	r.settledLog(id, "the agent has control", has(1, "tab_control"))

	at := func(selector string) []float64 {
		return chrome.MustEval[[]float64](t, page, fmt.Sprintf(`(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector))
	}
	settled := func(n int, typ string) {
		t.Helper()
		page.Do(t, flushed)
		r.settledLog(id, typ+" is in the log", has(n, typ))
	}
	changed := func(message string) {
		t.Helper()
		r.settledLog(id, message, func(entries []entry) bool {
			return slices.ContainsFunc(entries, func(e entry) bool { return e.text("message") == message })
		})
	}
	does := func(selector string) {
		server.sends("move", at(selector))
		server.sends("click", at(selector))
		page.Do(t, chrome.WaitFor(fmt.Sprintf(`document.activeElement === document.querySelector(%q)`, selector)))
	}
	does("#name")
	for _, text := range []string{"A", "Ad", "Ada"} {
		server.sends("input", text)
	}
	changed("Bob Reed changed name to 'Ada'") // which a person at the other end takes longer for
	does("#country")
	server.sends("select", "PT")
	page.Do(t, chrome.WaitFor(`document.querySelector("#country").value === "PT"`))
	changed("Bob Reed changed Country to 'PT'")
	server.sends("scroll", []float64{0, 400})
	page.Do(t, chrome.WaitFor(`scrollY > 0`))
	server.sends("scroll", []float64{0, -400})
	page.Do(t, chrome.WaitFor(`scrollY === 0`))
	page.Do(t, chrome.Type("#city", "Porto"), chrome.Press(kb.Tab))
	changed("Guest changed city to 'Porto'")
	does("#send")
	settled(1, "submit")
	server.sends("release_control", nil)
	server.await("control_rejected", 1)
	r.settledLog(id, "control is revoked", has(2, "tab_control"))
	server.sends("click", at("#name"))
	page.Do(t, chrome.Script(`document.querySelector("#send").click()`))
	settled(2, "submit")

	var got []string
	for _, e := range ofType(r.log(id), "tab_control", "click", "input_change", "submit") {
		line := e.text("message")
		if line == "Bob Reed changed name to 'A'" || line == "Bob Reed changed name to 'Ad'" {
			continue // on a machine that stands still from key to key
		}
		if who := actor(e); !strings.HasSuffix(who, "<nil>") {
			line += " | " + who
		}
		if cause := e.details().text("cause"); cause != "" {
			line += " | " + cause
		}
		got = append(got, line)
	}
	want := []string{ // the customer's consent is not there: OpenReplay marks its windows as hidden
		"Control of a tab passed to Bob Reed",
		"Bob Reed clicked textbox 'Name' | control 1 Bob Reed",
		"Bob Reed changed name to 'Ada' | control 1 Bob Reed | remote",
		"Bob Reed clicked combobox 'Country' | control 1 Bob Reed",
		"Bob Reed changed Country to 'PT' | control 1 Bob Reed | remote",
		"Guest clicked textbox 'City' | trusted 0",
		"Guest changed city to 'Porto' | trusted 0 | user",
		"Bob Reed clicked button 'Send' | control 1 Bob Reed",
		"Bob Reed submitted form 'quote' | control 1 Bob Reed | remote",
		"Control of a tab was revoked from Bob Reed",
		"A script clicked button 'Send'",
		"A script submitted form 'quote' | script",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}
	if lines := strings.Count(readFile(t, "docs/examples/openreplay.js"), "\n"); lines > 60 {
		t.Errorf("the adapter has %d lines, more than 60", lines)
	}
}
