package e2e

import (
	"io"
	"net/http"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// nextPage is where links lead.
var nextPage = map[string]string{"/next": `<a id=home href="/">Home</a>`}

// anew marks the page, so that fresh can tell it from the one that takes its place at the same address.
var anew = chrome.Script(`window.stale = true`)

// fresh waits for the page that takes the place of a marked one.
var fresh = chrome.WaitFor(`!window.stale && document.readyState === "complete" && window.cotrail && cotrail.status === "recording"`)

// spa intercepts the page's links as a router does that uses the History API.
const spa = `<script>addEventListener("click", e => { const a = e.target.closest("a"); if (a) { e.preventDefault(); history.pushState({}, "", a.href); } })</script>`

// export downloads what the page has made itself.
const export = `const a = document.createElement("a"); a.href = window.URL.createObjectURL(new Blob(["x"], {type: "text/csv"})); a.download = "data.csv";`

// navigation: a page is left, or its address changes.
var navigation = []situation{
	{name: "a link", body: `<a id=l href=/next>Next</a>`, pages: nextPage,
		do:   acts(chrome.Click("#l"), at("/next")),
		want: says("click #l Next to SITE/next", "relocate_start SITE/next link by user", "load /next")},
	{name: "a link by Enter", body: `<a id=l href=/next>Next</a>`, pages: nextPage,
		do:   acts(chrome.Focus("#l"), chrome.Press(kb.Enter), at("/next")),
		want: says("click #l Next to SITE/next by keyboard", "relocate_start SITE/next link by user", "load /next")},
	{name: "a link after typing", body: `<input id=a><a id=l href=/next>Next</a>`, pages: nextPage,
		do:   acts(chrome.Type("#a", "x"), chrome.Click("#l"), at("/next")),
		want: says("click #a", "input_change #a = x", "click #l Next to SITE/next", "relocate_start SITE/next link by user", "load /next")},
	{name: "typing, and then a script goes on to another page", body: `<input id=a>`,
		do:   acts(chrome.Type("#a", "Ada"), chrome.Script(`history.pushState({}, "", "/onward")`), chrome.Press(kb.Tab)),
		want: says("click #a", "input_change #a = Ada", "navigate SITE/onward push")},
	{name: "typing, and then a script goes on by the fragment", body: `<input id=a>`,
		do:   acts(chrome.Type("#a", "Ada"), chrome.Script(`location.hash = "/onward"`), chrome.Press(kb.Tab)),
		want: says("click #a", "input_change #a = Ada", "navigate SITE/#/onward hash")},
	{name: "a search that stands in the address while it is typed", body: `<input id=a oninput="history.replaceState({}, '', '?q=' + this.value)">`,
		do:   acts(chrome.Type("#a", "Ada"), chrome.Press(kb.Tab)),
		want: says("click #a", "navigate SITE/?q= replace", "navigate SITE/?q= replace", "navigate SITE/?q= replace", "input_change #a = Ada")},
	{name: "a link with a query", body: `<a id=l href="/next?who=ada#part">Next</a>`, pages: nextPage,
		do:   acts(chrome.Click("#l"), at("/next")),
		want: says("click #l Next to SITE/next?who=", "relocate_start SITE/next?who= link by user", "load /next?who=")},
	{name: "a link that the page prevents", body: `<a id=l href=/next onclick="event.preventDefault()">Next</a>`,
		do:   acts(chrome.Click("#l")),
		want: says("click #l Next to SITE/next")},
	{name: "a link that a router takes over", body: spa + `<a id=l href=/next>Next</a>`,
		do:   acts(chrome.Click("#l"), chrome.WaitFor(`location.pathname === "/next"`)),
		want: says("click #l Next to SITE/next", "navigate SITE/next push")},
	{name: "a link that a router of the Navigation API takes over", body: `<a id=l href=/next>Next</a><script>navigation.addEventListener("navigate", e => e.intercept())</script>`,
		do:   acts(chrome.Click("#l"), chrome.WaitFor(`location.pathname === "/next"`)),
		want: says("click #l Next to SITE/next", "navigate SITE/next push")},
	{name: "a link that a router of the Navigation API stops", body: `<a id=l href=/next>Next</a><script>navigation.addEventListener("navigate", e => e.preventDefault())</script>`,
		do:   acts(chrome.Click("#l")),
		want: says("click #l Next to SITE/next")},
	{name: "a link that runs a script", body: `<a id=l href="javascript:void(0)">Next</a>`,
		do:   acts(chrome.Click("#l")),
		want: says("click #l Next to javascript:")},
	{name: "a link to a mailbox", body: `<a id=l href="mailto:ada@mail.example">Write</a>`,
		do:   acts(chrome.Click("#l")),
		want: says("click #l Write to mailto:")},
	{name: "a link to a part", body: `<a id=l href="#part">Part</a>`,
		do:   acts(chrome.Click("#l"), chrome.WaitFor(`location.hash`)),
		want: says("click #l Part to SITE/", "navigate SITE/ hash")},
	{name: "a link to another site, and back", body: `<a id=l href="{other}/away">Away</a>`, pages: map[string]string{"{other}/away": `<!doctype html><p>Away</p>`},
		tabs: func(v *scene) {
			v.page.Do(v.t, anew, chrome.Click("#l"), chrome.WaitFor(`location.pathname === "/away"`), chrome.Back(), chrome.WaitFor(`location.pathname === "/"`), recording)
			v.returned("/")
		},
		want: says("click #l Away to OTHER/away", "relocate_start OTHER/away link by user")},
	{name: "a redirect", body: `<a id=l href=/old>Next</a>`, pages: nextPage,
		serve: map[string]http.HandlerFunc{"/old": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/next", http.StatusFound) }},
		do:    acts(chrome.Click("#l"), at("/next")),
		want:  says("click #l Next to SITE/old", "relocate_start SITE/old link by user", "load /next")},

	{name: "a script goes elsewhere", pages: nextPage,
		do:   acts(chrome.Leave(`location = "/next"`), at("/next")),
		want: says("relocate_start SITE/next script", "load /next")},
	{name: "a script assigns the address", pages: nextPage,
		do:   acts(chrome.Leave(`location.assign("/next")`), at("/next")),
		want: says("relocate_start SITE/next script", "load /next")},
	{name: "a script replaces the page", pages: nextPage,
		do:   acts(chrome.Leave(`location.replace("/next")`), at("/next")),
		want: says("relocate_start SITE/next script", "load /next")},
	{name: "a script goes elsewhere at a click", body: `<button id=b onclick="location.href = '/next'">Next</button>`, pages: nextPage,
		do:   acts(chrome.Click("#b"), at("/next")),
		want: says("click #b Next", "relocate_start SITE/next script by user", "load /next")},
	{name: "a script clicks a link", body: `<a id=l href=/next>Next</a>`, pages: nextPage,
		do:   acts(chrome.Leave(`l.click()`), at("/next")),
		want: says("click #l Next to SITE/next by script", "relocate_start SITE/next link", "load /next")},
	{name: "the page's own refresh", pages: nextPage,
		do:   acts(chrome.Leave(`document.head.insertAdjacentHTML("beforeend", "<meta http-equiv=refresh content='0;url=/next'>")`), at("/next")),
		want: says("relocate_start SITE/next script", "load /next")},
	{name: "a script navigates by the Navigation API", pages: nextPage,
		do:   acts(chrome.Leave(`navigation.navigate("/next")`), at("/next")),
		want: says("relocate_start SITE/next script", "load /next")},
	{name: "a script navigates, and the page takes it over", body: `<script>navigation.addEventListener("navigate", e => e.intercept())</script>`,
		do:   acts(chrome.Script(`void navigation.navigate("/next")`), chrome.WaitFor(`location.pathname === "/next"`)),
		want: says("navigate SITE/next push")},
	{name: "a script reloads",
		do:   acts(anew, chrome.Leave(`location.reload()`), fresh),
		want: says("relocate_start SITE/ reload", "navigate SITE/ reload", "recorder_started")},
	{name: "the browser reloads", // which the page cannot tell from being closed: the next one says it
		do:   acts(anew, chrome.Reload(), fresh),
		want: says("relocate_start SITE/ reload", "navigate SITE/ reload", "recorder_started")},

	{name: "a new address", do: acts(chrome.Script(`history.pushState({}, "", "/new")`)), want: says("navigate SITE/new push")},
	{name: "another address instead", do: acts(chrome.Script(`history.replaceState({}, "", "/new")`)), want: says("navigate SITE/new replace")},
	{name: "the same address, and another state", do: acts(chrome.Script(`history.pushState({n: 1}, "", location.href); history.replaceState({n: 2}, "")`))},
	{name: "an address with another query", do: acts(chrome.Script(`history.pushState({}, "", "/?who=ada")`)), want: says("navigate SITE/?who= push")},
	{name: "a part by a script", do: acts(chrome.Script(`location.hash = "part"`)), want: says("navigate SITE/ hash")},
	{name: "two addresses in a row", do: acts(chrome.Script(`history.pushState({}, "", "/one"); history.pushState({}, "", "/two")`)),
		want: says("navigate SITE/one push", "navigate SITE/two push")},
	{name: "back and forward within the page",
		do: acts(chrome.Script(`history.pushState({}, "", "/new")`), chrome.Back(), chrome.WaitFor(`location.pathname === "/"`),
			chrome.Forward(), chrome.WaitFor(`location.pathname === "/new"`), chrome.Script(`history.back()`), chrome.WaitFor(`location.pathname === "/"`)),
		want: says("navigate SITE/new push", "navigate SITE/ traverse", "navigate SITE/new traverse", "navigate SITE/ traverse")},
	{name: "a new address is reloaded", pages: map[string]string{"/new": ""},
		do:   acts(chrome.Script(`history.pushState({}, "", "/new")`), anew, chrome.Leave(`location.reload()`), fresh),
		want: says("navigate SITE/new push", "relocate_start SITE/new reload", "navigate SITE/new reload", "recorder_started")},

	{name: "back by the browser", body: `<a id=l href=/next>Next</a>`, pages: nextPage,
		tabs: func(v *scene) {
			v.page.Do(v.t, anew, chrome.Click("#l"), at("/next"), chrome.Back(), chrome.WaitFor(`location.pathname === "/"`), recording)
			v.returned("/")
		},
		want: says("click #l Next to SITE/next", "relocate_start SITE/next link by user", "load /next", "relocate_start SITE/ traverse by user")},
	{name: "back by a script", body: `<a id=l href=/next>Next</a>`, pages: nextPage,
		tabs: func(v *scene) {
			v.page.Do(v.t, anew, chrome.Leave(`location = "/next"`), at("/next"), chrome.Leave(`history.back()`), chrome.WaitFor(`location.pathname === "/"`), recording)
			v.returned("/")
		},
		want: says("relocate_start SITE/next script", "load /next", "relocate_start SITE/ traverse")},
	{name: "back to a form that the browser has kept", body: `<form><input id=a><select id=s><option>x<option id=y>y</select><input id=c type=checkbox aria-label=C></form><a id=l href=/next>Next</a>`, pages: nextPage,
		tabs: func(v *scene) {
			v.page.Do(v.t, anew, chrome.Focus("#a"), chrome.Press("Ada"), chrome.Focus("#s"), chrome.Press("y"), chrome.Click("#c"), chrome.Click("#l"), at("/next"),
				chrome.Back(), chrome.WaitFor(`location.pathname === "/" && a.value === "Ada"`), recording)
			v.returned("/")
		},
		want: says("input_change #a = Ada", "input_change #y = y selected", "click #c C", "input_change #c = on checked", "click #l Next to SITE/next",
			"relocate_start SITE/next link by user", "load /next", "relocate_start SITE/ traverse by user")},

	{name: "a file behind a link", body: `<a id=l download href=/report.pdf>Report</a>`, serve: map[string]http.HandlerFunc{"/report.pdf": report},
		do:   acts(chrome.Click("#l")),
		want: says("click #l Report to SITE/report.pdf", "file_download SITE/report.pdf *.pdf anchor")},
	{name: "a file behind a link, by a name of its own", body: `<a id=l download="Offer for Ada.pdf" href=/report>Report</a>`, serve: map[string]http.HandlerFunc{"/report": report},
		do:   acts(chrome.Click("#l")),
		want: says("click #l Report to SITE/report", "file_download SITE/report *.pdf anchor")},
	{name: "a file that the page has made", body: `<button id=b onclick='` + export + `a.click()'>Export</button>`,
		do:   acts(chrome.Click("#b")),
		want: says("click #b Export", "file_download blob: *.csv blob")},
	{name: "a file that the page has made, by a link in the page", body: `<button id=b onclick='` + export + `document.body.append(a); a.click(); a.remove()'>Export</button>`,
		do:   acts(chrome.Click("#b")),
		want: says("click #b Export", "file_download blob: *.csv blob")},
	{name: "a file behind a masked link that is gone with the click", body: `<div class=ph-mask><a id=l download="ada.pdf" href=/of/ada onclick="this.remove()">Ada</a></div>`, serve: map[string]http.HandlerFunc{"/of/ada": report},
		do:   acts(chrome.Click("#l")),
		want: says("click masked mask:markup a", "file_download SITE anchor")},
	{name: "a file behind a blocked link whose block ends with the click", body: `<p id=p data-cotrail-block><a id=l download="ada.pdf" href=/of/ada onclick="p.removeAttribute('data-cotrail-block')">Ada</a></p>`, serve: map[string]http.HandlerFunc{"/of/ada": report},
		do: acts(chrome.Click("#l"))},
	{name: "a file behind a link that the page prevents", body: `<a id=l download href=/report.pdf onclick="event.preventDefault()">Report</a>`,
		do:   acts(chrome.Click("#l")),
		want: says("click #l Report to SITE/report.pdf")},
}

// report is a file to keep.
func report(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/pdf")
	io.WriteString(w, "report")
}

// returned adds what a page says to which the browser has gone back: some it has kept as they were, others it loads
// again.
func (v *scene) returned(path string) {
	if chrome.MustEval[bool](v.t, v.page, `Boolean(window.stale)`) {
		v.t.Log("the browser has kept the page")
		v.want = append(v.want, "navigate SITE"+path+" restore")
	} else {
		v.want = append(v.want, "navigate SITE"+path+" traverse", "recorder_started")
	}
}
