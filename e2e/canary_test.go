package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// openSite is a site that opens all that a policy can open: it must hide what no policy opens.
const openSite = `
  - {key: opens, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, allow: ["*"], titles: true, filenames: plain, chat: text,
      urls: {keep_query: [page, sig, token, X-Amz-Signature, X-Amz-Credential, X-Amz-Security-Token, access_token]}}}
`

// eavesdrop keeps what is said beside the wire: to other tabs and windows. It stands before the tag.
const eavesdrop = `<script>
	window.overheard = [];
	for (const of of [BroadcastChannel.prototype, MessagePort.prototype, window]) {
		const post = of.postMessage;
		of.postMessage = function (...said) { try { overheard.push(JSON.stringify(said[0])); } catch {} return post.apply(this, said); };
	}
</script>`

// kept is what the page's origin has stored.
const kept = `(async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, await indexedDB.databases(), window.overheard || []]))()`

// ownWords begins what the page itself writes to its console.
const ownWords = "the page: "

// roads are the ways out of a page, each with all that was found on it.
type roads map[string][]byte

// listen adds what a page keeps and what its console has.
func (r roads) listen(t *testing.T, page *chrome.Page) {
	t.Helper()
	r["what pages keep"] = append(r["what pages keep"], chrome.MustEval[string](t, page, kept)...)
	for _, m := range page.Console() {
		if !strings.Contains(m.Text, ownWords) {
			r["the console"] = append(r["the console"], m.Text+"\n"...)
		}
	}
}

// TestCanaries does every case and looks for its text on every road that leads out of the page. Beside the default policy
// stands a site that opens what it can: it must hide what no policy opens, and show what may be told.
func TestCanaries(t *testing.T) {
	t.Parallel()
	r := startRelayWith(t, openSite)
	browser := chrome.New(t)
	for _, key := range []string{"hides", "opens"} {
		t.Run(key, func(t *testing.T) {
			w := tap(t, r)
			site := canarySite(t, eavesdrop+strings.Replace(r.tag(key), r.url, w.url, 1))
			page := browser.Open(t, site.url+"/before?who=canary24")
			found := roads{}
			actCases(t, page, w, found)
			id := session(t, page)
			entries := r.settledLog(id, "the end is in the log", saysAtLast(endOfRow))
			found.listen(t, page)
			page.Close()
			found["the log"], found["metrics"], found["the relay's log"] = r.get("/v1/sessions/"+id+"/log"), r.get("/metrics"), []byte(r.errors.String())
			found["the wire"] = w.plain(t)
			storeFiles(t, r, found)
			for road, text := range found {
				for at := range len(text) {
					if rest := text[at:]; len(rest) >= 8 && strings.EqualFold(string(rest[:6]), "canary") && !(key == "opens" && mayShow(string(rest[:8]))) {
						t.Errorf("%s has %q", road, text[max(0, at-60):min(len(text), at+30)])
					}
				}
			}
			if found := ofType(entries, "masking_corrected"); found != nil {
				t.Errorf("the relay had to mask again:\n%s", show(found))
			}
			checkSeen(t, entries, key == "opens")
		})
	}
}

// canarySite is a page with all cases, the one before it, and three behind: without the tag, and with it.
func canarySite(t *testing.T, tag string) *site {
	site := newSite(t)
	site.page("/before", "", `<a id=go href="/">Go</a><script>window.name="canary24"</script>`)
	body := ""
	for _, c := range canaries {
		body += "<section>" + c.body + "</section>\n"
	}
	site.page("/", tag, body+`<a id=leave href="/between">Leave</a>`)
	site.page("/between", "", `<a id=go href="/next">Go</a>`)
	site.page("/next", tag, `<form action="/last"><input id=c5 name=c5 data-cotrail-mask></form>`)
	site.page("/last", tag, "")
	site.mux.HandleFunc("/echo", noContent)
	site.mux.HandleFunc("/report.pdf", noContent)
	return site
}

// actCases does all cases: some of it before the recorder is up, and the last while the relay cannot be reached. What
// waits then is looked at between the pages, and goes out on the next.
func actCases(t *testing.T, page *chrome.Page, w *wire, found roads) {
	t.Helper()
	page.Do(t, chrome.Click("#go"), chrome.WaitFor(`window.cotrail && cotrail.status === "starting"`))
	for _, c := range canaries {
		page.Do(t, c.early...)
	}
	if chrome.MustEval[string](t, page, `cotrail.status`) != "starting" {
		t.Fatal("the module was not held back")
	}
	found.listen(t, page)
	close(w.up)
	page.Do(t, recording)
	for i, c := range canaries {
		page.Do(t, chrome.Script(fmt.Sprintf("cotrail.log(%q)", caseMark(i))))
		page.Do(t, c.do...)
	}
	file := filepath.Join(t.TempDir(), "canary17.pdf")
	if err := os.WriteFile(file, []byte("canary17"), 0o600); err != nil {
		t.Fatal(err)
	}
	page.Do(t, chrome.SetFiles("#c17", file), flushed)
	w.cut()
	page.Do(t, chrome.WaitFor(`cotrail.status === "reconnecting"`), chrome.Script(`cotrail.log("`+offline+`")`))
	page.Do(t, unsent...)
	found.listen(t, page)
	page.Do(t, chrome.Click("#leave"), chrome.WaitFor(`location.pathname === "/between" && document.readyState === "complete"`))
	if waits := chrome.MustEval[string](t, page, `sessionStorage.cotrail`); !strings.Contains(waits, `"tail":"`) || strings.Contains(waits, `"tail":""`) {
		t.Errorf("no tail waits for the next page: %s", waits)
	}
	found.listen(t, page)
	w.mend()
	page.Do(t, chrome.Click("#go"), chrome.WaitFor(`location.pathname === "/next"`), recording, chrome.Type("#c5", "canary05"+kb.Enter),
		chrome.WaitFor(`location.search === "?c5=canary05"`), recording, chrome.Script(`cotrail.log("`+endOfRow+`")`), flushed)
}

// caseMark is what the log has before a case.
func caseMark(i int) string { return fmt.Sprintf("case %d", i+1) }

// offline is what the log has before the acts that no relay hears of at once.
const offline = "case offline"

// saysAtLast tells whether the log has a line.
func saysAtLast(line string) func([]entry) bool {
	return func(entries []entry) bool { return atLine(entries, line) < len(entries) }
}

// atLine gives where a line of the page's stands, or how many entries there are.
func atLine(entries []entry, line string) int {
	at := slices.IndexFunc(entries, func(e entry) bool { return e.details().text("message") == line })
	if at < 0 {
		return len(entries)
	}
	return at
}

// ofCase keeps the entries of a case; those of before the recorder was up stand before the first.
func ofCase(entries []entry, i int) []entry {
	from, to := atLine(entries, caseMark(i)), min(atLine(entries, caseMark(i+1)), atLine(entries, offline))
	if canaries[i].early != nil {
		return append(slices.Clone(entries[:atLine(entries, caseMark(0))]), entries[from:to]...)
	}
	return entries[from:to]
}

// mayShow tells whether a text is one that a site which opens all may see.
func mayShow(text string) bool {
	return slices.ContainsFunc(canaries, func(c canary) bool { return c.opens == text })
}

// storeFiles adds the files of the store as they lie on the disk, the write-ahead log too.
func storeFiles(t *testing.T, r *relay, found roads) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(r.dir), "data", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found[path], err = os.ReadFile(filepath.Join(r.dir, path))
		}
		return err
	})
	if err != nil || found["data/cotrail.db-wal"] == nil {
		t.Errorf("the store's files: %v", err)
	}
}

// checkSeen: a recorder that sees nothing is worth nothing.
func checkSeen(t *testing.T, entries []entry, isOpen bool) {
	t.Helper()
	said, _ := json.Marshal(entries)
	for i, c := range canaries {
		if c.opens != "" && bytes.Contains(said, []byte(c.opens)) != isOpen {
			t.Errorf("%s: the log shows %q: %v, want %v", c.what, c.opens, !isOpen, isOpen)
		}
		own := ofCase(entries, i)
		for kind, n := range c.sees {
			if got := len(ofType(own, kind)); got != n {
				t.Errorf("%s: %d of %s in the log, want %d:\n%s", c.what, got, kind, n, show(own))
			}
		}
		if c.check != nil {
			c.check(t, own)
		}
	}
	if left := entries[atLine(entries, offline):]; len(ofType(left, "input_change")) != 4 || len(ofType(left, "navigate")) != 2 {
		t.Errorf("of what no relay heard of at once the log has\n%s", show(left))
	}
}
