package maskcheck

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// Entry is what the log would get: of its details those that come of the page. What only the act tells, such as who
// did it and whether the field was filled then, is left out.
type Entry struct {
	Type    string          `json:"type"`
	Details json.RawMessage `json:"details"`
}

func entry(kind event.Word, fill func(*event.Details)) Entry {
	var d event.Details
	fill(&d)
	return Entry{string(kind), d.JSON()}
}

// unchosen tells whether the policy says nothing of a masked choice, not even that it was made.
func (c *checker) unchosen(n, control *html.Node) bool {
	if c.policy.Choices == masking.ChoicesChange {
		return false
	}
	switch typeOf(control) {
	case "checkbox", "radio", "select-one", "select-multiple":
		return true
	}
	return isOne(n, "select", "option")
}

// masked tells that something was touched, and no more.
func (c *checker) masked(d *event.Details, n *html.Node, rule string) {
	d.Bool("is_masked", true)
	d.Text("node_name", c.policy.Name(n.Data))
	d.Text("rule", c.policy.Rule(rule))
}

// change gives the entry of a change of a field; part is the field, or its option that is chosen.
func (c *checker) change(field, part *html.Node, v verdict) []Entry {
	switch {
	case v.Action == masking.Block, v.Action == masking.Mask && c.unchosen(part, field):
		return nil
	case v.Action == masking.Mask:
		return []Entry{entry(event.InputChange, func(d *event.Details) { c.masked(d, part, v.Rule) })}
	}
	return []Entry{entry(event.InputChange, func(d *event.Details) {
		d.Text("node_name", c.policy.Name(part.Data))
		c.attributes(d, "attributes", part)
		d.Text("value", c.policy.Value(v.Decision, valueOf(part)))
		d.Text("xpath", c.xpath(part))
		if form := c.formOf(field); form != nil {
			c.attributes(d, "parent_form_attributes", form)
		}
		d.OptText("input_type", c.policy.Name(typeOf(field)))
		d.OptText("label", c.policy.Label(c.nameOf(field)))
	})}
}

// click gives the entries of a click: its own, and the download that a link begins.
func (c *checker) click(n *html.Node, v verdict) []Entry {
	control, by := c.clicked(n)
	if v.Rule == ruleKeypad {
		by = n
	}
	switch {
	case v.Action == masking.Block, v.Action == masking.Mask && c.unchosen(n, control):
		return nil
	case v.Action == masking.Mask:
		return []Entry{entry(event.Click, func(d *event.Details) { c.masked(d, by, v.Rule) })}
	}
	link := closest(n, isLink)
	if isOne(n, "button", "input", "select", "textarea", "option") {
		link = nil
	}
	entries := []Entry{entry(event.Click, func(d *event.Details) {
		d.Text("node_name", c.policy.Name(n.Data))
		c.attributes(d, "attributes", n)
		d.Text("xpath", c.xpath(n))
		d.OptText("role", c.policy.Name(roleOf(n)))
		if c.isNamed(n) {
			d.OptText("label", c.policy.Label(c.nameOf(n)))
		}
		if link != nil {
			d.Text("href", c.policy.URL(c.href(link)))
		}
	})}
	if link == n && has(n, "download") {
		entries = append(entries, entry(event.FileDownload, func(d *event.Details) {
			d.Text("url", c.policy.URL(c.href(n)))
			if name := downloadName(n); name != "" {
				d.Text("filename", c.policy.Filename(name))
			}
		}))
	}
	return entries
}

// downloadName is the name of a link's file: what the link says, else the last part of its address.
func downloadName(n *html.Node) string {
	if name := attr(n, "download"); name != "" {
		return name
	}
	u, err := url.Parse(attr(n, "href"))
	if err != nil {
		return ""
	}
	return u.Path[strings.LastIndexByte(u.Path, '/')+1:]
}

// submit gives the entry of a form that is sent, and one more for each button that sends it elsewhere.
func (c *checker) submit(form *html.Node, v verdict) (entries []Entry) {
	if v.Action == masking.Block {
		return nil
	}
	actions := []string{attr(form, "action")}
	each(c.root, func(n *html.Node) {
		if action := attr(n, "formaction"); action != "" && labelable(n) && c.formOf(n) == form {
			actions = append(actions, action)
		}
	})
	for _, action := range actions {
		entries = append(entries, entry(event.Submit, func(d *event.Details) { c.submission(d, form, action, v) }))
	}
	return entries
}

func (c *checker) submission(d *event.Details, form *html.Node, action string, v verdict) {
	if v.Action == masking.Mask {
		d.Object("form", func() {})
		d.Bool("is_masked", true)
		d.Text("rule", c.policy.Rule(v.Rule))
	} else {
		d.Object("form", func() {
			c.attributesIn(d, form)
			method := strings.ToLower(attr(form, "method"))
			if method == "" {
				method = "get"
			}
			d.OptText("method", c.policy.Name(method))
			d.Text("action", c.policy.URL(c.address(action)))
		})
		d.Text("xpath", c.xpath(form))
	}
	rule := "" // of the first masked field
	d.List("fields", func() {
		groups := map[string]bool{}
		each(c.root, func(n *html.Node) {
			if !isOne(n, "input", "select", "textarea") || !c.isFormValue(n) || c.formOf(n) != form {
				return
			}
			if group := attr(n, "name"); typeOf(n) == "radio" && group != "" {
				if groups[group] {
					return
				}
				groups[group] = true
			}
			rule = cmp.Or(rule, c.submitted(d, n, v.Action == masking.Mask))
		})
	})
	if rule != "" && v.Action != masking.Mask {
		d.Text("rule", c.policy.Rule(rule))
	}
}

// submitted adds a field, and gives the rule that masks it, "" when none does.
func (c *checker) submitted(d *event.Details, n *html.Node, hidden bool) (rule string) {
	v := c.decide(n, n)
	if v.Action == masking.Block {
		return ""
	}
	d.Object("", func() {
		if hidden || v.Action == masking.Mask {
			rule = v.Rule
			d.Bool("is_masked", true)
			return
		}
		if name, ok := c.policy.Attribute("name", attr(n, "name")); ok {
			d.Text("name", name)
		}
		d.OptText("type", c.policy.Name(typeOf(n)))
	})
	return rule
}

func (c *checker) attributes(d *event.Details, key event.Word, n *html.Node) {
	d.Object(key, func() { c.attributesIn(d, n) })
}

func (c *checker) attributesIn(d *event.Details, n *html.Node) {
	for _, key := range []event.Word{"id", "name", "class"} {
		if t, ok := c.policy.Attribute(string(key), attr(n, string(key))); ok {
			d.Text(key, t)
		}
	}
}

// href is where a link leads.
func (c *checker) href(link *html.Node) string { return c.address(attr(link, "href")) }

// address makes an address absolute, as far as the page's own is known.
func (c *checker) address(raw string) string {
	raw = strings.TrimFunc(raw, space)
	if raw == "" {
		return c.url
	}
	u, err := c.base.Parse(raw)
	if err != nil {
		return "" // a browser shows it as it stands, and the policy lets nothing of it through
	}
	return u.String()
}
