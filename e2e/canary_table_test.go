package e2e

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// canary is a case in which some recorder once told what it should not have: a text that must not come through, where it
// stands in the page, and what is done with it by a person. Its text is canary and the number of the case.
type canary struct {
	what  string
	body  string
	early []chrome.Step // done before the recorder is up
	do    []chrome.Step
	sees  map[string]int            // how many entries of some types the log has of it
	check func(*testing.T, []entry) // what they must say
	opens string                    // what the site that opens all must see in its log: this is no hard deny
}

// all joins steps.
func all(steps ...[]chrome.Step) (out []chrome.Step) {
	for _, s := range steps {
		out = append(out, s...)
	}
	return out
}

// into focuses an element that no selector reaches and types there.
func into(element, keys string) []chrome.Step {
	return acts(chrome.Script(element+`.focus()`), chrome.Press(keys), chrome.Script(element+`.blur()`))
}

func fills(id, keys string) []chrome.Step {
	return acts(chrome.Type("#"+id, keys), chrome.Press(kb.Tab))
}

func clicks(selectors ...string) (out []chrome.Step) {
	for _, s := range selectors {
		out = append(out, chrome.Click(s))
	}
	return out
}

// copies selects all that stands in a field and copies it.
func copies(id string) []chrome.Step {
	return acts(chrome.Click("#"+id), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"))
}

func pastes(id string) []chrome.Step {
	return acts(chrome.Click("#"+id), chrome.Edit('v', "paste"), chrome.Press(kb.Tab))
}

func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// unsent is done while the relay cannot be reached, just before the page is left.
var unsent = all(fills("c21", "canary21"), fills("c21b", "canary21"), clicks("#c21c"), acts(chrome.Type("#c21d", "canary21")))

// secretFields are fields that hide, and a button in what is hidden.
const secretFields = `<input id=a><input id=p type=password><button id=b>canary18</button><div id=e contenteditable></div>`

// canaries has the cases by their numbers, from 1 on.
var canaries = []canary{
	{what: "a hidden input", body: `<form onsubmit="return false"><input type=hidden name=h value=canary01><button id=c1>Send it</button></form>`,
		do: clicks("#c1"), sees: counts{"click": 1, "submit": 1}},
	{what: "a password that is shown", body: `<input id=c2 TYPE="PASSWORD"><button id=c2b onclick="c2.type='text'">Show</button>`,
		do: all(clicks("#c2b"), fills("c2", "canary02")), sees: counts{"input_change": 1}},
	{what: "a value set by script", body: `<input id=c3 type=password><button id=c3b onclick="c3.setAttribute('value','canary03');c3.value='canary03x'">Fill in</button>`,
		do: all(clicks("#c3b"), fills("c3", "y"))},
	{what: "attributes beside the value", body: `<input id=c4 type=password placeholder=canary04 title=canary04 aria-label=canary04 aria-valuetext=canary04 data-x=canary04><img id=c4i alt=canary04 width=9 height=9>`,
		do: all(fills("c4", "x"), clicks("#c4i"))},
	{what: "addresses", body: `<input id=c5 data-cotrail-mask><a id=c5a href="#canary05">Part</a>
		<button id=c5b onclick="history.pushState({a:'canary05'},'','?q=canary05#/x?canary05')">Route</button>
		<button id=c5c onclick="history.pushState(0,'','/reset/canary05b7f3e9a1d2c4')">Reset</button>
		<button id=c5d onclick="history.pushState(0,'','/of/'+c5.value)">Path</button>
		<button id=c5e onclick="location.hash='#/of/'+encodeURIComponent(c5.value.toUpperCase())">Hash</button>
		<button id=c5f onclick="history.replaceState({a:'canary05'},'','/?canary05')">Replace</button>`,
		do:   all(fills("c5", "canary05"), clicks("#c5a", "#c5b", "#c5c", "#c5d", "#c5e", "#c5f")),
		sees: counts{"navigate": 6}, check: hasURLs("/reset/{id}", "/of/{id}", "#/of/{id}")}, // the GET form stands on the next page
	{what: "a policy that forgets passwords", body: `<input id=c6 type=password data-cotrail-allow>`, do: fills("c6", "canary06"), sees: counts{"input_change": 1}},
	{what: "the length of what is hidden", body: `<form id=c7 onsubmit="return false"><input id=c7a name=password_again><input id=c7b name=password_again><div id=c7c contenteditable data-cotrail-mask></div>
		<div id=c7d contenteditable data-cotrail-mask></div><input id=c7e data-cotrail-mask value=12345678><input id=c7f data-cotrail-mask value=12345678901234567890><button id=c7g>Send</button></form>`,
		do: all(fills("c7a", "canary07"), fills("c7b", "canary07canary07cana"), fills("c7c", "canary07"), fills("c7d", "canary07canary07cana"),
			copies("c7e"), copies("c7f"), clicks("#c7g")),
		sees: counts{"input_change": 4, "clipboard_copy": 2, "submit": 1}, check: looksAlike},
	{what: "a masked group", body: `<fieldset data-cotrail-mask><label id=c8><input type=radio name=g value=canary08>canary08</label><label id=c8b><input type=checkbox value=canary08>canary08</label></fieldset>`,
		do: clicks("#c8", "#c8b"), sees: counts{"input_change": 2}},
	{what: "a masked option", body: `<div data-cotrail-mask><select id=c9><option>a<option>canary09</select><input id=c9b list=c9l><datalist id=c9l><option>canary09</datalist></div>`,
		do: all(acts(chrome.Focus("#c9"), chrome.Press("c")), fills("c9b", "canary09")), sees: counts{"input_change": 2}},
	{what: "plain text that is clicked", body: `<p id=c10>canary10</p><div id=c10b onclick="1" title=canary10 aria-label=canary10>canary10</div><table><tr><td id=c10c>canary10</table>
		<label id=c10d>canary10</label><ul><li id=c10e><span>canary10</span></ul><h2 id=c10f tabindex=0>canary10</h2><pre id=c10g role=note>canary10</pre>
		<input id=c10h data-cotrail-mask><button id=c10i>Pay with canary10</button><a id=c10j href="#x" title="CANARY10">for&nbsp;canary10</a><button id=c10k>Write to canary10@mail.example</button>`,
		do: all(fills("c10h", "canary10"), clicks("#c10", "#c10b", "#c10c", "#c10d", "#c10e", "#c10f", "#c10g", "#c10i", "#c10j", "#c10k")), sees: counts{"click": 11}},
	{what: "secrets by autocomplete", body: `<input id=c11 autocomplete=one-time-code><input id=c11b autocomplete=cc-name><input id=c11c autocomplete=cc-csc><input id=c11d autocomplete="section-a shipping current-password"><input id=c11e autocomplete=tel data-cotrail-mask>`,
		do: all(fills("c11", "canary11"), fills("c11b", "canary11"), fills("c11c", "canary11"), fills("c11d", "canary11"), fills("c11e", "canary11")), sees: counts{"input_change": 5}},
	{what: "signed addresses", body: `<a id=c12 download href="/report.pdf?X-Amz-Signature=canary12&X-Amz-Credential=canary12&X-Amz-Security-Token=canary12&page=2">Report</a>
		<a id=c12b href="#/x?sig=canary12&token=canary12">Signed</a><a id=c12c href="#access_token=canary12&page=2">Signed in</a>
		<a id=c12d onclick="return false" href="https://canary12:canary12@files.example/x?sv=1&sig=canary12&token=canary12&page=2">Elsewhere</a>
		<button id=c12e onclick="cotrail.log('at https://files.example/x?sig=canary12&token=canary12')">Say</button>
		<form action="/echo?token=canary12" method=post><button id=c12f>Post</button></form>`,
		do: clicks("#c12", "#c12b", "#c12c", "#c12d", "#c12e", "#c12f"), sees: counts{"file_download": 1, "click": 6, "submit": 1},
		check: hasURLs("/report.pdf?X-Amz-Signature=&X-Amz-Credential=&X-Amz-Security-Token=&page=", "https://files.example/x?sv=&sig=&token=&page=")},
	{what: "ids and classes with data", body: `<button id=patient-12345-canary13 class=canary13-82173 name=canary13-99881>Open</button>`, do: clicks("[id^=patient]"), sees: counts{"click": 1}},
	{what: "the title and the state of history", body: `<button id=c14 onclick="document.title='canary14';history.replaceState('canary14','')">Entitle</button><button id=c14b onclick="history.pushState(0,'','/?titled')">Go</button>`,
		do: clicks("#c14", "#c14b"), opens: "canary14"},
	{what: "values from before the recorder", body: `<input id=c15 type=password value=canary15><input id=c15b type=password><input id=c15c data-cotrail-mask><input id=c15d name=cvv><input id=c15e type=password><button id=c15f>For canary15</button>`,
		early: all(fills("c15", "x"), fills("c15b", "canary15"), fills("c15c", "canary15"), clicks("#c15f"),
			acts(chrome.Script(`c15d.value = "canary15"; c15d.dispatchEvent(new Event("change", {bubbles: true})); document.title = "canary15"`), chrome.Type("#c15e", "canary15"))),
		do: clicks("#c15f"), sees: counts{"input_change": 3, "click": 6}},
	{what: "a label in a masked host", body: `<div id=c16 data-cotrail-mask><button id=c16b>canary16</button></div><script>c16.attachShadow({mode:"open"}).innerHTML="<i><slot></slot></i>"</script>`,
		do: clicks("#c16b"), sees: counts{"click": 1}},
	{what: "the name of a file", body: `<input id=c17 type=file>`}, // chosen in the test, which makes the file
	{what: "editors, shadow roots, frames", body: `<div id=c18 contenteditable data-cotrail-mask><p>x</p></div><div id=c18o data-cotrail-mask></div><div id=c18c data-cotrail-mask></div><div id=c18n></div>
		<iframe id=c18f data-cotrail-mask srcdoc='` + secretFields + `<iframe id=i srcdoc="<input id=a>"></iframe>'></iframe><iframe id=c18g srcdoc="<input id=p type=password>"></iframe>
		<script>for (const mode of ["open","closed"]) { const root=document.getElementById("c18"+mode[0]).attachShadow({mode}); root.innerHTML='` + secretFields + `'; window["root_"+mode]=root; }
		const outer=c18n.attachShadow({mode:"open"}); outer.innerHTML="<div id=d></div>"; outer.firstChild.attachShadow({mode:"open"}).innerHTML="<input id=p type=password>";</script>`,
		do: all(acts(chrome.Click("#c18"), chrome.Press("canary18"), chrome.Press(kb.Tab)), fillsAll("#c18o >> "), fillsAll("#c18f >> "),
			acts(chrome.Type("#c18f >> #i >> #a", "canary18"), chrome.Type("#c18g >> #p", "canary18"), chrome.Type("#c18n >> #d >> #p", "canary18"), chrome.Click("#c10")),
			into(`root_closed.querySelector("#a")`, "canary18"), into(`root_closed.querySelector("#p")`, "canary18"), into(`root_closed.querySelector("#e")`, "canary18"),
			into(`root_closed.querySelector("#b")`, kb.Enter))},
	{what: "what is pasted", body: `<input id=c19 data-cotrail-mask value=canary19><input id=c19b type=password><div id=c19c contenteditable data-cotrail-mask></div><input id=c19d>
		<p id=c19e tabindex=0 oncopy="event.clipboardData.setData('text/plain','canary19');event.preventDefault()">some text</p><div id=c19f contenteditable data-cotrail-mask></div>`,
		do: all(copies("c19"), pastes("c19b"), pastes("c19c"), pastes("c19d"), acts(chrome.Click("#c19"), chrome.Edit('a', "selectAll"), chrome.Edit('x', "cut")), pastes("c19f"),
			copies("c19e"), pastes("c19b"), acts(chrome.DropText("#c19c", "canary19"), chrome.Click("#c10"))),
		sees: counts{"clipboard_copy": 2, "clipboard_cut": 1, "clipboard_paste": 5}, check: hasNoLength},
	{what: "the console and requests", body: `<button id=c20>Fetch</button><script>
		c20.onclick = () => {
			const mine = "` + ownWords + `canary20", request = new XMLHttpRequest();
			for (const say of ["log", "info", "warn", "error", "debug"]) console[say](mine);
			fetch("/echo?canary20", {method: "POST", body: "canary20", headers: {"X-Canary": "canary20"}});
			request.open("POST", "/echo?canary20"); request.send("canary20");
			navigator.sendBeacon("/echo?canary20", "canary20");
			performance.mark("canary20");
			Promise.reject(new Error(mine));
			setTimeout(() => { throw new Error(mine); });
			new BroadcastChannel("x"); document.querySelector("#c20").dataset.done = "canary20";
		};</script>`,
		do: acts(chrome.Click("#c20"), chrome.WaitFor(`performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/echo?canary20")).length > 2`)), check: isOnly("client_log", "click")},
	{what: "the tail that waits for the next page", body: `<input id=c21 type=password><input id=c21b data-cotrail-mask><button id=c21c data-cotrail-mask>canary21</button><input id=c21d type=password>`}, // see unsent
	{what: "texts of pictures", body: `<svg id=c22 width=40 height=20><title>canary22</title><desc>canary22</desc><text y=15>canary22</text></svg>`, do: clicks("#c22"), sees: counts{"click": 1}},
	{what: "buttons and actions of forms", body: `<form action="/x?t=canary23" onsubmit="return false"><input type=password value=canary23><button id=c23 name=b value=canary23 formaction="/y?t=canary23">Order</button><input type=submit id=c23b data-cotrail-mask value=canary23></form>`,
		do: clicks("#c23", "#c23b"), sees: counts{"click": 2, "submit": 2}},
	{what: "what belongs to the window, and where it came from", body: `<meta name=user content=canary24><a id=c24 href="#x">Stay</a>`, early: acts(chrome.WaitFor(`name === "canary24" && document.referrer.endsWith("?who=canary24")`)),
		do: clicks("#c24"), check: hasURLs("/before?who=")},
	{what: "errors that we log ourselves", body: `<input id=c25 data-cotrail-mask><input id=c25b><input id=c25d><button id=c25c>Of canary25</button><script>
		const fail = () => { throw new Error("canary25") }, failing = (name) => Object.defineProperty({}, name, {get: fail, enumerable: true});
		for (const name of ["value", "labels"]) Object.defineProperty(c25b, name, {get: fail});
		Object.defineProperty(c25d, "form", {get: fail});</script>`,
		do: all(fills("c25", "canary25"), fills("c25b", "canary25"), fills("c25d", "canary25"), acts(flushed, chrome.Script(`
			cotrail.on("status", fail);
			cotrail.event("chat", {from: {a: "canary25"}}); cotrail.event("chat", failing("from")); cotrail.event("canary25", {}); cotrail.event("no_such_type", {pin: "canary25"});
			cotrail.log(failing("message")); cotrail.log({toJSON: fail}); cotrail.log("x", failing("level")); cotrail.identify(failing("username"));
			dispatchEvent(new CustomEvent("cotrail-extension", {detail: "canary25"}));
			const slice = Uint8Array.prototype.slice;
			Uint8Array.prototype.slice = function () { Uint8Array.prototype.slice = slice; throw new Error("canary25") };
			cotrail.log("this breaks it"); cotrail.flush()`),
			recording, chrome.Script(`cotrail.log("it was canary25")`)), clicks("#c25c")),
		sees: counts{"recorder_failed": 1, "policy_loaded": 1, "input_change": 1, "gap": 3}},
	{what: "a value that may be told", body: `<input id=open>`, do: fills("open", "sparrow"), opens: "sparrow"},
}

// fillsAll types into all fields of secretFields and clicks the button.
func fillsAll(part string) (out []chrome.Step) {
	for _, id := range []string{"#a", "#p", "#e"} {
		out = append(out, chrome.Type(part+id, "canary18"))
	}
	return append(out, chrome.Click(part+"#b"))
}
