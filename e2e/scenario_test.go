package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// play is a whole co-browsing session: Ada, the customer, in a browser with an extension, a camera and a second tab;
// Bob, the agent, whose page has a token of the role host; and the back end of their app.
type play struct {
	*testing.T
	r          *relay
	id         string
	shop, desk *site
	ada, bob   *chrome.Page
	terms      *chrome.Page // Ada's second tab
	entries    []entry      // of the log, up to the last act
}

// acts does something and waits until the log has one entry more of each type, of the last of which nothing else comes
// of it. So what follows is later by any clock, and the log is the same in every run.
func (s *play) acts(what string, act func(), types ...string) {
	s.Helper()
	before := s.entries
	act()
	s.entries = s.r.settledLog(s.id, what+" is in the log", func(now []entry) bool {
		for _, typ := range types {
			wanted := 1
			for _, t := range types {
				if t != typ {
					continue
				}
				if !has(len(ofType(before, typ))+wanted, typ)(now) {
					return false
				}
				wanted++
			}
		}
		return true
	})
}

// tells has the back end tell of something.
func (s *play) tells(typ, details string) {
	s.Helper()
	s.acts(typ, func() {
		s.r.post("/v1/sessions/"+s.id+"/events", fmt.Sprintf(`{"type":%q,"details":%s}`, typ, details))
	}, typ)
}

// says has Bob's page tell of something.
func (s *play) says(typ, details string) {
	s.Helper()
	s.does(typ, s.bob, acts(chrome.Script(fmt.Sprintf(`cotrail.event(%q, %s)`, typ, details))), typ)
}

// does does something in a page.
func (s *play) does(what string, page *chrome.Page, steps []chrome.Step, types ...string) {
	s.Helper()
	s.acts(what, func() { page.Do(s, append(steps, flushed)...) }, types...)
}

// pages are those of the shop and of the agent, with tokens for two people.
func (s *play) pages(adaToken, bobToken string) {
	tag := func(token any) string {
		return strings.Replace(s.r.tag("bank"), "data-site", fmt.Sprintf(`data-token="%s" data-site`, token), 1)
	}
	s.shop.page("/quote", tag(adaToken), `<form id=quote action="/offer">
		<label>Name <input id=name name=name></label>
		<label>Country <select id=country name=country><option value="">Choose<option value=PT>Portugal<option value=NL>Netherlands</select></label>
		<button id=send>Get quote</button></form>
		<a id=terms target=_blank href="/terms?from=quote">Terms</a>`)
	s.shop.page("/terms", tag(adaToken), `<a id=summary download="Summary for Ada.pdf" href="/files/summary.pdf">Summary</a>`)
	s.shop.page("/offer", tag(adaToken), `<button id=accept>Accept</button>`)
	s.shop.mux.HandleFunc("/files/summary.pdf", func(w http.ResponseWriter, q *http.Request) { http.ServeFile(w, q, "testdata/offer.pdf") })
	s.desk.page("/desk", tag(bobToken), "<h1>Call</h1>")
}

// join lets both in: Bob from his desk, of which the back end tells first, and Ada by his invitation.
func (s *play) join() {
	s.tells("participant_joined", `{"client_index":1,"name":"Bob Reed","user_id":"u-4","role":"host","access_allowed":true,"first_agent":true,
		"user_params":{"first_name":"Bob","last_name":"Reed","team_id":"t-2","team_name":"Quotes","role":"agent","password":"canary"}}`)
	s.acts("Bob's page", func() {
		s.bob = chrome.New(s.T, chrome.Whole).Open(s, s.desk.url+"/desk")
		s.bob.Do(s, recording, flushed)
	}, "policy_loaded")
	s.tells("invitation_sent", `{"channel":"email","recipient":"ada.miller@mail.example","invited_by":1,"role":"customer","expires_at":"2027-01-01T00:00:00Z"}`)
	person := chrome.New(s.T, chrome.Whole, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("load-extension", unpacked(s.T)), chromedp.Flag("disable-features", "DisableLoadExtensionCommandLineSwitch"))
	s.acts("Ada's page", func() { s.ada = person.OpenInProfile(s, s.shop.url+"/quote"); s.ada.Do(s, recording, flushed) }, "policy_loaded", "x_form_filled")
}

// remotely is what the app does in Ada's page for Bob, as software of this kind does it: by script.
const remotely = `(() => {
	const country = document.querySelector("#country");
	country.value = "PT";
	for (const type of ["input", "change"]) country.dispatchEvent(new Event(type, {bubbles: true}));
	document.querySelector("h1, label").dispatchEvent(new MouseEvent("click", {bubbles: true}));
})()`

// control asks for control, grants it, has Bob act in Ada's page, and revokes it.
func (s *play) control() {
	s.does("Ada's name", s.ada, acts(chrome.Type("#name", "Ada Miller"), chrome.Press(kb.Tab)), "click", "input_change")
	s.tells("control_switch_request", `{"requested_by":1,"owner":0,"request_id":"r-1"}`)
	s.tells("control_switch", `{"from":0,"to":1,"cause":"granted","request_id":"r-1"}`)
	s.says("control_gained", `{client_index: 1, from: 0}`)
	s.does("what Bob does", s.ada, acts(chrome.Script(remotely)), "input_change", "click")
	s.tells("control_switch", `{"from":1,"to":0,"cause":"revoked"}`)
	s.does("what nobody does", s.ada, acts(chrome.Script(`document.querySelector("label").click()`)), "click")
	s.says("host_request", `{requested_by: 0, current_host: 1}`)
	s.tells("host_change", `{"from":1,"to":0,"cause":"requested"}`)
	s.tells("host_change", `{"from":0,"to":1,"cause":"returned"}`)
}

// tabs opens the terms in a second tab, in which Bob may act for a while, and closes it.
func (s *play) tabs() {
	s.acts("the second tab", func() {
		var err error
		if s.terms, err = s.ada.Opens(chrome.Click("#terms")); err != nil {
			s.Fatal(err)
		}
		s.terms.Do(s, comeToFront, recording, flushed)
	}, "click", "relocate_start", "tab_created", "switch_active_tab", "policy_loaded", "x_form_filled")
	tab := tabOf(s, s.terms)
	s.tells("tab_control_request", fmt.Sprintf(`{"tab_id":%q,"requested_by":1,"owner":0,"request_id":"r-2"}`, tab))
	s.tells("tab_control", fmt.Sprintf(`{"tab_id":%q,"owner":0,"to":1,"action":"granted"}`, tab))
	s.does("the download", s.terms, acts(chrome.Click("#summary")), "click", "file_download")
	s.tells("tab_control", fmt.Sprintf(`{"tab_id":%q,"owner":1,"to":0,"action":"revoked"}`, tab))
	s.does("the pause", s.terms, acts(chrome.Script(`cotrail.pause("a private matter")`)), "tab_pause")
	s.does("the end of the pause", s.terms, acts(chrome.Click("body"), chrome.Script(`cotrail.resume()`)), "tab_resume")
	s.does("the first tab", s.ada, acts(comeToFront), "switch_active_tab")
	s.acts("the second tab's end", s.terms.Close, "tab_closed")
}

// share tells of what they show, write and say to one another.
func (s *play) share() {
	s.tells("document_share", `{"document_id":"d-3","filename":"Offer for Ada Miller.pdf","mime":"application/pdf","size":182400,"pages":4,"shared_by":1}`)
	s.tells("document_edit", `{"document_id":"d-3","page":2,"action":"sign","tool":"pen","by":0}`)
	s.tells("chat", `{"message_number":1,"from":1,"to":0,"text":"Please sign on page 2"}`)
	s.tells("chat", `{"message_number":2,"from":0,"to":1,"text":"Done"}`)
	s.tells("screenshot_generated", `{"screenshot_id":"p-1","trigger":"signature","ref":"shots/p-1.png","width":800,"height":500}`)
	s.tells("feature_upgrade_request", `{"feature":"video","requested_by":0,"from":"co-browsing","to":"video","outcome":"granted"}`)
}

// call has Ada call with her camera, which is recorded, and stopped.
func (s *play) call() {
	s.does("the call", s.ada, acts(chrome.Script(`navigator.mediaDevices.getUserMedia({audio: true, video: true}).then(s => { window.call = s })`)), "video_chat_enabled")
	s.does("its recording", s.ada, acts(chrome.Script(`window.tape = new MediaRecorder(call); tape.start()`)), "video_chat_archiving_started")
	s.does("a camera that is not to be had", s.ada, acts(chrome.Script(`navigator.mediaDevices.getUserMedia({video: {width: {exact: 100000}}}).catch(() => {})`)), "webrtc_stream_exception")
	s.acts("the end of the call", func() { noDevices(s, s.ada); s.ada.Do(s, flushed) }, "webrtc_stream_ended_by_user")
}

// TestScenario plays a whole session over everything that Cotrail has, and compares its log, its statistics and its line
// in the session log, entry by entry, with the golden files. -write writes these anew.
func TestScenario(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "bank.secret")
	if err := os.WriteFile(secret, []byte(memberSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COTRAIL_SESSION_LOG_DIR", filepath.Join(dir, "sessions"))
	s := &play{T: t, shop: newSite(t), desk: newSite(t), r: startRelayWith(t, fmt.Sprintf(`  - key: bank
    dev: true
    token_secret_file: %q
    policy: {allow: ["#country"], titles: true, identity: {name: plain}}
    session: {leave_after: 5s}
`, secret))}
	s.id = s.r.post("/v1/sessions", fmt.Sprintf(`{"site":"bank","start_url":"%s/quote?ref=mail","created_from":"console","server_region":"eu",
		"options":{"chat_enabled":true,"s3_access_secret":"canary","idle_minutes":30}}`, s.shop.url))["session_id"].(string)
	token := func(person string) string {
		return s.r.post("/v1/sessions/"+s.id+"/tokens", person)["token"].(string)
	}
	s.pages(token(`{"name":"Ada Miller","user_id":"u-17","email":"ada.miller@mail.example","role":"customer"}`), token(`{"name":"Bob Reed","user_id":"u-4","role":"host"}`))
	s.join()
	s.control()
	s.tabs()
	s.share()
	s.call()
	s.does("the quote", s.ada, acts(chrome.Click("#send"), chrome.WaitFor(`location.pathname === "/offer"`), recording), "submit", "relocate_start", "navigate", "policy_loaded", "x_form_filled")
	s.tells("client_log", `{"message":"The offer was made","level":"info","data":{"offer":"o-9","password":"canary"}}`)
	s.does("a line of the page", s.ada, acts(chrome.Click("#accept"), chrome.Script(`cotrail.log("Offer accepted")`)), "click", "client_log")
	s.tells("participant_left", `{"client_index":0,"reason":"left"}`)
	s.acts("the end", func() { s.r.post("/v1/sessions/"+s.id+"/end", `{"ended_by":1,"message":"Thank you for your call"}`) }, "session_end")
	noErrors(t, s.bob)
	noErrors(t, s.ada)
	s.bob.Close()
	s.ada.Close()

	s.complete()
	n := names{s.shop.url: "https://shop.example", s.desk.url: "https://desk.example"}
	golden(t, "scenario.log.ndjson", n.in(s.lines("")))
	golden(t, "scenario.surfly.ndjson", n.in(s.lines("?dialect=surfly")))
	golden(t, "scenario.statistics.json", n.in(s.statistics()))
	golden(t, "scenario.session.log", n.in(sessionLine(t, filepath.Join(dir, "sessions"))))
	s.understood()
	s.writeSteps()
}
