package e2e

import (
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// leave commits what was typed, as a person does it.
var leave = chrome.Press(kb.Tab)

// opened waits until the field's own window is there: its list, calendar or colours.
var opened = chrome.WaitFor(`document.querySelector("#a").matches(":open")`)

// file is one of the files that a person may hand in.
func file(name string) string {
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		panic(err) // there is no working directory
	}
	return path
}

// dropZone is a part of a page that takes files, and tells how many.
const dropZone = `<div id=z ondragover="event.preventDefault()" ondrop="event.preventDefault(); this.textContent = event.dataTransfer.files.length">Drop files here</div>`

// fields: a person changes what a field holds, in every way that browsers have for it.
var fields = []situation{
	{name: "typed, and left by Tab", body: `<input id=a>`,
		do:   acts(chrome.Type("#a", "Ada"), leave),
		want: says("click #a", "input_change #a = Ada")},
	{name: "typed, and left by a click elsewhere", body: `<input id=a> <button id=b>Next</button>`,
		do:   acts(chrome.Type("#a", "Ada"), chrome.Click("#b")),
		want: says("click #a", "input_change #a = Ada", "click #b Next")},
	{name: "typed, and not left", body: `<input id=a>`,
		do:   acts(chrome.Type("#a", "Ada")),
		want: says("click #a", "input_change #a = Ada")},
	{name: "typed, and not left, comes by itself", body: `<input id=a>`, waits: true,
		do:   acts(chrome.Type("#a", "Ada")),
		want: says("click #a", "input_change #a = Ada")},
	{name: "typed twice", body: `<input id=a><input id=b>`,
		do:   acts(chrome.Type("#a", "Ada"), leave, chrome.Type("#a", "m"), leave),
		want: says("click #a", "input_change #a = Ada", "click #a", "input_change #a = Adam")},
	{name: "two fields in turn", body: `<input id=a><input id=b>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("x"), leave, chrome.Press("y"), chrome.Press(kb.Tab, kb.ModifierShift), chrome.Press(kb.End), chrome.Press("z"), leave),
		want: says("input_change #a = x", "input_change #b = y", "input_change #a = xz")},
	{name: "entered without a form", body: `<input id=a>`,
		do:   acts(chrome.Type("#a", "Ada"), chrome.Press(kb.Enter), chrome.Press("m"), leave),
		want: says("click #a", "input_change #a = Ada", "input_change #a = Adam")},
	{name: "masked", key: "hides", body: `<input id=a>`,
		do:   acts(chrome.Type("#a", "Ada"), leave),
		want: says("click masked default input", "input_change masked default input filled")},
	{name: "an option is chosen, masked, and told elsewhere", key: "hides", body: `<select id=a><option value=none>None<option value=gonorrhea-panel>STI test B</select>`,
		do: acts(chrome.Script(`a.selectedIndex = 1`), flushed, chrome.Script(`history.pushState({}, "", "/order/gonorrhea-panel")`),
			chrome.Script(`cotrail.log("ordered gonorrhea-panel")`), chrome.Script(`cotrail.log("ordered STI test B")`)),
		want: says("input_change masked default option by script", "navigate SITE/order/{id} push", "client_log **********", "client_log **********")},
	{name: "boxes are checked, masked, and told elsewhere", key: "hides", body: `<input id=a type=checkbox value=gonorrhea><input id=b type=radio name=r value=syphilis><input id=c type=radio name=r value=chlamydia><input id=d type=checkbox>`,
		do: acts(chrome.Script(`for (const box of [a, b, d]) box.click()`), flushed,
			chrome.Script(`for (const word of ["gonorrhea", "syphilis", "chlamydia", "on"]) cotrail.log("told " + word)`)),
		want: says("click masked default input by script", "input_change masked default input by script", "click masked default input by script", "input_change masked default input by script", "click masked default input by script", "input_change masked default input by script",
			"client_log **********", "client_log **********", "client_log told chlamydia", "client_log told on")},
	{name: "emptied and masked", key: "hides", body: `<input id=a value=Ada>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Press(kb.Delete), leave),
		want: says("input_change masked default input")},
	{name: "a password", body: `<input id=a type=password>`,
		do:   acts(chrome.Type("#a", "horse"), leave),
		want: says("click masked hard_deny input", "input_change masked hard_deny input filled")},
	{name: "all selected and written over", body: `<input id=a value=old>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Press("new"), leave),
		want: says("input_change #a = new")},
	{name: "deleted with Backspace", body: `<input id=a value=ab>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.End), chrome.Press(kb.Backspace), leave),
		want: says("input_change #a = a")},
	{name: "cut off by its maxlength", body: `<input id=a maxlength=3>`,
		do:   acts(chrome.Type("#a", "abcdef"), leave),
		want: says("click #a", "input_change #a = abc")},
	{name: "composed by an input method", body: `<input id=a>`,
		do:   acts(chrome.Focus("#a"), chrome.Compose("日本", "n", "に", "にほ", "にほん"), leave),
		want: says("input_change #a = 日本")},
	{name: "composed in a text area, twice", body: `<textarea id=a></textarea>`,
		do:   acts(chrome.Focus("#a"), chrome.Compose("日", "に"), chrome.Compose("本", "ほ"), leave),
		want: says("input_change #a = 日本")},
	{name: "composed in an editor", body: `<div id=a contenteditable></div>`,
		do:   acts(chrome.Focus("#a"), chrome.Compose("日本", "に", "にほん"), leave),
		want: says("input_change #a = 日本")},
	{name: "inserted at once", body: `<input id=a>`,
		do:   acts(chrome.Focus("#a"), chrome.Insert("Ada Miller"), leave),
		want: says("input_change #a = Ada Miller")},
	{name: "emoji", body: `<input id=a>`,
		do:   acts(chrome.Focus("#a"), chrome.Insert("👍🏽"), chrome.Insert("👩‍👧"), leave),
		want: says("input_change #a = 👍🏽👩‍👧")},
	{name: "a very long text is cut", body: `<textarea id=a></textarea>`,
		do:   acts(chrome.Focus("#a"), chrome.Insert(strings.Repeat("long ", 4000)), leave),
		want: says("input_change #a = " + strings.Repeat("long ", 818) + "lon…")},
	{name: "undone and done again", body: `<input id=a><input id=b>`,
		do: acts(chrome.Type("#a", "Ada"), leave, chrome.Focus("#a"), chrome.Edit('z', "undo"), leave,
			chrome.Focus("#a"), chrome.Edit('y', "redo"), leave),
		want: says("click #a", "input_change #a = Ada", "input_change #a = ", "input_change #a = Ada")},
	{name: "a text dropped on it", body: `<input id=a><input id=b>`,
		do:   acts(chrome.DropText("#a", "dropped"), leave),
		want: says("input_change #a = dropped")},
	{name: "a text dropped on an editor", body: `<div id=a contenteditable>x</div><input id=b>`,
		do:   acts(chrome.DropText("#a", "dropped"), chrome.Focus("#b")),
		want: says("input_change #a = x dropped")},
	{name: "a search cleared by its cross", body: `<input id=a type=search value=hats style="width: 200px">`,
		do:   acts(chrome.Focus("#a"), chrome.ClickAt("#a", 0.96, 0.5), leave),
		want: says("click #a", "input_change #a = ")},

	{name: "a number by its arrow keys", body: `<input id=a type=number value=1>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.ArrowUp+kb.ArrowUp), leave),
		want: says("input_change #a = 3")},
	{name: "a number by its spinner", body: `<input id=a type=number value=1 style="width: 100px; height: 30px">`,
		do:   acts(chrome.ClickAt("#a", 0.9, 0.3), leave),
		want: says("click #a", "input_change #a = 2")},
	{name: "a number by the wheel", body: `<input id=a type=number value=1 onwheel="1">`,
		do:   acts(chrome.Focus("#a"), chrome.Wheel("#a", -100), chrome.WaitFor(`document.querySelector("#a").value === "2"`), leave),
		want: says("input_change #a = 2")},
	{name: "a number with an exponent", body: `<input id=a type=number>`,
		do:   acts(chrome.Type("#a", "1e3"), leave),
		want: says("click #a", "input_change #a = 1e3")},
	{name: "no number", body: `<input id=a type=number value=5>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Press("e"), leave),
		want: says("input_change #a = ")},
	{name: "a date by keys", body: `<input id=a type=date>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("03152027"), chrome.Focus("#a"), chrome.Script(`document.activeElement.blur()`)),
		want: says("input_change #a = 2027-03-15")},
	{name: "a date by its calendar", body: `<input id=a type=date value=2027-03-15>`,
		do: acts(chrome.Focus("#a"), chrome.Press(kb.ArrowDown, kb.ModifierAlt), opened, chrome.Press(kb.ArrowRight), chrome.Press(kb.Enter),
			chrome.WaitFor(`document.querySelector("#a").value === "2027-03-16"`), chrome.Script(`document.activeElement.blur()`)),
		want: says("input_change #a = 2027-03-16")},
	{name: "a time by keys", body: `<input id=a type=time>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("0930AM"), chrome.Script(`document.activeElement.blur()`)),
		want: says("input_change #a = 09:30")},
	{name: "a month by its arrow keys", body: `<input id=a type=month value=2027-03>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.ArrowUp), chrome.Script(`document.activeElement.blur()`)),
		want: says("input_change #a = 2027-04")},
	{name: "a week by its arrow keys", body: `<input id=a type=week value=2027-W10>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.ArrowUp), chrome.Script(`document.activeElement.blur()`)),
		want: says("input_change #a = 2027-W11")},
	{name: "a date and time by keys", body: `<input id=a type=datetime-local>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("03152027"), chrome.Press(kb.ArrowRight), chrome.Press("0930AM"), chrome.Script(`document.activeElement.blur()`)),
		want: says("input_change #a = 2027-03-15T09:30")},
	{name: "a colour in its picker", body: `<input id=a type=color value=#808080>`,
		do:   acts(chrome.Click("#a"), opened, chrome.PressUntil(kb.ArrowRight, `document.querySelector("#a").value !== "#808080"`), chrome.Press(kb.Enter)),
		want: says("click #a"), // the picker's choice comes with a click that nobody made
		tabs: func(v *scene) {
			v.want = append(v.want, "input_change #a = "+chrome.MustEval[string](v.t, v.page, `document.querySelector("#a").value`))
		}},
	{name: "a slider by keys", body: `<input id=a type=range max=10 value=5>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.ArrowRight+kb.ArrowRight), leave),
		want: says("input_change #a = 7")},
	{name: "a slider drawn with the mouse", body: `<input id=a type=range max=10 value=0 style="width: 300px">`,
		do:   acts(chrome.Drag("#a", 0.02, 0.5, "#a", 0.99, 0.5), leave),
		want: says("click #a", "input_change #a = 10")},

	{name: "a box ticked with the mouse", body: `<input id=a type=checkbox aria-label=Agree>`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a Agree", "input_change #a = on checked")},
	{name: "a box ticked and unticked by two clicks", body: `<input id=a type=checkbox aria-label=Agree>`,
		do:   acts(chrome.DoubleClick("#a")),
		want: says("click #a Agree", "input_change #a = on checked", "click #a Agree", "input_change #a = on unchecked")},
	{name: "a box ticked by its key", body: `<input id=a type=checkbox aria-label=Agree>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(" ")),
		want: says("click #a Agree by keyboard", "input_change #a = on checked")},
	{name: "a box whose page undoes it", body: `<input id=a type=checkbox aria-label=Agree onclick="event.preventDefault()">`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a Agree")},
	{name: "a radio chosen with the mouse", body: `<input id=a type=radio name=r value=1><input id=b type=radio name=r value=2 checked>`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a", "input_change #a = 1 checked")},
	{name: "a radio chosen by its arrow key", body: `<input id=a type=radio name=r value=1 checked><input id=b type=radio name=r value=2>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.ArrowDown)),
		want: says("click #b by keyboard", "input_change #b = 2 checked")},
	{name: "a radio that is chosen already", body: `<input id=a type=radio name=r value=1 checked>`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a")},
	{name: "a box by the label around it", body: `<label id=l><input id=a type=checkbox> <b id=t>Agree</b></label>`,
		do:   acts(chrome.Click("#t")),
		want: says("click #l Agree", "input_change #a = on checked")},
	{name: "a box by the label that points at it", body: `<label id=l for=a>Agree</label> <input id=a type=checkbox>`,
		do:   acts(chrome.Click("#l")),
		want: says("click #l Agree", "input_change #a = on checked")},
	{name: "a text field by its label", body: `<label id=l for=a>Name</label> <input id=a>`,
		do:   acts(chrome.Click("#l"), chrome.Press("Ada"), leave),
		want: says("click #l Name", "input_change #a = Ada")},
	{name: "the field within a label", body: `<label id=l>Name <input id=a></label>`,
		do:   acts(chrome.Type("#a", "Ada"), leave),
		want: says("click #a", "input_change #a = Ada")},

	{name: "an option by its key", body: `<select id=a><option>x<option id=y>y</select>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("y")),
		want: says("input_change #y = y selected")},
	{name: "an option by the arrow key", body: `<select id=a><option>x<option id=y>y<option>z</select>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.ArrowDown)),
		want: says("input_change #y = y selected")},
	{name: "an option in the list that opens", body: `<select id=a><option>x<option id=y>y</select>`,
		do:   acts(chrome.Click("#a"), opened, chrome.Press(kb.ArrowDown), chrome.Press(kb.Enter), chrome.WaitFor(`document.querySelector("#a").value === "y"`)),
		want: says("click #a", "input_change #y = y selected")}, // the choice comes with a click that nobody made
	{name: "an option of a list with the mouse", body: `<select id=a size=3><option>x<option id=y>y</select>`,
		do:   acts(chrome.Click("#y")),
		want: says("input_change #y = y selected", "click #y y")}, // the browser tells the change first
	{name: "many options with the mouse", body: `<select id=a multiple size=4><option id=x>x<option id=y>y<option id=z>z</select>`,
		do:   acts(chrome.Click("#x"), chrome.Click("#z", chromedp.ButtonModifiers(kb.ModifierCtrl)), chrome.Click("#x", chromedp.ButtonModifiers(kb.ModifierCtrl))),
		want: says("input_change #x = x selected", "click #x x", "input_change #z = z selected", "click #z z", "input_change #x = x unselected", "click #x x")},
	{name: "a row of options with the mouse", body: `<select id=a multiple size=4><option id=x>x<option id=y>y<option id=z>z</select>`,
		do:   acts(chrome.Click("#x"), chrome.Click("#z", chromedp.ButtonModifiers(kb.ModifierShift))),
		want: says("input_change #x = x selected", "click #x x", "input_change #y = y selected", "input_change #z = z selected", "click #z z")},
	{name: "a text that a data list has", body: `<input id=a list=l><datalist id=l><option>apple<option>pear</datalist>`,
		do:   acts(chrome.Type("#a", "pear"), leave),
		want: says("click #a", "input_change #a = pear")},

	{name: "a text area of two lines", body: `<textarea id=a></textarea>`,
		do:   acts(chrome.Type("#a", "two"), chrome.Press(kb.Enter), chrome.Press("lines"), leave),
		want: says("click #a", "input_change #a = two\nlines")},
	{name: "an editor", body: `<div id=a contenteditable>x</div><input>`,
		do:   acts(chrome.Click("#a"), chrome.Press(kb.End), chrome.Press("yz"), leave),
		want: says("click #a", "input_change #a = xyz")},
	{name: "an element within an editor", body: `<div id=a contenteditable><p>one <b id=b>two</b></p></div><input>`,
		do:   acts(chrome.Click("#b"), chrome.Press(kb.End), chrome.Press("!"), leave),
		want: says("click #a", "input_change #a = one two!")},
	{name: "an editor within an editor", body: `<div id=a contenteditable>one <span contenteditable=false><b id=b contenteditable>two</b></span></div><input>`,
		do:   acts(chrome.Click("#b"), chrome.Press(kb.End), chrome.Press("!"), leave),
		want: says("click #b", "input_change #b = two!")},
	{name: "an editor of plain text", body: `<div id=a contenteditable=plaintext-only>x</div><input>`,
		do:   acts(chrome.Click("#a"), chrome.Press(kb.End), chrome.Press("y"), leave),
		want: says("click #a", "input_change #a = xy")},
	{name: "a page that is all editor", body: `<p id=p>one</p>`,
		do:   acts(chrome.Script(`document.designMode = "on"`), chrome.Click("#p"), chrome.Press(kb.End), chrome.Press("!")),
		want: says("click #p", "input_change  = one!")},
	{name: "fields of the same name", body: `<p><input name=a><input name=a></p>`,
		do:   acts(chrome.Type("input", "x"), chrome.Type("input:nth-of-type(2)", "y"), leave),
		want: says("click /p/input", "input_change /p/input = x", "click /p/input[2]", "input_change /p/input[2] = y")},
	{name: "a field that is disabled", body: `<input id=a disabled value=x style="width: 100px"><fieldset disabled><input id=b></fieldset>`,
		do: acts(chrome.Click("#a"), chrome.Press("y"), chrome.Click("#b"), chrome.Press("y"))},
	{name: "a field that is read only", body: `<input id=a readonly value=x>`,
		do:   acts(chrome.Type("#a", "y"), leave),
		want: says("click #a")},

	{name: "a file is chosen", body: `<input id=a type=file>`,
		do:   acts(chrome.SetFiles("#a", file("offer.pdf"))),
		want: says("input_change #a = *.pdf", "file_selected  1 .pdf 12")},
	{name: "a file is chosen, masked", key: "hides", body: `<input id=a type=file>`,
		do:   acts(chrome.SetFiles("#a", file("offer.pdf"))),
		want: says("input_change masked default input filled", "file_selected masked default input")},
	{name: "two files are chosen", body: `<input id=a type=file multiple>`,
		do:   acts(chrome.SetFiles("#a", file("offer.pdf"), file("notes.txt"))),
		want: says("input_change #a = *.pdf, *.txt", "file_selected  2 .pdf,.txt 12,5")},
	{name: "another file is chosen", body: `<input id=a type=file>`,
		do:   acts(chrome.SetFiles("#a", file("offer.pdf")), chrome.SetFiles("#a", file("notes.txt"))),
		want: says("input_change #a = *.pdf", "file_selected  1 .pdf 12", "input_change #a = *.txt", "file_selected  1 .txt 5")},
	{name: "a file is dropped on its field", body: `<input id=a type=file>`,
		do:   acts(chrome.DropFiles("#a", file("offer.pdf")), chrome.WaitFor(`a.files.length`)),
		want: says("input_change #a = *.pdf", "file_selected  1 .pdf 12")},
	{name: "files are dropped where the page takes them", body: dropZone,
		do:   acts(chrome.DropFiles("#z", file("offer.pdf"), file("notes.txt")), chrome.WaitFor(`z.textContent === "2"`)),
		want: says("file_selected  2 .pdf,.txt 12,5")},
	{name: "a text is dropped where the page takes files", body: dropZone,
		do: acts(chrome.DropText("#z", "text"), chrome.WaitFor(`z.textContent === "0"`))},

	{name: "a form is reset by its button", body: `<form><input id=a value=old><input id=b><input id=c type=checkbox><button id=r type=reset>Clear</button></form>`,
		do: acts(chrome.Focus("#a"), chrome.Press("x"), leave, leave, chrome.Press(" "), chrome.Click("#r")),
		want: says("input_change #a = xold", "click #c by keyboard", "input_change #c = on checked", "click #r Clear",
			"input_change #a = old", "input_change #c = on unchecked")},
	{name: "a form is reset by a script", body: `<form id=f><input id=a value=old><input id=b></form>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("x"), leave, chrome.Script(`f.reset()`)),
		want: says("input_change #a = xold", "input_change #a = old by script")},
	{name: "a form that holds nothing new is reset", body: `<form id=f><input id=a value=old><button id=r type=reset>Clear</button></form>`,
		do:   acts(chrome.Click("#r")),
		want: says("click #r Clear")},
	{name: "a custom element that is a field", body: `<form><my-stars id=s tabindex=0></my-stars></form><script>
			customElements.define("my-stars", class extends HTMLElement {
				static formAssociated = true;
				constructor() { super(); this.internals = this.attachInternals(); this.attachShadow({mode: "open"}).innerHTML = "<b>*****</b>"; }
				get value() { return this.held || ""; }
				connectedCallback() { this.onclick = () => { this.held = "4"; this.internals.setFormValue("4"); this.dispatchEvent(new Event("change", {bubbles: true})); }; }
			});</script>`,
		do:   acts(chrome.Click("#s")),
		want: says("click #s", "input_change #s = 4 by script")},
	{name: "a custom element with a field in it", body: `<form><my-field id=m></my-field></form><script>
			customElements.define("my-field", class extends HTMLElement {
				static formAssociated = true;
				constructor() { super(); const internals = this.attachInternals(), root = this.attachShadow({mode: "open"});
					root.innerHTML = "<input id=i>"; root.firstChild.oninput = e => internals.setFormValue(e.target.value); }
			});</script>`,
		do:    acts(chrome.Type("#m >> #i", "Ada"), leave),
		want:  says("click #m >> #i", "input_change #m >> #i = Ada"),
		finds: map[string]string{"#m >> #i": "m.shadowRoot.firstChild"}},
}

// autofill has what the browser itself fills in.
var autofill = []situation{
	{name: "filled by the browser", body: `<form><input id=a name=name autocomplete=name><input id=b name=city autocomplete=address-level2><input id=c name=zip autocomplete=postal-code></form>`,
		do:   acts(chrome.Autofill("#a", chrome.Address{"NAME_FULL": "Ada Example", "ADDRESS_HOME_CITY": "Ghent", "ADDRESS_HOME_ZIP": "9000"})),
		want: says("input_change #a = Ada Example by autofill trusted=true", "input_change #b = Ghent by autofill trusted=true", "input_change #c = 9000 by autofill trusted=true")},
}
