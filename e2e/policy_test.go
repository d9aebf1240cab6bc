package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// wantFields compares the clicks and changes of a log.
func wantFields(t *testing.T, entries []entry, want ...string) {
	t.Helper()
	wantTold(t, entries, "", want, "click", "input_change")
}

// wantTold compares the entries of some types with what they have to tell.
func wantTold(t *testing.T, entries []entry, site string, want []string, kinds ...string) {
	t.Helper()
	var got []string
	for _, e := range ofType(entries, kinds...) {
		got = append(got, brief(e, site))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}
}

// wantPolicy compares what each recorder of a log says of the rules that it goes by: the digest, and whether they are
// not the site's own.
func wantPolicy(t *testing.T, entries []entry, want ...string) {
	t.Helper()
	var got []string
	for _, e := range ofType(entries, "policy_loaded") {
		got = append(got, fmt.Sprint(e.details()["digest"], " ", e.details()["fallback"]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("policy_loaded says %q, want %q", got, want)
	}
}

// served gives the digest of the policy that pages of a site get.
func (r *relay) served(site string) string {
	r.t.Helper()
	answer, err := http.Get(r.url + "/v1/record/policy?site=" + site)
	if err != nil {
		r.t.Fatal(err)
	}
	answer.Body.Close()
	digest := answer.Header.Get("Cotrail-Policy")
	if len(digest) != 64 {
		r.t.Fatalf("the policy's digest is %q", digest)
	}
	return digest
}

// TestInvalidSelector: a policy with a selector that is none must not be trusted. Everything is masked by the rule
// "policy", names of buttons too; what another selector blocks stays blocked.
func TestInvalidSelector(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("broken"), `<input id=a><button id=b>Go</button><div class=private><button id=c>Hidden</button></div>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Type("#a", "value"), chrome.Press(kb.Tab), chrome.Click("#b"), chrome.Click("#c"), flushed)
	entries := r.settledLog(session(t, page), "the last click is in the log", has(2, "click"))
	wantFields(t, entries, "click masked policy input", "input_change masked policy input filled", "click masked policy button")
	wantPolicy(t, entries, r.served("broken")+" true")
}

// TestNoPolicy: while the policy cannot be had, nothing of the page's words is shown.
func TestNoPolicy(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	front := r.refusing("/v1/record/policy")
	site := newSite(t)
	site.page("/", `<script async src="`+front+`/cotrail.js" data-site="shows"></script>`, `<input id=a><button id=b>Go</button>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Type("#a", "value"), chrome.Press(kb.Tab), chrome.Click("#b"), flushed)
	entries := r.settledLog(session(t, page), "the click is in the log", has(2, "click"))
	wantFields(t, entries, "click masked policy input", "input_change masked policy input filled", "click masked policy button")
	wantPolicy(t, entries, "<nil> true")
}

// TestSlots: what counts is where an element is shown. Through a slot, however deep, it stands in what hides the slot,
// and within a host in what hides the host. A site that shows everything else is the proof.
func TestSlots(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("shows"), `
<div id=plain><button id=open>Open</button></div>
<div id=host><p><button id=slotted>Slotted</button></p><input id=field></div>
<div id=outer></div>
<section data-cotrail-block><div id=within></div></section>
<script>
	document.querySelector("#host").attachShadow({mode: "open"}).innerHTML = "<section data-cotrail-block><i><slot></slot></i></section>";
	document.querySelector("#outer").attachShadow({mode: "open"}).innerHTML = "<div id=inner><button id=deep>Deep</button></div>";
	const inner = document.querySelector("#outer").shadowRoot.querySelector("#inner");
	inner.attachShadow({mode: "open"}).innerHTML = "<span data-cotrail-mask><slot></slot></span>";
	document.querySelector("#within").attachShadow({mode: "open"}).innerHTML = "<button id=shadowed>Shadowed</button>";
	window.middle = (el) => { const b = el.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
</script>`)
	page := chrome.New(t).Open(t, site.url+"/")
	at := func(element string) chrome.Step {
		middle, err := chrome.Eval[[2]float64](page, "middle("+element+")")
		if err != nil {
			t.Fatal(err)
		}
		return chromedp.MouseClickXY(middle[0], middle[1])
	}
	page.Do(t, recording, chrome.Click("#open"), chrome.Click("#slotted"), chrome.Type("#field", "x"), chrome.Press(kb.Tab),
		at(`document.querySelector("#outer").shadowRoot.querySelector("#deep")`),
		at(`document.querySelector("#within").shadowRoot.querySelector("#shadowed")`), chrome.Script(`cotrail.log("end")`), flushed)
	entries := r.settledLog(session(t, page), "the end is in the log", has(1, "client_log"))
	wantFields(t, entries, "click #open Open", "click masked mask:markup button") // of what is blocked there is nothing at all
}

// TestTypedBeforeTheAddressChanged: for what was typed the rules hold of the page where it was typed, also when the page
// goes on to another address before it is committed, and from a closed page to an open one.
func TestTypedBeforeTheAddressChanged(t *testing.T) {
	r := startRelayWith(t, `
  - {key: paged, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, pages: [{match: "*step=pay*", default: mask}]}}
`)
	site := newSite(t)
	site.page("/", r.tag("paged"), `<input id=a>`)
	page := chrome.New(t).Open(t, site.url+"/?step=pay")
	page.Do(t, recording, chrome.Type("#a", "Ada"), chrome.Script(`history.pushState(0, "", "/?step=done")`), chrome.Press(kb.Tab), flushed,
		chrome.Type("#a", "x"), chrome.Script(`history.pushState(0, "", "/?step=pay&again")`), flushed)
	entries := r.settledLog(session(t, page), "both changes are in the log", has(2, "input_change"))
	want := []string{"navigate SITE/?step= load", "input_change masked default input filled", "navigate SITE/?step= push", "input_change #a = Adax", "navigate SITE/?step= push"}
	wantTold(t, entries, site.url, want, "input_change", "navigate")
}

// TestRulesOfAPageReachedWhilePaused: what was reached while sharing was paused has its rules when sharing goes on, and
// nothing is told of the pages between.
func TestRulesOfAPageReachedWhilePaused(t *testing.T) {
	t.Parallel()
	r := startRelayWith(t, `
  - {key: paged, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, pages: [{match: "*/pay", default: mask}]}}
`)
	site := newSite(t)
	site.page("/", r.tag("paged"), `<input id=a>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Script(`cotrail.pause(); history.pushState(0, "", "/between"); history.pushState(0, "", "/pay"); cotrail.resume()`),
		chrome.Type("#a", "secret"), chrome.Press(kb.Tab), chrome.Script(`history.pushState(0, "", "/after")`), flushed)
	entries := r.settledLog(session(t, page), "the last page is in the log", has(3, "navigate"))
	want := []string{"navigate SITE/ load", "tab_pause", "tab_resume", "navigate SITE/pay push", "input_change masked moved input filled", "navigate SITE/after push"}
	wantTold(t, entries, site.url, want, "input_change", "navigate", "tab_pause", "tab_resume")
	if strings.Contains(show(entries), "/between") {
		t.Error("the log tells of a page that was reached and left while sharing was paused")
	}
}

// TestAddressOfAHiddenPage: where one came from, or goes to, is told by the rules of that page, and so is its title, and
// so is what it gives to download while it is being left.
func TestAddressOfAHiddenPage(t *testing.T) {
	t.Parallel()
	r := startRelayWith(t, `
  - {key: paged, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, titles: true, pages: [{match: "*/pay/*", titles: false, urls: {origin_only: ["*"]}}]}}
`)
	site := newSite(t)
	site.page("/", r.tag("paged"), "")
	site.page("/pay/oncology", r.tag("paged"), `<title>Ada of the payment</title><a id=l href=/oncology.pdf download onclick="history.pushState(0, '', '/thanks')">Bill</a>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Leave(`location.assign("/pay/oncology")`), chrome.WaitFor(`location.pathname === "/pay/oncology"`), recording,
		chrome.Click("#l"), chrome.Script(`document.title = "Thanks"`), flushed)
	entries := r.settledLog(session(t, page), "the download is in the log", has(1, "file_download"))
	for _, hidden := range []string{"oncology", "of the payment"} {
		if text := show(ofType(entries, "navigate", "relocate_start", "click", "file_download")[1:]); strings.Contains(text, hidden) {
			t.Errorf("the log tells %q of a page whose rules hide it:\n%s", hidden, text)
		}
	}
}
