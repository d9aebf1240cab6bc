package e2e

import (
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// TestLostPage: a page that is left says so, and one that is torn away while somebody types cannot. The log has what was
// acknowledged of both, and tells them apart.
func TestLostPage(t *testing.T) {
	t.Parallel()
	r := startRelayWith(t, `  - {key: short, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow}, session: {leave_after: 1s}}`)
	site := newSite(t)
	site.page("/", r.tag("short"), `<input id=name>`)
	site.page("/bye", "", "Bye")
	for _, row := range []struct {
		name          string
		end           func(t *testing.T, b *chrome.Browser, p *chrome.Page)
		left, session string // the reasons
	}{
		{"the browser is killed", func(t *testing.T, b *chrome.Browser, _ *chrome.Page) {
			if err := b.Kill(); err != nil {
				t.Fatal(err)
			}
		}, "connection_lost", "connection_lost"},
		{"the page crashes", func(_ *testing.T, _ *chrome.Browser, p *chrome.Page) {
			go p.Run(chrome.Crash()) // it waits until the test is over: nobody is left to answer
		}, "connection_lost", "connection_lost"},
		{"another page is opened", func(t *testing.T, _ *chrome.Browser, p *chrome.Page) {
			p.Do(t, chrome.Leave(`location = "/bye"`), chrome.WaitFor(`location.pathname === "/bye"`))
		}, "left", "page_closed"},
		{"the tab is closed", func(_ *testing.T, _ *chrome.Browser, p *chrome.Page) { p.Close() }, "left", "page_closed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			browser := chrome.New(t)
			tab := browser.Open(t, site.url+"/")
			tab.Do(t, recording, chrome.Script(`cotrail.log("acknowledged")`), flushed, chrome.Focus("#name"), chrome.Press("Ada Mill"))
			id := session(t, tab)
			row.end(t, browser, tab)
			entries := r.settledLog(id, "the session has ended", has(1, "session_end"))
			if said := ofType(entries, "client_log"); len(said) != 1 || said[0].details().text("message") != "acknowledged" {
				t.Errorf("what was acknowledged: %s", show(said))
			}
			if left := ofType(entries, "participant_left"); len(left) != 1 || left[0].details().text("reason") != row.left {
				t.Errorf("want one who leaves by %s, got %s", row.left, show(left))
			}
			if end := entries[len(entries)-1]; end.text("type") != "session_end" || end.details().text("reason") != row.session {
				t.Errorf("want the session to end by %s, got %s", row.session, show([]entry{end}))
			}
		})
	}
}
