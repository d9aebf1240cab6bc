package e2e

import (
	"fmt"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// inRoot is a host with an open shadow root.
func inRoot(content string) string {
	return fmt.Sprintf(`<my-box id=h></my-box><script>h.attachShadow({mode: "open"}).innerHTML = %q</script><button id=out>Out</button>`, content)
}

// inField is a custom element that takes part in forms, with an open shadow root.
func inField(attributes, content string) string {
	return fmt.Sprintf(`<my-field id=h %s></my-field><script>
		customElements.define("my-field", class extends HTMLElement { static formAssociated = true; value = "" });
		h.attachShadow({mode: "open"}).innerHTML = %q</script>`, attributes, content)
}

// threeDeep is a field within three roots.
const threeDeep = `<my-one id=one></my-one><script>
	const two = one.attachShadow({mode: "open"}).appendChild(document.createElement("my-two"));
	const three = two.attachShadow({mode: "open"}).appendChild(document.createElement("my-three"));
	three.attachShadow({mode: "open"}).innerHTML = "<p><input name=a><input name=b></p>";
</script>`

// shadow: all of it happens within shadow roots.
var shadow = []situation{
	{name: "typing", body: inRoot(`<input id=a>`),
		do:   acts(chrome.Type("#h >> #a", "Ada"), chrome.Click("#out")),
		want: says("click #h >> #a", "input_change #h >> #a = Ada", "click #out Out")},
	{name: "typing in two fields of one root", body: inRoot(`<input id=a><input id=b>`),
		do:   acts(chrome.Type("#h >> #a", "x"), leave, chrome.Press("y"), leave),
		want: says("click #h >> #a", "input_change #h >> #a = x", "input_change #h >> #b = y")},
	{name: "typing again in the same field", body: inRoot(`<input id=a><input id=b>`),
		do:   acts(chrome.Focus("#h >> #a"), chrome.Press("x"), leave, chrome.Press(kb.Tab, kb.ModifierShift), chrome.Press(kb.End), chrome.Press("y"), leave),
		want: says("input_change #h >> #a = x", "input_change #h >> #a = xy")},
	{name: "a box", body: inRoot(`<input id=a type=checkbox aria-label=Agree>`),
		do:   acts(chrome.Click("#h >> #a")),
		want: says("click #h >> #a Agree", "input_change #h >> #a = on checked")},
	{name: "a box by its label", body: inRoot(`<label id=l><input id=a type=checkbox> <b id=t>Agree</b></label>`),
		do:   acts(chrome.Click("#h >> #t")),
		want: says("click #h >> #l Agree", "input_change #h >> #a = on checked")},
	{name: "a radio", body: inRoot(`<input id=a type=radio name=r value=1><input id=b type=radio name=r value=2 checked>`),
		do:   acts(chrome.Click("#h >> #a")),
		want: says("click #h >> #a", "input_change #h >> #a = 1 checked")},
	{name: "an option", body: inRoot(`<select id=a><option>x<option id=y>y</select>`),
		do:   acts(chrome.Focus("#h >> #a"), chrome.Press("y")),
		want: says("input_change #h >> #y = y selected")},
	{name: "many options", body: inRoot(`<select id=a multiple size=3><option id=x>x<option id=y>y</select>`),
		do:   acts(chrome.Click("#h >> #x"), chrome.Click("#h >> #y")),
		want: says("input_change #h >> #x = x selected", "click #h >> #x x", "input_change #h >> #x = x unselected", "input_change #h >> #y = y selected", "click #h >> #y y")},
	{name: "a slider", body: inRoot(`<input id=a type=range max=10 value=5>`),
		do:   acts(chrome.Focus("#h >> #a"), chrome.Press(kb.ArrowRight)),
		want: says("input_change #h >> #a = 6")},
	{name: "a date", body: inRoot(`<input id=a type=date>`),
		do:   acts(chrome.Focus("#h >> #a"), chrome.Press("03152027")),
		want: says("input_change #h >> #a = 2027-03-15")},
	{name: "an editor", body: inRoot(`<div id=a contenteditable>x</div>`),
		do:   acts(chrome.Click("#h >> #a"), chrome.Press(kb.End), chrome.Press("y"), chrome.Click("#out")),
		want: says("click #h >> #a", "input_change #h >> #a = xy", "click #out Out")},
	{name: "a file", body: inRoot(`<input id=a type=file>`),
		do:   acts(chrome.SetFiles("#h >> #a", file("offer.pdf"))),
		want: says("input_change #h >> #a = *.pdf", "file_selected  1 .pdf 12")},
	{name: "a form taken over by the page", body: inRoot(`<form id=f><input id=a><button id=b>Send</button></form>`) + `<script>h.shadowRoot.querySelector("form").onsubmit = e => e.preventDefault()</script>`,
		do:   acts(chrome.Type("#h >> #a", "x"), chrome.Click("#h >> #b")),
		want: says("click #h >> #a", "input_change #h >> #a = x", "click #h >> #b Send", "submit #h >> #f get SITE/ with Send")},
	{name: "a form that is sent by Enter", body: inRoot(`<form id=f action=/done><input id=a name=a></form>`), pages: sentPage,
		do:   acts(chrome.Focus("#h >> #a"), chrome.Press("x"), chrome.Press(kb.Enter), at("/done")),
		want: says("input_change #h >> #a = x", "submit #h >> #f get SITE/done", "relocate_start SITE/done?a= form by user", "load /done?a=")},
	{name: "a form is reset", body: inRoot(`<form id=f><input id=a value=old><button id=r type=reset>Clear</button></form>`),
		do:   acts(chrome.Focus("#h >> #a"), chrome.Press("x"), chrome.Click("#h >> #r")),
		want: says("input_change #h >> #a = xold", "click #h >> #r Clear", "input_change #h >> #a = old")},
	{name: "a link", body: inRoot(`<a id=l href=/next>Next</a>`), pages: nextPage,
		do:   acts(chrome.Click("#h >> #l"), at("/next")),
		want: says("click #h >> #l Next to SITE/next", "relocate_start SITE/next link by user", "load /next")},

	{name: "three deep", body: threeDeep,
		do:    acts(chrome.Type("#one >> my-two >> my-three >> [name=b]", "x"), leave),
		want:  says("click #one >> /my-two >> /my-three >> /p/input[2]", "input_change #one >> /my-two >> /my-three >> /p/input[2] = x"),
		finds: map[string]string{"#one >> /my-two >> /my-three >> /p/input[2]": `three.shadowRoot.querySelector("[name=b]")`}},
	{name: "without an id, the second of its kind", body: `<my-box></my-box><my-box></my-box><script>for (const h of document.querySelectorAll("my-box")) h.attachShadow({mode: "open"}).innerHTML = "<input id=a>"</script>`,
		do:    acts(chrome.Type("my-box:nth-of-type(2) >> #a", "x")),
		want:  says("click /my-box[2] >> #a", "input_change /my-box[2] >> #a = x"),
		finds: map[string]string{"/my-box[2] >> #a": `document.querySelectorAll("my-box")[1].shadowRoot.querySelector("input")`}},
	{name: "an id that the page has too", body: inRoot(`<p><input id=out></p>`),
		do:    acts(chrome.Type("#h >> #out", "x")),
		want:  says("click #h >> #out", "input_change #h >> #out = x"),
		finds: map[string]string{"#h >> #out": `h.shadowRoot.querySelector("input")`}},
	{name: "declared in the page's markup", body: `<my-box id=h><template shadowrootmode=open><input id=a type=checkbox aria-label=Agree></template></my-box>`,
		do:   acts(chrome.Click("#h >> #a")),
		want: says("click #h >> #a Agree", "input_change #h >> #a = on checked")},
	{name: "attached late", body: `<div id=h></div>`,
		do:   acts(chrome.Script(`h.attachShadow({mode: "open"}).innerHTML = "<input id=a type=checkbox aria-label=Agree>"`), chrome.Click("#h >> #a")),
		want: says("click #h >> #a Agree", "input_change #h >> #a = on checked")},
	{name: "filled late by a custom element", body: `<my-box id=h></my-box>`,
		do: acts(chrome.Script(`customElements.define("my-box", class extends HTMLElement {
				connectedCallback() { this.attachShadow({mode: "open"}).innerHTML = "<select id=a><option>x<option id=y>y</select>"; }
			})`), chrome.Focus("#h >> #a"), chrome.Press("y")),
		want: says("input_change #h >> #y = y selected")},
	{name: "a field of the page in a slot", body: `<my-box id=h><input id=a type=checkbox aria-label=Agree></my-box><script>h.attachShadow({mode: "open"}).innerHTML = "<p><slot></slot></p>"</script>`,
		do:   acts(chrome.Click("#a")),
		want: says("click #a Agree", "input_change #a = on checked")},
	{name: "what a slot shows by itself", body: inRoot(`<slot><input id=a></slot>`),
		do:   acts(chrome.Type("#h >> #a", "x")),
		want: says("click #h >> #a", "input_change #h >> #a = x")},

	{name: "a script sets a value", body: inRoot(`<input id=a>`),
		do:   acts(chrome.Script(`h.shadowRoot.querySelector("input").value = "set"`)),
		want: says("input_change #h >> #a = set by script")},
	{name: "a tool sets a box and tells of a change", body: inRoot(`<input id=a type=checkbox>`),
		do:   acts(chrome.Script(`(box => { box.checked = true; box.dispatchEvent(new Event("change")); })(h.shadowRoot.querySelector("input"))`)),
		want: says("input_change #h >> #a = on checked by script")},
	{name: "a component tells of the change again", body: inRoot(`<input id=a type=checkbox aria-label=Agree>`) +
		`<script>h.shadowRoot.querySelector("input").onchange = () => h.dispatchEvent(new Event("change", {bubbles: true, composed: true}))</script>`,
		do:   acts(chrome.Click("#h >> #a")),
		want: says("click #h >> #a Agree", "input_change #h >> #a = on checked")},
	{name: "values that it comes with", body: inRoot(`<input value=x><input id=b type=checkbox checked><select><option>x<option selected>y</select>`)},

	{name: "masked by its host", body: `<div data-cotrail-mask>` + inRoot(`<input id=a><input id=b type=checkbox>`) + `</div>`,
		do:   acts(chrome.Type("#h >> #a", "x"), chrome.Click("#h >> #b")),
		want: says("click masked mask:markup input", "input_change masked mask:markup input filled", "click masked mask:markup input", "input_change masked mask:markup input")},
	{name: "blocked by its host", body: `<div data-cotrail-block>` + inRoot(`<form id=f><input id=a></form><input id=b type=checkbox>`) + `</div>`,
		do: acts(chrome.Type("#h >> #a", "x"), chrome.Click("#h >> #b"))},
	{name: "a password", body: inRoot(`<input id=a type=password>`),
		do:   acts(chrome.Type("#h >> #a", "horse"), leave),
		want: says("click masked hard_deny input", "input_change masked hard_deny input filled")},
	{name: "a component that is a password", body: inField("type=password", `<button id=b>Show</button>`),
		do:   acts(chrome.Click("#h >> #b"), chrome.Script(`h.setAttribute("type", "text")`), chrome.Click("#h >> #b"), chrome.Script(`h.value = "horse"; h.dispatchEvent(new Event("change"))`)),
		want: says("click masked hard_deny my-field", "click masked hard_deny my-field", "input_change masked hard_deny my-field filled by script")},
	{name: "a component with a password in it", body: inField("", `<input id=a type=password><button id=b onclick="this.previousSibling.type = 'text'">Show</button>`),
		do:   acts(chrome.Click("#h >> #b"), chrome.Click("#h >> #b"), chrome.Script(`h.value = "horse"; h.dispatchEvent(new Event("change"))`)),
		want: says("click masked hard_deny my-field", "click masked hard_deny my-field", "input_change masked hard_deny my-field filled by script")},
	{name: "in a closed root", body: `<my-box id=h style="display: block"></my-box><script>h.attachShadow({mode: "closed"}).innerHTML = "<input id=a style='display: block; width: 100%'>"</script>`,
		do:   acts(chrome.Click("#h"), chrome.Press("Ada"), leave),
		want: says("click #h")}, // the host is all that can be seen
	{name: "a script sets a value in a closed root", body: `<my-box id=h></my-box><script>const closed = h.attachShadow({mode: "closed"}); closed.innerHTML = "<input>"</script>`,
		do: acts(chrome.Script(`closed.querySelector("input").value = "set"`))},
	{name: "components with a password field in their own content, and in a component of theirs", body: `<my-field id=a><input id=b type=password></my-field><my-field id=c></my-field>
		<script>customElements.define("my-field", class extends HTMLElement { static formAssociated = true; value = "" });
		b.oninput = () => { a.value = b.value; a.dispatchEvent(new Event("input", {bubbles: true})) };
		c.attachShadow({mode: "open"}).innerHTML = "<my-part></my-part>"; c.shadowRoot.firstChild.attachShadow({mode: "open"}).innerHTML = "<input type=password>"</script>`,
		do:   acts(chrome.Focus("#b"), chrome.Press("abc"), leave, chrome.Script(`c.value = "horse"; c.dispatchEvent(new Event("change"))`)),
		want: says("input_change masked hard_deny input filled", "input_change masked hard_deny my-field filled by script", "input_change masked hard_deny my-field filled by script")},
}
