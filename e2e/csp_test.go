package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// pinned is the script tag with integrity, as cotrail serve prints it, for a site.
func (r *relay) pinned(site string) string {
	home := string(r.get("/"))
	tag := regexp.MustCompile(`(?s)src=(?:"|&#34;|&quot;)[^ ]*/(cotrail\.[0-9a-f]+\.js)(?:"|&#34;|&quot;) integrity=(?:"|&#34;|&quot;)(sha384-[A-Za-z0-9+/=&#;]+?)(?:"|&#34;|&quot;)`).FindStringSubmatch(home)
	if tag == nil {
		r.t.Fatalf("no integrity line on the relay's page:\n%s", home)
	}
	integrity := strings.ReplaceAll(tag[2], "&#43;", "+")
	return fmt.Sprintf(`<script async src="%s/%s" integrity="%s" crossorigin=anonymous data-site=%s></script>`, r.url, tag[1], integrity, site)
}

// strict is the strictest policy that docs/integrate.md gives, for a relay; the page's own scripts come from its own origin.
func (r *relay) strict(wasm string) map[string]string {
	ws := strings.Replace(r.url, "http", "ws", 1)
	return map[string]string{"Content-Security-Policy": fmt.Sprintf("default-src 'none'; script-src %s %s; connect-src %s %s; form-action 'self'; require-trusted-types-for 'script'", r.url, wasm, r.url, ws)}
}

// TestStrictPolicy records a page under a strict Content Security Policy with Trusted Types, the script pinned.
func TestStrictPolicy(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	html := `<!doctype html><title>strict</title>` + r.pinned("shows") + `<form id=f action=/done><input id=a name=a><button id=go>Go</button></form>`
	site.raw("/", r.strict("'wasm-unsafe-eval'"), html)
	site.raw("/done", r.strict("'wasm-unsafe-eval'"), `<!doctype html><title>done</title>`+r.pinned("shows")+`<p>done</p>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Type("#a", "strict"), chrome.Press(kb.Tab), chrome.Click("#go"), chrome.WaitFor(`location.pathname === "/done"`), recording, flushed)
	entries := r.settledLog(session(t, page), "the second page is in the log", has(2, "recorder_started"))
	want := []string{"navigate SITE/ load", "click #a", "input_change #a = strict", "click #go Go", "submit #f", "navigate SITE/done?a= load"}
	wantTold(t, entries, site.url, want, "click", "input_change", "navigate", "submit")
	noErrors(t, page)
}

// consoleSays waits until the page's console says that nothing is recorded, and why.
func consoleSays(t *testing.T, page *chrome.Page, why string) {
	t.Helper()
	eventually(t, "the console says why", func() bool {
		return slices.ContainsFunc(page.Console(), func(m chrome.Message) bool {
			return strings.Contains(m.Text, "Cotrail: nothing is recorded") && strings.Contains(m.Text, why)
		})
	})
}

// TestAlteredModule: a module that is not the one the loader was built with is fetched again, and never run. The
// altered one would work as well: it has one section more, which says nothing.
func TestAlteredModule(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	var fetched atomic.Int64
	front := r.proxy(func(w http.ResponseWriter, q *http.Request) bool {
		if !strings.HasSuffix(q.URL.Path, ".wasm") {
			return true
		}
		if fetched.Add(1) == 1 {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Content-Type", "application/wasm")
			w.Write(append(r.get(q.URL.Path), 0, 2, 1, 'x'))
			return false
		}
		return true
	})
	site := newSite(t)
	site.page("/", `<script async src="`+front+`/cotrail.js" data-site="shows"></script>`, "")
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording)
	if n := fetched.Load(); n != 2 {
		t.Errorf("the module was fetched %d times, want first the altered one, and then the right one", n)
	}
}

// TestWebAssemblyForbidden: where the page's policy forbids WebAssembly the page is as it would be without us, and
// the console, the status and the relay say why nothing is recorded.
func TestWebAssemblyForbidden(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.raw("/", r.strict(""), `<!doctype html><title>strict</title>`+r.tag("shows")+`<form id=f action=/done><input id=a name=a><button id=go>Go</button></form>`)
	site.raw("/done", nil, `<p id=done>done</p>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "failed: csp"`))
	consoleSays(t, page, "wasm-unsafe-eval")
	entries := r.settledLog(session(t, page), "the relay has been told", has(1, "recorder_failed"))
	if d := ofType(entries, "recorder_failed")[0].details(); d.text("what") != "csp" {
		t.Errorf("the log says %v", d)
	}
	eventually(t, "the relay's own log says it", func() bool { return strings.Contains(r.errors.String(), "csp") })
	if metrics := string(r.get("/metrics")); !strings.Contains(metrics, `cotrail_recorder_failures_total{site="shows",what="csp"} 1`) {
		t.Error("no metric tells of the failure")
	}
	// The page works as ever, and calls to us do not harm it.
	page.Do(t, chrome.Script(`cotrail.log("x"); cotrail.identify(null); cotrail.stop(); cotrail.flush(); cotrail.start()`),
		chrome.Type("#a", "works"), chrome.Click("#go"), chrome.WaitFor(`location.search === "?a=works"`))
}

// crashPage has what the tests of crashes act on.
func crashPage(t *testing.T) (*relay, *chrome.Page) {
	r := startRelay(t)
	site := newSite(t)
	site.raw("/", nil, `<!doctype html><title>crash</title>`+r.tag("shows")+`<form id=f action=/done><input id=a name=a><button id=go>Go</button></form>`)
	site.raw("/done", nil, `<p id=done>done</p>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Script(`cotrail.log("before"); cotrail.flush()`))
	return r, page
}

// TestRecorderCrashes breaks the recorder again and again, by breaking what it needs of the page, until it is not
// started any more. What was acknowledged stands in the log, and the page works on.
func TestRecorderCrashes(t *testing.T) {
	t.Parallel()
	r, page := crashPage(t)
	page.Do(t, chrome.Script(`TextDecoder.prototype.decode = () => { throw new Error("broken by the page") }; cotrail.log("after"); cotrail.flush(); 0`),
		chrome.WaitFor(`cotrail.status === "failed: crash"`))
	consoleSays(t, page, "ended unexpectedly")
	entries := r.settledLog(session(t, page), "the relay has been told", func(e []entry) bool {
		failed := ofType(e, "recorder_failed")
		return len(failed) > 0 && failed[len(failed)-1].details()["restarted"] != true
	})
	if d := ofType(entries, "recorder_failed")[0].details(); d.text("what") != "crash" {
		t.Errorf("the log says %v", d)
	}
	if n := len(ofType(entries, "client_log")); n != 2 {
		t.Errorf("%d lines were logged, want both: the second was acknowledged when the recorder broke", n)
	}
	page.Do(t, chrome.Script(`cotrail.log("x"); cotrail.flush()`),
		chrome.Type("#a", "works"), chrome.Click("#go"), chrome.WaitFor(`location.search === "?a=works"`))
}

// TestRecorderRestarts breaks the recorder in the middle of taking rows: it is started again, and what it was taking
// is in the log, once.
func TestRecorderRestarts(t *testing.T) {
	t.Parallel()
	r, page := crashPage(t)
	page.Do(t, chrome.Script(`
		const slice = Uint8Array.prototype.slice;
		Uint8Array.prototype.slice = function () { Uint8Array.prototype.slice = slice; throw new Error("broken by the page, once") };
		cotrail.log("one"); cotrail.log("two"); cotrail.flush()`))
	page.Do(t, chrome.Type("#a", "Ada"), chrome.Click("#f"), chrome.Script(`cotrail.log("three")`), flushed, recording)
	entries := r.settledLog(session(t, page), "the last line is there", has(4, "client_log"))
	if failed := ofType(entries, "recorder_failed"); len(failed) != 1 || failed[0].details()["restarted"] != true {
		t.Errorf("of the failure the log says %v", failed)
	}
	wantPolicy(t, entries, r.served("shows")+" false", r.served("shows")+" false") // the second recorder tells of it as well
	var said []string
	for _, e := range entries {
		if kind := e.text("type"); kind == "client_log" || kind == "input_change" {
			said = append(said, e.details().text("message")+e.details().text("value"))
		}
	}
	if want := []string{"before", "one", "two", "Ada", "three"}; !slices.Equal(said, want) {
		t.Errorf("the log has %q, want %q", said, want)
	}
}

// TestRowBreaksRecorder has a row that breaks the recorder each time: it alone is lost, and a gap says so.
func TestRowBreaksRecorder(t *testing.T) {
	t.Parallel()
	r, page := crashPage(t)
	page.Do(t, chrome.Script(`
		const slice = Uint8Array.prototype.slice;
		let left = 2;
		Uint8Array.prototype.slice = function (...args) { if (left-- > 0) throw new Error("broken by the page"); return slice.apply(this, args) };
		cotrail.log("one"); cotrail.log("two"); cotrail.flush()`), flushed)
	entries := r.settledLog(session(t, page), "the gap is told", has(1, "gap"))
	if gap := ofType(entries, "gap")[0].details(); gap.text("reason") != "crash" || fmt.Sprint(gap["count"]) != "1" {
		t.Errorf("the gap is %v", gap)
	}
	if n := len(ofType(entries, "client_log")); n != 2 {
		t.Errorf("%d lines were logged, want the one before and the one after the lost one", n)
	}
}
