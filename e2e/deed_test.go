package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// deed is something that is done, and what the log of each site says of it: "" for nothing.
type deed struct {
	name         string
	act          []chrome.Step
	shows, hides string
}

// doAll does everything on one page of a site, and gives what the log says of each, in the words of say.
func doAll(t *testing.T, r *relay, browser *chrome.Browser, key, head, body string, deeds []deed, say func(entry) string) {
	t.Helper()
	site := newSite(t)
	site.page("/", head+r.tag(key), body)
	page := browser.Open(t, site.url+"/")
	page.Do(t, recording)
	for _, d := range deeds {
		if err := page.Run(d.act...); err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		page.Do(t, chrome.Script(fmt.Sprintf(`new Promise(done => setTimeout(() => done(cotrail.log(%q))))`, d.name)))
	}
	page.Do(t, flushed)
	entries := r.settledLog(session(t, page), "all of it is in the log", has(len(deeds), "client_log"))
	var said []string
	next := 0
	for _, e := range entries {
		if e.text("type") != "client_log" {
			if line := say(e); line != "" {
				said = append(said, strings.ReplaceAll(line, site.url, "SITE"))
			}
			continue
		}
		d := deeds[next]
		want := map[string]string{"shows": d.shows, "hides": d.hides}[key]
		if got := strings.Join(said, ", "); got != want {
			t.Errorf("%s: %s: the log has %q, want %q", key, d.name, got, want)
		}
		said = nil
		next++
	}
	noErrors(t, page)
}
