package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// shelf is a page with files to take.
const shelf = `
<a id=named href="/files/terms.pdf?key=4711" download="Terms for Ada Miller.pdf">Terms</a>
<a id=nameless href="/files/offer%20one.csv" download><b id=bold>Offer</b></a>
<a id=refused href="/files/refused.pdf" download onclick="event.preventDefault()">Refused</a>
<a id=stopped href="/files/stopped.pdf" download onclick="event.stopImmediatePropagation()">Stopped</a>
<a id=elsewhere href="http://localhost:1/files/elsewhere.pdf" download target=other>Elsewhere</a>
<div data-cotrail-block><a id=blocked href="/files/blocked.pdf" download>Blocked</a></div>
<a id=masked data-cotrail-mask href="/files/masked.pdf" download="Ada.pdf">Masked</a>
<a id=plain href="#plain">Plain</a>
<iframe name=other></iframe> <span id=host></span>
<script>
	host.attachShadow({mode: "open"}).innerHTML = "<a id=within href=/files/within.txt download><slot></slot></a>";
	host.textContent = "Within";
	const made = (href, download) => Object.assign(document.createElement("a"), {href, download});
</script>`

// ofDownloads says an entry of a download.
func ofDownloads(e entry) string {
	if e.text("type") != "file_download" {
		return ""
	}
	d := e.details()
	return d.text("url") + " " + d.text("filename") + " " + d.text("how")
}

// common are the downloads that are told in every engine.
var common = []deed{
	{name: "take a file that the page names", act: acts(chrome.Click("#named")), hides: "SITE/files/terms.pdf?key= *.pdf anchor"},
	{name: "take one that it does not name", act: acts(chrome.Click("#bold")), hides: "SITE/files/offer%20one.csv *.csv anchor"},
	{name: "want one that the page refuses", act: acts(chrome.Click("#refused"))},
	{name: "take one whose click nobody else hears of", act: acts(chrome.Click("#stopped")), hides: "SITE/files/stopped.pdf *.pdf anchor"},
	{name: "take one of another origin, which is gone to", act: acts(chrome.Click("#elsewhere"))},
	{name: "take a blocked one", act: acts(chrome.Click("#blocked"))},
	{name: "take a masked one", act: acts(chrome.Click("#masked")), hides: "SITE  anchor"},
	{name: "go within the page", act: acts(chrome.Click("#plain"))},
	{name: "take one within a shadow root", act: acts(chrome.Click("#host")), hides: "SITE/files/within.txt *.txt anchor"},
	{name: "take what the page has made", act: acts(chrome.Script(`made(URL.createObjectURL(new Blob(["a,b"])), "Ada Miller.csv").click()`)), hides: "blob: *.csv blob"},
	{name: "take what a link holds", act: acts(chrome.Script(`made("data:text/plain,canary", "").click()`)), hides: "data:  blob"},
	{name: "take two by links that are not in the page", act: acts(chrome.Script(`made("/files/1.pdf", "").click(); made("/files/2.pdf", "").click()`)),
		hides: "SITE/files/1.pdf *.pdf anchor, SITE/files/2.pdf *.pdf anchor"},
	{name: "want one that is not in the page, and is refused", act: acts(chrome.Script(`(a => { a.onclick = () => false; a.click() })(made("/files/3.pdf", ""))`))},
}

// TestDownloads takes files where the browser has the Navigation API, and what only that tells.
func TestDownloads(t *testing.T) {
	t.Parallel()
	deeds := append(common[:len(common):len(common)], []deed{
		{name: "take one in a frame", act: acts(chrome.Script(`frames[1].document.querySelector("a").click()`)), hides: "SITE/files/framed.pdf *.pdf anchor"},
		{name: "take one in a frame that goes at once", act: acts(chrome.Script(`frames[1].document.querySelector("a").click(); framed.remove()`)), hides: "SITE/files/framed.pdf *.pdf anchor"},
		{name: "want one that the page stops", act: acts(chrome.Script(`navigation.addEventListener("navigate", e => e.preventDefault(), {once: true}); made("/files/4.pdf", "").click()`))},
		{name: "want one that the page shows itself", act: acts(chrome.Script(`navigation.addEventListener("navigate", e => e.intercept(), {once: true}); made("/files/5.pdf", "").click()`))},
		{name: "take one and go on", act: acts(chrome.Script(`made("/files/6.pdf", "").click(); history.pushState(null, "", "/next")`)), hides: "SITE/files/6.pdf *.pdf anchor"},
	}...)
	body := shelf + `<iframe id=framed srcdoc="<a href=/files/framed.pdf download>Framed</a>"></iframe>`
	doAll(t, startRelay(t), chrome.New(t), "hides", "", body, deeds, ofDownloads)
}

// TestDownloadsByClick takes files where there is no Navigation API.
func TestDownloadsByClick(t *testing.T) {
	t.Parallel()
	doAll(t, startRelay(t), chrome.New(t), "hides", `<script>delete window.navigation</script>`, shelf, common, ofDownloads)
}

// TestSensedBeforeTheRecorder: what is done while the recorder still loads is told when it is there, and of what was
// copied no length, for nobody could judge it then.
func TestSensedBeforeTheRecorder(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	acted := make(chan struct{})
	front := r.proxy(func(_ http.ResponseWriter, q *http.Request) bool {
		if strings.HasSuffix(q.URL.Path, ".wasm") {
			select {
			case <-acted:
			case <-q.Context().Done():
			}
		}
		return true
	})
	site := newSite(t)
	site.page("/", `<script async src="`+front+`/cotrail.js" data-site="shows"></script>`, shelf+"<p id=text>Terms</p>")
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "starting"`),
		chrome.Click("#named"), selectAll("text"), ctrl("c"), chrome.Script(`print()`))
	close(acted)
	page.Do(t, recording, chrome.Script(`cotrail.log("done")`), flushed)
	var got []string
	for _, e := range r.settledLog(session(t, page), "all of it is in the log", has(1, "client_log")) {
		for _, line := range []string{ofDownloads(e), ofClipboard(e)} {
			if line != "" {
				got = append(got, strings.ReplaceAll(line, site.url, "SITE"))
			}
		}
		if e.text("type") == "print" {
			got = append(got, "print")
		}
	}
	if want := []string{"SITE/files/terms.pdf?key= *.pdf anchor", "copy #text", "print"}; !slices.Equal(got, want) {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}
	noErrors(t, page)
}
