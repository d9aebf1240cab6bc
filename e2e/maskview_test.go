package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// TestMaskView switches on the demonstration's view of what is masked: on each page it frames each field that is to be
// seen, tells what mask-check tells, and says so in words. The log does not hear of it, and the page stays the same.
func TestMaskView(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	dir := t.TempDir()
	policy := filepath.Join(dir, "p.yaml")
	if err := os.WriteFile(policy, []byte("default: mask\n"), 0o600); err != nil { // as site demo has it
		t.Fatal(err)
	}
	page := chrome.New(t).Open(t, r.url+"/demo/")
	before := chrome.MustEval[string](t, page, `document.querySelector(".site").outerHTML`)
	page.Do(t, recording, chrome.Click("#mask-switch"), chrome.WaitFor(`document.querySelector("#mask-layer div")`))
	if after := chrome.MustEval[string](t, page, `document.querySelector(".site").outerHTML`); after != before {
		t.Error("the view changes the page")
	}
	kinds := map[string]bool{}
	for _, path := range []string{"/demo/", "/demo/about-you", "/demo/health/history", "/demo/payment"} {
		if path != "/demo/" {
			page.Do(t, chrome.Leave(`location.href = "`+path+`"`), chrome.WaitFor(`location.pathname === "`+path+`" && document.querySelector("#mask-layer div")`))
		}
		if path == "/demo/about-you" { // what was a password field stays one
			page.Do(t, recording, chrome.Script(`document.querySelector("#account-password").type = "text"; window.old = document.querySelector("#mask-layer div")`),
				chrome.WaitFor(`document.querySelector("#mask-layer div") !== window.old`))
		}
		file := filepath.Join(dir, "page.html")
		if err := os.WriteFile(file, r.get(path), 0o600); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for _, i := range maskCheck(t, "--policy", policy, "--url", r.url+path, file).Items {
			_, id, _ := strings.Cut(i.What, "#")
			want[id] = i.Action + " " + i.Rule
		}
		type drawn struct{ Of, Rule, Action, Words string }
		frames := chrome.MustEval[[]drawn](t, page, `[...document.querySelectorAll("#mask-layer div")].map(d => ({Of: d.dataset.of, Rule: d.dataset.rule, Action: d.className.slice(5), Words: d.textContent}))`)
		for _, f := range frames {
			if f.Action+" "+f.Rule != want[f.Of] {
				t.Errorf("%s: the view says %s %s of %s, and mask-check %s", path, f.Action, f.Rule, f.Of, want[f.Of])
			}
			if !strings.HasSuffix(f.Words, ": "+f.Rule) {
				t.Errorf("%s: the frame of %s says %q", path, f.Of, f.Words)
			}
			kinds[f.Action] = true
		}
		seen := chrome.MustEval[int](t, page, `[...document.querySelectorAll(".site :is(input:not([type=submit]),select,textarea,[contenteditable])")].filter(e => e.getClientRects().length).length`)
		if len(frames) != seen || seen == 0 {
			t.Errorf("%s: %d fields are framed of %d", path, len(frames), seen)
		}
		legend := chrome.MustEval[string](t, page, `document.querySelector("#mask-legend").innerText`)
		for _, words := range []string{"Shown", "the log gets the value", "Masked", "that it was touched", "Blocked", "the log gets nothing"} {
			if !strings.Contains(legend, words) {
				t.Errorf("%s: the legend %q does not say %q", path, legend, words)
			}
		}
	}
	if len(kinds) != 3 {
		t.Errorf("only %v is to be seen", kinds)
	}
	page.Do(t, chrome.Click("#mask-switch"), chrome.WaitFor(`document.querySelector("#mask-layer").hidden && document.querySelector("#mask-legend").hidden`), recording, flushed)
	entries := r.settledLog(session(t, page), "the last page is in the log", has(4, "recorder_started"))
	if clicks := ofType(entries, "click"); len(clicks) > 0 {
		t.Errorf("the log has\n%s", show(clicks))
	}
	noErrors(t, page)
}
