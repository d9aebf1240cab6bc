package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// quote is a form with one of each common control; the second page is where it goes.
const quote = `
<h1>Quote</h1>
<form id=quote action=/done>
	<label for=name>Name</label> <input id=name name=name>
	<label>Age <input id=age name=age type=number></label>
	<label>Start <input id=start name=start type=date></label>
	<label>E-mail <input id=mail name=mail type=email></label>
	<label>Password <input id=pw name=pw type=password></label> <button id=show type=button onclick="pw.type = pw.type === 'text' ? 'password' : 'text'">Show</button>
	<label>Card <input id=card name=card autocomplete=cc-number></label>
	<fieldset><label><input type=radio name=plan value=basic id=basic> Basic</label> <label><input type=radio name=plan value=plus id=plus> Plus</label></fieldset>
	<label id=agreed><input type=checkbox name=agree id=agree> <span id=agreetext>I agree</span></label>
	<label>Country <select id=country name=country><option value="">Choose<option value=PT>Portugal<option value=NL>Netherlands</select></label>
	<label>Covers <select id=covers name=covers multiple size=3><option>death<option>illness<option>accident</select></label>
	<label>Notes <textarea id=notes name=notes></textarea></label>
	<label>Sum <input id=sum name=sum type=range min=0 max=10 value=5></label>
	<div id=free contenteditable>x</div>
	<div><div><input name=deep><input name=deeper></div></div>
	<div data-cotrail-block><label>Diagnosis <input id=diagnosis name=diagnosis></label></div>
	<button id=send><b>Get</b> quote</button>
</form>
<p><a id=more href="/more?ref=mail&step=2">More</a></p>
<script>document.getElementById("name").value = "set by the page"; document.getElementById("name").value = ""</script>`

// step is an act, and what the log of each site says of it: "" for nothing. A masked act is given as
// "masked RULE NODE", others by id, or by the path from body on.
type step struct {
	name         string
	act          []chrome.Step
	shows, hides []string
}

func acts(steps ...chrome.Step) []chrome.Step { return steps }

// typed is a click into a field and a text, committed by leaving it.
func typed(id, keys, value string) step {
	return step{"type into " + id, acts(chrome.Type("#"+id, keys), chrome.Press(kb.Tab)),
		[]string{"click #" + id, "input_change #" + id + " = " + value},
		[]string{"click masked default input", "input_change masked default input filled"}}
}

// secret is the same in a field that no policy opens.
func secret(id, keys string) step {
	said := []string{"click masked hard_deny input", "input_change masked hard_deny input filled"}
	return step{"type into " + id, acts(chrome.Type("#"+id, keys), chrome.Press(kb.Tab)), said, said}
}

var steps = []step{
	typed("name", "Ada Miller", "Ada Miller"),
	typed("age", "41", "41"),
	{"set a date", acts(chrome.Focus("#start"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)),
		[]string{"input_change #start = 2027-03-15"}, []string{"input_change masked default input filled"}},
	typed("mail", "ada@mail.example", "[email]"),
	secret("pw", "correct horse"),
	{"show the password", acts(chrome.Click("#show")), []string{"click #show Show"}, []string{"click #show Show"}},
	secret("pw", " battery"),
	secret("card", "4111111111111111"),
	{"choose a radio by its label", acts(chrome.Click("label:has(#plus)")),
		[]string{"click /form/fieldset/label[2] Plus", "input_change #plus = plus checked"},
		[]string{"click masked default label", "input_change masked default input"}},
	{"tick a box by the text beside it", acts(chrome.Click("#agreetext")),
		[]string{"click #agreed I agree", "input_change #agree = on checked"},
		[]string{"click masked default label", "input_change masked default input"}},
	{"untick it by keyboard", acts(chrome.Focus("#agree"), chrome.Press(" ")),
		[]string{"click #agree I agree", "input_change #agree = on unchecked"},
		[]string{"click masked default input", "input_change masked default input"}},
	{"select by keyboard", acts(chrome.Focus("#country"), chrome.Press("P")),
		[]string{"input_change /form/label[8]/select/option[2] = PT selected"}, // by its path: the option has no id
		[]string{"input_change masked default option"}},
	{"select two of many", acts(chrome.Click("#covers option:nth-child(1)"), chrome.Focus("#covers"), chrome.Press(kb.ArrowDown)),
		[]string{"input_change /form/label[9]/select/option = death selected", "click /form/label[9]/select/option death", // the browser tells the change first
			"input_change /form/label[9]/select/option = death unselected", "input_change /form/label[9]/select/option[2] = illness selected"},
		[]string{"input_change masked default option", "click masked default option", "input_change masked default option", "input_change masked default option"}},
	{"type into a text area", acts(chrome.Type("#notes", "two"), chrome.Press(kb.Enter), chrome.Press("lines"), chrome.Press(kb.Tab)),
		[]string{"click #notes", "input_change #notes = two\nlines"}, []string{"click masked default textarea", "input_change masked default textarea filled"}},
	{"move a slider", acts(chrome.Focus("#sum"), chrome.Press(kb.ArrowRight)),
		[]string{"input_change #sum = 6"}, []string{"input_change masked default input filled"}},
	{"write into an editable part", acts(chrome.Click("#free"), chrome.Press(kb.End), chrome.Press("yz"), chrome.Press(kb.Tab)),
		[]string{"click #free", "input_change #free = xyz"}, []string{"click masked default div", "input_change masked default div filled"}},
	{"type into a field without an id", acts(chrome.Type("[name=deeper]", "d"), chrome.Press(kb.Tab)),
		[]string{"click /form/div[2]/div/input[2]", "input_change /form/div[2]/div/input[2] = d"},
		[]string{"click masked default input", "input_change masked default input filled"}},
	{"type into a blocked field", acts(chrome.Type("#diagnosis", "none of your business"), chrome.Press(kb.Tab)), nil, nil},
	{"click what is nothing in particular", acts(chrome.Click("h1")), []string{"click /h1"}, []string{"click /h1"}},
	{"send by Enter", acts(chrome.Type("#name", " Jr"), chrome.Press(kb.Enter), chrome.WaitFor(`location.pathname === "/done"`)),
		[]string{"click #name", "input_change #name = Ada Miller Jr", "submit #quote", "navigate SITE/done?name=&age=&start=&mail=&pw=&card=&plan=&country=&covers=&notes=&sum=&deep=&deeper=&diagnosis="},
		[]string{"click masked default input", "input_change masked default input filled", "submit #quote", "navigate SITE/done?name=&age=&start=&mail=&pw=&card=&plan=&country=&covers=&notes=&sum=&deep=&deeper=&diagnosis="}},
	{"go on within the page", acts(recording, chrome.Click("#push")), []string{"click #push Push", "navigate SITE/done/thanks push"}, []string{"click #push Push", "navigate SITE/done/thanks push"}},
	{"go to a part of it", acts(chrome.Click("#part")), []string{"click #part Part", "navigate SITE/done/thanks hash"}, []string{"click #part Part", "navigate SITE/done/thanks hash"}},
	{"and back", acts(chrome.Script("history.back()"), chrome.WaitFor("!location.hash")), []string{"navigate SITE/done/thanks traverse"}, []string{"navigate SITE/done/thanks traverse"}},
	{"follow a link", acts(chrome.Click("#away"), chrome.WaitFor(`location.pathname === "/more"`)),
		[]string{"click #away Away", "navigate SITE/more?ref=&step="}, []string{"click #away Away", "navigate SITE/more?ref=&step="}},
	{"say something", acts(recording, chrome.Script(`cotrail.log("Offer shown"); cotrail.log({message: "Paid", token: "abc"}, {level: "warn"})`)),
		[]string{"client_log Offer shown", "client_log Paid"}, []string{"client_log Offer shown", "client_log Paid"}},
}

const done = `<button id=push onclick="history.pushState({secret: 1}, '', '/done/thanks')">Push</button> <a id=part href="#summary-of-4711">Part</a> <a id=away href="/more?ref=mail&step=2">Away</a>`

// TestEveryAct does one act after the other and finds each in the log, once, in order, and nothing else.
func TestEveryAct(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	browser := chrome.New(t)
	for _, key := range []string{"shows", "hides"} {
		t.Run(key, func(t *testing.T) {
			site := newSite(t)
			site.page("/", r.tag(key), quote)
			site.page("/done", r.tag(key), done)
			site.page("/more", r.tag(key), "<p>More</p>")
			page := browser.Open(t, site.url+"/")
			page.Do(t, recording)
			if globals := chrome.MustEval[string](t, page, foreignGlobals); globals != "cotrail" {
				t.Errorf("globals beside the page's own: %s", globals)
			}
			want := []string{"session_created", "participant_joined", "tab_created", "navigate SITE/ load", "recorder_started", "policy_loaded"}
			paths := map[string]string{}
			for _, s := range steps {
				page.Do(t, s.act...)
				said := s.shows
				if key == "hides" {
					said = s.hides
				}
				for _, line := range said {
					if strings.HasPrefix(line, "navigate SITE/done?") || strings.HasPrefix(line, "navigate SITE/more") {
						want = append(want, "relocate_start", line+" load", "recorder_started", "policy_loaded")
					} else {
						want = append(want, line)
					}
				}
				collectPaths(t, page, paths)
			}
			page.Do(t, flushed)
			entries := r.settledLog(session(t, page), "the last act is in the log", func(e []entry) bool { return len(e) >= len(want) })
			var got []string
			for _, e := range entries {
				got = append(got, brief(e, site.url))
			}
			if !slices.Equal(got, want) {
				t.Errorf("the log differs from what was done:\n%s", differ(got, want))
			}
			checkShapes(t, entries)
			if text := string(r.get("/v1/sessions/" + session(t, page) + "/log")); strings.Contains(text, "horse") || strings.Contains(text, "battery") ||
				strings.Contains(text, "business") || strings.Contains(text, "41111111") || strings.Contains(text, "of-4711") || key == "hides" && strings.Contains(text, "Miller") {
				t.Error("a secret stands in the log")
			}
			checkPaths(t, entries, paths)
			noErrors(t, page)
		})
	}
}

// foreignGlobals are the window's own properties that an empty frame's window does not have.
const foreignGlobals = `(() => {
	const frame = document.body.appendChild(document.createElement("iframe"));
	const own = new Set(Object.getOwnPropertyNames(frame.contentWindow));
	frame.remove();
	return Object.getOwnPropertyNames(window).filter(n => !own.has(n) && !/^\d+$/.test(n)).join(" ");
})()`

// brief says an entry in the words of the table above.
func brief(e entry, site string) string {
	d := e.details()
	switch kind := e.text("type"); kind {
	case "click", "input_change":
		if d["is_masked"] == true {
			filled := ""
			if d["filled"] == true {
				filled = " filled"
			}
			return fmt.Sprintf("%s masked %s %s%s", kind, d["rule"], d["node_name"], filled)
		}
		said := kind + " " + where(d.text("xpath"))
		if kind == "input_change" {
			said += " = " + d.text("value")
		} else if slices.Contains([]string{"button", "link", "option", "listitem", "label", "checkbox", "gridcell", "treeitem"}, d.text("role")) {
			said = strings.TrimSpace(said + " " + d.text("label"))
		}
		for _, flag := range []string{"checked", "selected"} {
			if on, ok := d[flag].(bool); ok {
				said += " " + map[bool]string{false: "un"}[on] + flag
			}
		}
		return said
	case "submit":
		return kind + " " + where(d.text("xpath"))
	case "navigate":
		return kind + " " + strings.ReplaceAll(d.text("url"), site, "SITE") + " " + d.text("kind")
	case "client_log":
		return kind + " " + d.text("message")
	default:
		return kind
	}
}

// where shortens a path.
func where(xpath string) string {
	if id, ok := strings.CutPrefix(xpath, `//*[@id="`); ok {
		return "#" + strings.TrimSuffix(id, `"]`)
	}
	return strings.TrimPrefix(xpath, "/html/body")
}

// collectPaths notes, for each element of the page, the path that the log should give.
func collectPaths(t *testing.T, page *chrome.Page, paths map[string]string) {
	t.Helper()
	for path, id := range chrome.MustEval[map[string]string](t, page, `(() => {
		const out = {};
		for (const el of document.querySelectorAll("input,select,option,textarea,button,a,label,form,div,h1")) {
			const steps = [];
			for (let at = el; at; at = at.parentElement) {
				const same = at.parentElement ? [...at.parentElement.children].filter(c => c.localName === at.localName) : [at];
				steps.unshift(at.localName + (same.indexOf(at) ? "[" + (same.indexOf(at) + 1) + "]" : ""));
			}
			const path = el.id ? '//*[@id="' + el.id + '"]' : "/" + steps.join("/");
			const found = document.evaluate(path, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
			out[path] = found === el ? el.localName : "NOT FOUND";
		}
		return out;
	})()`) {
		paths[path] = id
	}
}

// checkPaths holds each xpath of the log against those of the page, found there by document.evaluate.
func checkPaths(t *testing.T, entries []entry, paths map[string]string) {
	t.Helper()
	for _, e := range ofType(entries, "click", "input_change", "submit") {
		path := e.details().text("xpath")
		node := e.details().text("node_name")
		if e.text("type") == "submit" {
			node = "form"
		}
		if path != "" && paths[path] != node {
			t.Errorf("%s evaluates to %q, not to the %s of entry %d", path, paths[path], node, e.number("seq"))
		}
	}
}

// checkShapes holds the keys of entries against the reference's and our own.
func checkShapes(t *testing.T, entries []entry) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "sessions", "shapes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var shapes map[string][]string
	if err := json.Unmarshal(text, &shapes); err != nil {
		t.Fatal(err)
	}
	for _, e := range ofType(entries, "input_change", "click") {
		name := e.text("type")
		if e.details()["is_masked"] == true {
			name += " masked"
		}
		required, allowed := shapes[name], shapes[name+" optional"]
		for _, key := range required {
			if _, ok := e.details()[key]; !ok {
				t.Errorf("entry %d (%s) has no %s", e.number("seq"), name, key)
			}
		}
		for key := range e.details() {
			if !slices.Contains(required, key) && !slices.Contains(allowed, key) {
				t.Errorf("entry %d (%s) has %s", e.number("seq"), name, key)
			}
		}
	}
}

// differ shows two lists side by side, what both have in one line.
func differ(got, want []string) string {
	common := make([][]int, len(got)+1) // how many lines the rests of both lists have in common
	for i := range common {
		common[i] = make([]int, len(want)+1)
	}
	for i := len(got) - 1; i >= 0; i-- {
		for j := len(want) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); got[i] == want[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var b strings.Builder
	for i, j := 0, 0; i < len(got) || j < len(want); {
		switch {
		case i < len(got) && j < len(want) && got[i] == want[j]:
			fmt.Fprintf(&b, "  %-70s | %s\n", got[i], want[j])
			i, j = i+1, j+1
		case j == len(want) || i < len(got) && common[i+1][j] >= common[i][j+1]:
			fmt.Fprintf(&b, "* %-70s | -\n", got[i])
			i++
		default:
			fmt.Fprintf(&b, "* %-70s | %s\n", "-", want[j])
			j++
		}
	}
	return b.String()
}
