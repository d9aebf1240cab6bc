package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/e2e/chrome"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/token"
)

// post asks the relay as the app's back end does.
func (r *relay) post(path, body string) map[string]any {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer dev")
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	var said map[string]any
	if err == nil {
		err = json.Unmarshal(content, &said)
	}
	if err != nil || answer.StatusCode >= 300 {
		r.t.Fatalf("POST %s: %s %v\n%s", path, answer.Status, err, content)
	}
	return said
}

// memberSecret signs the tokens of the site members.
const memberSecret = "the secret by which tokens of members are signed"

// startMembers starts a relay with a site that lets in nobody without a token.
func startMembers(t *testing.T) *relay {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "members.secret")
	if err := os.WriteFile(secret, []byte(memberSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	return startRelayWith(t, fmt.Sprintf("  - {key: members, dev: true, token_secret_file: %q, policy: {default: allow}}\n", secret))
}

// actor tells who did what an entry tells: the basis, and the participant's number and name.
func actor(e entry) string {
	a := entry(object(e["actor"]))
	return strings.TrimSpace(fmt.Sprint(a.text("basis"), " ", a["client_index"], " ", a.text("username")))
}

// TestLyingPage: a page that says from its console who leads, who may act, who somebody is and that it is over moves
// nothing, and the log has all of it as a claim.
func TestLyingPage(t *testing.T) {
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("hides"), "<button id=b>Next</button>")
	page := chrome.New(t).Open(t, site.url+"/")
	lies := []string{"control_gained", "host_change", "control_switch", "tab_control", "participant_joined", "participant_left", "session_end", "session_created"}
	page.Do(t, recording, chrome.Script(`
		cotrail.event("control_gained", {client_index: 1, username: "Mallory"});
		cotrail.event("host_change", {from: 0, to: 1});
		cotrail.event("control_switch", {from: 0, to: 1, cause: "taken"});
		cotrail.event("tab_control", {tab_id: "all", to: 1, action: "taken"});
		cotrail.event("participant_joined", {client_index: 1, name: "Mallory", role: "host"});
		cotrail.event("participant_left", {client_index: 0, reason: "removed"});
		cotrail.event("session_end", {reason: "ended_by_host"});
		cotrail.event("session_created", {start_url: "https://other.example/"});
	`), flushed, chrome.Click("#b"), chrome.Script(`document.querySelector("#b").click(); cotrail.log("done")`), flushed)
	id := session(t, page)
	entries := r.settledLog(id, "the last line is in the log", has(1, "client_log"))
	for _, typ := range lies {
		claims := 0
		for _, e := range ofType(entries, typ) {
			if e.text("source") == "page" && actor(e) == "claimed 0" {
				claims++
			} else if typ != "participant_joined" && typ != "session_created" {
				t.Errorf("%s by %s, told by %s", typ, actor(e), e.text("source"))
			}
		}
		if claims != 1 {
			t.Errorf("%d claims of %s:\n%s", claims, typ, show(ofType(entries, typ)))
		}
	}
	var clicks []string
	for _, e := range ofType(entries, "click") {
		clicks = append(clicks, actor(e)+" "+entry(object(e["actor"])).text("role"))
	}
	slices.Sort(clicks)
	if want := []string{"script <nil> ", "trusted 0 host"}; !slices.Equal(clicks, want) {
		t.Errorf("the clicks are of %q, want %q", clicks, want)
	}
	var summary struct {
		Ended        bool
		Participants []string
	}
	if err := json.Unmarshal(r.get("/v1/sessions/"+id), &summary); err != nil || summary.Ended || !slices.Equal(summary.Participants, []string{"Guest"}) {
		t.Errorf("the session is %+v, %v", summary, err)
	}
	noErrors(t, page)
}

// TestTokenInPage: a page says who its participant is by data-token, whatever it says by identify; what a script does
// there is the agent's, who has control.
func TestTokenInPage(t *testing.T) {
	r := startMembers(t)
	id := r.post("/v1/sessions", `{"site":"members","start_url":"https://shop.example/"}`)["session_id"].(string)
	agent := r.post("/v1/sessions/"+id+"/tokens", `{"name":"Bob Reed","user_id":"u-1","role":"host"}`)
	ada := r.post("/v1/sessions/"+id+"/tokens", `{"name":"Ada Miller","user_id":"u-2","role":"customer"}`)
	if agent["client_index"] != 0.0 || ada["client_index"] != 1.0 {
		t.Fatalf("%v and %v", agent, ada)
	}
	site := newSite(t)
	site.page("/none", r.tag("members"), "")
	for _, name := range []string{"/one", "/two"} {
		site.page(name, strings.Replace(r.tag("members"), "data-site", fmt.Sprintf(`data-token="%s" data-session="%s" data-site`, ada["token"], id), 1),
			`<input id=name name=name><a id=next href="/two">next</a>`)
	}
	browser := chrome.New(t)
	without := browser.Open(t, site.url+"/none")
	without.Do(t, chrome.WaitFor(`cotrail.status === "refused: not_allowed"`))

	page := browser.Open(t, site.url+"/one")
	page.Do(t, recording, chrome.Script(`cotrail.identify({username: "Mallory", role: "host"})`), chrome.Type("#name", "x"), chrome.Click("#next"))
	page.Do(t, recording, flushed)
	r.post("/v1/sessions/"+id+"/events", `{"type":"control_gained","details":{"client_index":0}}`)
	r.settledLog(id, "the agent has control", has(1, "control_gained"))
	page.Do(t, chrome.Script(`const field = document.querySelector("#name"); field.value = "remote"; field.dispatchEvent(new Event("input", {bubbles: true})); field.dispatchEvent(new Event("change", {bubbles: true}))`), flushed)
	entries := r.settledLog(id, "the agent's change is in the log", has(2, "input_change"))
	if got := session(t, page); got != id {
		t.Errorf("the page is in session %s", got)
	}
	if kept := chrome.MustEval[string](t, page, `JSON.stringify({...sessionStorage})`); strings.Contains(kept, "eyJ") || !strings.Contains(kept, id) {
		t.Errorf("the tab keeps %s", kept)
	}
	changes := ofType(entries, "input_change")
	if got := actor(changes[0]) + " " + changes[0].details().text("cause"); got != "trusted 1 Ada Miller user" {
		t.Errorf("the customer's change is of %s", got)
	}
	if got := actor(changes[1]) + " " + changes[1].details().text("cause"); got != "control 0 remote" {
		t.Errorf("the agent's change is of %s", got)
	}
	joins := ofType(entries, "participant_joined")
	if d := joins[0].details(); len(joins) != 2 || d["authenticated"] != true || d.text("name") != "Ada Miller" || d.text("role") != "customer" || actor(joins[1]) != "claimed 1 Ada Miller" {
		t.Errorf("joined:\n%s", show(joins))
	}
	if tabs := ofType(entries, "tab_created"); len(tabs) != 1 {
		t.Errorf("%d tabs, want that of both pages", len(tabs))
	}
	r.post("/v1/sessions/"+id+"/end", `{"ended_by":0,"message":"Thank you"}`)
	ended := r.settledLog(id, "the session has ended", has(1, "session_end"))
	if last := ended[len(ended)-1]; last.text("type") != "session_end" || last.details().text("ended_message") != "Thank you" || last.details()["ended_by"] != 0.0 {
		t.Errorf("the last entry:\n%s", show(ended[len(ended)-1:]))
	}
	page.Do(t, chrome.Script(`cotrail.log("after the end")`), flushed, chrome.WaitFor(fmt.Sprintf(`cotrail.sessionId !== %q`, id)))
	noErrors(t, page)
}

// rawPage is a recorder's side of the wire, without a recorder.
type rawPage struct {
	t     *testing.T
	ws    *websocket.Conn
	hello event.Hello
	next  uint64
}

// connect says hello as a page of the site members.
func (r *relay) connect(t *testing.T, session, tokenText string, stream byte) *rawPage {
	t.Helper()
	hello := event.Hello{
		Site: "members", Session: session, Secret: strings.Repeat(fmt.Sprintf("%02x", stream), 16), Token: tokenText, Stream: event.StreamID{stream},
		Tab: strings.Repeat(fmt.Sprintf("%02x", stream), 8), Time: time.Now().UnixMilli(), URL: "https://shop.example/", Device: "desktop", Release: "raw",
	}
	ws, _, err := websocket.Dial(t.Context(), r.url+"/v1/record", &websocket.DialOptions{
		Subprotocols: []string{event.Subprotocol}, HTTPHeader: http.Header{"Origin": {"http://127.0.0.1:1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	p := &rawPage{t: t, ws: ws, hello: hello, next: 1}
	p.send(hello.Append(nil))
	return p
}

func (p *rawPage) send(frame []byte) {
	p.t.Helper()
	if err := p.ws.Write(p.t.Context(), websocket.MessageBinary, frame); err != nil {
		p.t.Fatal(err)
	}
}

func (p *rawPage) read() []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	_, frame, err := p.ws.Read(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	return frame
}

func (p *rawPage) welcome() event.Welcome {
	p.t.Helper()
	frame := p.read()
	w, err := event.ReadWelcome(frame)
	if err != nil {
		p.t.Fatalf("%q: %v", frame, err)
	}
	return w
}

// says sends an event and waits until it is durable. source may be empty for the recorder.
func (p *rawPage) says(source, typ, details string) {
	p.t.Helper()
	if source != "" {
		source = fmt.Sprintf(`"source":%q,`, source)
	}
	at := time.Now().UnixMilli()
	line := fmt.Sprintf(`{"type":%q,"time":%d,%s"details":%s}`+"\n", typ, at, source, details)
	b := event.Batch{Stream: p.hello.Stream, First: p.next, Count: 1, Plain: len(line), Checksum: event.Checksum([]byte(line)), Body: []byte(line)}
	p.send(b.Append(nil))
	if last, err := event.ReadAck(p.read()); err != nil || last != p.next {
		p.t.Fatalf("acknowledged %d, %v; want %d", last, err, p.next)
	}
	p.next++
	eventually(p.t, "the next millisecond has come", func() bool { return time.Now().UnixMilli() > at }) // which orders what two pages say
}

// TestTwoParticipants: two participants with tokens over the bare wire. The host's page is believed about control,
// the customer's is not; an open connection ends with its token.
func TestTwoParticipants(t *testing.T) {
	r := startMembers(t)
	id := r.post("/v1/sessions", `{"site":"members"}`)["session_id"].(string)
	bob := r.post("/v1/sessions/"+id+"/tokens", `{"name":"Bob Reed","user_id":"u-1","role":"host"}`)
	ada := r.post("/v1/sessions/"+id+"/tokens", `{"name":"Ada Miller","user_id":"u-2"}`)
	host, customer := r.connect(t, id, bob["token"].(string), 1), r.connect(t, id, ada["token"].(string), 2)
	if w := host.welcome(); w.ClientIndex != 0 || w.Session != id {
		t.Errorf("the host: %+v", w)
	}
	if w := customer.welcome(); w.ClientIndex != 1 {
		t.Errorf("the customer: %+v", w)
	}
	const click = `{"node_name":"button","attributes":{},"xpath":"/html/body/button","trusted":%v}`
	host.says("", "navigate", `{"url":"https://shop.example/agent","kind":"load"}`)
	customer.says("", "navigate", `{"url":"https://shop.example/","kind":"load"}`)
	customer.says("page", "control_gained", `{"client_index":1}`)
	customer.says("", "click", fmt.Sprintf(click, false))
	host.says("page", "control_gained", `{"client_index":0}`)
	customer.says("", "click", fmt.Sprintf(click, false))
	customer.says("", "click", fmt.Sprintf(click, true))
	customer.says("page", "session_end", `{"reason":"ended_by_participant"}`)
	r.post("/v1/sessions/"+id+"/events", `[{"type":"chat","details":{"from":1,"text":"Hello Bob"}},{"type":"control_switch","details":{"from":0,"to":1,"cause":"revoked"}}]`)
	customer.says("", "navigate", `{"url":"https://shop.example/next","kind":"load"}`)
	host.says("page", "session_end", `{"ended_message":"Good bye"}`)
	entries := r.settledLog(id, "the host has ended it", func(all []entry) bool {
		return slices.ContainsFunc(ofType(all, "session_end"), func(e entry) bool { return actor(e) == "host 0 Bob Reed" })
	})
	var got []string
	for _, e := range entries {
		got = append(got, strings.TrimSuffix(e.text("type")+" "+actor(e), " <nil>"))
	}
	want := []string{
		"session_created", "participant_joined inferred 0 Bob Reed", "navigate inferred 0 Bob Reed", "participant_joined inferred 1 Ada Miller", "navigate inferred 1 Ada Miller",
		"control_gained claimed 1 Ada Miller", "click script", "control_gained host 0 Bob Reed", "click control 0 Bob Reed", "click trusted 1 Ada Miller",
		"session_end claimed 1 Ada Miller", "chat host 1 Ada Miller", "control_switch", "navigate control 1 Ada Miller", "session_end host 0 Bob Reed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}

	next := r.post("/v1/sessions", `{"site":"members"}`)["session_id"].(string)
	short := token.Sign([]byte(memberSecret), token.Claims{Session: next, UserID: "u-3", Name: "Eve Park", Expires: time.Now().Add(2 * time.Second)})
	page := r.connect(t, next, short, 3)
	page.welcome()
	page.says("", "navigate", `{"url":"https://shop.example/","kind":"load"}`)
	if refusal, err := event.ReadRefusal(page.read()); err != nil || refusal.Code != string(event.TokenExpired) {
		t.Errorf("when the token expires: %+v, %v", refusal, err)
	}
	if bytes.Contains(r.get("/v1/sessions/"+next+"/log"), []byte(short)) || strings.Contains(r.errors.String(), short) {
		t.Error("the token is in the log")
	}
}

// TestParticipantsTabs: a tab that a participant's page opens, and a frame of another origin in it, are the
// participant's too; the frame has a ticket, and not the token.
func TestParticipantsTabs(t *testing.T) {
	r := startMembers(t)
	id := r.post("/v1/sessions", `{"site":"members"}`)["session_id"].(string)
	ada := r.post("/v1/sessions/"+id+"/tokens", `{"name":"Ada Miller"}`)["token"].(string)
	shop, pay := newSite(t), newSite(t)
	pay.page("/", overheard+heard+frameSays("pay")+r.tag("members"), wholeButton)
	tag := strings.Replace(r.tag("members"), "data-site", fmt.Sprintf(`data-token="%s" data-site`, ada), 1)
	shop.page("/", heard+tag, `<a id=next href="/two" target=_blank>two</a>`+frame("pay", pay.url+"/"))
	shop.page("/two", tag, "")
	page := chrome.New(t).Open(t, shop.url+"/")
	page.Do(t, recording, isSaid("pay", `d.status === "recording"`))
	d := said(t, page, "pay")
	if text := fmt.Sprint(d); d.text("session") != id || d.text("tab") != tabOf(t, page) || strings.Contains(text, ada) || !strings.Contains(text, "ticket:") {
		t.Errorf("the frame is %v", d)
	}
	tab, err := page.Opens(chrome.Click("#next"))
	if err != nil {
		t.Fatal(err)
	}
	tab.Do(t, recording, flushed)
	page.Do(t, chrome.Click("#pay"), flushed)
	entries := r.settledLog(id, "the frame's click is in the log", func(all []entry) bool {
		return slices.ContainsFunc(ofType(all, "click"), func(e entry) bool { return entry(object(e["page"])).text("url") == pay.url+"/" })
	})
	created := ofType(entries, "tab_created")
	if len(created) != 2 || created[1].details().text("opener_tab_id") != tabOf(t, page) || session(t, tab) != id {
		t.Errorf("the tabs:\n%s", show(created))
	}
	for _, e := range entries {
		if a := actor(e); e.text("source") == "recorder" && !strings.HasSuffix(a, "0 Ada Miller") {
			t.Errorf("entry %d is of %s", e.number("seq"), a)
		}
	}
	noErrors(t, page)
	noErrors(t, tab)
}
