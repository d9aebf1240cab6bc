package e2e

import (
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// react is how React drives a controlled field: it hooks the field's own value, and hears each input.
const react = `
	const native = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
	function control(el, render) {
		let tracked = el.value;
		Object.defineProperty(el, "value", { configurable: true, enumerable: true, get() { return native.get.call(this); }, set(v) { tracked = String(v); native.set.call(this, v); } });
		el.addEventListener("input", () => {
			const now = native.get.call(el);
			if (now === tracked) return;
			tracked = now;
			el.value = render(now);
		});
	}`

// asTool is how a remote-control tool sets a field: past the framework, and then the events that it thinks of.
func asTool(events string) string {
	return `(el => {
		Object.getOwnPropertyDescriptor(el.constructor.prototype, "value").set.call(el, "remote");
		for (const type of ` + events + `) el.dispatchEvent(new Event(type, {bubbles: true}));
	})(document.getElementById("a"))`
}

// scriptChanges: a script changes what a field holds, and when that is none of anybody's acts.
var scriptChanges = []situation{
	{name: "a value is set", body: `<input id=a>`,
		do:   acts(chrome.Script(`a.value = "set"`)),
		want: says("input_change #a = set by script")},
	{name: "a value is set, and comes by itself", body: `<input id=a>`, waits: true,
		do:   acts(chrome.Script(`a.value = "set"`)),
		want: says("input_change #a = set by script")},
	{name: "a value is set, masked", key: "hides", body: `<input id=a>`,
		do:   acts(chrome.Script(`a.value = "set"`)),
		want: says("input_change masked default input filled by script")},
	{name: "a button sets a value", body: `<input id=a><button id=b onclick="a.value = 'set'">Fill</button>`,
		do:   acts(chrome.Click("#b")),
		want: says("click #b Fill", "input_change #a = set by script")},
	{name: "the value that it has is set", body: `<input id=a value=same>`,
		do: acts(chrome.Script(`a.value = "same"; a.value = a.value`))},
	{name: "a value is set and set back", body: `<input id=a value=same>`,
		do: acts(chrome.Script(`a.value = "other"; a.value = "same"`))},
	{name: "a value is set a hundred times in a row", body: `<input id=a>`,
		do:   acts(chrome.Script(`for (let i = 1; i <= 100; i++) a.value = i`)),
		want: says("input_change #a = 100 by script")},
	{name: "two values are set, one after the other", body: `<input id=a>`,
		do:   acts(chrome.Script(`a.value = "one"`), flushed, chrome.Script(`a.value = "two"`)),
		want: says("input_change #a = one by script", "input_change #a = two by script")},
	{name: "a text area's value is set", body: `<textarea id=a></textarea>`,
		do:   acts(chrome.Script(`a.value = "two\nlines"`)),
		want: says("input_change #a = two\nlines by script")},
	{name: "a text area's default is set", body: `<textarea id=a></textarea>`,
		do:   acts(chrome.Script(`a.textContent = "text"`)),
		want: says("input_change #a = text by script")},
	{name: "a box is ticked", body: `<input id=a type=checkbox>`,
		do:   acts(chrome.Script(`a.checked = true`)),
		want: says("input_change #a = on checked by script")},
	{name: "a ticked box is ticked", body: `<input id=a type=checkbox checked>`,
		do: acts(chrome.Script(`a.checked = true`))},
	{name: "a radio is chosen", body: `<input id=a type=radio name=r value=1 checked><input id=b type=radio name=r value=2>`,
		do:   acts(chrome.Script(`b.checked = true`)),
		want: says("input_change #b = 2 checked by script")},
	{name: "a box is clicked by a script", body: `<input id=a type=checkbox aria-label=Agree>`,
		do:   acts(chrome.Script(`a.click()`)),
		want: says("click #a Agree by script", "input_change #a = on checked by script")},
	{name: "an option is selected", body: `<select id=a><option>x<option id=y>y</select>`,
		do:   acts(chrome.Script(`y.selected = true`)),
		want: says("input_change #y = y selected by script")},
	{name: "an option is selected by its index", body: `<select id=a><option>x<option id=y>y</select>`,
		do:   acts(chrome.Script(`a.selectedIndex = 1`)),
		want: says("input_change #y = y selected by script")},
	{name: "an option is selected by its value", body: `<select id=a><option>x<option id=y>y</select>`,
		do:   acts(chrome.Script(`a.value = "y"`)),
		want: says("input_change #y = y selected by script")},
	{name: "many options are selected", body: `<select id=a multiple><option id=x selected>x<option id=y>y<option id=z>z</select>`,
		do:   acts(chrome.Script(`x.selected = false; z.selected = true`)),
		want: says("input_change #x = x unselected by script", "input_change #z = z selected by script")},
	{name: "a part of a value is set", body: `<input id=a value=abc>`,
		do:   acts(chrome.Script(`a.setRangeText("X", 1, 2)`)),
		want: says("input_change #a = aXc by script")},
	{name: "the attribute of an untouched field is set", body: `<input id=a>`,
		do:   acts(chrome.Script(`a.setAttribute("value", "attr")`)),
		want: says("input_change #a = attr by script")},
	{name: "the attribute of a field that has its own value", body: `<input id=a>`,
		do:   acts(chrome.Type("#a", "own"), leave, chrome.Script(`a.setAttribute("value", "attr"); a.defaultValue = "other"`)),
		want: says("click #a", "input_change #a = own")},
	{name: "the default value of an untouched field", body: `<input id=a>`,
		do:   acts(chrome.Script(`a.defaultValue = "attr"`)),
		want: says("input_change #a = attr by script")},
	{name: "the attribute of an untouched field is taken away", body: `<input id=a value=attr>`,
		do:   acts(chrome.Script(`a.removeAttribute("value")`)),
		want: says("input_change #a =  by script")},
	{name: "the attribute of an untouched field is set as a node", body: `<input id=a value=old>`,
		do:   acts(chrome.Script(`a.attributes.value.value = "attr"`)),
		want: says("input_change #a = attr by script")},
	{name: "the attribute of an untouched box is set", body: `<input id=a type=checkbox>`,
		do:   acts(chrome.Script(`a.setAttribute("checked", "")`)),
		want: says("input_change #a = on checked by script")},
	{name: "a radio is chosen by the name of its group", body: `<form id=f><input id=a type=radio name=r value=1 checked><input id=b type=radio name=r value=2></form>`,
		do:   acts(chrome.Script(`f.elements.r.value = "2"`)),
		want: says("input_change #b = 2 checked by script")},
	{name: "an option is selected by the list's index", body: `<select id=a><option>x<option id=y>y</select>`,
		do:   acts(chrome.Script(`a.options.selectedIndex = 1`)),
		want: says("input_change #y = y selected by script")},
	{name: "a password is set", body: `<input id=a type=password>`,
		do:   acts(chrome.Script(`a.value = "horse"`)),
		want: says("input_change masked hard_deny input filled by script")},
	{name: "a blocked field is set", body: `<p data-cotrail-block><input id=a></p>`,
		do: acts(chrome.Script(`a.value = "set"`))},
	{name: "a step up", body: `<input id=a type=number value=1>`,
		do:   acts(chrome.Script(`a.stepUp(2)`)),
		want: says("input_change #a = 3 by script")},
	{name: "a step down", body: `<input id=a type=number value=1>`,
		do:   acts(chrome.Script(`a.stepDown()`)),
		want: says("input_change #a = 0 by script")},
	{name: "a value is set as a number", body: `<input id=a type=number>`,
		do:   acts(chrome.Script(`a.valueAsNumber = 7`)),
		want: says("input_change #a = 7 by script")},
	{name: "a value is set as a date", body: `<input id=a type=date>`,
		do:   acts(chrome.Script(`a.valueAsDate = new Date("2027-03-15")`)),
		want: says("input_change #a = 2027-03-15 by script")},
	{name: "a button's value, a progress and an output are no fields", body: `<input id=a type=button value=Go><progress id=p max=2></progress><output id=o></output>`,
		do: acts(chrome.Script(`a.value = "Went"; p.value = 1; o.value = "sum"`))},

	// A change that is told later than it began is told as what it was then.
	{name: "a masked field is set and removed", body: `<div class=ph-mask><p id=d><input id=a></p></div>`,
		do:   acts(chrome.Script(`a.value = "secret"; d.remove()`)),
		want: says("input_change masked moved input filled by script")},
	{name: "a blocked field is set and removed", body: `<div data-cotrail-block><p id=d><input id=a></p></div>`,
		do: acts(chrome.Script(`a.value = "secret"; d.remove()`))},
	{name: "a masked list is set and removed", body: `<div class=ph-mask><p id=d><select id=a><option>x<option>secret</select></p></div>`,
		do:   acts(chrome.Script(`a.selectedIndex = 1; d.remove()`)),
		want: says("input_change masked moved option by script")},
	{name: "a masked field is set, and moved to where all is shown", body: `<div class=ph-mask><p id=d><input id=a></p></div><div id=shown></div>`,
		do:   acts(chrome.Script(`a.value = "secret"; shown.append(d)`)),
		want: says("input_change masked moved input filled by script")},
	{name: "a masked field is set, and what masks it ends", body: `<div class=ph-mask id=m><input id=a></div>`,
		do:   acts(chrome.Script(`a.value = "secret"; m.className = ""`)),
		want: says("input_change masked mask:markup input filled by script")},
	{name: "a masked field is typed into, and what masks it ends", body: `<div class=ph-mask id=m><input id=a></div>`,
		do:   acts(chrome.Type("#a", "secret"), chrome.Script(`m.className = ""`), leave),
		want: says("click masked mask:markup input", "input_change masked mask:markup input filled")},
	{name: "a masked date is typed into, and moved while it is", body: `<div class=ph-mask><p id=d><input id=a type=date></p></div><div id=shown></div>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("03151979"), chrome.Script(`shown.append(d)`)),
		want: says("input_change masked moved input filled")},
	{name: "a masked field is emptied by a reset, and removed by it", body: `<form id=f class=ph-mask><p id=d><input id=a value=one></p></form><script>f.onreset = () => d.remove()</script>`,
		do:   acts(chrome.Script(`a.defaultValue = "secret"; f.reset()`)),
		want: says("input_change masked moved input filled by script")},
	{name: "a masked frame's field is set, and the frame is removed", body: `<div class=ph-mask><iframe id=fr srcdoc="<input id=a>"></iframe></div>`,
		do:   acts(chrome.WaitFor(`fr.contentDocument.querySelector("#a")`), settled, chrome.Script(`fr.contentDocument.querySelector("#a").value = "secret"; fr.remove()`)),
		want: says("input_change masked moved input filled by script")},
	{name: "a shown field is set and removed: what named it may be gone as well", body: `<label for=a>PIN</label><p id=d><input id=a></p>`,
		do:   acts(chrome.Script(`a.value = "1234"; d.remove()`)),
		want: says("input_change masked moved input filled by script")},
	{name: "a shown field is set and moved", body: `<p id=d><input id=a></p><div id=shown></div>`,
		do:   acts(chrome.Script(`a.value = "set"; shown.append(d)`)),
		want: says("input_change masked moved input filled by script")},
	{name: "a field is set before it is in the page", body: `<div id=shown></div>`,
		do: acts(chrome.Script(`const a = document.createElement("input"); a.id = "a"; a.value = "set"; shown.append(a)`))},

	{name: "a controlled field is typed into", body: `<input id=a><script>` + react + `control(a, v => v)</script>`,
		do:   acts(chrome.Type("#a", "Ada"), leave),
		want: says("click #a", "input_change #a = Ada")},
	{name: "a controlled field is set past its framework", body: `<input id=a><script>` + react + `control(a, v => v)</script>`,
		do:   acts(chrome.Script(asTool(`["input"]`))),
		want: says("input_change #a = remote by script")},
	{name: "a framework writes in capitals while one types", body: `<input id=a><script>` + react + `control(a, v => v.toUpperCase())</script>`,
		do:   acts(chrome.Type("#a", "ada"), leave),
		want: says("click #a", "input_change #a = ADA")},
	{name: "a page groups the digits while one types", body: `<input id=a oninput="this.value = this.value.replace(/\D/g, '').replace(/(\d{2})(?=\d)/g, '$1 ')">`,
		do:   acts(chrome.Type("#a", "12345"), leave),
		want: says("click #a", "input_change #a = 12 34 5")},
	{name: "a tool sets an editor while one types in a field", body: `<input id=a><div id=b contenteditable>x</div>`,
		do:   acts(chrome.Type("#a", "one"), chrome.Script(`b.textContent = "set"; b.dispatchEvent(new InputEvent("input", {bubbles: true}))`), chrome.Press("s"), chrome.Press(kb.Tab)),
		want: says("click #a", "input_change #a = ones", "input_change #b = set by script")},
	{name: "a page copies to a component what one types", body: `<input id=a><my-field id=b></my-field><input><script>customElements.define("my-field", class extends HTMLElement { static formAssociated = true; value = "" });
		a.oninput = () => { if (a.value === "one") { b.value = "one"; b.dispatchEvent(new Event("input", {bubbles: true})) } }</script>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("one"), leave),
		want: says("input_change #a = one", "input_change #b = one by script")},
	{name: "a page writes it anew when it is left", body: `<input id=a onchange="this.value = this.value.trim()"><input>`,
		do:   acts(chrome.Type("#a", " Ada "), leave),
		want: says("click #a", "input_change #a =  Ada ", "input_change #a = Ada by script")},
	{name: "a field is emptied at Enter", body: `<input id=a onkeydown="if (event.key === 'Enter') { sent.textContent = this.value; this.value = '' }"><p id=sent></p>`,
		do:   acts(chrome.Type("#a", "hello"), chrome.Press(kb.Enter), chrome.WaitFor(`sent.textContent === "hello"`)),
		want: says("click #a", "input_change #a = hello", "input_change #a =  by script")},
	{name: "a suggestion is taken", body: `<input id=a><ul><li id=l tabindex=-1 onclick="a.value = 'Lisbon'">Lisbon</ul>`,
		do:   acts(chrome.Type("#a", "Lis"), chrome.Click("#l")),
		want: says("click #a", "input_change #a = Lis", "click #l", "input_change #a = Lisbon by script")},
	{name: "a box is clicked by a script at its label", body: `<label id=l><input id=a type=checkbox> Agree</label>`,
		do:   acts(chrome.Script(`l.click()`)),
		want: says("click #l Agree by script", "input_change #a = on checked by script")},
	{name: "a sum follows", body: `<input id=a type=number onchange="b.value = this.value * 10"><output></output><input id=b>`,
		do:   acts(chrome.Type("#a", "3"), leave),
		want: says("click #a", "input_change #a = 3", "input_change #b = 30 by script")},

	{name: "a tool sets a field and tells of input", body: `<input id=a>`,
		do:   acts(chrome.Script(asTool(`["input"]`))),
		want: says("input_change #a = remote by script")},
	{name: "a tool sets a field and tells of a change", body: `<input id=a>`,
		do:   acts(chrome.Script(asTool(`["change"]`))),
		want: says("input_change #a = remote by script")},
	{name: "a tool sets a field and tells of both", body: `<input id=a>`,
		do:   acts(chrome.Script(asTool(`["input", "change"]`))),
		want: says("input_change #a = remote by script")},
	{name: "a tool sets a field and tells nothing", body: `<input id=a>`, waits: true,
		do:   acts(chrome.Script(asTool(`[]`))),
		want: says("input_change #a = remote by script")},
	{name: "a tool plays all events of a key", body: `<textarea id=a></textarea>`,
		do:   acts(chrome.Script(`a.focus()`), chrome.Script(asTool(`["keydown", "keypress", "beforeinput", "input", "keyup", "change", "blur"]`))),
		want: says("input_change #a = remote by script")},
	{name: "a tool sets a select and tells of both", body: `<select id=a><option>x<option id=y>remote</select>`,
		do:   acts(chrome.Script(asTool(`["input", "change"]`))),
		want: says("input_change #y = remote selected by script")},
	{name: "a tool ticks a box and tells of a change", body: `<input id=a type=checkbox>`,
		do:   acts(chrome.Script(`a.checked = true; a.dispatchEvent(new Event("change", {bubbles: true}))`)),
		want: says("input_change #a = on checked by script")},
	{name: "a tool writes into an editor and tells of input", body: `<div id=a contenteditable>x</div>`,
		do:   acts(chrome.Script(`a.textContent = "remote"; a.dispatchEvent(new InputEvent("input", {bubbles: true}))`)),
		want: says("input_change #a = remote by script")},
	{name: "a tool writes into an editor and tells nothing", body: `<div id=a contenteditable>x</div>`, waits: true,
		do:   acts(chrome.Script(`a.textContent = "remote"`)),
		want: says("input_change #a = remote by script")},
	{name: "a script chooses a file", body: `<input id=a type=file>`,
		do:   acts(chrome.Script(`(() => { const d = new DataTransfer(); d.items.add(new File(["12345"], "offer.pdf")); a.files = d.files; })()`)),
		want: says("input_change #a = *.pdf by script", "file_selected  1 .pdf 5")},
	{name: "events that tell of no change", body: `<input id=a value=same>`,
		do: acts(chrome.Script(`for (const type of ["input", "change", "input"]) a.dispatchEvent(new Event(type, {bubbles: true}))`))},

	{name: "values that are set while the page loads", head: "{sync}", body: `<input id=a><input id=c type=checkbox><select id=s><option>x<option>y</select>
			<script>a.value = "early"; c.checked = true; s.selectedIndex = 1</script>`},
	{name: "values that are set when the page stands", head: "{sync}", body: `<input id=a><input id=b>
			<script>addEventListener("DOMContentLoaded", () => { a.value = "early"; setTimeout(() => b.value = "soon") })</script>`},
	{name: "fields that a script brings with their values", body: `<div id=d></div>`,
		do: acts(chrome.Script(`(() => {
			d.innerHTML = "<input value=html><textarea>html</textarea><select><option>x<option selected>y</select>";
			const made = document.createElement("input"); made.value = "made"; made.type = "text"; d.append(made);
			const box = document.createElement("input"); box.type = "checkbox"; box.checked = true; d.append(box);
			d.append(d.firstChild.cloneNode(true));
			const list = document.createElement("select"); list.append(new Option("x"), new Option("y", "y", true, true)); list.selectedIndex = 0; d.append(list);
			const form = document.createElement("form"); form.append(document.createElement("textarea")); form.firstChild.value = "made"; d.append(form);
		})()`))},
	{name: "fields of no page", body: `<template id=t><input></template>`,
		do: acts(chrome.Script(`(() => {
			t.content.querySelector("input").value = "set";
			new DOMParser().parseFromString("<input>", "text/html").querySelector("input").value = "set";
			document.implementation.createHTMLDocument().body.append(Object.assign(document.createElement("input"), {value: "set"}));
			document.createElement("textarea").value = "set";
		})()`))},
	{name: "options that a script brings", body: `<select id=a><option>x</select>`,
		do: acts(chrome.Script(`a.replaceChildren(new Option("p"), new Option("q"))`))},
}
