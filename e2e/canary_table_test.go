package e2e

import (
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// canary is a case in which some recorder once told what it should not have: a text that must not come through, where it
// stands in the page, and what is done with it by a person. Its text is canary and the number of the case.
type canary struct {
	what  string
	body  string
	do    []chrome.Step
	opens string // what the site that allows all values and titles must see in its log: this case is no hard deny
}

// into focuses an element that no selector reaches and types there.
func into(element, keys string) []chrome.Step {
	return acts(chrome.Script(element+`.focus()`), chrome.Press(keys), chrome.Script(element+`.blur()`))
}

func fills(id, keys string) []chrome.Step {
	return acts(chrome.Type("#"+id, keys), chrome.Press(kb.Tab))
}

// canaries has the cases by their numbers, from 1 on.
var canaries = []canary{
	{"a hidden input", `<form onsubmit="return false"><input type=hidden name=h value=canary01><button id=c1>Send it</button></form>`, acts(chrome.Click("#c1")), ""},
	{"a password that is shown", `<input id=c2 TYPE="PASSWORD"><button id=c2b onclick="c2.type='text'">Show</button>`, append(acts(chrome.Click("#c2b")), fills("c2", "canary02")...), ""},
	{"a value set by script", `<input id=c3 type=password><button id=c3b onclick="c3.setAttribute('value','canary03');c3.value='canary03x'">Fill in</button>`, acts(chrome.Click("#c3b"), chrome.Type("#c3", "y"), chrome.Press(kb.Tab)), ""},
	{"attributes beside the value", `<input id=c4 type=password placeholder=canary04 title=canary04 aria-label=canary04 aria-valuetext=canary04 data-x=canary04><img id=c4i alt=canary04 width=9 height=9>`, append(fills("c4", "x"), chrome.Click("#c4i")), ""},
	{"addresses", `<a id=c5 href="#canary05">Part</a><button id=c5b onclick="history.pushState({a:'canary05'},'','?q=canary05#/x?canary05')">Route</button>`, acts(chrome.Click("#c5"), chrome.Click("#c5b")), ""},
	{"a policy that forgets passwords", `<input id=c6 type=password data-cotrail-allow>`, fills("c6", "canary06"), ""},
	{"the length of what is hidden", `<input id=c7 name=password_again>`, fills("c7", "canary07canary07canary07"), ""},
	{"a masked group", `<fieldset data-cotrail-mask><label id=c8><input type=radio name=g value=canary08>canary08</label></fieldset>`, acts(chrome.Click("#c8")), ""},
	{"a masked option", `<div data-cotrail-mask><select id=c9><option>a<option>canary09</select></div>`, acts(chrome.Focus("#c9"), chrome.Press("c")), ""},
	{"plain text that is clicked", `<p id=c10>canary10</p>`, acts(chrome.Click("#c10")), ""},
	{"secrets by autocomplete", `<input id=c11 autocomplete=one-time-code><input id=c11b autocomplete=cc-name><input id=c11c autocomplete=cc-csc>`, append(append(fills("c11", "canary11"), fills("c11b", "canary11")...), fills("c11c", "canary11")...), ""},
	{"signed addresses", `<a id=c12 href="#/x?X-Amz-Signature=canary12&sig=canary12&token=canary12">Signed</a>`, acts(chrome.Click("#c12")), ""},
	{"ids and classes with data", `<button id=patient-12345-canary13 class=canary13-82173 name=canary13-99881>Open</button>`, acts(chrome.Click("[id^=patient]")), ""},
	{"the title and the state of history", `<button id=c14 onclick="document.title='canary14';history.replaceState('canary14','')">Entitle</button>`, acts(chrome.Click("#c14")), "canary14"},
	{"a value from before the recorder", `<input id=c15 type=password value=canary15>`, fills("c15", "x"), ""},
	{"a label in a masked host", `<div id=c16 data-cotrail-mask><button id=c16b>canary16</button></div><script>c16.attachShadow({mode:"open"}).innerHTML="<i><slot></slot></i>"</script>`, acts(chrome.Click("#c16b")), ""},
	{"the name of a file", `<input id=c17 type=file>`, nil, ""}, // chosen in the test, which makes the file
	{"editors, shadow roots, frames", `<div id=c18 contenteditable data-cotrail-mask>x</div><div id=c18o></div><div id=c18c></div><iframe id=c18f srcdoc="<input type=password>"></iframe>
		<script>for (const mode of ["open","closed"]) { const root=document.getElementById("c18"+mode[0]).attachShadow({mode}); root.innerHTML="<input type=password>"; window["root_"+mode]=root.firstChild; }</script>`,
		append(append(append(acts(chrome.Click("#c18"), chrome.Press("canary18"), chrome.Press(kb.Tab)), into("root_open", "canary18")...), into("root_closed", "canary18")...), into(`c18f.contentDocument.querySelector("input")`, "canary18")...), ""},
	{"what is pasted", `<input id=c19 type=password><div id=c19d contenteditable data-cotrail-mask></div>`, acts(chrome.Click("#c19d"), chrome.Script(`document.execCommand("insertText", false, "canary19")`), chrome.Script(`document.execCommand("selectAll");document.execCommand("copy")`), chrome.Click("#c10")), ""},
	{"requests and what the page computes", `<button id=c20 onclick="fetch('/?canary20',{method:'POST',body:'canary20'})">Fetch</button>`, acts(chrome.Click("#c20")), ""},
	{"the tail that waits for the next page", `<input id=c21 type=password>`, fills("c21", "canary21"), ""},
	{"texts of pictures", `<svg id=c22 width=40 height=20><title>canary22</title><text y=15>canary22</text></svg>`, acts(chrome.Click("#c22")), ""},
	{"buttons and actions of forms", `<form action="/x?t=canary23" onsubmit="return false"><input type=password value=canary23><button id=c23 name=b value=canary23 formaction="/y?t=canary23">Order</button></form>`, acts(chrome.Click("#c23")), ""},
	{"what belongs to the window", `<meta name=user content=canary24><script>window.name="canary24"</script><a id=c24 href="#x">Stay</a>`, acts(chrome.Click("#c24")), ""},
	{"errors that we log ourselves", `<button id=c25 onclick="cotrail.event('chat',{from:{a:'canary25'}})">Break</button>`, acts(chrome.Click("#c25")), ""},
	{"a value that may be told", `<input id=open>`, fills("open", "sparrow"), "sparrow"},
}
