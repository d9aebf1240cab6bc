package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// prerenders asks the browser to load the next page ahead, and goes there once the site says that it is loaded. Its tab is
// not attached to DevTools, for the browser would prerender nothing then; so the pages tell the site how they are.
const prerenders = `<script type=speculationrules>{"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}</script>
	<a id=on href="/next">on</a>
	<script>
		const up = setInterval(() => { if (cotrail.status !== "recording") return; clearInterval(up); fetch("/loaded").then(() => { tell({left: performance.now() - performance.getEntriesByType("navigation")[0].responseStart}); document.querySelector("#on").click(); }); }, 20);
	</script>`

const tellsShown = `<script>
	window.tell = what => fetch("/tell", {method: "POST", keepalive: true, body: JSON.stringify({page: location.pathname, ...what})});
</script>`

const prerendered = `<script>
	const state = () => ({prerendering: document.prerendering, status: window.cotrail && cotrail.status});
	addEventListener("load", () => tell({loaded: true, ...state()}));
	const up = setInterval(() => { if (window.cotrail && cotrail.status === "recording") { clearInterval(up); cotrail.flush().then(() => tell({session: cotrail.sessionId, ...state()})); } }, 20);
</script>`

// TestPrerender: a page that is loaded before anybody asks for it starts nothing until it is shown, and was reached then.
func TestPrerender(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	shop := newSite(t)
	told := make(chan entry, 10)
	loaded := make(chan bool)
	shop.mux.HandleFunc("/tell", func(w http.ResponseWriter, q *http.Request) {
		var e entry
		if err := json.NewDecoder(q.Body).Decode(&e); err != nil {
			t.Error(err)
		}
		told <- e
	})
	shop.mux.HandleFunc("/loaded", func(w http.ResponseWriter, q *http.Request) {
		select {
		case <-loaded:
		case <-q.Context().Done():
		}
	})
	next := func(what, key string) entry {
		t.Helper()
		deadline := time.After(patience)
		for {
			select {
			case e := <-told:
				if e[key] != nil {
					return e
				}
			case <-deadline:
				t.Fatalf("waited %v in vain until %s", patience, what)
			}
		}
	}
	shop.page("/blank", "", "")
	shop.page("/", tellsShown+r.tag("shows"), prerenders)
	shop.page("/next", tellsShown+r.tag("shows"), prerendered)
	person := chrome.New(t, chrome.Whole).Open(t, shop.url+"/blank")
	person.Do(t, chrome.Script(`window.open("/", "_blank", "noopener"); 0`))

	e := next("the next page is loaded", "loaded")
	if e["prerendering"] != true || e.text("status") != "waiting" {
		t.Fatalf("once loaded, the page says %v", e)
	}
	close(loaded)
	left := next("the first page is left", "left").number("left")
	e = next("the next page is recorded", "session")
	if e["prerendering"] != false || e.text("page") != "/next" {
		t.Errorf("once recorded, the page says %v", e)
	}
	entries := r.settledLog(e.text("session"), "both pages are in the log", has(2, "navigate"))
	if len(ofType(entries, "tab_created")) != 1 || len(ofType(entries, "click")) != 1 {
		t.Errorf("the log:\n%s", show(entries))
	}
	if d := ofType(entries, "navigate")[1].details(); d.text("url") != shop.url+"/next" || d.number("previous_page_ms") < left-1 {
		t.Errorf("the first page was there for %d ms, and the log says\n%s", left, show(entries))
	}
}
