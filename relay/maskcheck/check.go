// Package maskcheck tells of a saved page what the recorder would record of it under a policy, and by which rule.
//
// It promises that the decisions and the masked texts are those of package masking, the recorder's own; that what a
// saved page cannot tell is called undecided and never guessed; and that a text that is looked for is found wherever
// any entry could show it. Nothing has been typed into a saved page, so that no text is withheld here for repeating a
// hidden value.
package maskcheck

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/config"
)

// Report is what was found out of a page.
type Report struct {
	Page      string      `json:"page"`          // its file or address
	URL       string      `json:"url,omitempty"` // under which the policy was asked
	Items     []Item      `json:"items"`
	Undecided []Undecided `json:"undecided"`
	Leaks     []Leak      `json:"leaks"`
}

// Item is the page, a form, a field or a clickable thing.
type Item struct {
	What    string  `json:"what"` // for people: the element with its id or name, else its path
	Path    string  `json:"path"` // from the page's root, whatever the policy shows
	Node    string  `json:"node"`
	Action  string  `json:"action"` // block, mask, allow, undecided
	Rule    string  `json:"rule"`
	Entries []Entry `json:"entries"` // what it could make; of what is undecided, the most that may be shown
}

// Undecided is what a saved page cannot tell.
type Undecided struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// checker has what is asked again and again of one page.
type checker struct {
	policy *masking.Policy
	rules  rules
	root   *html.Node
	head   *html.Node
	labels []*html.Node
	ids    map[string][]*html.Node // the elements of each id, in their order
	url    string
	base   *url.URL
	report *Report

	unlisted []Item // what nobody means to click, and whose click is told all the same
}

// Check judges a page. Where its address is not known, the rules of every page of the policy hold.
func Check(policy *config.PolicyFile, name, address string, page []byte, secrets ...string) (*Report, error) {
	if len(bytes.TrimSpace(page)) == 0 {
		return nil, errors.New(name + ": the page is empty")
	}
	if at := invalidUTF8(page); at > 0 {
		return nil, fmt.Errorf("%s:%d: the page is not in UTF-8; save it so", name, at)
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	at := policy.Policy.At(address)
	c := &checker{policy: at, rules: parseRules(at), root: root, url: address, report: &Report{Page: name, URL: address, Items: []Item{}, Undecided: []Undecided{}, Leaks: []Leak{}}}
	c.index()
	if err := c.learnBase(address); err != nil {
		return nil, err
	}
	c.undecidedPage(policy)
	c.pageItem()
	each(root, c.visit)
	c.look(secrets)
	return c.report, nil
}

// index notes what is looked up again and again.
func (c *checker) index() {
	c.ids = map[string][]*html.Node{}
	each(c.root, func(n *html.Node) {
		switch {
		case n.Data == "label":
			c.labels = append(c.labels, n)
		case n.Data == "head" && c.head == nil:
			c.head = n
		}
		if id := attr(n, "id"); id != "" {
			c.ids[id] = append(c.ids[id], n)
		}
	})
}

// invalidUTF8 gives the line that is not UTF-8, 0 when all are.
func invalidUTF8(page []byte) int {
	for i, line := range bytes.Split(page, []byte("\n")) {
		if !utf8.Valid(line) {
			return i + 1
		}
	}
	return 0
}

// learnBase notes what relative addresses are relative to.
func (c *checker) learnBase(address string) error {
	base, err := url.Parse(address)
	if err != nil || address != "" && !base.IsAbs() {
		return fmt.Errorf("--url %q is no address like https://shop.example/pay", address)
	}
	c.base = base
	if n := find(c.root, func(n *html.Node) bool { return n.Data == "base" && has(n, "href") }); n != nil {
		if own, err := base.Parse(attr(n, "href")); err == nil {
			c.base = own
		}
	}
	return nil
}

// undecidedPage notes what cannot be judged of the whole page.
func (c *checker) undecidedPage(policy *config.PolicyFile) {
	for _, s := range c.rules.all() {
		if s.why != "" {
			c.undecided(fmt.Sprintf("%s:%d: selector %s", policy.Path, policy.Line(s.text), s.text), s.why)
		}
	}
	doctype := c.root.FirstChild
	for doctype != nil && doctype.Type != html.DoctypeNode {
		doctype = doctype.NextSibling
	}
	if doctype == nil || doctype.Data != "html" || len(doctype.Attr) > 0 && attr(doctype, "system") != "about:legacy-compat" {
		c.undecided(c.report.Page, "it does not begin with <!doctype html>, and in such a page browsers may compare ids and classes without regard to case")
	}
}

func (c *checker) undecided(what, why string) {
	c.report.Undecided = append(c.report.Undecided, Undecided{what, why})
}

// pageItem is the page's address and title.
func (c *checker) pageItem() {
	title := ""
	if n := find(c.root, func(n *html.Node) bool { return n.Data == "title" && n.Namespace == "" }); n != nil {
		title = tidy(content(n))
	}
	c.add(Item{What: "page", Path: "/", Node: "page", Action: "allow", Rule: masking.RuleDefault, Entries: []Entry{entry(event.Navigate, func(d *event.Details) {
		d.Text("url", c.policy.URL(c.url))
		d.OptText("title", c.policy.Title(title))
	})}})
}

func (c *checker) add(item Item) {
	if item.Entries == nil {
		item.Entries = []Entry{}
	}
	c.report.Items = append(c.report.Items, item)
}

// visit judges an element, if it is one of those that are told of.
func (c *checker) visit(n *html.Node) {
	if within(n, c.head) {
		return
	}
	switch {
	case n.Data == "option":
		return // its select tells of it
	case n.Data == "form":
		v := c.decide(n, n)
		c.judged(n, v, c.submit(n, v))
	case n.Data == "iframe" || n.Data == "frame":
		c.frame(n)
	case isCustom(n) || n.Data == "template" && has(n, "shadowrootmode"):
		if c.decision(n, n, false).Action != masking.Block {
			c.undecided(steps(n), "what is in its shadow tree is not in a saved page")
		}
	case c.isField(n):
		c.field(n)
		return
	}
	v := c.clickVerdict(n)
	entries := c.click(n, v)
	if isClickable(n) {
		c.judged(n, v, entries)
	} else {
		c.unlisted = append(c.unlisted, Item{What: called(n), Path: steps(n), Node: n.Data, Entries: entries})
	}
}

// field judges a field and its options.
func (c *checker) field(n *html.Node) {
	v := c.decide(n, n)
	var entries []Entry
	switch {
	case n.Data == "select":
		for _, o := range options(n) {
			chosen := c.decide(o, n)
			entries = append(append(entries, c.change(n, o, chosen)...), c.click(o, c.clickVerdict(o))...)
			v = closer(v, chosen)
		}
	case typeOf(n) == "hidden": // nobody changes it; its form tells of it when it is sent
	default:
		entries = c.change(n, n, v)
	}
	if typeOf(n) != "hidden" {
		entries = append(entries, c.click(n, c.clickVerdict(n))...)
	}
	c.judged(n, v, entries)
}

// closer gives of a field's decision and of an option's the one that is not decided, if one is not.
func closer(field, option verdict) verdict {
	if field.why == "" && option.why != "" {
		return option
	}
	return field
}

// frame says that the page in a frame is another file. One of another origin is recorded, if it is, as a page of its own.
func (c *checker) frame(n *html.Node) {
	src, err := c.base.Parse(attr(n, "src"))
	foreign := err == nil && c.base.IsAbs() && src.Host != "" && (src.Scheme != c.base.Scheme || src.Host != c.base.Host)
	if !foreign && c.decision(n, n, false).Action != masking.Block {
		c.undecided(steps(n), "the page in this frame is not in the file; save it and check it as well")
	}
}

var actions = map[masking.Action]string{masking.Block: "block", masking.Mask: "mask", masking.Allow: "allow"}

func (c *checker) judged(n *html.Node, v verdict, entries []Entry) {
	item := Item{What: called(n), Path: steps(n), Node: n.Data, Action: actions[v.Action], Rule: v.Rule, Entries: entries}
	if v.why != "" {
		item.Action = "undecided"
		c.undecided(item.What, v.why)
	}
	c.add(item)
}

// called is how people find the element.
func called(n *html.Node) string {
	if id := attr(n, "id"); id != "" {
		return n.Data + "#" + id
	}
	if name := attr(n, "name"); name != "" {
		return n.Data + "[name=" + name + "]"
	}
	return steps(n)
}
