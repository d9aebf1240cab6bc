package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// seed makes TestPaths build the same tree again.
var seed = flag.Uint64("seed", 0, "seed of the random page of TestPaths; 0 takes one by chance")

// The random page. A tree of this size has each kind of trouble many times over.
const (
	pathElements = 300
	pathSiblings = 10_000
	pathFailures = 10 // shown at most
)

// forest builds, from a seed, elements under a root that make paths hard: odd names, SVG and MathML, ids that are
// doubled or have quotes, spaces, digits and other scripts in them, shadow roots and frames within each other. It
// gives the elements that can be clicked; labels and links are left out, for a click in them means them.
const forest = `
const forest = (root, size, {shadow, frame}, next) => {
	const HTML = "http://www.w3.org/1999/xhtml", SVG = "http://www.w3.org/2000/svg", MATH = "http://www.w3.org/1998/Math/MathML";
	const pick = list => list[Math.floor(next() * list.length)];
	const names = ["div", "div", "div", "span", "p", "section", "ul", "li", "table", "tbody", "tr", "td", "x-card", "x-card", "o-o", "x-ünïcode", "x-a.b_c", "o:p", "font", "main"];
	const ids = [() => pick(["same", "same two"]), n => "q" + n + '"', n => "a" + n + "'", n => "b" + n + "\"'", n => n + " with space", n => "größe-" + n, n => "項目" + n,
		n => String(n), n => "x" + 1000 + n, n => "n:" + n + ".[]#/", n => "row>" + n, n => "a >> " + n, n => "tab\t" + n, n => "\u{1F600}" + n];
	const inside = [root], made = [];
	const add = (parent, el) => {
		if (next() < 0.3) el.id = pick(ids)(made.length);
		parent.insertBefore(el, next() < 0.5 ? null : parent.firstChild);
		made.push(el);
		return el;
	};
	while (made.length < size) {
		const parent = pick(inside.slice(-40)), chance = next(), doc = parent.ownerDocument;
		const el = name => doc.createElement(name);
		if (parent.namespaceURI === SVG && parent.localName !== "foreignObject") {
			const shape = add(parent, doc.createElementNS(SVG, pick(["g", "g", "path", "linearGradient", "foreignObject"])));
			inside.push(shape);
		} else if (chance < 0.08) {
			inside.push(add(parent, doc.createElementNS(SVG, "svg")));
		} else if (chance < 0.1) {
			add(parent, doc.createElementNS(MATH, "math"));
		} else if (chance < 0.2) {
			add(parent, el(pick(["input", "textarea", "button", "select"])));
		} else if (shadow && chance < 0.28) {
			const host = add(parent, el(pick(["div", "x-host"])));
			inside.push(host.attachShadow({mode: "open"}), host.shadowRoot, host);
		} else if (frame && chance < 0.32) {
			const host = add(parent, el("iframe"));
			made.pop(); // a click in it is a click in its document
			if (host.contentDocument?.body) inside.push(host.contentDocument.body, host.contentDocument.body);
		} else {
			inside.push(add(parent, el(pick(names))));
		}
	}
	return made;
};
// A small generator of numbers (Park and Miller's), for the browser's own takes no seed.
const numbers = seed => () => (seed = seed * 48271 % 2147483647) / 2147483647;
`

// TestPaths clicks each element of a random page and finds by the log's paths, through the documented helper, the
// same elements. A path that leads through documents alone is found by document.evaluate as well.
func TestPaths(t *testing.T) {
	t.Parallel()
	if *seed == 0 {
		*seed = rand.Uint64N(1<<31-2) + 1
	}
	r := startRelay(t)
	browser := chrome.New(t)
	for _, row := range []struct{ name, within string }{
		{"document", "{}"},
		{"shadow roots", "{shadow: true}"},
		{"frames", "{frame: true}"},
		{"frames and shadow roots", "{shadow: true, frame: true}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			site := newSite(t)
			site.page("/", r.tag("shows"), "<div id=forest></div>")
			page := browser.Open(t, site.url+"/")
			page.Do(t, recording, chrome.Script(fmt.Sprintf(`{
				%s
				window.made = forest(document.querySelector("#forest"), %d, %s, numbers(%d));
			}`, forest, pathElements, row.within, *seed)), rendering)
			page.Do(t, chrome.Script(`for (const el of made) el.dispatchEvent(new MouseEvent("click", {bubbles: true, composed: true}))`),
				chrome.Script(`cotrail.log("That is all")`), flushed)
			entries := r.settledLog(session(t, page), "the last click is in the log", has(1, "client_log"))
			var paths []string
			for _, e := range ofType(entries, "click") {
				paths = append(paths, e.details().text("xpath"))
			}
			if len(paths) != pathElements {
				t.Fatalf("seed %d: the log has %d clicks on %d elements", *seed, len(paths), pathElements)
			}
			wrong := chrome.MustEval[[]string](t, page, fmt.Sprintf(checkResolved, readFile(t, "docs/examples/resolve.js"), asJSON(t, paths)))
			if len(wrong) > 0 {
				t.Errorf("seed %d: of %d elements %d are not found, the first of them\n%s", *seed, len(paths), len(wrong), strings.Join(wrong[:min(len(wrong), pathFailures)], "\n"))
			}
			noErrors(t, page)
		})
	}
}

// rendering waits until the page has been shown as it is now: nobody clicks before.
var rendering = chrome.WaitFor(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)

// checkResolved says of each element that its path in the log does not lead to it.
const checkResolved = `(() => {
	%s
	const paths = %s;
	const evaluate = path => {
		try { return document.evaluate(path, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue; } catch (e) { return e.message; }
	};
	return made.flatMap((el, i) => {
		const path = paths[i], wrong = [];
		if (!path) wrong.push("no path");
		else if (resolve(path, document) !== el) wrong.push("resolve does not find it by " + path);
		else if (el.getRootNode() === document && evaluate(path) !== el) wrong.push("document.evaluate does not find it by " + path);
		return wrong.map(said => (el.cloneNode().outerHTML ?? el.nodeName) + ": " + said);
	});
})()`

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// slowerThanPeer is how much longer a click on the last of many siblings may take than asking the browser for the
// list and looking for the element in it, which is how a page itself would learn its index.
const slowerThanPeer = 3

// TestManySiblings clicks the last of a long list: its path is right, and finding its index is not felt.
func TestManySiblings(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("shows"), "<ul></ul>")
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Script(fmt.Sprintf(`document.querySelector("ul").innerHTML = "<li>item</li>".repeat(%d)`, pathSiblings)), rendering)
	times := chrome.MustEval[struct{ Click, Peer float64 }](t, page, `(() => {
		const list = document.querySelector("ul"), last = list.lastElementChild;
		const click = () => last.dispatchEvent(new MouseEvent("click", {bubbles: true, composed: true}));
		const peer = () => Array.from(list.querySelectorAll("li")).indexOf(last);
		const best = act => Math.min(...Array.from({length: 20}, () => { // of rounds long enough for the page's clock
			const began = performance.now();
			for (let i = 0; i < 5; i++) act();
			return performance.now() - began;
		}));
		return {click: best(click), peer: best(peer)};
	})()`)
	t.Logf("five clicks on the last of %d take %.2f ms, five looks for it %.2f ms", pathSiblings, times.Click, times.Peer)
	if times.Click > slowerThanPeer*times.Peer {
		t.Errorf("that is more than %d times as long", slowerThanPeer)
	}
	page.Do(t, flushed)
	entries := r.settledLog(session(t, page), "the clicks are in the log", has(100, "click"))
	want := fmt.Sprintf("/html/body/ul/li[%d]", pathSiblings)
	for _, e := range ofType(entries, "click") {
		if path := e.details().text("xpath"); path != want {
			t.Fatalf("the path is %s, want %s", path, want)
		}
	}
	noErrors(t, page)
}

// TestPathsWithoutData: an id that repeats a hidden value, or that a pattern of the site's own finds, is in no path: it
// goes by index, also that of what is within.
func TestPathsWithoutData(t *testing.T) {
	r := startRelayWith(t, `
  - {key: rings, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {patterns: {custom: {ring: 'ring-\d\d'}}}}
`)
	for key, want := range map[string]string{
		"hides": "#before /section/button[2] /section/button[3] #ring-42 #plain",
		"rings": "#before /section/button[2] /section/button[3] /section/button[4] #plain",
	} {
		site := newSite(t)
		site.page("/", r.tag(key), `<section><button id=before>Go on</button><button id=of-sparrow>Go on</button><button id=SPARROW_2>Go on</button><button id=ring-42>Go on</button><button id=plain>Go on</button></section><input id=secret>`)
		page := chrome.New(t).Open(t, site.url+"/")
		page.Do(t, recording, chrome.Click("#before"), chrome.Type("#secret", "sparrow"), chrome.Click("#of-sparrow"), chrome.Click("#SPARROW_2"), chrome.Click("#ring-42"), chrome.Click("#plain"), flushed)
		entries := r.settledLog(session(t, page), "the last click is in the log", has(6, "click"))
		var paths []string
		for _, e := range ofType(entries, "click") {
			if e.details()["is_masked"] != true {
				paths = append(paths, where(e.details().text("xpath")))
			}
			if id := object(e.details()["attributes"])["id"]; id == "of-sparrow" || key == "rings" && id == "ring-42" {
				t.Errorf("%s: the log has the id %v", key, id)
			}
		}
		if got := strings.Join(paths, " "); got != want {
			t.Errorf("%s: the paths are %s, want %s", key, got, want)
		}
		page.Close()
	}
}
