package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// told is an act, and what the log says of it, in the words of brief; {selector} stands for the path of the element
// that the selector finds.
type told struct {
	act  chrome.Step
	said []string
}

func tells(act chrome.Step, said ...string) told { return told{act, said} }

// byScript ends what a script did and no person.
const byScript = " by script"

var inBraces = regexp.MustCompile(`\{(.+?)\}`)

// checkTold does one act after the other and finds each in the log, once, and nothing else: those of a person in their
// order, and apart from them those of a script, which is noticed when there is time.
func checkTold(t *testing.T, r *relay, page *chrome.Page, site string, acts []told) {
	t.Helper()
	var want, wantByScript []string
	asWanted := map[string]string{} // what brief may say of an entry, and the line above that means it
	for _, a := range acts {
		before := pathsOf(t, page, a.said)
		page.Do(t, a.act)
		after := pathsOf(t, page, a.said)
		for _, line := range a.said {
			if strings.HasSuffix(line, byScript) {
				wantByScript = append(wantByScript, line)
			} else {
				want = append(want, line)
			}
			selector := inBraces.FindStringSubmatch(line)
			if selector == nil {
				continue
			}
			paths := slices.Concat(before[selector[1]], after[selector[1]])
			if len(paths) == 0 {
				t.Errorf("the page has no %s", selector[1])
			}
			for _, path := range paths {
				asWanted[strings.Replace(line, selector[0], where(path), 1)] = line
			}
		}
	}
	page.Do(t, chrome.Script(`cotrail.log("That is all")`), flushed)
	entries := r.settledLog(session(t, page), "the last act is in the log", has(1, "client_log"))
	checkShapes(t, entries)
	var got, gotByScript []string
	for _, e := range sinceRecording(entries) {
		said := brief(e, site)
		if e.details().text("cause") == "script" || e.details().text("via") == "script" {
			said += byScript
		}
		if line, ok := asWanted[said]; ok {
			said = line
		}
		if strings.HasSuffix(said, byScript) {
			gotByScript = append(gotByScript, said)
		} else {
			got = append(got, said)
		}
	}
	if want = append(want, "client_log That is all"); !slices.Equal(got, want) {
		t.Errorf("the log differs from what was done:\n%s", differ(got, want))
	}
	slices.Sort(gotByScript)
	slices.Sort(wantByScript)
	if !slices.Equal(gotByScript, wantByScript) {
		t.Errorf("the log differs from what scripts did:\n%s", differ(gotByScript, wantByScript))
	}
	noErrors(t, page)
}

// sinceRecording leaves out how the session and the recorder began.
func sinceRecording(entries []entry) []entry {
	started := slices.IndexFunc(entries, func(e entry) bool { return e.text("type") == "recorder_started" })
	return slices.DeleteFunc(entries[started+1:], func(e entry) bool { return e.text("type") == "policy_loaded" }) // which policy held is for the tests of masking
}

// pathsOf gives, for each selector in braces whose element is there, every path that a log may give it: within each
// document and shadow root by a unique id, or step by step. Each is held against the documented helper.
func pathsOf(t *testing.T, page *chrome.Page, lines []string) map[string][]string {
	t.Helper()
	paths := map[string][]string{}
	for _, line := range lines {
		selector := inBraces.FindStringSubmatch(line)
		if selector == nil {
			continue
		}
		paths[selector[1]] = chrome.MustEval[[]string](t, page, `(el => {
			`+readFile(t, "docs/examples/resolve.js")+allPaths+`
			return el ? allPaths(el).map(path => resolve(path, document) === el ? path : "not found by " + path) : [];
		})(`+chrome.Find(selector[1])+`)`)
	}
	return paths
}

// allPaths writes the paths of an element without the recorder's help.
const allPaths = `
const allPaths = el => {
	let paths = [""];
	const roots = [];
	for (let at = el, root; at; at = root.host ?? root.defaultView?.frameElement) roots.unshift([at, root = at.getRootNode()]);
	for (const [at, root] of roots) {
		const ways = [stepsTo(at)];
		if (at.id && root.querySelectorAll("#" + CSS.escape(at.id)).length === 1) ways.push('//*[@id="' + at.id + '"]');
		paths = paths.flatMap(path => ways.map(way => path ? path + " >> " + way : way));
	}
	return paths;
};
const stepsTo = el => {
	const foreign = el.namespaceURI !== "http://www.w3.org/1999/xhtml";
	const same = childrenOf(el.parentNode).filter(c => c.nodeName === el.nodeName && c.namespaceURI === el.namespaceURI);
	const step = "/" + (foreign ? '*[name()="' + el.nodeName + '"]' : el.localName) + (same.indexOf(el) ? "[" + (same.indexOf(el) + 1) + "]" : "");
	return el.parentElement ? stepsTo(el.parentElement) + step : step;
};
`
