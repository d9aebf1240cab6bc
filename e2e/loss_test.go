package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// leavings is how often the page is left at once after an act.
const leavings = 100

// TestLastAct types, submits and navigates at once, again and again: the page is gone before anything could be
// sent in peace, and every act is in the log all the same.
func TestLastAct(t *testing.T) {
	t.Parallel()
	// What a page sends while it goes may arrive behind what the next one says: the log waits for it longer than a
	// busy machine needs.
	r := startRelayWith(t, `  - {key: patient, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, titles: true}, session: {settle: 5s}}`)
	// The rules come last of what a recorder waits for. Here they come late each time, as on a busy machine.
	front := r.proxy(func(w http.ResponseWriter, q *http.Request) bool {
		if q.URL.Path == "/v1/record/policy" {
			w.Header().Set("Cache-Control", "no-store")
			time.Sleep(50 * time.Millisecond)
		}
		return true
	})
	site := newSite(t)
	site.mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		fmt.Fprintf(w, `<!doctype html><title>step</title><script async src="%s/cotrail.js" data-site=patient></script><form action="/%s/next"><input id=f name=f autofocus></form>`, front, strings.Trim(q.URL.Path, "/"))
	})
	site.mux.HandleFunc("/{n}/next", func(w http.ResponseWriter, q *http.Request) {
		var n int
		fmt.Sscan(q.PathValue("n"), &n)
		http.Redirect(w, q, fmt.Sprintf("/%d", n+1), http.StatusSeeOther)
	})
	page := chrome.New(t).Open(t, site.url+"/0")
	page.Do(t, recording)
	want := []string{"navigate SITE/0 load"}
	for n := range leavings {
		// Every second time the recorder has its connection, otherwise the page is left as soon as it can be:
		// when the recorder is up, and may not have greeted the relay.
		if n%2 == 0 {
			page.Do(t, recording)
		} else {
			page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.sessionId`))
		}
		page.Do(t, chrome.Focus("#f"), chrome.Press(fmt.Sprint("v", n)), chrome.Press(kb.Enter), chrome.WaitFor(fmt.Sprintf(`location.pathname === "/%d"`, n+1)))
		want = append(want, fmt.Sprintf("input_change #f = v%d", n), "submit /form", fmt.Sprintf("navigate SITE/%d load", n+1))
	}
	page.Do(t, recording, flushed)
	entries := r.settledLog(session(t, page), "the last page is in the log", has(leavings+1, "navigate"))
	var got []string
	for _, e := range ofType(entries, "navigate", "input_change", "submit", "gap", "click") {
		got = append(got, brief(e, site.url))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}
	noErrors(t, page)
}

// TestBeforeTheModule acts while the module is held back: everything is in the log, with the time it happened.
func TestBeforeTheModule(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	const held = 3 * time.Second
	front := r.front(func(path string) time.Duration {
		if strings.HasSuffix(path, ".wasm") {
			return held
		}
		return 0
	})
	for _, key := range []string{"shows", "hides"} {
		t.Run(key, func(t *testing.T) {
			site := newSite(t)
			site.page("/", fmt.Sprintf(`<script async src="%s/cotrail.js" data-site="%s"></script>`, front, key),
				`<input id=a><input id=pw type=password><button id=b>Go</button><div class=ph-mask><button id=hidden>Secret</button></div><select id=s><option>x<option>y</select><select id=m multiple><option id=m1>x<option id=m2>y</select><p id=gone><button id=soon>Soon gone</button></p><p id=lifted class=fs-mask><input id=e></p>
				<script>document.getElementById("soon").addEventListener("click", () => document.getElementById("gone").remove())</script>`)
			page := chrome.New(t).Open(t, site.url+"/")
			page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "starting"`),
				chrome.Type("#a", "early"), chrome.Press(kb.Tab), chrome.Type("#pw", "hunter22"), chrome.Press(kb.Tab),
				chrome.Click("#b"), chrome.Click("#hidden"), chrome.Focus("#s"), chrome.Press("y"), chrome.Focus("#m"), chrome.Press(kb.ArrowDown), chrome.Press(kb.ArrowDown), chrome.Click("#soon"),
				chrome.Type("#e", "Secret"), chrome.Script(`document.getElementById("lifted").className = ""`),
				chrome.Script(`history.pushState(null, "", "/onward"); cotrail.log("said before")`))
			if chrome.MustEval[string](t, page, `cotrail.status`) != "starting" {
				t.Fatal("the module was not held back long enough to show anything")
			}
			page.Do(t, recording, flushed)
			entries := r.settledLog(session(t, page), "all of it is in the log", has(1, "client_log"))
			var got []string
			for _, e := range ofType(entries, "click", "input_change", "navigate", "client_log", "gap") {
				got = append(got, brief(e, site.url))
			}
			want := []string{"navigate SITE/ load", "click #a", "input_change #a = early", "click masked hard_deny input", "input_change masked hard_deny input filled",
				"click #b Go", "click masked mask:markup button", "input_change /select/option[2] = y selected",
				"input_change #m1 = x selected", "input_change #m1 = x unselected", "input_change #m2 = y selected", "click masked moved button", "click masked mask:markup input", "input_change masked mask:markup input filled", "navigate SITE/onward push", "client_log said before"}
			if key == "hides" {
				want[1], want[2] = "click masked default input", "input_change masked default input filled"
				for i := 7; i < 11; i++ {
					want[i] = "input_change masked default option"
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("the log differs:\n%s", differ(got, want))
			}
			if text := show(entries); strings.Contains(text, "hunter") || strings.Contains(text, "Secret") || strings.Contains(text, "Soon") {
				t.Error("a secret of the time before the module is in the log")
			}
		})
	}
}

// TestLeftBeforeTheRecorder leaves two pages in a row whose recorders never came up, the first for want of its module,
// the second of its rules: the next page tells that something happened on them, and nothing of what.
func TestLeftBeforeTheRecorder(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	var held atomic.Value // the end of the path that is not answered
	held.Store(".wasm")
	front := r.front(func(path string) time.Duration {
		if end := held.Load().(string); end != "" && strings.HasSuffix(path, end) {
			return time.Hour
		}
		return 0
	})
	site := newSite(t)
	tag := fmt.Sprintf(`<script async src="%s/cotrail.js" data-site="shows"></script>`, front)
	site.page("/", tag, `<input id=a><textarea id=b></textarea>`)
	asked := `<script>let asked = false; const before = fetch; fetch = (...args) => { asked ||= String(args[0]).includes("/policy"); return before(...args) }</script>`
	site.page("/second", asked+tag, `<input id=a>`)
	site.page("/third", r.tag("shows"), "<p>Third</p>")
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "starting"`), chrome.Type("#a", "canary"), chrome.Press(kb.Tab), chrome.Type("#b", "canary"))
	held.Store("/policy")
	page.Do(t, chrome.Leave(`location.assign("/second")`), chrome.WaitFor(`location.pathname === "/second" && asked`), chrome.Type("#a", "canary"))
	if chrome.MustEval[bool](t, page, `cotrail.sessionId !== null || cotrail.tabId !== null`) {
		t.Error("the page knows its session before anything is recorded")
	}
	held.Store("")
	page.Do(t, chrome.Leave(`location.assign("/third")`), chrome.WaitFor(`location.pathname === "/third"`), recording, flushed)
	entries := r.settledLog(session(t, page), "the third page is in the log", has(1, "recorder_started"))
	wantFields(t, entries, "click masked not_ready input", "input_change masked not_ready input", "click masked not_ready textarea", "input_change masked not_ready textarea",
		"click masked not_ready input", "input_change masked not_ready input")
	if gaps := ofType(entries, "gap"); len(gaps) != 1 || gaps[0].details().number("count") != 2 || gaps[0].details().text("reason") != "not_ready" {
		t.Errorf("that the pages were reached is not told as a gap of two: %s", show(gaps))
	}
	if reached := ofType(entries, "navigate"); len(reached) != 1 || reached[0].details()["previous_page_ms"] != nil {
		t.Errorf("of the pages before nothing is known: %s", show(reached))
	}
	if strings.Contains(show(entries), "canary") || strings.Contains(chrome.MustEval[string](t, page, `JSON.stringify(sessionStorage)`), "canary") {
		t.Error("a raw value was kept for the next page")
	}
}

// TestBackBeforeTheRecorder comes back to a page that was left before its recorder was up, and that the browser kept: it
// is recorded from then on, and nothing of before is told twice.
func TestBackBeforeTheRecorder(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	var held atomic.Bool
	held.Store(true)
	front := r.front(func(path string) time.Duration {
		if held.Load() && strings.HasSuffix(path, "/policy") {
			return time.Hour
		}
		return 0
	})
	site := newSite(t)
	site.page("/", fmt.Sprintf(`<script async src="%s/cotrail.js" data-site="shows"></script>`, front), `<input id=a>`)
	site.page("/next", r.tag("shows"), "<p>Next</p>")
	page := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "starting"`), chrome.Type("#a", "canary"), chrome.Leave(`cotrail.log("said before"); window.same = true; location.assign("/next")`),
		chrome.WaitFor(`location.pathname === "/next"`), recording, flushed)
	held.Store(false)
	page.Do(t, chrome.Leave(`history.back()`), chrome.WaitFor(`location.pathname === "/"`), recording)
	if !chrome.MustEval[bool](t, page, `window.same === true`) {
		t.Fatal("the browser has not kept the page: nothing is shown")
	}
	page.Do(t, chrome.Type("#a", "seen"), chrome.Press(kb.Tab), flushed)
	entries := r.settledLog(session(t, page), "what was typed then is in the log", has(2, "input_change"))
	want := []string{"click masked not_ready input", "input_change masked not_ready input", "gap", "navigate SITE/next load", "navigate SITE/ load", "client_log said before", "click #a", "input_change #a = canaryseen"}
	wantTold(t, entries, site.url, want, "click", "input_change", "client_log", "navigate", "gap")
}

// TestRelayKilled kills the relay with -9 while a page goes on. What happened before, meanwhile and after is in the
// log once.
func TestRelayKilled(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("shows"), `<button id=b>Go</button>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording)
	said := 0
	say := func(n int) {
		for range n {
			page.Do(t, chrome.Script(fmt.Sprintf(`cotrail.log("line %d")`, said)))
			said++
		}
	}
	for range 3 {
		say(5)
		page.Do(t, flushed)
		say(5) // not waited for
		r.kill()
		say(5)
		page.Do(t, chrome.WaitFor(`cotrail.status === "reconnecting"`))
		r.start()
	}
	page.Do(t, recording, flushed)
	entries := r.settledLog(session(t, page), "all lines are in the log", has(said, "client_log"))
	for i, e := range ofType(entries, "client_log") {
		if got, want := e.details().text("message"), fmt.Sprintf("line %d", i); got != want {
			t.Fatalf("line %d of the log is %q", i, got)
		}
	}
	if n := len(ofType(entries, "client_log")); n != said {
		t.Errorf("%d lines, %d were said", n, said)
	}
}

// TestBackupRestored sets the store back to a backup while a page goes on: the log says how much it had since, and has
// all that comes after it.
func TestBackupRestored(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("shows"), `<button id=b>Go</button>`)
	page := chrome.New(t).Open(t, site.url+"/")
	say := func(text string) {
		page.Do(t, chrome.Script(fmt.Sprintf(`cotrail.log(%q)`, text)), flushed)
	}
	page.Do(t, recording)
	say("before")
	data, backup := filepath.Join(r.dir, "data"), filepath.Join(r.dir, "backup")
	if out, err := exec.Command(binary, "backup", "--data", data, backup).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	say("lost")
	say("lost as well")
	r.kill()
	page.Do(t, chrome.WaitFor(`cotrail.status === "reconnecting"`), chrome.Script(`cotrail.log("meanwhile")`))
	if err := errors.Join(os.RemoveAll(data), os.Rename(backup, data)); err != nil {
		t.Fatal(err)
	}
	r.start()
	page.Do(t, recording)
	say("after")
	entries := r.settledLog(session(t, page), "what was said after it is in the log", has(3, "client_log"))
	var told []string
	for _, e := range entries {
		switch e.text("type") {
		case "client_log":
			told = append(told, e.details().text("message"))
		case "gap":
			told = append(told, fmt.Sprint(e.details().text("reason"), " ", e.details().number("count")))
		}
	}
	if want := []string{"before", "forgotten 2", "meanwhile", "after"}; !slices.Equal(told, want) {
		t.Errorf("the log tells %q, want %q", told, want)
	}
}
