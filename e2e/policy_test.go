package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// TestInvalidSelector: a policy with a selector that is none must not be trusted. Everything is masked by the rule
// "policy", names of buttons too; what another selector blocks stays blocked.
func TestInvalidSelector(t *testing.T) {
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("broken"), `<input id=a><button id=b>Go</button><div class=private><button id=c>Hidden</button></div>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Type("#a", "value"), chrome.Press(kb.Tab), chrome.Click("#b"), chrome.Click("#c"), flushed)
	entries := r.settledLog(session(t, page), "the last click is in the log", has(2, "click"))
	var got []string
	for _, e := range ofType(entries, "click", "input_change") {
		got = append(got, brief(e, site.url))
	}
	want := []string{"click masked policy input", "input_change masked policy input filled", "click masked policy button"}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}
}

// TestNoPolicy: while the policy cannot be had, nothing of the page's words is shown.
func TestNoPolicy(t *testing.T) {
	r := startRelay(t)
	front := r.refusing("/v1/record/policy")
	site := newSite(t)
	site.page("/", `<script async src="`+front+`/cotrail.js" data-site="shows"></script>`, `<input id=a><button id=b>Go</button>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Type("#a", "value"), chrome.Press(kb.Tab), chrome.Click("#b"), flushed)
	entries := r.settledLog(session(t, page), "the click is in the log", has(2, "click"))
	var got []string
	for _, e := range ofType(entries, "click", "input_change") {
		got = append(got, brief(e, site.url))
	}
	want := []string{"click masked policy input", "input_change masked policy input filled", "click masked policy button"}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}
}
