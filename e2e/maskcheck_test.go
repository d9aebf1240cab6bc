package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// checked is what mask-check tells of a page.
type checked struct {
	Items []struct {
		What, Path, Node, Action, Rule string
		Entries                        []struct {
			Type    string
			Details map[string]any
		}
	}
	Undecided, Leaks []map[string]any
}

// maskCheck runs it. The exit code must be 0.
func maskCheck(t *testing.T, args ...string) (c checked) {
	t.Helper()
	command := exec.Command(binary, append([]string{"mask-check", "--json"}, args...)...)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err == nil {
		err = json.Unmarshal(out, &c)
	}
	if err != nil {
		t.Fatalf("mask-check %q: %v\n%s%s", args, err, &said, out)
	}
	return c
}

// acting are the acts on the elements of a page, by their paths. What a click would lead to is prevented.
const acting = `
const at = (path) => document.evaluate(path, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
const told = (el) => el.dispatchEvent(new Event("change", {bubbles: true}));
for (const type of ["click", "submit"]) addEventListener(type, (e) => e.preventDefault());
window.act = {
	click: (path) => at(path).dispatchEvent(new MouseEvent("click", {bubbles: true, composed: true, cancelable: true})),
	submit: (path, by) => at(path).requestSubmit(by && at(path).querySelector("[formaction]")),
	choose(path, i) {
		for (const now of [(i + 1) % at(path).length, i]) { at(path).selectedIndex = now; told(at(path)); }
	},
	change(path) {
		const el = at(path);
		if (el.type === "radio") { el.checked = false; el.checked = true; return told(el); }
		if (el.type === "checkbox") { for (const now of [1, 2]) { el.checked = !el.checked; told(el); } return; }
		const key = "value" in el ? "value" : "textContent", value = el[key];
		for (const now of ["7", value]) { el[key] = now; told(el); }
	},
};`

// wish is an act and the entry that is to come of it; nil for none.
type wish struct {
	what, act, kind string
	details         map[string]any
}

// wishes gives the acts that mask-check has told of: all clicks first, for what is typed and hidden is withheld elsewhere.
func (c checked) wishes() (all []wish) {
	var changes []wish
	for _, item := range c.Items {
		each := func(n int, to *[]wish, kind, act string, args ...any) {
			w := wish{what: item.What, act: "act." + act + "(" + strconv.Quote(item.Path), kind: kind}
			for _, a := range args {
				w.act += fmt.Sprintf(", %v", a)
			}
			w.act += ")"
			if n < len(item.Entries) && item.Entries[n].Type == kind {
				w.details = item.Entries[n].Details
			}
			*to = append(*to, w)
		}
		switch options := (len(item.Entries) - 1) / 2; item.Node {
		case "page":
		case "form":
			each(0, &changes, "submit", "submit")
			each(1, &changes, "submit", "submit", true)
		case "select":
			for i := range options {
				each(2*i, &changes, "input_change", "choose", i)
			}
			each(2*options, &all, "click", "click")
		default:
			if len(item.Entries) == 2 || item.Action == "block" && item.Node == "input" {
				each(0, &changes, "input_change", "change")
				each(1, &all, "click", "click")
			} else if item.Rule != "hard_deny" || len(item.Entries) > 0 { // a hidden field nobody touches
				each(0, &all, "click", "click")
			}
		}
	}
	return append(all, changes...)
}

// ofTheAct is what only an act tells, and no saved page.
var ofTheAct = []string{"field", "filled", "cause", "trusted", "button", "via", "x", "y", "checked", "selected", "valid", "submitter"}

func withoutAct(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, inner := range v {
			out[key] = withoutAct(inner)
		}
		for _, key := range ofTheAct {
			delete(out, key)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withoutAct(v[i])
		}
		return out
	}
	return v
}

// TestMaskCheckAgrees does in Chromium what mask-check has told of, each act by itself: the log has what it said, and
// nothing where it said nothing. The page that Chromium has loaded is checked alike.
func TestMaskCheckAgrees(t *testing.T) {
	t.Parallel()
	const file, policy = "../testdata/pages/insurer.html", "../testdata/pages/insurer.yaml"
	rules := strings.ReplaceAll("\n"+strings.TrimSpace(readFile(t, "testdata/pages/insurer.yaml")), "\n", "\n      ")
	r := startRelayWith(t, "  - key: checked\n    dev: true\n    anonymous: true\n    policy:"+rules+"\n")
	site := newSite(t)
	site.raw("/quote", nil, strings.Replace(readFile(t, "testdata/pages/insurer.html"), "<head>", "<head>"+r.tag("checked")+"<link rel=icon href=data:,>", 1))

	said := maskCheck(t, "--policy", policy, "--url", site.url+"/quote", file)
	if loaded := maskCheck(t, "--policy", policy, site.url+"/quote"); !reflect.DeepEqual(loaded.Items, said.Items) {
		t.Errorf("of the page that Chromium has loaded it tells\n%+v\nand of the file\n%+v", loaded.Items, said.Items)
	}
	page := chrome.New(t).Open(t, site.url+"/quote")
	page.Do(t, recording, chrome.Script(acting))
	wishes := said.wishes()
	for i, w := range wishes {
		page.Do(t, chrome.Script(fmt.Sprintf(`%s; cotrail.log("%s %d")`, w.act, acted, i)))
	}
	page.Do(t, flushed)
	entries := r.settledLog(session(t, page), "the last act is in the log", has(len(wishes), "client_log"))
	got := perAct(entries)
	kinds := map[string]int{}
	for i, w := range wishes {
		var last map[string]any
		for _, e := range got[i] {
			if e.text("type") == w.kind {
				last = withoutAct(object(e["details"])).(map[string]any)
			}
		}
		if !reflect.DeepEqual(last, w.details) {
			t.Errorf("%s of %s: the log has\n%v\nand mask-check said\n%v", w.act, w.what, last, w.details)
		}
		kinds[w.kind]++
	}
	if kinds["click"] < 30 || kinds["input_change"] < 12 || kinds["submit"] != 2 {
		t.Errorf("there were only %v", kinds)
	}
	noErrors(t, page)
}

// acted begins the message that parts the acts in the log.
const acted = "act"

// perAct cuts a log after each act.
func perAct(entries []entry) map[int][]entry {
	out := map[int][]entry{}
	n := 0
	for _, e := range entries {
		if e.text("type") == "client_log" {
			n++
			continue
		}
		out[n] = append(out[n], e)
	}
	return out
}
