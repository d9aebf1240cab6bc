package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// TestDocumentedExtension: docs/extension.md shows the files of the tests' extension, for another site.
func TestDocumentedExtension(t *testing.T) {
	manifest := strings.Replace(readFile(t, "e2e/extension/manifest.json"), "http://127.0.0.1/*", "https://shop.example/*", 1)
	if example(t, "docs/extension.md", "json", "manifest_version") != manifest {
		t.Error("docs/extension.md shows another manifest than e2e/extension has")
	}
	if example(t, "docs/extension.md", "js", "cotrail.log") != readFile(t, "e2e/extension/content.js") {
		t.Error("docs/extension.md shows another content script than e2e/extension has")
	}
	if most := regexp.MustCompile(`MAX_SAID = (\d+)`).FindStringSubmatch(readFile(t, "js/loader.js")); most == nil ||
		!strings.Contains(strings.ReplaceAll(readFile(t, "docs/extension.md"), ",", ""), "more than "+most[1]+" characters") {
		t.Errorf("docs/extension.md tells another limit than js/loader.js has: %q", most)
	}
}

// unpacked gives the directory of the tests' extension: its own files, and the one that extension authors copy.
func unpacked(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("extension")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cotrail.js"), []byte(readFile(t, "js/extension/cotrail.js")), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestExtension loads a real extension into the browser. What its content script says before any recorder is there
// waits, and is then in the log as the extension's.
func TestExtension(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("hides"), "")
	browser := chrome.New(t, chrome.Whole, chromedp.Flag("load-extension", unpacked(t)), chromedp.Flag("disable-features", "DisableLoadExtensionCommandLineSwitch"))
	page := browser.OpenInProfile(t, site.url+"/")
	page.Do(t, recording, chrome.Script(`cotrail.log("The page is here")`), flushed)
	entries := r.settledLog(session(t, page), "all that was said is in the log", func(e []entry) bool { return has(3, "client_log")(e) && has(1, "x_form_filled")(e) })
	for _, want := range []struct{ kind, source, message, level string }{
		{"client_log", "extension", "The extension is here", "info"},
		{"client_log", "extension", "A form was filled", "warn"},
		{"client_log", "page", "The page is here", "info"},
	} {
		found := false
		for _, e := range ofType(entries, want.kind) {
			d := e.details()
			found = found || e.text("source") == want.source && d.text("message") == want.message && d.text("level") == want.level
		}
		if !found {
			t.Errorf("the log has no %v:\n%s", want, show(entries))
		}
	}
	for _, e := range ofType(entries, "consent_given", "x_form_filled") {
		if e.text("source") != "extension" {
			t.Errorf("the source of %s is %q", e.text("type"), e.text("source"))
		}
	}
	for _, e := range entries {
		if e.text("source") == "extension" && entry(object(e["actor"])).text("basis") != "claimed" {
			t.Errorf("the actor of entry %d is %v, want one that is claimed", e.number("seq"), e["actor"])
		}
	}
	if d := ofType(entries, "consent_given"); len(d) != 1 || d[0].details().text("text_id") != "terms-7" {
		t.Errorf("the consent is %v", d)
	}
	if log := show(entries); strings.Contains(log, "canary") {
		t.Errorf("a secret is in the log:\n%s", log)
	}
	noErrors(t, page)
}

// TestExtensionIsHeardStrictly says what no helper file would say, as a content script could, and a page as well.
func TestExtensionIsHeardStrictly(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", `<script>
		var heard = 0, taken = [];
		const say = detail => taken.push(!document.dispatchEvent(new CustomEvent("cotrail-extension", {detail, cancelable: true})));
		document.addEventListener("cotrail-hears", () => { heard++; say('{"log": {"message": "At the first moment"}}') });
		say('{"log": {"message": "Before the tag"}}');
	</script>`+r.tag("hides"), "")
	page := chrome.New(t, chrome.Whole).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Script(`
		say("{"); say({log: {message: "An object"}}); say('{"log": {"message": "Said by the page", "level": "fatal"}}'); say(null); say();
		say(JSON.stringify({log: {message: "x".repeat(20000)}}));
		say('{"event": "no_such_type", "details": {}}');
		say('{"log": {"message": "At last"}}')`), flushed)
	entries := r.settledLog(session(t, page), "the last is in the log", func(e []entry) bool { return has(4, "client_log")(e) })
	var got []string
	for _, e := range ofType(entries, "client_log") {
		if e.text("source") != "extension" {
			t.Errorf("the source is %q", e.text("source"))
		}
		got = append(got, e.details().text("level")+" "+e.details().text("message"))
	}
	if len(got) != 4 || got[0] != "info At the first moment" || got[1] != "warn A browser extension said what Cotrail does not understand" || got[3] != "info At last" {
		t.Errorf("the log has %q", got)
	}
	if heard := chrome.MustEval[int](t, page, "heard"); heard != 1 {
		t.Errorf("extensions were told %d times that they are heard", heard)
	}
	if taken := chrome.MustEval[string](t, page, "taken.join()"); taken != "false,true,true,true,true,true,true,true,true,true" {
		t.Errorf("what was said was taken: %s", taken)
	}
	noErrors(t, page)
}

// TestExtensionWaitsForConsent: what an extension says before start() is told once it is called, and not before.
func TestExtensionWaitsForConsent(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", `<script async src="`+r.url+`/cotrail.js" data-site="hides" data-start="manual"></script>`, "")
	browser := chrome.New(t, chrome.Whole, chromedp.Flag("load-extension", unpacked(t)), chromedp.Flag("disable-features", "DisableLoadExtensionCommandLineSwitch"))
	page := browser.OpenInProfile(t, site.url+"/")
	page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "waiting"`))
	if taken := chrome.MustEval[bool](t, page, `!document.dispatchEvent(new CustomEvent("cotrail-extension", {detail: '{"log": {"message": "Early"}}', cancelable: true}))`); taken {
		t.Error("something was taken before start()")
	}
	page.Do(t, chrome.Script(`cotrail.start()`), recording, flushed)
	entries := r.settledLog(session(t, page), "the extension is in the log", has(2, "client_log"))
	for _, e := range ofType(entries, "client_log") {
		if e.details().text("message") == "Early" {
			t.Error("what was said before start() is in the log")
		}
	}
}
