package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// heard keeps what a page's own listeners hear, and what the frames of the tests say of themselves.
const heard = `<script>
	window.told = {}; window.strange = [];
	addEventListener("message", e => e.data.frame ? told[e.data.frame] = e.data : strange.push(JSON.stringify(e.data)));
</script>`

// says makes a frame's page tell the page at the top how it is, under a name; and when that asks for it, the frame writes
// a line and tells when it is durable.
func frameSays(name string) string {
	return fmt.Sprintf(`<script>
		let flushed = "";
		addEventListener("message", e => { if (e.data.flush) { cotrail.log(e.data.flush); cotrail.flush().then(() => flushed = e.data.flush); } });
		setInterval(() => {
			const {status, sessionId, tabId} = window.cotrail || {};
			top.postMessage({frame: %q, status, session: sessionId, tab: tabId, flushed, storage: {...sessionStorage}, passes: window.passes}, "*");
		}, 20);
	</script>`, name)
}

// overheard keeps every message that reaches a window, ours too: it listens before the recorder does.
const overheard = `<script>window.passes = []; addEventListener("message", e => e.data.cotrail && passes.push(e.data), true)</script>`

// wholeButton fills a frame, so that a click into the middle of the frame clicks it.
const wholeButton = `<button id=b style="position: fixed; inset: 0; width: 100%">b</button>`

// frame is an element for a frame's page, and small one that leaves the middle of the page around it free.
func frame(id, url string) string {
	return fmt.Sprintf(`<iframe id=%s src="%s" style="width: 400px; height: 300px"></iframe>`, id, url)
}
func small(id, url string) string {
	return fmt.Sprintf(`<iframe id=%s src="%s" style="width: 60px; height: 60px"></iframe>`, id, url)
}

// isSaid waits until a frame of the page has said of itself what a condition on d wants.
func isSaid(name, condition string) chrome.Step {
	return chrome.WaitFor(fmt.Sprintf(`(d => d && (%s))(told[%q])`, condition, name))
}

// said gives what a frame has said of itself.
func said(t testing.TB, p *chrome.Page, name string) entry {
	t.Helper()
	return chrome.MustEval[entry](t, p, fmt.Sprintf(`told[%q]`, name))
}

// foreign serves a site's pages from an address that is none of the relay's sites, and gives it.
func (s *site) foreign(t testing.TB) string {
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(s.mux)
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// wantClicks waits for clicks by page, and gives the log.
func (r *relay) wantClicks(session string, pages ...string) []entry {
	r.t.Helper()
	slices.Sort(pages)
	var got []string
	return r.settledLog(session, fmt.Sprintf("there are clicks in %v", pages), func(entries []entry) bool {
		got = got[:0]
		for _, e := range ofType(entries, "click") {
			got = append(got, entry(object(e["page"])).text("url"))
		}
		slices.Sort(got)
		return slices.Equal(got, pages)
	})
}

// TestFrameOfAnotherOrigin: the frames of other origins of the site, and those within them, join the session and the tab
// of the page, each with a stream of its own, and none of them ever sees the secret.
func TestFrameOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	shop, pay, bank := newSite(t), newSite(t), newSite(t)
	shop.page("/", heard+r.tag("shows"), "<h1>Shop</h1>"+frame("pay", pay.url+"/"))
	pay.page("/", overheard+heard+frameSays("pay")+r.tag("shows"), wholeButton+`<div style="position: fixed; top: 0; left: 0">`+small("bank", bank.url+"/")+small("help", shop.url+"/help")+`</div>`)
	bank.page("/", overheard+heard+frameSays("bank")+r.tag("shows"), wholeButton)
	shop.page("/help", overheard+heard+frameSays("help")+r.tag("shows"), wholeButton)
	page := chrome.New(t).Open(t, shop.url+"/")
	page.Do(t, recording)
	id, tab := session(t, page), tabOf(t, page)
	secret := chrome.MustEval[string](t, page, `JSON.parse(sessionStorage.cotrail).secret`)
	for _, name := range []string{"pay", "bank", "help"} {
		page.Do(t, isSaid(name, `d.status === "recording"`))
		d := said(t, page, name)
		if d.text("session") != id || d.text("tab") != tab {
			t.Errorf("%s is in tab %s of session %s, want %s of %s", name, d.text("tab"), d.text("session"), tab, id)
		}
		if text := fmt.Sprint(d["passes"], object(d["storage"])["cotrail-frame"]); strings.Contains(text, secret) || !strings.Contains(text, "ticket:") {
			t.Errorf("%s knows %s", name, text)
		}
	}
	page.Do(t, chrome.Click("h1"), flushed, chrome.Click("#pay"))
	r.wantClicks(id, shop.url+"/", pay.url+"/")
	entries := r.settledLog(id, "every recorder is in the log", has(4, "recorder_started"))
	streams := map[string]bool{}
	for _, e := range ofType(entries, "recorder_started") {
		streams[e.text("stream")] = true
		if e.text("tab_id") != tab {
			t.Errorf("a recorder of tab %s", e.text("tab_id"))
		}
	}
	if len(streams) != 4 {
		t.Errorf("%d streams, want one of the page and one of each frame", len(streams))
	}
	if n := len(ofType(entries, "tab_created", "switch_active_tab", "navigate", "relocate_start")); n != 2 {
		t.Errorf("the frames tell of tabs and pages:\n%s", show(ofType(entries, "tab_created", "switch_active_tab", "navigate", "relocate_start")))
	}
	if len(ofType(entries, "participant_joined")) != 1 {
		t.Errorf("more than one participant:\n%s", show(entries))
	}
	noErrors(t, page)
}

// TestFrameAlone: where the page around has no recorder, is of another site, or of no site at all, a frame records a
// session of its own; and it asks nobody but a page of its site.
func TestFrameAlone(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	shop, pay := newSite(t), newSite(t)
	pay.page("/", heard+frameSays("pay")+r.tag("shows"), wholeButton)
	shop.page("/untagged", heard, frame("pay", pay.url+"/"))
	shop.page("/other", heard+r.tag("hides"), frame("pay", pay.url+"/"))
	browser := chrome.New(t)
	for _, row := range []struct {
		what, url string
		asked     bool
	}{
		{"no recorder", shop.url + "/untagged", true},
		{"another site's recorder", shop.url + "/other", true},
		{"a foreign page", shop.foreign(t) + "/untagged", false},
	} {
		t.Run(row.what, func(t *testing.T) {
			page := browser.Open(t, row.url)
			page.Do(t, isSaid("pay", `d.status === "recording"`), chrome.Click("#pay"))
			id := said(t, page, "pay").text("session")
			entries := r.wantClicks(id, pay.url+"/")
			if len(ofType(entries, "tab_created")) != 1 || len(ofType(entries, "navigate")) != 1 {
				t.Errorf("the frame's own session:\n%s", show(entries))
			}
			if asked := chrome.MustEval[int](t, page, `strange.length`) > 0; asked != row.asked {
				t.Errorf("the page around was asked: %v, want %v", asked, row.asked)
			}
		})
	}
}

// asks sends what a frame's recorder would, to a window, again and again, and keeps what is answered.
func asks(target string) string {
	return `<script>
		window.answers = [];
		addEventListener("message", e => e.data.cotrail && answers.push(JSON.stringify(e.data)), true);
		setInterval(() => { try { ` + target + `.postMessage({cotrail: "join", site: "shows", nonce: "0123456789abcdef0123456789abcdef", origin: window.claimed}, "*") } catch {} }, 20);
	</script>`
}

// answered tells what the windows of asks have got: they tell the page at the top.
const tellsAnswers = `<script>let asked = 0; setInterval(() => top.postMessage({frame: "evil", answers: window.answers, asked: asked++}, "*"), 20)</script>`

// TestForeignWindowsAsk: a page answers none but the frames of its site that stand directly in it. A foreign frame, a
// foreign page around, a window that it has opened, and a frame of a frame, though of the site, get nothing, though they
// ask as a frame of the site would, and though they claim an origin of the site.
func TestForeignWindowsAsk(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	shop, pay, evil := newSite(t), newSite(t), newSite(t)
	stranger := evil.foreign(t)
	claims := `<script>window.claimed = "` + pay.url + `"</script>`
	evil.page("/frame", asks("parent")+tellsAnswers, "")
	evil.page("/claims", claims+asks("parent")+tellsAnswers, "")
	evil.page("/deep", asks("top")+tellsAnswers, "")
	evil.page("/window", asks("opener"), "")
	pay.page("/window", asks("opener"), "")
	pay.page("/top", asks("top")+tellsAnswers, "")
	evil.page("/between", "", frame("pay", pay.url+"/top"))
	shop.page("/between", heard+r.tag("shows"), frame("evil", stranger+"/between"))
	shop.page("/", heard+r.tag("shows"), frame("evil", stranger+"/frame"))
	shop.page("/claims", heard+r.tag("shows"), frame("evil", stranger+"/claims"))
	pay.page("/", r.tag("shows"), frame("evil", stranger+"/deep"))
	shop.page("/deep", heard+r.tag("shows"), frame("pay", pay.url+"/"))
	shop.page("/opens", heard+r.tag("shows"), `<button id=evil onclick="window.open('`+stranger+`/window')">open</button> <button id=pay onclick="window.open('`+pay.url+`/window')">open</button>`)
	shop.page("/inside", frameSays("shop")+r.tag("shows"), "")
	evil.page("/around", asks("frames[0]")+heard, frame("shop", shop.url+"/inside"))
	// That the same words are answered when a frame of the site says them, so that this test can fail.
	pay.page("/ask", asks("parent")+tellsAnswers, "")
	shop.page("/good", heard+r.tag("shows"), frame("evil", pay.url+"/ask"))

	browser := chrome.New(t)
	asksOften := isSaid("evil", `d.asked > (window.from ??= d.asked) + 50`)
	t.Run("a frame of the site", func(t *testing.T) {
		page := browser.Open(t, shop.url+"/good")
		page.Do(t, recording, isSaid("evil", `d.answers.length > 0`))
	})
	for _, path := range []string{"/", "/claims", "/deep", "/between"} {
		t.Run("a frame in "+path, func(t *testing.T) {
			page := browser.Open(t, shop.url+path)
			page.Do(t, recording, asksOften)
			if answers, _ := said(t, page, "evil")["answers"].([]any); len(answers) > 0 {
				t.Errorf("it got %v and more", answers[0])
			}
		})
	}
	for _, whose := range []string{"evil", "pay"} {
		t.Run("a window it opened of "+whose, func(t *testing.T) {
			page := browser.Open(t, shop.url+"/opens")
			page.Do(t, recording)
			window, err := page.Popup(chrome.Click("#" + whose))
			if err != nil {
				t.Fatal(err)
			}
			page.Do(t, chrome.WaitFor(`strange.length > 50`)) // they are not for us, so they are the page's
			if answers := chrome.MustEval[[]string](t, window, `answers`); len(answers) > 0 {
				t.Errorf("it got %q and more", answers[0])
			}
		})
	}
	t.Run("a page around it", func(t *testing.T) {
		page := browser.Open(t, stranger+"/around")
		page.Do(t, isSaid("shop", `d.status === "recording"`), chrome.WaitFor(`(window.from ??= performance.now()) + 1000 < performance.now()`))
		if answers := chrome.MustEval[[]string](t, page, `answers`); len(answers) > 0 {
			t.Errorf("it got %q and more", answers[0])
		}
	})
}

// TestForeignPageAnswers: a foreign page around a frame that is in a page of the site can make it believe nothing, also
// when it has seen a true pass.
func TestForeignPageAnswers(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	shop, pay := newSite(t), newSite(t)
	pay.page("/", heard+frameSays("pay")+r.tag("shows"), wholeButton)
	shop.page("/", heard+`<script>
		const pass = {cotrail: "joined", session: "0".repeat(32), tab: "0".repeat(16), ticket: "1.9999999999999." + "0".repeat(64), paused: false};
		addEventListener("message", e => e.data.cotrail === "join" && e.source.postMessage({...pass, nonce: e.data.nonce}, e.origin), true);
		setInterval(() => frames[0] && frames[0].postMessage({...pass, nonce: "0".repeat(32)}, "*"), 20);
	</script>`, frame("pay", pay.url+"/"))
	browser := chrome.New(t)
	page := browser.Open(t, shop.foreign(t)+"/")
	page.Do(t, isSaid("pay", `d.status === "recording"`))
	if id := said(t, page, "pay").text("session"); id == strings.Repeat("0", 32) {
		t.Error("the frame believes a foreign page")
	}
	// The same page as one of the site is believed, and the relay takes nothing by its ticket: there is no such session.
	page = browser.Open(t, shop.url+"/")
	page.Do(t, isSaid("pay", `d.session === "0".repeat(32)`))
	if r.knows(strings.Repeat("0", 32)) {
		t.Error("a ticket has made a session")
	}
}

// TestFramePauses: while the page has paused sharing, or has stopped, its frames tell nothing of their content; nobody but
// the page around makes them.
func TestFramePauses(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	shop, pay, bank := newSite(t), newSite(t), newSite(t)
	shop.page("/", heard+r.tag("shows"), frame("pay", pay.url+"/"))
	evil := newSite(t)
	evil.page("/", `<script>let asked = 0; setInterval(() => { parent.postMessage({cotrail: "sharing", paused: true, evil: true}, "*"); top.postMessage({frame: "evil", asked: asked++}, "*"); }, 20)</script>`, "")
	counts := `<button id=b style="position: fixed; inset: 0; width: 100%" onclick="this.textContent = Number(this.textContent) + 1">0</button>`
	pay.page("/", overheard+frameSays("pay")+r.tag("shows"), counts+`<div style="position: fixed; top: 0; left: 0">`+small("bank", bank.url+"/")+small("evil", evil.foreign(t)+"/")+`</div>`)
	bank.page("/", overheard+frameSays("bank")+r.tag("shows"), wholeButton)
	page := chrome.New(t).Open(t, shop.url+"/")
	page.Do(t, recording, isSaid("pay", `d.status === "recording"`), isSaid("bank", `d.status === "recording"`), isSaid("evil", `d.asked > 20`))
	id := session(t, page)
	for n, row := range []struct {
		call, want string // want are the labels of the clicks that are told by then
	}{
		{``, "0"}, {`cotrail.pause("a break")`, "0"}, {`cotrail.resume()`, "0 2"}, {`cotrail.stop()`, "0 2"},
	} {
		page.Do(t, chrome.Script(row.call+"; 0"))
		for _, name := range []string{"pay", "bank"} {
			page.Do(t, isSaid(name, fmt.Sprintf(`d.passes.filter(m => m.cotrail === "sharing" && !m.evil).length === %d`, n)))
		}
		line := fmt.Sprintf("after act %d", n)
		page.Do(t, chrome.Click("#pay"), chrome.Script(fmt.Sprintf(`frames[0].postMessage({flush: %q}, "*")`, line)), isSaid("pay", fmt.Sprintf(`d.flushed === %q`, line)))
		entries := r.settledLog(id, "the frame's line is in the log", has(n+1, "client_log"))
		var labels []string
		for _, e := range ofType(entries, "click") {
			labels = append(labels, e.details().text("label"))
		}
		if got := strings.Join(labels, " "); got != row.want {
			t.Errorf("after %s the clicks are %s, want %s", row.call, got, row.want)
		}
	}
}

// TestTicketIsRenewed: a frame gets another ticket while it is there, and when its connection breaks, so it goes on though
// the one that it began with has expired.
func TestTicketIsRenewed(t *testing.T) {
	t.Parallel()
	for what, fast := range map[string]string{
		"in time":                    `<script>(of => window.setInterval = (f, ms) => of(f, ms > 60_000 ? 100 : ms))(setInterval)</script>`,
		"when the connection breaks": "",
	} {
		t.Run(what, func(t *testing.T) {
			r := startRelay(t)
			shop, pay := newSite(t), newSite(t)
			// By the page's clock it is ten minutes ago while it makes the frame's first tickets: they are good for seconds.
			shop.page("/", heard+`<script>let back = 0; (of => performance.now = () => of() - back)(performance.now.bind(performance))</script>`+r.tag("shows"), "")
			pay.page("/", overheard+fast+frameSays("pay")+r.tag("shows"), wholeButton)
			page := chrome.New(t).Open(t, shop.url+"/")
			page.Do(t, recording, chrome.Script(`back = 595_000; document.body.innerHTML = '`+frame("pay", pay.url+"/")+`'; 0`),
				isSaid("pay", `d.status === "recording"`), chrome.Click("#pay"), chrome.Script(`back = 0`))
			id := session(t, page)
			r.wantClicks(id, pay.url+"/")
			if fast != "" {
				page.Do(t, isSaid("pay", `new Set(d.passes.filter(m => m.cotrail === "joined").map(m => m.ticket)).size > 2`))
			}
			page.Do(t, chrome.WaitFor(`Date.now() > Number(told.pay.passes[0].ticket.split(".")[1])`))
			r.kill()
			page.Do(t, isSaid("pay", `d.status === "reconnecting"`), chrome.Click("#pay"))
			r.start()
			entries := r.wantClicks(id, pay.url+"/", pay.url+"/")
			streams := map[string]bool{}
			for _, e := range ofType(entries, "click") {
				streams[e.text("stream")] = true
			}
			if len(streams) != 1 {
				t.Errorf("the clicks are of %d streams", len(streams))
			}
		})
	}
}

// TestFrameOfSameOrigin: a frame of the page's own origin leaves itself to the page's recorder, also when its own tag has
// run first; what it says and what happens in it is in the page's stream, once.
func TestFrameOfSameOrigin(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	shop := newSite(t)
	slow := make(chan bool)
	shop.mux.HandleFunc("/slow.js", func(w http.ResponseWriter, q *http.Request) {
		select {
		case <-slow:
		case <-q.Context().Done():
		}
	})
	stub := `<script>window.cotrail = window.cotrail || {q: [], log(...a) { this.q.push(["log", ...a]) }}; cotrail.log("said early")</script>`
	shop.page("/inner", stub+r.tag("shows"), wholeButton)
	// Not async: the page's tag waits for a script that comes late.
	shop.page("/late", heard+`<script src="/slow.js" defer></script>`+strings.Replace(r.tag("shows"), "async", "defer", 1), frame("inner", "/inner"))
	shop.page("/", heard+r.tag("shows"), frame("inner", "/inner"))
	late := `<script>addEventListener("load", () => { const tag = document.createElement("script"); tag.src = "` + r.url + `/cotrail.js"; tag.dataset.site = "shows"; document.head.append(tag); })</script>`
	shop.page("/untagged", late, frame("inner", "/stub"))
	shop.page("/stub", stub, wholeButton)
	shop.page("/other", heard+r.tag("shows"), frame("inner", "/hides"))
	shop.page("/hides", r.tag("hides"), wholeButton)
	browser := chrome.New(t)
	for _, path := range []string{"/", "/late"} {
		t.Run(path, func(t *testing.T) {
			page, err := browser.NewPage()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(page.Close)
			go func() { page.Run(chrome.Leave(fmt.Sprintf(`location = %q`, shop.url+path))) }()
			if path == "/late" {
				page.Do(t, chrome.WaitFor(`frames[0].document.readyState === "complete" && Object.getOwnPropertyDescriptor(frames[0], "cotrail").get && !window.cotrail`))
				close(slow)
			}
			page.Do(t, recording, chrome.WaitFor(`frames[0].cotrail === cotrail`), chrome.Click("#inner"),
				chrome.Script(`frames[0].cotrail.log("said late"); frames[0].cotrail = 1; 0`), flushed)
			entries := r.settledLog(session(t, page), "the frame's words are in the log", has(2, "client_log"))
			var got []string
			streams := map[string]bool{}
			for _, e := range ofType(entries, "recorder_started", "tab_created", "client_log", "click") {
				got = append(got, brief(e, shop.url))
				streams[e.text("stream")] = true
			}
			slices.Sort(got)
			if want := []string{"click #inner\"] >> //*[@id=\"b b", "client_log said early", "client_log said late", "recorder_started", "tab_created"}; !slices.Equal(got, want) || len(streams) != 1 {
				t.Errorf("of %d streams:\n%s", len(streams), differ(got, want))
			}
			noErrors(t, page)
		})
	}
	t.Run("no tag, and calls that wait for one", func(t *testing.T) {
		page := browser.Open(t, shop.url+"/untagged")
		page.Do(t, recording, chrome.Click("#inner"), flushed)
		r.settledLog(session(t, page), "the click in the frame is in the log", has(1, "click"))
	})
	t.Run("a tag of another site", func(t *testing.T) {
		page := browser.Open(t, shop.url+"/other")
		page.Do(t, recording, chrome.WaitFor(`frames[0].cotrail !== cotrail && frames[0].cotrail.status === "recording"`))
		if inner := chrome.MustEval[string](t, page, `frames[0].cotrail.sessionId`); inner == session(t, page) {
			t.Error("two sites share a session")
		}
	})
}
