package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// handedOver keeps what the sensor hands to the recorder, by listening where it becomes bytes.
const handedOver = `<script>
	window.rows = [];
	(of => TextEncoder.prototype.encodeInto = function (text, ...rest) { rows.push(...text.split("\x1e")); return of.call(this, text, ...rest); })(TextEncoder.prototype.encodeInto);
</script>`

// tabsOpened gives the relocate rows of a page so far, without their times.
func tabsOpened(t testing.TB, p *chrome.Page) []string {
	t.Helper()
	p.Do(t, flushed)
	return chrome.MustEval[[]string](t, p, `rows.filter(r => r.startsWith("t=relocate\x1f")).map(r => r.split("\x1f").filter(f => !/^(t|at|from)=/.test(f)).join(" ").replaceAll(location.origin, "SITE"))`)
}

func tabOf(t testing.TB, p *chrome.Page) string {
	t.Helper()
	return chrome.MustEval[string](t, p, `cotrail.tabId`)
}

// created gives the tab_created of a tab.
func created(entries []entry, tab string) (all []entry) {
	for _, e := range ofType(entries, "tab_created") {
		if e.details().text("tab_id") == tab {
			all = append(all, e)
		}
	}
	return all
}

// TestNewTabs opens a tab in each way that a page and a person have: each joins the session, as a tab of its own.
func TestNewTabs(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", handedOver+r.tag("shows"), `
		<a id=blank target=_blank href="/next?way=blank#part">blank</a> <a id=opener target=_blank rel=opener href="/next?way=opener">opener</a>
		<a id=referrer target=_blank rel=noreferrer href="/next?way=referrer">referrer</a> <a id=plain href="/next?way=plain">plain</a>
		<a id=named target=help href="/next?way=named">named</a> <a id=moved target=_blank href="/moved">moved</a>
		<a id=script href="/next?way=wrong" onclick="window.open('/next?way=script'); return false">script</a>
		<button id=alone onclick="window.open('/next?way=alone', '_blank', 'noopener')">alone</button>
		<button id=late onclick="const w = window.open(''); setTimeout(() => w.location = '/next?way=late')">late</button>
		<form id=form target=_blank action=/next><input type=hidden name=way value=form><button id=send>send</button></form>
		<iframe id=inner srcdoc='<a id=within target=_blank href="/next?way=within" style="position: fixed; inset: 0">within</a>'></iframe>
		<script>document.querySelector("#moved").addEventListener("click", e => e.currentTarget.href = "/go?to=1")</script>`)
	site.page("/next", r.tag("shows"), "<button id=b>b</button>")
	site.mux.HandleFunc("/go", func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/next?way=moved", http.StatusFound) })
	first := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	first.Do(t, recording)
	tabs := []string{tabOf(t, first)}
	want := map[string]string{} // how each tab was opened
	var wantRows []string
	for _, way := range []struct {
		act       chrome.Step
		how, says string
	}{
		{chrome.Click("#blank"), "link", "to=SITE/next?way=blank#part cause=link user=1"},
		{chrome.Click("#opener"), "window_open", "to=SITE/next?way=opener cause=link user=1"},
		{chrome.Click("#referrer"), "link", "to=SITE/next?way=referrer cause=link user=1"},
		{chrome.Click("#plain", chromedp.ButtonMiddle), "link", "to=SITE/next?way=plain cause=link user=1"},
		{chrome.Click("#plain", chromedp.ButtonModifiers(chromedp.ModifierCtrl)), "link", "to=SITE/next?way=plain cause=link user=1"},
		{chrome.Click("#plain", chromedp.ButtonModifiers(chromedp.ModifierShift)), "link", "to=SITE/next?way=plain cause=link user=1"},
		{chrome.Click("#named"), "window_open", "to=SITE/next?way=named cause=link user=1"},
		{chrome.Click("#moved"), "link", "to=SITE/go?to=1 cause=link user=1"},
		{chrome.Click("#script"), "window_open", "to=SITE/next?way=script cause=script user=1"},
		{chrome.Click("#alone"), "window_open", "to=SITE/next?way=alone cause=script user=1"},
		{chrome.Click("#late"), "window_open", "to= cause=script user=1"},
		{chrome.Click("#send"), "link", "to=SITE/next cause=form user=1"},
		{chrome.Click("#inner"), "link", "to=SITE/next?way=within cause=link user=1"},
		{chrome.Script(`document.querySelector("#opener").click()`), "window_open", "to=SITE/next?way=opener cause=script user=0"},
	} {
		first.Do(t, comeToFront)
		tab, err := first.Opens(way.act)
		if err != nil {
			t.Fatalf("%s: %v", way.says, err)
		}
		tab.Do(t, recording, chrome.WaitFor(`location.pathname === "/next"`))
		if a, b := session(t, first), session(t, tab); a != b {
			t.Errorf("%s: session %s, want that of the first tab, %s", way.says, b, a)
		}
		id := tabOf(t, tab)
		if slices.Contains(tabs, id) {
			t.Errorf("%s: its tab is not its own", way.says)
		}
		tabs, want[id] = append(tabs, id), way.how
		tab.Do(t, chrome.Click("#b"), flushed)
		wantRows = append(wantRows, way.says+" new_tab=1")
		noErrors(t, tab)
		tab.Close()
	}
	if got := tabsOpened(t, first); !slices.Equal(got, wantRows) {
		t.Errorf("the rows differ:\n%s", differ(got, wantRows))
	}
	entries := r.settledLog(session(t, first), "all tabs are in the log", func(e []entry) bool { return len(ofType(e, "recorder_started")) == len(tabs) })
	streams := map[string]string{}
	for _, e := range entries {
		if tab, stream := e.text("tab_id"), e.text("stream"); stream != "" {
			if streams[stream] != "" && streams[stream] != tab {
				t.Errorf("stream %s is of two tabs", stream)
			}
			streams[stream] = tab
		}
	}
	if len(streams) != len(tabs) {
		t.Errorf("%d streams of %d tabs", len(streams), len(tabs))
	}
	for tab, how := range want {
		all := created(entries, tab)
		if len(all) != 1 || all[0].details().text("opener_tab_id") != tabs[0] || all[0].details().text("how") != how {
			t.Errorf("tab %s was created as\n%swant %s, opened from %s", tab, show(all), how, tabs[0])
		}
	}
	noErrors(t, first)
}

// TestNoNewTab does what looks as if it opened a tab, and does not.
func TestNoNewTab(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", handedOver+r.tag("shows"), `
		<a id=prevented target=_blank href="/next" onclick="return false">prevented</a> <a id=inside target=inner href="/next">inside</a>
		<a id=self target=_self href="#self">self</a> <a id=mail target=_blank href="mailto:ada@mail.example">mail</a>
		<button id=here onclick="window.open('#here', '_self')">here</button> <button id=into onclick="window.open('/next', 'inner')">into</button>
		<form id=form target=_blank action=/next onsubmit="return false"><button id=send>send</button></form>
		<form id=framed target=inner action=/next><button id=sendin>send</button></form>
		<iframe name=inner src=/next></iframe>`)
	site.page("/next", "", "")
	page := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	page.Do(t, recording)
	for _, id := range []string{"prevented", "inside", "self", "mail", "here", "into", "send", "sendin"} {
		page.Do(t, chrome.Click("#"+id))
	}
	page.Do(t, chrome.Click("#self", chromedp.ButtonRight))
	if got := tabsOpened(t, page); len(got) != 0 {
		t.Errorf("told to be opened in new tabs: %q", got)
	}
}

// TestTabByHand opens tabs that no page has opened: each starts a session of its own, though a recorded tab is there that
// has just opened something.
func TestTabByHand(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	clock := `<script>let shift = 0; (of => performance.now = () => of() + shift)(performance.now.bind(performance))</script>`
	site.page("/", clock+r.tag("shows"), `<a id=blank target=_blank href="/next">next</a> <a id=other target=_blank href="/other">other</a> <a id=late target=_blank href="/late">late</a>`)
	site.page("/next", r.tag("shows"), "")
	site.page("/other", "", "")
	tagged := true
	site.mux.HandleFunc("/late", func(w http.ResponseWriter, q *http.Request) {
		fmt.Fprintf(w, "<!doctype html><title>late</title>%s", map[bool]string{true: r.tag("shows")}[tagged])
	})
	first := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	first.Do(t, recording)
	sessions := []string{session(t, first)}
	own := func(what string, tab *chrome.Page) {
		t.Helper()
		tab.Do(t, recording, flushed)
		if id := session(t, tab); slices.Contains(sessions, id) {
			t.Errorf("%s: it joined a session", what)
		} else {
			sessions = append(sessions, id)
		}
		entries := r.settledLog(session(t, tab), "the tab is in the log", has(1, "tab_created"))
		if all := created(entries, tabOf(t, tab)); len(all) != 1 || all[0].details()["opener_tab_id"] != nil || all[0].details().text("how") != "initial" {
			t.Errorf("%s:\n%s", what, show(all))
		}
		first.Do(t, comeToFront)
	}
	own("nothing was opened", first.ByHand(t, site.url+"/next"))
	if _, err := first.Popup(chrome.Click("#other")); err != nil { // it has no tag, so it never asks
		t.Fatal(err)
	}
	own("something else was opened", first.ByHand(t, site.url+"/next"))
	joined, err := first.Popup(comeToFront, chrome.Click("#blank"))
	if err != nil {
		t.Fatal(err)
	}
	joined.Do(t, recording)
	if session(t, joined) != session(t, first) {
		t.Error("the opened tab did not join")
	}
	own("what was opened is there already", first.ByHand(t, site.url+"/next"))

	// The page that is opened has no tag, so the opening waits; the tab that asks is another, with the same address.
	late := func(shift int) *chrome.Page {
		tagged = false
		if _, err := first.Popup(chrome.Script(fmt.Sprintf(`shift += %d; 0`, shift)), chrome.Click("#late")); err != nil {
			t.Fatal(err)
		}
		tagged = true
		first.Do(t, chrome.Script(fmt.Sprintf(`shift += %d; 0`, shift)))
		tab := first.ByHand(t, site.url+"/late")
		tab.Do(t, recording)
		first.Do(t, comeToFront)
		return tab
	}
	if tab := late(0); session(t, tab) != session(t, first) {
		t.Error("within the ten seconds it did not join")
	}
	own("ten seconds after the act", late(10_001))
}

// storage is a tab's storage as a browser copies it, changed by a script that knows it as kept.
func storage(t testing.TB, p *chrome.Page, change string) string {
	t.Helper()
	return fmt.Sprintf(`if (!sessionStorage.cotrail) sessionStorage.cotrail = %s`,
		chrome.MustEval[string](t, p, `(() => { const kept = JSON.parse(sessionStorage.cotrail); `+change+`; return JSON.stringify(JSON.stringify(kept)); })()`))
}

// TestCopiedTab gives tabs the storage of another one: while that one is there they are copies, with a tab id and a
// stream of their own and nothing of what it has left for its next page; when it has gone without a word, as when the
// browser ends, they are that tab.
func TestCopiedTab(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("shows"), "<button id=b>b</button>")
	site.page("/blank", "", "")
	person := chrome.New(t, chrome.Whole).Open(t, site.url+"/blank")
	first := person.ByHand(t, site.url+"/")
	first.Do(t, recording, flushed)
	id, tab := session(t, first), tabOf(t, first)
	kept := storage(t, first, `kept.stubs = [{type: "click", time: Date.now(), node_name: "button", is_masked: true, rule: "not_ready"}]; kept.lost = 3; kept.tailAt = Date.now(); kept.since = Date.now()`)

	second := person.Prepared(t, site.url+"/", kept)
	second.Do(t, recording, chrome.Click("#b"), flushed)
	if session(t, second) != id || tabOf(t, second) == tab {
		t.Errorf("the copy is tab %s of session %s, want another than %s of %s", tabOf(t, second), session(t, second), tab, id)
	}
	entries := r.settledLog(id, "the copy's click is in the log", has(1, "click"))
	if n := len(ofType(entries, "click", "gap")); n != 1 {
		t.Errorf("the copy tells what the other tab left behind:\n%s", show(entries))
	}
	if all := created(entries, tabOf(t, second)); len(all) != 1 || all[0].details().text("opener_tab_id") != tab {
		t.Errorf("the copy was created as\n%s", show(all))
	}

	first.Close()
	restored := person.Prepared(t, site.url+"/", kept)
	restored.Do(t, recording, chrome.Click("#b"), flushed)
	if session(t, restored) != id || tabOf(t, restored) != tab {
		t.Errorf("the restored tab is %s of session %s, want %s of %s", tabOf(t, restored), session(t, restored), tab, id)
	}
	entries = r.settledLog(id, "the restored tab's clicks are in the log", has(3, "click"))
	if len(created(entries, tab)) != 1 || len(ofType(entries, "gap")) != 1 {
		t.Errorf("the restored tab:\n%s", show(entries))
	}
}

// TestStoppedTab: a page whose recording was stopped is there all the same, so a tab that it opens is another one; and
// when it starts again, or is followed by the next page, it goes on as the tab that it was.
func TestStoppedTab(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("shows"), `<a id=opener target=_blank rel=opener href="/next">opener</a> <a id=on href="/next">on</a>`)
	site.page("/next", r.tag("shows"), "")
	first := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	first.Do(t, recording)
	id, tab := session(t, first), tabOf(t, first)
	first.Do(t, flushed, chrome.Script(`cotrail.stop("enough")`))
	second, err := first.Popup(chrome.Click("#opener"))
	if err != nil {
		t.Fatal(err)
	}
	second.Do(t, recording, flushed)
	if session(t, second) != id || tabOf(t, second) == tab {
		t.Errorf("the opened tab is %s of session %s, want another than %s of %s", tabOf(t, second), session(t, second), tab, id)
	}
	first.Do(t, comeToFront, chrome.Script(`cotrail.start()`), recording, flushed)
	if session(t, first) != id || tabOf(t, first) != tab {
		t.Errorf("started again it is tab %s of session %s, want %s of %s", tabOf(t, first), session(t, first), tab, id)
	}
	first.Do(t, chrome.Script(`cotrail.stop("enough")`), chrome.Click("#on"), chrome.WaitFor(`location.pathname === "/next"`), recording, flushed)
	if session(t, first) != id || tabOf(t, first) != tab {
		t.Errorf("its next page is tab %s of session %s, want %s of %s", tabOf(t, first), session(t, first), tab, id)
	}
	entries := r.settledLog(id, "the next page is in the log", has(4, "recorder_started"))
	if len(created(entries, tab)) != 1 || len(ofType(entries, "tab_created")) != 2 {
		t.Errorf("the tabs:\n%s", show(ofType(entries, "tab_created")))
	}
}

// TestLeftCopy: a tab that was opened with its opener's storage, and whose first page was left before the recorder was
// up, is a tab of its own all the same.
func TestLeftCopy(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	front := r.proxy(func(w http.ResponseWriter, q *http.Request) bool {
		if strings.HasSuffix(q.URL.Path, ".wasm") {
			<-q.Context().Done()
			return false
		}
		return true
	})
	site := newSite(t)
	site.page("/", r.tag("shows"), `<a id=opener target=_blank rel=opener href="/early">opener</a>`)
	site.page("/early", `<script async src="`+front+`/cotrail.js" data-site="shows"></script>`, `<a id=on href="/next">on</a>`)
	site.page("/next", r.tag("shows"), "")
	first := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	first.Do(t, recording)
	second, err := first.Popup(chrome.Click("#opener"))
	if err != nil {
		t.Fatal(err)
	}
	second.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "starting"`), chrome.Click("#on"), chrome.WaitFor(`location.pathname === "/next"`), recording, flushed)
	if session(t, second) != session(t, first) || tabOf(t, second) == tabOf(t, first) {
		t.Errorf("the opened tab is %s of session %s, want another than %s of %s", tabOf(t, second), session(t, second), tabOf(t, first), session(t, first))
	}
}

// TestActiveTab goes from tab to tab, and closes the one that is looked at.
func TestActiveTab(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("shows"), `<a id=blank target=_blank href="/next">next</a>`)
	site.page("/next", r.tag("shows"), `<a id=on href="/on">on</a>`)
	site.page("/on", r.tag("shows"), `<a id=on href="/next">on</a>`)
	first := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	first.Do(t, recording)
	names := map[string]string{tabOf(t, first): "1"}
	open := func(name string) *chrome.Page {
		first.Do(t, comeToFront)
		tab, err := first.Popup(chrome.Click("#blank"))
		if err != nil {
			t.Fatal(err)
		}
		tab.Do(t, comeToFront, recording, flushed)
		names[tabOf(t, tab)] = name
		return tab
	}
	second := open("2")
	third := open("3")
	second.Do(t, chrome.Leave(`location = "/on"`), chrome.WaitFor(`location.pathname === "/on"`), recording, flushed) // while the third is looked at
	second.Do(t, comeToFront, flushed, chrome.Click("#on"), chrome.WaitFor(`location.pathname === "/next"`), recording, flushed)
	third.Do(t, comeToFront, flushed)
	third.Close()
	first.Do(t, comeToFront, flushed)
	second.Do(t, comeToFront, flushed)
	want := "1>2 2>1 1>3 3>2 2>3 3>1 1>2"
	entries := r.settledLog(session(t, first), "the last switch is in the log", has(strings.Count(want, ">"), "switch_active_tab"))
	var got []string
	for _, e := range ofType(entries, "switch_active_tab") {
		got = append(got, names[e.details().text("from_tab")]+">"+names[e.details().text("to_tab")])
	}
	if strings.Join(got, " ") != want {
		t.Errorf("the switches are %s, want %s", strings.Join(got, " "), want)
	}
}
