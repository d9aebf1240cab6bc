package e2e

import (
	"strconv"
	"strings"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// otherPage is what a page writes in place of itself.
const otherPage = `<!doctype html><title>anew</title><input id=n><textarea id=t></textarea><form id=f onsubmit="event.preventDefault()"><input id=i><button id=s>Send</button></form><a id=l href=/next>Next</a><p id=e contenteditable></p>`

// writes is a script that has it at hand.
var writes = "<script>anew = " + strings.ReplaceAll(strconv.Quote(otherPage), "</", `<\/`) + "</script>"

// rewritten waits until the page is the other one.
var rewritten = chrome.WaitFor(`document.title === "anew" && document.readyState === "complete"`)

// rewrites: the page opens its document and writes it anew, which takes all listeners off it and off its window. It is
// the same page to the browser, and what is done in it is told as before.
var rewrites = []situation{
	{name: "opened, written and closed", body: `<input id=a><button id=b onclick="document.open(); document.write(anew); document.close()">Go</button>` + writes,
		pages: nextPage,
		do: acts(chrome.Type("#a", "Ada"), chrome.Click("#b"), rewritten, chrome.Type("#n", "x"), leave, chrome.Type("#t", "y"), chrome.Type("#i", "z"), chrome.Press(kb.Enter),
			chrome.Type("#e", "w"), chrome.Click("#l"), at("/next")),
		want: says("click #a", "input_change #a = Ada", "click #b Go", "click #n", "input_change #n = x", "click #t", "input_change #t = y", "click #i", "input_change #i = z",
			"submit #f get SITE/ with Send", "click #e", "input_change #e = w", "click #l Next to SITE/next", "relocate_start SITE/next link by user", "load /next")},
	{name: "written without being opened", body: `<button id=b onclick="document.write(anew); document.close()">Go</button>` + writes,
		do:   acts(chrome.Click("#b"), rewritten, chrome.Type("#n", "x"), leave),
		want: says("click #b Go", "click #n", "input_change #n = x")},
	{name: "twice, and left at once", body: `<button id=b onclick="document.write(anew); document.close(); document.write(anew); document.close()">Go</button>` + writes,
		pages: nextPage,
		do:    acts(chrome.Click("#b"), rewritten, chrome.Type("#n", "x"), chrome.Script(`location.href = "/next"`), at("/next")),
		want:  says("click #b Go", "click #n", "input_change #n = x", "relocate_start SITE/next script by user", "load /next")},
	{name: "while something is typed", body: `<input id=a>` + writes,
		do:   acts(chrome.Type("#a", "Ada"), chrome.Script(`document.write(anew); document.close()`), rewritten, chrome.Type("#n", "x"), leave),
		want: says("click #a", "input_change masked moved input filled", "click #n", "input_change #n = x")},
	{name: "with another tag in it", body: `<button id=b onclick="document.write(anew + tag.outerHTML); document.close()">Go</button>` + writes + `<script>tag = document.querySelector("script[data-site]")</script>`,
		do:   acts(chrome.Click("#b"), rewritten, chrome.Type("#n", "x"), leave),
		want: says("click #b Go", "click #n", "input_change #n = x")},
	{name: "before the recorder is there", body: writes + `<script>addEventListener("load", () => { document.write(anew); document.close(); })</script>`,
		do:   acts(rewritten, chrome.Type("#n", "x"), leave),
		want: says("click #n", "input_change #n = x")},
	{name: "its root element is another", body: `<button id=b onclick="const other = document.createElement('html'); other.innerHTML = '<title>anew</title><input id=n>'; document.documentElement.replaceWith(other)">Go</button>`,
		do:   acts(chrome.Click("#b"), rewritten, chrome.Type("#n", "x"), chrome.Press(kb.Enter), leave),
		want: says("click #b Go", "click #n", "input_change #n = x")},
	{name: "a frame's page, which is not closed", body: `<iframe id=fr src=/inner></iframe>`, pages: innerPage,
		do: acts(filled, chrome.Click("#fr >> i"), chrome.Script(`fr.contentDocument.open(); fr.contentDocument.write("<input id=n>")`),
			chrome.Type("#fr >> #n", "x"), leave),
		want: says("click #fr >> /p/i", "click #fr >> #n", "input_change #fr >> #n = x")},
	{name: "a password in it, shown", body: `<button id=b onclick="document.write('<title>anew</title><input id=n type=password><button id=s onclick=&quot;n.type = \'text\'&quot;>Show</button>'); document.close()">Go</button>`,
		do:   acts(chrome.Click("#b"), rewritten, chrome.Type("#n", "Gwendolyn"), chrome.Click("#s"), chrome.Type("#n", "x"), leave),
		want: says("click #b Go", "click masked hard_deny input", "input_change masked hard_deny input filled", "click #s Show", "click masked hard_deny input", "input_change masked hard_deny input filled")},
}
