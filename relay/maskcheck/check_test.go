package maskcheck

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/config"
)

// pages has the saved pages, in which everybody is invented.
const pages = "../../testdata/pages/"

func policyOf(t *testing.T, yaml string) *config.PolicyFile {
	t.Helper()
	file := filepath.Join(t.TempDir(), "p.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := config.LoadPolicy(file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func check(t *testing.T, yaml, body string, secrets ...string) *Report {
	t.Helper()
	r, err := Check(policyOf(t, yaml), "page.html", "https://shop.example/pay", []byte("<!doctype html><title>Pay</title>"+body), secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// item gives the one item of a path.
func item(t *testing.T, r *Report, what string) Item {
	t.Helper()
	i := slices.IndexFunc(r.Items, func(i Item) bool { return i.What == what })
	if i < 0 {
		t.Fatalf("no item %s in %+v", what, r.Items)
	}
	return r.Items[i]
}

// TestInsurer reads the saved page: every rule, and what it does not hit.
func TestInsurer(t *testing.T) {
	policy, err := config.LoadPolicy(pages + "insurer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(pages + "insurer.html")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(policy, "insurer.html", "https://shop.example/quote", page)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Undecided) > 0 {
		t.Errorf("undecided: %v", r.Undecided)
	}
	for _, want := range []string{
		"input#diagnosis block block:.private", "button#secret-button block block:.private",
		"input#password mask hard_deny", "input#holder mask hard_deny", "input#ticket mask hard_deny",
		"input#iban mask mask:#iban", "input[name=town] mask mask:[data-sensitive]", "input#reference mask mask:markup", "button#row-99887766 mask mask:markup",
		"select#country allow allow:#country", "input#comment allow allow:#comment", "input[name=amount] allow allow:markup", "input[name=news] allow allow:fieldset.open",
		"input#postcode mask default", "select#language mask default", "textarea#remark mask default", "div#note mask default", "div#switch mask default",
		"button#send allow default", "a#next allow default", "/html/body/div[3]/button mask keypad", "/html/body/div[3]/button[7] allow default",
	} {
		what, rest, _ := strings.Cut(want, " ")
		if i := item(t, r, what); i.Action+" "+i.Rule != rest {
			t.Errorf("%s: %s %s, want %s", what, i.Action, i.Rule, rest)
		}
	}
	for what, want := range map[string]string{
		"input#comment":  `"value":"card [card], member [member_no]"`,
		"button#send":    `"label":"Send to [email]"`,
		"a#next":         `"href":"https://shop.example/demo/health?page=3&name=#/step/2"`,
		"form#quote":     `"action":"https://shop.example/quote/{id}/send?page=2&name="`,
		"select#country": `"value":"dk"`,
	} {
		if e := item(t, r, what).Entries; len(e) == 0 || !strings.Contains(string(e[0].Details), want) {
			t.Errorf("%s gives %s, want %s in it", what, e, want)
		}
	}
	for _, what := range []string{"input#diagnosis", "input#ticket"} {
		if e := item(t, r, what).Entries; len(e) > 0 {
			t.Errorf("%s gives %s", what, e)
		}
	}
	for _, i := range r.Items {
		for _, e := range i.Entries {
			if i.Action == "mask" && i.Node != "form" {
				var d map[string]any
				json.Unmarshal(e.Details, &d)
				if len(d) != 3 {
					t.Errorf("masked %s gives more than that it was touched: %s", i.What, e.Details)
				}
			}
		}
	}
}

// TestSecrets looks for a text in each place where an entry could have it, and in each where it has not.
func TestSecrets(t *testing.T) {
	for _, c := range []struct {
		name, policy, body string
		leaks              bool
	}{
		{"value", "allow: ['#a']", `<input id=a value="blue moon">`, true},
		{"masked value", "default: mask", `<input id=a value="blue moon">`, false},
		{"option", "allow: ['#a']", `<select id=a><option>red<option>Blue Moon</select>`, true},
		{"masked option", "default: mask", `<select id=a><option>red<option>Blue Moon</select>`, false},
		{"label", "default: mask", `<button>Go to Blue Moon</button>`, true},
		{"no labels", "labels: false", `<button>Go to Blue Moon</button>`, false},
		{"blocked label", "block: [p]", `<p><button>Go to Blue Moon</button></p>`, false},
		{"label without its masked part", "default: mask", `<button>Go <b data-cotrail-mask>Blue Moon</b></button>`, false},
		{"label that stands elsewhere", "default: mask", `<p id=n>Blue Moon</p><button aria-labelledby=n>x</button>`, true},
		{"label named by what is masked elsewhere", "default: mask", `<div data-cotrail-mask><b id=n>Blue Moon</b></div><button aria-labelledby=n>Go</button>`, false},
		{"label named by a form value", "default: mask", `<p contenteditable><b id=n>Blue Moon</b></p><button aria-labelledby=n>Go</button>`, false},
		{"label with a form value in it", "default: mask", `<button>Go <output>Blue Moon</output> <b role="none Option">Blue Moon</b></button>`, false},
		{"label without what is not shown", "default: mask", `<button>Go<b hidden>Blue Moon</b><b aria-hidden=true>Blue Moon</b><b style="Display: none">Blue Moon</b></button>`, false},
		{"within an option", "default: mask", `<p role=Option><button data-cotrail-allow>Blue Moon</button>`, false},
		{"within a label", "default: mask", `<label><b role=button>Blue Moon</b><input type=radio></label>`, false},
		{"a button's own label", "default: mask", `<label>Go to <button>Blue Moon</button></label>`, true},
		{"an island in an editor", "default: mask", `<p contenteditable><b contenteditable=false><a href="/blue-moon">Blue Moon</a></b></p>`, false},
		{"a cell", "default: mask", `<p role=gridcell tabindex=0>Blue Moon</p><p role=treeitem>Blue Moon</p>`, false},
		{"a label of nothing", "default: mask", `<label>Blue Moon</label>`, false},
		{"a keypad of inputs", "default: mask", strings.Repeat(`<input type=submit value=1 id=blue-moon>`, 5), false},
		{"a keypad of named signs", "default: mask", strings.Repeat(`<button aria-label="Blue Moon">1</button>`, 5), false},
		{"a keypad of named inputs", "default: mask", strings.Repeat(`<input type=button value=1 aria-label="Blue Moon">`, 5), false},
		{"no keypad", "default: mask", strings.Repeat(`<button aria-label="Blue Moon">×</button>`, 5), true},
		{"a role in reserve", "default: mask", `<p role="none Option">Blue Moon</p>`, false},
		{"id", "default: mask", `<div id="blue-moon">x</div>`, true},
		{"id, not shown", "attributes: []", `<div id="blue-moon">x</div>`, false},
		{"class", "default: mask", `<button class="btn bluemoon">x</button>`, true},
		{"path", "default: mask", `<a href="/to/blue%20moon/x">x</a>`, true},
		{"kept query", "urls: {keep_query: [q]}", `<a href="/to?q=blue+moon">x</a>`, true},
		{"query", "default: mask", `<a href="/to?q=blue+moon">x</a>`, false},
		{"origin only", "urls: {origin_only: ['*']}", `<a href="/to/blue-moon/x">x</a>`, false},
		{"form action", "default: mask", `<form action="/blue-moon"></form>`, true},
		{"formaction", "default: mask", `<form><button formaction="/blue-moon">x</button></form>`, true},
		{"custom element in a path", "default: mask", `<div data-cotrail-block><x-y></x-y></div><p><button>x</button></p>`, false},
		{"file name", "filenames: plain", `<a download="blue-moon.pdf" href="/f">x</a>`, true},
		{"file's extension", "default: mask", `<a download="blue-moon.pdf" href="/f">x</a>`, false},
		{"template", "default: allow", `<template><input value="blue moon"></template>`, false},
		{"hidden field", "default: allow", `<input type=hidden value="blue moon">`, false},
		{"field's name in a form", "default: allow", `<form><input name=blue_moon></form>`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := check(t, c.policy, c.body, "nowhere", "Blue Moon")
			if (len(r.Leaks) > 0) != c.leaks {
				t.Errorf("leaks %v in %+v", r.Leaks, r.Items)
			}
			for _, l := range r.Leaks {
				if l.Secret != 2 {
					t.Errorf("the leak is of secret %d", l.Secret)
				}
			}
		})
	}
	if r, err := Check(policyOf(t, "titles: true"), "p", "https://shop.example/x", []byte("<!doctype html><title>Blue moon</title>"), "blue moon"); err != nil || len(r.Leaks) != 1 {
		t.Errorf("the title: %v %+v", err, r)
	}
}

// TestSelectors holds what is judged, and what is not.
func TestSelectors(t *testing.T) {
	body := `<form class="A"><p><input id=a type=TEXT name=x></p></form>`
	for selector, want := range map[string]string{
		"#a":                         "mask mask:#a",
		"[type='text']":              "mask mask:[type='text']",
		"[name=X]":                   "allow default",
		"[name=X i]":                 "mask mask:[name=X i]",
		".a":                         "allow default",
		"form > p input":             "mask mask:form > p input",
		"form > input":               "allow default",
		"p:not(.b, .c) #a":           "mask mask:p:not(.b, .c) #a",
		"input:nth-child(2n+1)":      "mask mask:input:nth-child(2n+1)",
		"input:nth-child(2)":         "allow default",
		"#b, #a":                     "mask mask:#b, #a",
		"input:focus":                "undecided default",
		"input:checked":              "undecided default",
		"input:not(:hover)":          "undecided default",
		":is(#a)":                    "undecided default",
		":has(> #a)":                 "undecided default",
		"x-card::part(field)":        "undecided default",
		"#a, b(":                     "undecided default",
		"p:contains('x')":            "undecided default",
		"[name!=y]":                  "undecided default",
		"INPUT":                      "undecided default",
		"input[value=']:hover']":     "allow default",
		`#\:hover`:                   "allow default",
		"[data-x=':focus'], input#a": "mask mask:[data-x=':focus'], input#a",
	} {
		t.Run(selector, func(t *testing.T) {
			list, _ := json.Marshal([]string{selector})
			r := check(t, "default: allow\nmask: "+string(list), body)
			i := item(t, r, "input#a")
			if i.Action+" "+i.Rule != want {
				t.Errorf("%s %s, want %s; %v", i.Action, i.Rule, want, r.Undecided)
			}
			undecided := strings.HasPrefix(want, "undecided")
			if (len(r.Undecided) > 0) != undecided || undecided && !strings.Contains(r.Undecided[0].What, "p.yaml:2: selector "+selector) {
				t.Errorf("undecided: %v", r.Undecided)
			}
		})
	}
}

// TestUndecided: what a saved page cannot tell is said, unless it makes no difference.
func TestUndecided(t *testing.T) {
	for _, c := range []struct {
		name, policy, body, what, want string
		undecided                      bool
	}{
		{"a doubtful mask of what is masked", "mask: [':focus']", `<input id=a>`, "input#a", "mask default or mask::focus", true},
		{"a doubtful block of what is masked", "block: [':focus']", `<input id=a>`, "input#a", "undecided default", true},
		{"a doubtful block of what is blocked", "block: ['#a', ':focus']", `<input id=a>`, "input#a", "block block:#a", true},
		{"a doubtful allow", "allow: [':focus']", `<input id=a>`, "input#a", "undecided allow::focus", true},
		{"a doubtful allow of a secret", "allow: [':focus']", `<input id=a type=password>`, "input#a", "mask hard_deny", true},
		{"a custom element", "default: mask", `<x-card><input id=a></x-card>`, "input#a", "undecided default", true},
		{"a custom element that is blocked", "block: [x-card]", `<x-card><input id=a></x-card>`, "input#a", "block block:x-card", false},
		{"a saved shadow tree", "default: mask", `<div><template shadowrootmode=open></template></div><input id=a>`, "input#a", "mask default", true},
		{"a frame of this origin", "default: mask", `<iframe src="/x"></iframe><input id=a>`, "input#a", "mask default", true},
		{"a frame with its page in it", "default: mask", `<iframe srcdoc="<p>"></iframe><input id=a>`, "input#a", "mask default", true},
		{"a blocked frame", "block: [iframe]", `<iframe src="/x"></iframe><input id=a>`, "input#a", "mask default", false},
		{"a frame of another origin", "default: mask", `<iframe src="https://video.example/x"></iframe><input id=a>`, "input#a", "mask default", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := check(t, c.policy, c.body)
			if i := item(t, r, c.what); i.Action+" "+i.Rule != c.want || (len(r.Undecided) > 0) != c.undecided {
				t.Errorf("%s %s, want %s; undecided: %v", i.Action, i.Rule, c.want, r.Undecided)
			}
		})
	}
	r, err := Check(policyOf(t, "default: mask"), "p", "", []byte("<input id=a>"))
	if err != nil || len(r.Undecided) != 1 {
		t.Errorf("without a doctype: %v %+v", err, r)
	}
}

// TestPagesOfPolicy: the rules of a page hold at its address, and all of them where it is not known.
func TestPagesOfPolicy(t *testing.T) {
	policy := policyOf(t, "default: allow\npages:\n  - {match: 'https://shop.example/pay*', default: mask}\n")
	for address, want := range map[string]string{"https://shop.example/pay": "mask", "https://shop.example/": "allow", "": "mask"} {
		r, err := Check(policy, "p", address, []byte("<!doctype html><input id=a>"))
		if err != nil {
			t.Fatal(err)
		}
		if i := item(t, r, "input#a"); i.Action != want {
			t.Errorf("at %q: %s, want %s", address, i.Action, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	policy := policyOf(t, "default: mask")
	for want, c := range map[string][2]string{
		"p.html: the page is empty":    {" \n", ""},
		"p.html:2: the page is not in": {"<!doctype html>\n\xff", ""},
		`--url "shop/pay"`:             {"<p>", "shop/pay"},
	} {
		if _, err := Check(policy, "p.html", c[1], []byte(c[0])); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
