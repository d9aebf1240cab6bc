package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// The page is somebody else's: it must find everything as it would be without us. Each row is done in a page with
// the tag and in one without, and what the page finds must be the same.

type guest struct {
	name  string
	head  string // of the page, before the tag
	body  string
	ready string // done before the rest in the page with the tag only
	do    []chrome.Step
	find  string // an expression: what the page sees
}

// describe is a function that describes every property of the platform that a recorder could hook.
const describe = `window => {
	const out = [], text = window.Function.prototype.toString;
	// A hook is native code to whoever asks; only the name within that text is beyond its reach, and f.name has it.
	const written = f => text.call(f).replace(/^function [^(]*\(\) \{ \[native code\] \}$/, "function () { [native code] }");
	const of = f => typeof f === "function" ? [f.name, f.length, written(f), Object.getOwnPropertyNames(f).join()].join(" ") : typeof f;
	const own = (name, object) => {
		for (const key of Reflect.ownKeys(object)) {
			if (object === window && /^(cotrail|\d+|describe|before|same|seen)$/.test(String(key))) continue;
			const d = Object.getOwnPropertyDescriptor(object, key);
			out.push([name, String(key), d.enumerable, d.configurable, d.writable, of(d.get), of(d.set), "value" in d ? of(d.value) : ""].join(" | "));
		}
	};
	own("window", window);
	for (const name of Object.getOwnPropertyNames(window)) {
		const value = Object.getOwnPropertyDescriptor(window, name).value;
		if (typeof value !== "function" || name === "cotrail") continue;
		own(name, value);
		if (value.prototype) own(name + ".prototype", value.prototype);
	}
	for (const name of ["history", "navigation", "location", "document", "navigator", "console", "JSON", "Reflect", "Math", "customElements", "crypto", "performance"]) own(name, window[name]);
	own("mediaDevices", window.navigator.mediaDevices || {});
	own("clipboard", window.navigator.clipboard || {});
	return out;
}`

// remember keeps every function of the platform as it is before the tag, and same tells which are not there any more.
const remember = `<script>
	const before = new Map();
	const walk = (name, object, visit) => {
		for (const key of Reflect.ownKeys(object)) {
			const d = Object.getOwnPropertyDescriptor(object, key);
			for (const part of ["get", "set", "value"]) if (typeof d[part] === "function") visit(name + "." + String(key) + " " + part, d[part]);
		}
	};
	const walkAll = visit => {
		for (const name of Object.getOwnPropertyNames(window)) {
			const value = Object.getOwnPropertyDescriptor(window, name).value;
			if (typeof value !== "function" || name === "cotrail") continue;
			visit(name, value);
			walk(name, value, visit);
			if (value.prototype) walk(name + ".prototype", value.prototype, visit);
		}
		for (const name of ["history", "navigation", "location", "document", "navigator", "console"]) walk(name, window[name], visit);
	};
	walkAll((name, f) => before.set(name, f));
	const same = () => {
		const changed = [];
		walkAll((name, f) => before.get(name) !== f && !["same", "walk", "walkAll"].includes(name) && changed.push(name));
		return changed;
	};
</script>`

// stopped ends the recording, where there is one.
var stopped = chrome.Script(`window.cotrail && cotrail.stop()`)

// listens notes what the page's own listeners hear, in their order, but for the window's focus, which comes and goes with
// the browser's other windows.
const listens = `<script>
	const seen = [], types = ["focusin", "focusout", "focus", "blur", "keydown", "beforeinput", "input", "change", "mousedown", "click", "auxclick", "submit", "reset", "copy", "paste", "hashchange", "popstate"];
	addEventListener("DOMContentLoaded", () => {
		for (const type of types) for (const target of [window, document, document.body, document.querySelector("#a"), document.querySelector("#b")].filter(Boolean))
			for (const capture of [true, false]) target.addEventListener(type, e => (e.target === window && /^(focus|blur)$/.test(type)) || seen.push([type, e.eventPhase, capture, e.target.id, e.currentTarget === window ? "window" : e.currentTarget.nodeName, e.isTrusted, e.defaultPrevented, e.cancelable].join(" ")), capture);
	});
</script>`

var guests = []guest{
	{name: "every property of the platform", find: `(` + describe + `)(window)`},
	{name: "every property of the platform, in a frame", body: `<iframe id=fr srcdoc="<p>x</p>"></iframe>`, do: acts(chrome.WaitFor(`fr.contentDocument.querySelector("p")`)), find: `(` + describe + `)(fr.contentWindow)`},
	{name: "every function after the recording", head: remember, do: acts(stopped), find: `same()`},
	{name: "every function after two recordings", head: remember, ready: `cotrail.stop(); cotrail.start()`, do: acts(chrome.WaitFor(`!window.cotrail || cotrail.status === "recording"`), stopped), find: `same()`},
	{name: "the window's own names", find: `(` + ownNames + `)()`},
	{name: "what elements have", body: `<form id=f><input id=a><select id=s><option>x</select></form>`,
		find: `[a, s, f, s.options[0]].map(e => { const all = []; for (const k in e) all.push(k); return Object.getOwnPropertyNames(e).join() + " " + e.attributes.length + " " + all.length; })`},

	{name: "an error in a listener", head: errorHandlers, body: "\n<button id=b onclick=\"null.x\">Go</button>", do: acts(chrome.Click("#b")), find: `seen`},
	{name: "an error in a timer", head: errorHandlers, body: "\n<script>setTimeout(() => { throw new RangeError('late') })</script>", do: acts(chrome.WaitFor(`seen.length`)), find: `seen`},
	{name: "a rejected promise", head: errorHandlers, body: "\n<button id=b onclick=\"Promise.reject(new TypeError('not kept'))\">Go</button>", do: acts(chrome.Click("#b"), chrome.WaitFor(`seen.length`)), find: `seen`},
	{name: "an error in a listener of the change that a script makes", head: errorHandlers, body: "\n<input id=a oninput=\"throw new Error('in input')\">",
		do: acts(chrome.Type("#a", "x"), chrome.Script(`a.value = "set"; a.dispatchEvent(new Event("input"))`)), find: `seen`},
	{name: "what hooked functions refuse", body: `<input id=a type=checkbox><input id=f type=file><input id=n type=number><form id=form></form>`, find: refusals},
	{name: "what is written to the console", body: `<button id=b onclick="console.log('one', {two: 2}); console.warn('three'); console.assert(false, 'four')">Go</button>`, do: acts(chrome.Click("#b")), find: `1`},

	{name: "the order of events", head: listens, body: `<form id=f action="#there"><input id=a><input id=c><button id=b type=button>Go</button></form>`,
		do: acts(chrome.Type("#a", "xy"), leave, chrome.Click("#b"), chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"), chrome.Edit('v', "paste"), leave), find: `seen`},
	{name: "the order of events, when scripts act", head: listens, body: `<form id=f onsubmit="event.preventDefault()"><input id=a><button id=b>Go</button></form>`,
		do: acts(chrome.Script(`a.focus(); a.value = "set"; a.dispatchEvent(new Event("input", {bubbles: true})); b.click(); f.requestSubmit(b); f.reset(); a.blur(); location.hash = "x"`), chrome.WaitFor(`seen.some(e => e.includes("hashchange"))`)), find: `seen`},
	{name: "what the page prevents", head: listens, body: `<form id=f action=/gone><input id=a onbeforeinput="if (event.data === 'y') event.preventDefault()"><input type=checkbox id=c onclick="event.preventDefault()"><button id=b onclick="event.preventDefault()">Go</button></form>`,
		do: acts(chrome.Type("#a", "xyz"), chrome.Click("#c"), chrome.Click("#b")), find: `[seen, a.value, c.checked, location.pathname]`},
	{name: "what the page stops", head: `<script>const seen = []; addEventListener("click", e => { seen.push("first"); e.stopImmediatePropagation(); }, true)</script>`, body: `<button id=b onclick="seen.push('never')">Go</button>`,
		do: acts(chrome.Click("#b")), find: `seen`},
	{name: "passive and once, as the page said", body: `<button id=b>Go</button><script>const seen = []; b.addEventListener("click", e => seen.push(e.eventPhase), {once: true}); addEventListener("wheel", e => { e.preventDefault(); seen.push(e.defaultPrevented); }, {passive: false})</script>`,
		do: acts(chrome.DoubleClick("#b"), chrome.Wheel("#b", 10), chrome.WaitFor(`seen.length === 2`)), find: `seen`},

	{name: "focus, selection, scroll and history", body: `<input id=a value=abcdef><p style="height: 3000px"></p><textarea id=t>text</textarea><div id=e contenteditable>editor</div>`,
		do:   acts(chrome.Focus("#a"), chrome.Press(kb.Home+kb.ArrowRight), chrome.Press(kb.ArrowRight, kb.ModifierShift), chrome.Script(`a.setRangeText("X"); scrollTo(0, 500)`)),
		find: `[document.activeElement.id, a.selectionStart, a.selectionEnd, a.selectionDirection, a.value, scrollX, scrollY, history.length, history.state, String(getSelection()), document.title, document.cookie, localStorage.length]`},
	{name: "the caret in a field that a script sets", body: `<input id=a oninput="const at = this.selectionStart; this.value = this.value.toUpperCase(); this.setSelectionRange(at, at)">`,
		do: acts(chrome.Type("#a", "ac"), chrome.Press(kb.ArrowLeft), chrome.Press("b")), find: `[a.value, a.selectionStart]`},
	{name: "undo after a script's change", body: `<input id=a>`,
		do: acts(chrome.Type("#a", "ab"), chrome.Edit('z', "undo")), find: `[a.value]`},
	{name: "history after all of its changes", do: acts(chrome.Script(`history.pushState({n: 1}, "", "?n=1"); history.replaceState({n: 2}, "", "?n=2"); location.hash = "x"; history.back()`), chrome.WaitFor(`location.hash === ""`)),
		find: `[history.length, history.state, location.search, history.scrollRestoration]`},
	{name: "what is mutated", body: `<div id=d><input id=a><button id=b>Go</button></div>`, ready: `1`,
		do: acts(chrome.Script(`window.seen = []; new MutationObserver(all => seen.push(...all.map(m => m.type + m.target.nodeName))).observe(document, {subtree: true, childList: true, attributes: true, characterData: true})`),
			chrome.Type("#a", "x"), leave, chrome.Click("#b"), chrome.Script(`a.value = "set"; const late = document.createElement("p"); d.append(late); late.attachShadow({mode: "open"})`)),
		find: `seen`},
	{name: "what stands in the document", body: `<p>text</p>`, find: `document.documentElement.outerHTML.replace(/<script src[^]*?<\/script>/, "")`},

	{name: "a property of the page's own on a field", body: `<input id=a><script>const seen = [], native = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
		Object.defineProperty(a, "value", {configurable: true, get() { seen.push("get"); return native.get.call(this); }, set(v) { seen.push("set " + v); native.set.call(this, v); }})</script>`,
		do: acts(chrome.Script(`a.value = "one"; a.value += "two"`)), find: `[a.value, seen.filter(s => s !== "get")]`},
	{name: "the page's own hook before the tag", head: hook, body: `<input id=a>`, do: acts(chrome.Script(`a.value = "set"`)), find: `[a.value, seen]`},
	{name: "the page's own hook after the tag", body: `<input id=a>`, do: acts(chrome.Script(ownHook), chrome.Script(`a.value = "set"; history.pushState({}, "", "?x")`)), find: `[a.value, location.search, seen]`},
	{name: "the page's own hook, when the recording has ended", body: `<input id=a>`, do: acts(chrome.Script(ownHook), stopped, chrome.Script(`a.value = "set"; history.pushState({}, "", "?x")`)), find: `[a.value, location.search, seen]`},
	{name: "a frozen platform", head: `<script>for (const p of [HTMLInputElement, HTMLSelectElement, HTMLFormElement, History, Element, Node, EventTarget]) Object.freeze(p.prototype)</script>`, body: `<input id=a><button id=b>Go</button>`,
		do: acts(chrome.Type("#a", "x"), chrome.Click("#b"), chrome.Script(`a.value = "set"; history.pushState({}, "", "?x")`)), find: `[a.value, location.search]`},
	{name: "prototypes with more in them", head: `<script>Object.prototype.more = function () {}; Array.prototype.toJSON = function () { return "odd" }; Array.prototype.last = function () {}</script>`, body: `<input id=a><button id=b>Go</button>`,
		do: acts(chrome.Type("#a", "x"), chrome.Click("#b")), find: `[a.value, document.activeElement.id]`},
	{name: "classes that the page builds upon the platform's", body: `<my-field id=m></my-field>`, find: `(() => {
			class Field extends HTMLElement { constructor() { super(); this.root = this.attachShadow({mode: "closed"}); } }
			customElements.define("my-field", Field);
			const out = [m instanceof Field, m.shadowRoot, m.root instanceof ShadowRoot, m.root.mode];
			for (const name of ["MediaRecorder", "RTCPeerConnection", "MutationObserver", "WebSocket", "XMLHttpRequest", "EventTarget"]) {
				const Native = window[name], Own = class extends Native {};
				out.push(name, Own.prototype instanceof Native, Object.getPrototypeOf(Own) === Native, Native.prototype.constructor === Native);
			}
			return out;
		})()`},
	{name: "promises that hooked functions give", do: nil, find: `Promise.all([
			navigator.mediaDevices.getUserMedia({}).catch(e => e.name + e.message),
			navigator.mediaDevices.getUserMedia.call({}, {}).catch(e => e.name + e.message),
			navigator.mediaDevices.getUserMedia().catch(e => e.name + e.message),
			(p => (p.catch(() => {}), p instanceof Promise || 0))(navigator.mediaDevices.getUserMedia({})), // one that nobody catches: media_test.go
		].map(p => p.catch ? p.catch(() => "rejected") : p))`},
}

// errorHandlers notes what the page's own handlers of errors are told.
const errorHandlers = `<script>const seen = [];
	window.onerror = (message, source, line, column, error) => { seen.push([message, source.split("/").pop(), line, column, error && error.name, error && error.stack.split("\n").length].join(" ")); };
	addEventListener("unhandledrejection", e => seen.push("unhandled " + e.reason));</script>`

// hook is what an older library does with a setter.
const hook = `<script>const seen = []; (() => {
		const d = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
		Object.defineProperty(HTMLInputElement.prototype, "value", {...d, set(v) { seen.push("set " + v); d.set.call(this, v); }});
	})()</script>`

// ownHook is the same later, over whatever is there then.
const ownHook = `window.seen = []; (() => {
		const d = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value"), push = History.prototype.pushState;
		Object.defineProperty(HTMLInputElement.prototype, "value", {...d, set(v) { seen.push("set " + v); d.set.call(this, v); }});
		History.prototype.pushState = function (...args) { seen.push("push " + args[2]); return push.apply(this, args); };
	})()`

// refusals is how the platform refuses what makes no sense.
const refusals = `[
	() => history.pushState({}, "", "https://elsewhere.example/"), () => history.replaceState(() => {}, ""), () => history.pushState(), () => history.pushState.call({}, 1, ""),
	() => a.setRangeText("x"), () => f.value = "x", () => n.valueAsDate = new Date(), () => a.stepUp(), () => n.stepUp("x"), () => n.valueAsNumber = Infinity,
	() => Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call({}, "x"), () => Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").get.call(document.body),
	() => Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "checked").set.call(form, true), () => a.value = Symbol("s"), () => a.value = {toString() { throw new Error("own") }},
	() => form.requestSubmit(a), () => HTMLFormElement.prototype.submit.call(a), () => HTMLFormElement.prototype.reset.call({}), () => form.attachShadow({mode: "open"}), () => Element.prototype.attachShadow.call({}, {mode: "open"}),
	() => document.createElement("p").attachShadow({}), () => a.setAttribute(), () => a.setAttribute("1", "x"), () => Element.prototype.setAttribute.call({}, "a", "b"), () => open("http://a b/"), () => new MediaRecorder(), () => MediaRecorder(),
	() => RTCPeerConnection(), () => new RTCPeerConnection({iceServers: [{}]}), () => new Option().selected = Symbol("s"), () => URL.createObjectURL(1), () => print.call({}), () => navigation.navigate("http://a b/").committed.catch(() => {}),
].map(act => { try { act(); return "no error"; } catch (e) { return e.constructor.name + " " + e.name + " " + e.message; } })`

// ownNames are the names that an empty frame's window has not.
const ownNames = `() => {
	const frame = document.body.appendChild(document.createElement("iframe"));
	const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow));
	frame.remove();
	return Object.getOwnPropertyNames(window).filter(n => !plain.has(n) && n !== "cotrail" && !/^\d+$/.test(n));
}`

// TestGuest does each row with the tag and without.
func TestGuest(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	browser := chrome.New(t)
	for _, row := range guests {
		t.Run(row.name, func(t *testing.T) {
			found, said := row.visit(t, browser, strings.Replace(r.tag("shows"), " async", "", 1))
			plain, plainSaid := row.visit(t, browser, "")
			if !slices.Equal(found, plain) {
				t.Errorf("the page finds, with the tag and without:\n%s", differing(found, plain))
			}
			if !slices.Equal(said, plainSaid) {
				t.Errorf("the console has %q, and without the tag %q", said, plainSaid)
			}
		})
	}
}

// visit does the row in one of the two pages, and gives what the page finds and what its console has.
func (g guest) visit(t *testing.T, browser *chrome.Browser, tag string) (found, said []string) {
	t.Helper()
	site := newSite(t)
	site.page("/", g.head+tag, g.body)
	page := browser.Open(t, site.url+"/")
	defer page.Close()
	if tag != "" {
		page.Do(t, recording)
		if g.ready != "" {
			page.Do(t, chrome.Script(g.ready))
		}
	}
	page.Do(t, g.do...)
	list := chrome.MustEval[[]string](t, page, fmt.Sprintf(`(async () => [await (%s)].flat(9).map(f => JSON.stringify(f) ?? String(f)))()`, g.find))
	clean := func(text string) string { return strings.ReplaceAll(text, site.url, "SITE") }
	for _, line := range list {
		found = append(found, clean(line))
	}
	for _, m := range page.Console() {
		if !strings.Contains(m.Text, "favicon.ico") {
			said = append(said, clean(m.Level+": "+m.Text))
		}
	}
	return found, said
}

// differing shows what stands in one list only.
func differing(found, plain []string) string {
	if len(found)+len(plain) < 100 {
		return differ(found, plain)
	}
	var b strings.Builder
	for _, line := range found {
		if !slices.Contains(plain, line) {
			fmt.Fprintln(&b, "with:   ", line)
		}
	}
	for _, line := range plain {
		if !slices.Contains(found, line) {
			fmt.Fprintln(&b, "without:", line)
		}
	}
	return b.String()
}
