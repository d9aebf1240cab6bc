package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var twoPage = map[string]string{"/two": `<button id=b>Go</button>`}

// opens does what opens another tab, waits until that is being recorded, and clicks there.
func opens(steps ...chrome.Step) func(*scene) {
	return func(v *scene) {
		two := v.popup(steps...)
		two.Do(v.t, at("/two"), chrome.Click("#b"), flushed)
	}
}

// opensBehind does what opens another tab behind this one, and then turns to it.
func opensBehind(steps ...chrome.Step) func(*scene) {
	return func(v *scene) {
		two := v.popup(steps...)
		two.Do(v.t, at("/two"), chrome.WaitFor(`document.visibilityState === "hidden"`), chrome.Front(), chrome.WaitFor(`document.visibilityState === "visible"`),
			chrome.Click("#b"), flushed)
	}
}

// popup opens another tab. It ends with the row.
func (v *scene) popup(steps ...chrome.Step) *chrome.Page {
	v.t.Helper()
	two, err := v.page.Popup(steps...)
	if err != nil {
		v.t.Fatal(err)
	}
	return two
}

// joined is what the log has of a tab that another one opened, and of the click there.
func joined(how string) []string {
	return says("tab 2: tab_created SITE/two "+how+" from tab 1", "tab 2: switch_active_tab 1 to 2", "tab 2: load /two", "tab 2: click #b Go")
}

// joinedBehind is the same of a tab that was not looked at at first.
var joinedBehind = says("tab 2: tab_created SITE/two link from tab 1", "tab 2: load /two", "tab 2: switch_active_tab 1 to 2", "tab 2: click #b Go")

// tabs: a session has more than one tab, or a page is no part of it.
var tabs = []situation{
	{name: "a link to a tab of its own", body: `<a id=l href=/two target=_blank>Two</a>`, pages: twoPage,
		tabs: opens(chrome.Click("#l")),
		want: append(says("click #l Two to SITE/two", "relocate_start SITE/two link by user new tab"), joined("link")...)},
	{name: "a link to a tab that knows its opener", body: `<a id=l href=/two target=_blank rel=opener>Two</a>`, pages: twoPage,
		tabs: opens(chrome.Click("#l")),
		want: append(says("click #l Two to SITE/two", "relocate_start SITE/two link by user new tab"), joined("window_open")...)},
	{name: "a link to a tab that tells nobody where it comes from", body: `<a id=l href=/two target=_blank rel="noopener noreferrer">Two</a>`, pages: twoPage,
		tabs: opens(chrome.Click("#l")),
		want: append(says("click #l Two to SITE/two", "relocate_start SITE/two link by user new tab"), joined("link")...)},
	{name: "a link to a window with a name", body: `<a id=l href=/two target=help>Two</a>`, pages: twoPage,
		tabs: opens(chrome.Click("#l")),
		want: append(says("click #l Two to SITE/two", "relocate_start SITE/two link by user new tab"), joined("window_open")...)},
	{name: "a link with Ctrl held down", body: `<a id=l href=/two>Two</a>`, pages: twoPage,
		tabs: opensBehind(chrome.Click("#l", chromedp.ButtonModifiers(kb.ModifierCtrl))),
		want: append(says("click #l Two to SITE/two", "relocate_start SITE/two link by user new tab"), joinedBehind...)},
	{name: "a link with the middle button", body: `<a id=l href=/two>Two</a>`, pages: twoPage,
		tabs: opensBehind(chrome.Click("#l", chromedp.ButtonMiddle)),
		want: append(says("click #l Two to SITE/two middle", "relocate_start SITE/two link by user new tab"), joinedBehind...)},
	{name: "a page that the script opens at a click", body: `<button id=o onclick="window.open('/two')">Open</button>`, pages: twoPage,
		tabs: opens(chrome.Click("#o")),
		want: append(says("click #o Open", "relocate_start SITE/two script by user new tab"), joined("window_open")...)},
	{name: "a page that the script opens, and lets go", body: `<button id=o onclick="window.open('/two', '_blank', 'noopener')">Open</button>`, pages: twoPage,
		tabs: opens(chrome.Click("#o")),
		want: append(says("click #o Open", "relocate_start SITE/two script by user new tab"), joined("window_open")...)},
	{name: "a page that is there before the script is told that it opens", pages: twoPage,
		head: `<script>const own = open; window.open = (...args) => { const opened = own(...args), since = performance.now(); while (performance.now() - since < 500); return opened }</script>{tag}`,
		body: `<button id=o onclick="window.open('/two', '_blank', 'noopener')">Open</button>`,
		tabs: opens(chrome.Click("#o")),
		want: append(says("click #o Open", "relocate_start SITE/two script by user new tab"), joined("window_open")...)},
	{name: "a page that the script opens by itself", pages: twoPage,
		tabs: opens(chrome.Script(`void open("/two")`)),
		want: append(says("relocate_start SITE/two script new tab"), joined("window_open")...)},
	{name: "a form that is sent to a tab of its own", body: `<form id=f action=/two target=_blank method=post><button id=s>Send</button></form>`, pages: twoPage,
		tabs: opens(chrome.Click("#s")),
		want: append(says("click #s Send", "submit #f post SITE/two with Send", "relocate_start SITE/two form by user new tab"), joined("link")...)},
	{name: "a blocked link to a tab of its own", body: `<div data-cotrail-block><a id=l href=/two target=_blank>Two</a></div>`, pages: twoPage,
		tabs: opens(chrome.Click("#l")),
		want: joined("link")},
	{name: "a masked link to a tab of its own", body: `<div data-cotrail-mask><a id=l href=/two target=_blank>Two</a></div>`, pages: twoPage,
		tabs: opens(chrome.Click("#l")),
		want: append(says("click masked mask:markup a", "relocate_start ? link by user new tab"), joined("link")...)},
	{name: "a form that a blocked button sends to a tab of its own", body: `<form id=f action=/one target=_blank><div data-cotrail-block><button id=s formaction=/two>Send</button></div></form>`, pages: twoPage,
		tabs: opens(chrome.Click("#s")),
		want: append(says("submit #f get SITE/one"), joined("link")...)},
	{name: "a form that a masked button sends to a tab of its own", body: `<form id=f action=/one target=_blank><div data-cotrail-mask><button id=s formaction=/two>Send</button></div></form>`, pages: twoPage,
		tabs: opens(chrome.Click("#s")),
		want: append(says("click masked mask:markup button", "submit #f get SITE/one with button", "relocate_start ? form by user new tab"), joined("link")...)},
	{name: "a form that a masked button sends to a tab of its own, and that the page shows as busy", pages: twoPage,
		body: `<form id=f action=/one><button id=s class=ph-mask formaction=/two formtarget=_blank onclick="this.className = 'busy'">Send</button></form>`,
		tabs: opens(chrome.Click("#s")),
		want: append(says("click masked mask:markup button", "submit #f get SITE/one with button", "relocate_start ? form by user new tab"), joined("link")...)},
	{name: "a blocked form that is sent to a tab of its own, and that the page shows as busy", pages: twoPage,
		body: `<form id=f action=/two target=_blank class=rr-block onclick="this.className = 'busy'"><button id=s>Send</button></form>`,
		tabs: opens(chrome.Click("#s")),
		want: joined("link")},
	{name: "a link to another origin in a tab of its own", body: `<a id=l href="{other}/away" target=_blank>Away</a>`, pages: map[string]string{"{other}/away": `<!doctype html><p>Away</p>`},
		tabs: func(v *scene) { v.popup(chrome.Click("#l")).Do(v.t, chrome.WaitFor(`location.pathname === "/away"`)) },
		want: says("click #l Away to OTHER/away", "relocate_start OTHER/away link by user new tab")},
	{name: "a window that the page writes itself", body: `<button id=o onclick="window.open('').document.write('<p>help</p>')">Help</button>`,
		tabs: func(v *scene) { v.popup(chrome.Click("#o")).Do(v.t, chrome.WaitFor(`document.querySelector("p")`)) },
		want: says("click #o Help", "relocate_start ? script by user new tab")},
	{name: "a form that is sent with Ctrl held down", body: `<form id=f action=/two><button id=s>Send</button></form>`, pages: twoPage,
		tabs: opensBehind(chrome.Click("#s", chromedp.ButtonModifiers(kb.ModifierCtrl))),
		want: append(says("click #s Send", "submit #f get SITE/two with Send", "relocate_start SITE/two form by user new tab"), joinedBehind...)},
	{name: "a link that was never in the page", pages: twoPage,
		body: `<button id=o onclick="const l = document.createElement('a'); l.href = '/two'; l.target = '_blank'; l.click()">Open</button>`,
		tabs: opens(chrome.Click("#o")),
		want: append(says("click #o Open", "relocate_start ? script new tab"), joined("link")...)},
	{name: "a file of another origin in a tab of its own", body: `<a id=l href="{other}/away" target=_blank download>Away</a>`, pages: map[string]string{"{other}/away": `<!doctype html><p>Away</p>`},
		tabs: func(v *scene) { v.popup(chrome.Click("#l")).Do(v.t, chrome.WaitFor(`location.pathname === "/away"`)) },
		want: says("click #l Away to OTHER/away", "relocate_start OTHER/away link by user new tab")},
	{name: "a dialog, where links open tabs", head: `<base target=_blank>{tag}`, body: `<dialog id=d open><form id=f method=dialog><button id=b>OK</button></form></dialog>`,
		do:   acts(chrome.Click("#b"), chrome.WaitFor(`!d.open`)),
		want: says("click #b OK", "submit #f dialog SITE/ with OK")},
	{name: "a frame that has named itself", body: `<iframe id=i srcdoc="<script>name = 'help'</script>"></iframe><a id=l href=/plain target=help>Help</a>`, pages: map[string]string{"/plain": `<!doctype html>help`},
		do:   acts(chrome.Click("#l"), chrome.WaitFor(`i.contentDocument.body.textContent === "help"`)),
		want: says("click #l Help to SITE/plain")},
	{name: "a frame in a shadow root", body: `<x-h id=h></x-h><a id=l href=/plain target=help>Help</a><script>h.attachShadow({mode: "open"}).innerHTML = "<iframe name=help></iframe>"</script>`, pages: map[string]string{"/plain": `<!doctype html>help`},
		do:   acts(chrome.Click("#l"), chrome.WaitFor(`h.shadowRoot.firstChild.contentDocument.body.textContent === "help"`)),
		want: says("click #l Help to SITE/plain")},
	{name: "a frame in a frame", body: `<iframe id=i srcdoc="<iframe name=help></iframe>"></iframe><a id=l href=/plain target=help>Help</a>`, pages: map[string]string{"/plain": `<!doctype html>help`},
		do:   acts(chrome.Click("#l"), chrome.WaitFor(`i.contentWindow[0].document.body.textContent === "help"`)),
		want: says("click #l Help to SITE/plain")},

	{name: "back and forth between two tabs", body: `<a id=l href=/two target=_blank>Two</a><button id=b>Go</button>`, pages: twoPage,
		tabs: func(v *scene) {
			two := v.popup(chrome.Click("#l"))
			two.Do(v.t, at("/two"), chrome.Click("#b"), flushed)
			v.page.Do(v.t, chrome.Front(), chrome.WaitFor(`document.visibilityState === "visible"`), chrome.Click("#b"), flushed)
			two.Do(v.t, chrome.Front(), chrome.WaitFor(`document.visibilityState === "visible"`), chrome.Click("#b"), flushed)
		},
		want: append(append(says("click #l Two to SITE/two", "relocate_start SITE/two link by user new tab"), joined("link")...),
			"switch_active_tab 2 to 1", "click #b Go", "tab 2: switch_active_tab 1 to 2", "tab 2: click #b Go")},
	{name: "a tab goes on to another page", body: `<a id=l href=/two target=_blank>Two</a>`, pages: map[string]string{"/two": `<a id=n href=/three>Three</a>`, "/three": ""},
		tabs: func(v *scene) {
			two := v.popup(chrome.Click("#l"))
			two.Do(v.t, at("/two"), chrome.Click("#n"), at("/three"), flushed)
		},
		want: append(append(says("click #l Two to SITE/two", "relocate_start SITE/two link by user new tab"), joined("link")[:3]...),
			"tab 2: click #n Three to SITE/three", "tab 2: relocate_start SITE/three link by user", "tab 2: load /three")},
	{name: "a tab is duplicated", pages: map[string]string{"/plain": `<!doctype html><title>plain</title>`},
		tabs: func(v *scene) {
			// As the browser's command does it: the tab has a copy of the storage, and no opener.
			two := v.popup(chrome.Script(`void open("/plain")`))
			two.Do(v.t, chrome.WaitFor(`location.pathname === "/plain"`), chrome.Leave(`opener = null; location.replace("/")`), at("/"), flushed)
			if one, other := chrome.MustEval[string](v.t, v.page, `cotrail.tabId`), chrome.MustEval[string](v.t, two, `cotrail.tabId`); one == other {
				v.t.Errorf("both tabs are %s", one)
			}
		},
		want: says("relocate_start SITE/plain script new tab", "tab 2: tab_created SITE/ link from tab 1", "tab 2: switch_active_tab 1 to 2", "tab 2: load /")},
	{name: "a tab that is opened by hand", pages: twoPage,
		tabs: func(v *scene) {
			beside, err := v.page.Beside()
			if err != nil {
				v.t.Fatal(err)
			}
			beside.Do(v.t, chromedp.Navigate(v.site.url+"/two"), recording, chrome.Click("#b"), flushed)
			if other := session(v.t, beside); other == v.session {
				v.t.Errorf("both tabs are in session %s", other)
			}
		}},
}
