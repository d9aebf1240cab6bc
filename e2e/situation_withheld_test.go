package e2e

import (
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// untilTold waits until the log has so many entries: what comes after them comes in another batch.
func untilTold(lines int) func(*scene) {
	return func(v *scene) { v.await(len(arrival) + 1 + lines) }
}

// withheld: what a masked field holds turns up elsewhere in the page.
var withheld = []situation{
	{name: "the lines of an editor", body: `<div id=a contenteditable class=ph-mask></div><button id=b onclick="this.textContent = 'On ' + a.lastChild.textContent">Go</button>`,
		do:   acts(chrome.Click("#a"), chrome.Press("Ada Vale"), chrome.Press(kb.Enter), chrome.Press("tuberculosis"), chrome.Click("#b"), chrome.Click("#b"), chrome.Script(`cotrail.log("of Ada Vale")`)),
		want: says("click masked mask:markup div", "input_change masked mask:markup div filled", "click #b Go", "click #b **********", "client_log **********"), never: "tuberculosis"},
	{name: "the lines of an editor with soft breaks", body: `<div id=a contenteditable class=ph-mask>Ada Vale<br>tuber<b>culosis</b></div><button id=b onclick="this.textContent = 'On tuberculosis'">Go</button>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Press(kb.End+"!"), chrome.Click("#b"), chrome.Click("#b")),
		want: says("input_change masked mask:markup div filled", "click #b Go", "click #b **********")},
	{name: "a title and an address while it is being typed", body: `<input id=a class=ph-mask oninput="document.title = this.value + ' - search'; history.replaceState(0, '', '?q=' + this.value)">`,
		do:   acts(chrome.Focus("#a"), chrome.Insert("tuberculosis")),
		tabs: untilTold(1),
		want: says("navigate SITE/?q= replace", "input_change masked mask:markup input filled"), never: "tuberculosis"},
	{name: "the address of a tab while it is being typed", body: `<input id=a class=ph-mask oninput="void window.open('/lookup/' + this.value, 'w')">`, pages: map[string]string{"/lookup/asthma": "<!doctype html>x"},
		tabs: func(v *scene) { v.popup(chrome.Focus("#a"), chrome.Insert("asthma")); untilTold(1)(v) },
		want: says("relocate_start SITE/lookup/{id} script by user new tab", "input_change masked mask:markup input filled"), never: "asthma"},
	{name: "a download while it is being typed", body: `<input id=a class=ph-mask oninput="l.href = '/file/' + this.value; l.click()"><a id=l download></a>`, pages: map[string]string{"/file/tuberculosis": "<!doctype html>x"},
		do:   acts(chrome.Focus("#a"), chrome.Insert("tuberculosis")),
		tabs: untilTold(1),
		want: says("input_change masked mask:markup input filled", "click #l to SITE/file/{id} by script", "file_download SITE/file/{id} * anchor"), never: "tuberculosis"},
	{name: "a button, which a script names as it sets the value", body: `<input id=a class=ph-mask><button id=b>Go</button>`,
		do:   acts(chrome.Script(`a.value = "tuberculosis"; b.textContent = "On tuberculosis"`), chrome.Click("#b")),
		want: says("click #b **********", "input_change masked mask:markup input filled by script")},
	{name: "an address that a choice leads to", body: `<input type=radio name=r id=a value=gonorrhea class=ph-mask onclick="history.pushState({}, '', '/filter/' + this.value)"><input type=radio name=r value=x checked>`,
		do:   acts(chrome.Click("#a")),
		want: says("click masked mask:markup input", "navigate SITE/filter/{id} push", "input_change masked mask:markup input"), never: "gonorrhea"},
	{name: "the label of an option", body: `<select id=a class=ph-mask><option>none<option label=Gonorrhea value=g17></select><button id=b onclick="this.textContent = 'On Gonorrhea'">Go</button>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("G"), chrome.Click("#b"), chrome.Click("#b")),
		want: says("input_change masked mask:markup option", "click #b Go", "click #b **********")},
	{name: "the name of a file", body: `<input id=a type=file onchange="b.textContent = 'Remove ' + this.files[0].name"><button id=b>Go</button>`,
		do:   acts(chrome.SetFiles("#a", file("offer.pdf")), chrome.WaitFor(`b.textContent !== 'Go'`), chrome.Click("#b"), chrome.Script(`cotrail.log("got offer.pdf")`)),
		want: says("input_change #a = *.pdf", "file_selected  1 .pdf 12", "click #b **********", "client_log **********")},
	{name: "the name of a masked file", body: `<input id=a type=file class=ph-mask onchange="b.textContent = 'Remove ' + this.files[0].name"><button id=b>Go</button>`,
		do:   acts(chrome.SetFiles("#a", file("offer.pdf")), chrome.WaitFor(`b.textContent !== 'Go'`), chrome.Click("#b"), chrome.Script(`cotrail.log("got offer.pdf")`)),
		want: says("input_change masked mask:markup input filled", "file_selected masked mask:markup input", "click #b **********", "client_log **********")},
	{name: "an editor that writes itself", body: writesItself + `<button id=b onclick="this.textContent = 'On ' + a.textContent">Go</button>`,
		do:   acts(chrome.Script(`a.className = "ph-mask"`), chrome.Click("#a"), chrome.Press("tuberculosis"), chrome.Click("#b"), chrome.Click("#b")),
		want: says("click masked mask:markup div", "input_change masked mask:markup div filled", "click #b Go", "click #b **********")},
	{name: "an editor that is emptied some time after Enter", body: `<div id=a contenteditable class=ph-mask></div><button id=b>Go</button><script>a.onkeydown = e => { if (e.key === "Enter") { e.preventDefault(); const v = a.textContent; setTimeout(() => { a.textContent = ""; b.textContent = "Sent " + v }, 30) } }</script>`,
		do:   acts(chrome.Type("#a", "tuberculosis"), chrome.Press(kb.Enter), chrome.WaitFor(`a.textContent === ""`), chrome.Click("#b")),
		want: says("click masked mask:markup div", "input_change masked mask:markup div filled", "click #b **********")},
}

// writesItself is an editor that prevents what the browser would do, and writes what was typed some time later.
const writesItself = `<div id=a contenteditable></div><script>a.addEventListener("beforeinput", e => { e.preventDefault(); const text = e.data; if (text) setTimeout(() => a.append(text)) })</script>`
