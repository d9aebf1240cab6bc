package e2e

import (
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// leftAlone waits until a page is three seconds old by its own clock: every framework has come to rest by then.
var leftAlone = chrome.WaitFor(`performance.now() > 3000`)

// TestNoise loads a page of every framework and component library and leaves it alone: what they set while they start
// is nobody's input.
func TestNoise(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	browser := chrome.New(t)
	pages := map[string]*chrome.Page{}
	for _, g := range galleries {
		site := newSite(t)
		g.serve(t, site, r)
		pages[g.name] = browser.Open(t, site.url+"/")
	}
	for _, app := range todos {
		site := newSite(t)
		app.serve(t, site, r)
		pages[app.name] = browser.Open(t, site.url+"/")
	}
	for name, page := range pages { // they grow old together
		page.Do(t, recording, leftAlone, chrome.Script(`cotrail.log("That is all")`), flushed)
		entries := r.settledLog(session(t, page), "the last line is in the log", has(1, "client_log"))
		if noise := ofType(entries, "input_change", "click", "submit"); len(noise) > 0 {
			t.Errorf("%s: nobody has done anything, and the log has\n%s", name, show(noise))
		}
		noErrors(t, page)
	}
}
