package e2e

import (
	"github.com/cotrail/cotrail/e2e/chrome"
)

const radios = `<input type=radio name=r id=a value=1 checked><input type=radio name=r id=b value=2>`

// choices: something is chosen while the page does something else of it, or it goes back to what it was.
var choices = []situation{
	{name: "a box leads to another address", body: `<input type=checkbox id=a aria-label=Go onclick="history.pushState({}, '', '/filter')">`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a Go", "navigate SITE/filter push", "input_change #a = on checked")},
	{name: "a box sends its form", body: `<form id=f action=/x onsubmit="event.preventDefault()"><input type=checkbox id=a onclick="this.form.requestSubmit()" aria-label=Go></form>`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a Go", "submit #f get SITE/x via request_submit", "input_change #a = on checked")},
	{name: "a list leads to another address", body: `<select id=a oninput="history.pushState({}, '', '/filter')"><option>none<option id=y>gamma</select>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("g")),
		want: says("navigate SITE/filter push", "input_change #y = gamma selected")},
	{name: "a list of many leads to another address", body: `<select id=a multiple size=3 oninput="history.pushState({}, '', '/filter')"><option>none<option id=y>gamma</select>`,
		do:   acts(chrome.Click("#y")),
		want: says("navigate SITE/filter push", "input_change #y = gamma selected", "click #y gamma")},
	{name: "a box is not to be checked, and the page flushes", body: `<input type=checkbox id=a aria-label=Go onclick="event.preventDefault(); cotrail.flush()">`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a Go")},
	{name: "a radio is not to be chosen, and leads to another address", body: radios + `<script>b.onclick = e => { e.preventDefault(); history.pushState({}, '', '/up') }</script>`,
		do:   acts(chrome.Click("#b")),
		want: says("click #b", "navigate SITE/up push")},
	{name: "a box is checked, and the page sets it back later", body: `<input type=checkbox id=a aria-label=Go onclick="setTimeout(() => a.checked = false)">`,
		do:   acts(chrome.Click("#a"), chrome.WaitFor(`!a.checked`)),
		want: says("click #a Go", "input_change #a = on checked", "input_change #a = on unchecked by script")},
	{name: "a file is chosen, and sends its form", body: `<form id=f action=/x onsubmit="event.preventDefault()"><input type=file id=a oninput="this.form.requestSubmit()"></form>`,
		do:   acts(chrome.SetFiles("#a", file("offer.pdf"))),
		want: says("submit #f get SITE/x via request_submit by script", "input_change #a = *.pdf", "file_selected  1 .pdf 12")},

	{name: "a script goes back to the first radio", body: radios,
		do:   acts(chrome.Click("#b"), chrome.Script(`a.checked = true`), flushed, chrome.Script(`b.checked = true`)),
		want: says("click #b", "input_change #b = 2 checked", "input_change #a = 1 checked by script", "input_change #b = 2 checked by script")},
	{name: "a button goes back to the first radio", body: radios + `<button id=u onclick="a.checked = true">Undo</button>`,
		do:   acts(chrome.Click("#b"), chrome.Click("#u")),
		want: says("click #b", "input_change #b = 2 checked", "click #u Undo", "input_change #a = 1 checked by script")},
	{name: "a script takes a choice back and makes another", body: radios,
		do:   acts(chrome.Click("#b"), chrome.Script(`b.checked = false; a.checked = true`)),
		want: says("click #b", "input_change #b = 2 checked", "input_change #a = 1 checked by script")},
	{name: "a framework sets all radios at each choice", body: radios + `<input type=radio name=r id=c value=3><script>document.onclick = e => { for (const r of [a, b, c]) r.checked = r === e.target; setTimeout(() => { for (const r of [a, b, c]) r.checked = r === e.target }) }</script>`,
		do:   acts(chrome.Click("#b"), chrome.Click("#c"), chrome.Click("#a")),
		want: says("click #b", "input_change #b = 2 checked", "click #c", "input_change #c = 3 checked", "click #a", "input_change #a = 1 checked")},
	{name: "a framework lets a box be what it was", body: `<input type=checkbox id=a aria-label=Go><script>a.onclick = () => setTimeout(() => a.checked = false); a.onchange = () => history.pushState({}, "", "/x")</script>`,
		do:   acts(chrome.Click("#a"), chrome.WaitFor(`!a.checked`)),
		want: says("click #a Go", "input_change #a = on checked", "navigate SITE/x push", "input_change #a = on unchecked by script")},
	{name: "a form is reset to the first radio", body: `<form>` + radios + `<button id=r type=reset>Clear</button></form>`,
		do:   acts(chrome.Click("#b"), chrome.Click("#r")),
		want: says("click #b", "input_change #b = 2 checked", "click #r Clear", "input_change #a = 1 checked")},
	{name: "a form is reset to no radio", body: `<form><input type=radio name=r id=a value=1><input type=radio name=r id=b value=2><button id=r type=reset>Clear</button></form>`,
		do:   acts(chrome.Click("#a"), chrome.Click("#r")),
		want: says("click #a", "input_change #a = 1 checked", "click #r Clear", "input_change #a = 1 unchecked")},
	{name: "a script takes the choice of a radio back", body: radios,
		do:   acts(chrome.Script(`a.checked = false`)),
		want: says("input_change #a = 1 unchecked by script")},
	{name: "radios of the same name in two forms", body: `<form>` + radios + `</form><form><input type=radio name=r id=c value=1 checked><input type=radio name=r id=d value=2></form>`,
		do:   acts(chrome.Click("#b"), chrome.Script(`c.checked = false`)),
		want: says("click #b", "input_change #b = 2 checked", "input_change #c = 1 unchecked by script")},
}
