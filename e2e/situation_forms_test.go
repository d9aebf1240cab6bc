package e2e

import (
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// at waits until a page of the site has been reached and is being recorded.
func at(path string) chrome.Step {
	return chrome.WaitFor(`location.pathname === "` + path + `" && document.readyState === "complete" && window.cotrail && cotrail.status === "recording"`)
}

// sentPage is where the forms go.
var sentPage = map[string]string{"/done": `<p>Thank you</p>`}

// hiding are fields that hide the properties of their form by which one walks and matches.
var hiding = func() (fields string) {
	for _, name := range []string{"parentElement", "parentNode", "matches", "closest", "localName", "nodeName", "nodeType", "namespaceURI", "previousElementSibling", "assignedSlot", "getRootNode", "getAttribute", "id", "name"} {
		fields += `<input type=hidden name=` + name + `>`
	}
	return fields
}()

// forms: a form is sent, or is not.
var forms = []situation{
	{name: "its fields hide what the form itself has", key: "shows", body: `<div class=ph-mask><form id=f action=/gone onsubmit="event.preventDefault()">` + hiding + `<input id=a><button id=b>Go</button></form></div><form>` + hiding + `</form><button>After</button>`,
		do:   acts(chrome.Type("#a", "Ada"), leave, chrome.Click("#b"), chrome.Click("form + button")),
		want: says("click masked mask:markup input", "input_change masked mask:markup input filled", "click masked mask:markup button", "submit", "click /button After")},
	{name: "by its button", body: `<form id=f action=/done><input id=a name=a><button id=b>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Focus("#a"), chrome.Press("x"), chrome.Click("#b"), at("/done")),
		want: says("input_change #a = x", "click #b Send", "submit #f get SITE/done with Send", "relocate_start SITE/done?a= form by user", "load /done?a=")},
	{name: "by an input that is a button", body: `<form id=f action=/done><input id=b type=submit value=Send></form>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f get SITE/done with Send", "relocate_start SITE/done form by user", "load /done")},
	{name: "by a picture", body: `<form id=f action=/done><input id=b type=image alt=Send width=20 height=20></form>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f get SITE/done with Send", "relocate_start SITE/done?x=&y= form by user", "load /done?x=&y=")},
	{name: "by Enter", body: `<form id=f action=/done><input id=a name=a><button id=b>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Focus("#a"), chrome.Press("x"), chrome.Press(kb.Enter), at("/done")),
		want: says("input_change #a = x", "submit #f get SITE/done with Send", "relocate_start SITE/done?a= form by user", "load /done?a=")},
	{name: "by Enter, and its button prevents it", body: `<form id=f action=/done><input id=a name=a><button id=b onclick="event.preventDefault(); this.textContent = 'Sent'">Send</button></form>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("x"), chrome.Press(kb.Enter)),
		want: says("input_change #a = x", "click #b Send by keyboard")},
	{name: "whose fields are called as its own properties", body: `<form id=f action=/done onsubmit="event.preventDefault()"><input name=ownerDocument value=x><input name=baseURI value=y><button id=b>Send</button></form>`,
		do:   acts(chrome.Click("#b")),
		want: says("click #b Send", "submit #f get SITE/done with Send")},
	{name: "by Enter without a button", body: `<form id=f action=/done><input id=a name=a></form>`, pages: sentPage,
		do:   acts(chrome.Focus("#a"), chrome.Press("x"), chrome.Press(kb.Enter), at("/done")),
		want: says("input_change #a = x", "submit #f get SITE/done", "relocate_start SITE/done?a= form by user", "load /done?a=")},
	{name: "by Enter on a box", body: `<form id=f action=/done><input id=a type=checkbox><button>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.Enter), at("/done")),
		want: says("submit #f get SITE/done with Send", "relocate_start SITE/done form by user", "load /done")},
	{name: "by POST", body: `<form id=f action=/done method=post><input name=a value=x><button id=b>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f post SITE/done with Send", "relocate_start SITE/done form by user", "load /done")},
	{name: "to where the button says", body: `<form id=f action=/done><button id=b formaction=/other formmethod=post>Other</button></form>`, pages: map[string]string{"/other": ""},
		do:   acts(chrome.Click("#b"), at("/other")),
		want: says("click #b Other", "submit #f post SITE/other with Other", "relocate_start SITE/other form by user", "load /other")},
	{name: "by a button outside of it", body: `<form id=f action=/done></form><button id=b form=f>Send</button>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f get SITE/done with Send", "relocate_start SITE/done form by user", "load /done")},
	{name: "by the second of two buttons", body: `<form id=f action=/done><button>Back</button><button id=b name=go value=on>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f get SITE/done with Send", "relocate_start SITE/done?go= form by user", "load /done?go=")},
	{name: "without an action", body: `<form id=f><input name=a value=x><button id=b>Send</button></form>`,
		do:   acts(chrome.Click("#b"), chrome.WaitFor(`location.search`), recording),
		want: says("click #b Send", "submit #f get SITE/ with Send", "relocate_start SITE/?a= form by user", "load /?a=")},
	{name: "masked", key: "hides", body: `<form id=f action=/done><input id=a name=a><button id=b>Send</button></form>`,
		pages: map[string]string{"/done": `<!doctype html><title>done</title>{tag}`},
		do:    acts(chrome.Focus("#a"), chrome.Press("x"), chrome.Press(kb.Enter), at("/done")),
		want:  says("input_change masked default input filled", "submit #f get SITE/done with Send", "relocate_start SITE/done?a= form by user", "load /done?a=")},

	{name: "asked for by a script", body: `<form id=f action=/done><button>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Leave(`f.requestSubmit()`), at("/done")),
		want: says("submit #f get SITE/done via request_submit by script", "relocate_start SITE/done form", "load /done")},
	{name: "asked for by a script with a button", body: `<form id=f action=/done><button id=b formaction=/other>Send</button></form>`, pages: map[string]string{"/other": ""},
		do:   acts(chrome.Leave(`f.requestSubmit(b)`), at("/other")),
		want: says("submit #f get SITE/other with Send via request_submit by script", "relocate_start SITE/other form", "load /other")},
	{name: "sent by a script", body: `<form id=f action=/done method=post></form>`, pages: sentPage,
		do:   acts(chrome.Leave(`f.submit()`), at("/done")),
		want: says("submit #f post SITE/done via submit by script", "relocate_start SITE/done form", "load /done")},
	{name: "sent by a script when a box is ticked", body: `<form id=f action=/done><input id=a type=checkbox name=a onchange="this.form.submit()" aria-label=Go></form>`, pages: sentPage,
		do:   acts(chrome.Click("#a"), at("/done")),
		want: says("click #a Go", "input_change #a = on checked", "submit #f get SITE/done via submit by script", "relocate_start SITE/done?a= form by user", "load /done?a=")},
	{name: "a form of no page is sent by a script", pages: sentPage,
		do:   acts(chrome.Leave(`const form = document.createElement("form"); form.action = "/done"; form.method = "post"; form.id = "made"; document.body.append(form); form.submit()`), at("/done")),
		want: says("submit #made post SITE/done via submit by script", "relocate_start SITE/done form", "load /done")},
	{name: "its button is clicked by a script", body: `<form id=f action=/done><button id=b>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Leave(`b.click()`), at("/done")),
		want: says("click #b Send by script", "submit #f get SITE/done with Send by script", "relocate_start SITE/done form", "load /done")},

	{name: "invalid, and so not sent", body: `<form id=f action=/done><input id=a required><button id=b>Send</button></form>`,
		do:   acts(chrome.Click("#b"), chrome.Press(kb.Enter)),
		want: says("click #b Send")},
	{name: "invalid, and asked for by a script", body: `<form id=f action=/done><input id=a required></form>`,
		do: acts(chrome.Script(`f.requestSubmit()`))},
	{name: "invalid, and sent unchecked", body: `<form id=f action=/done novalidate><input id=a required><button id=b>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f get SITE/done with Send invalid", "relocate_start SITE/done form by user", "load /done")},
	{name: "invalid, and sent by a button that does not check", body: `<form id=f action=/done><input id=a required><button id=b formnovalidate>Later</button></form>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Later", "submit #f get SITE/done with Later invalid", "relocate_start SITE/done form by user", "load /done")},
	{name: "taken over by the page", body: `<form id=f action=/done onsubmit="event.preventDefault()"><input id=a name=a><button id=b>Send</button></form>`,
		do:   acts(chrome.Focus("#a"), chrome.Press("x"), chrome.Press(kb.Enter)),
		want: says("input_change #a = x", "submit #f get SITE/done with Send")},
	{name: "taken over by the page, twice", body: `<form id=f action=/done onsubmit="event.preventDefault()"><button id=b>Send</button></form>`,
		do:   acts(chrome.DoubleClick("#b")),
		want: says("click #b Send", "submit #f get SITE/done with Send", "click #b Send", "submit #f get SITE/done with Send")},
	{name: "with fields that have a form's own names",
		body: `<form id=f action=/done><input name=action value=x><input name=method><input name=id><input name=elements><input name=submit><button id=b>Send</button></form>`, pages: sentPage,
		do: acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f get SITE/done with Send",
			"relocate_start SITE/done?action=&method=&id=&elements=&submit= form by user", "load /done?action=&method=&id=&elements=&submit=")},
	{name: "with a field that hides how a form is asked", body: `<form id=f action=/done><input name=getAttribute><button id=b>Send</button></form>`, pages: sentPage,
		do:   acts(chrome.Click("#b"), at("/done")),
		want: says("click #b Send", "submit #f get SITE/done with Send", "relocate_start SITE/done?getAttribute= form by user", "load /done?getAttribute=")},
	{name: "in a dialog, by Enter", body: `<dialog id=d><form method=dialog id=f><input id=a><button>OK</button></form></dialog>`,
		do:   acts(chrome.Script(`d.showModal()`), chrome.Focus("#a"), chrome.Press("x"), chrome.Press(kb.Enter), chrome.WaitFor(`!d.open`)),
		want: says("input_change #a = x", "submit #f dialog SITE/ with OK")},
	{name: "with fields that were filled before, masked and told elsewhere", key: "hides",
		body: `<form id=f action=/done onsubmit="event.preventDefault()"><input name=a value=Tuberculosis><input name=p type=password value=tulipbulb><select name=s><option value=gonorrhea>Clap</select><input type=radio name=r value=herpes><input type=radio name=r value=syphilis checked><button id=b>Send</button></form>`,
		do: acts(chrome.Click("#b"), chrome.Script(`history.pushState({}, "", "/welcome/Tuberculosis")`),
			chrome.Script(`for (const word of ["tuberculosis", "gonorrhea", "syphilis", "herpes", "tulipbulb"]) cotrail.log("of " + word)`)),
		want: says("click #b Send", "submit #f get SITE/done with Send", "navigate SITE/welcome/{id} push", "client_log **********", "client_log **********", "client_log **********", "client_log of herpes", "client_log of tulipbulb")},
	{name: "with a masked field among open ones, told elsewhere",
		body: `<form id=f action=/done onsubmit="event.preventDefault()"><div data-cotrail-mask><input name=a value=Tuberculosis></div><input name=c value=Lisbon><button id=b>Send</button></form>`,
		do:   acts(chrome.Click("#b"), chrome.Script(`for (const word of ["tuberculosis", "lisbon"]) cotrail.log("of " + word)`)),
		want: says("click #b Send", "submit #f get SITE/done with Send", "client_log **********", "client_log of lisbon")},
	{name: "by a blocked button", body: `<form id=f action=/done onsubmit="event.preventDefault()"><div data-cotrail-block><button id=b name=dx class=red formaction=/other formmethod=post>Send</button></div></form>`,
		do:   acts(chrome.Click("#b")),
		want: says("submit #f get SITE/done")},
	{name: "by a masked button that the page shows as busy", body: `<form id=f action=/done onsubmit="event.preventDefault()"><button id=b class=ph-mask onclick="this.className = 'busy'">Test</button></form>`,
		do:   acts(chrome.Click("#b")),
		want: says("click masked mask:markup button", "submit #f get SITE/done with button")},
	{name: "that is blocked, and that the page shows as busy", body: `<form id=f action=/done class=rr-block onclick="this.className = 'busy'" onsubmit="event.preventDefault()"><button id=b>Test</button></form>`,
		do: acts(chrome.Click("#b"))},
	{name: "by a masked button", body: `<form id=f action=/done onsubmit="event.preventDefault()"><div data-cotrail-mask><button id=b name=dx class=red formaction=/other formmethod=post>Send</button></div></form>`,
		do:   acts(chrome.Click("#b")),
		want: says("click masked mask:markup button", "submit #f get SITE/done with button")},
	{name: "by a button that is gone before the recorder is up", head: `{sync}`, body: `<form id=f action=/done onsubmit="event.preventDefault()"><button id=b name=dx formaction=/other>Send</button></form><script>f.requestSubmit(b); b.remove()</script>`,
		want: says("submit #f get SITE/done with button")},
	{name: "blocked", body: `<form data-cotrail-block onsubmit="event.preventDefault()"><button id=b>Send</button></form>`,
		do: acts(chrome.Click("#b"), chrome.Script(`document.querySelector("form").requestSubmit()`))},
}
