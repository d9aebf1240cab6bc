package capture

import (
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// input makes the input_change of one committed change.
func (c *Capture) input(r Row, e *event.Event) bool {
	e.Type = event.InputChange
	decision := c.decide(r)
	switch decision.Action {
	case masking.Allow:
		c.openInput(r, decision, &e.Details)
		return true
	case masking.Mask:
		c.maskedInput(r, decision.Rule, &e.Details)
		return !c.unchosen(r)
	}
	return false
}

func (c *Capture) openInput(r Row, decision masking.Decision, d *event.Details) {
	d.Text("node_name", c.Policy.Name(r.Get("node")))
	c.attributes(d, "attributes", r.Get("id"), r.Get("name"), r.Get("class"))
	d.Text("value", c.Policy.Value(decision, r.Get("value")))
	d.Text("xpath", c.xpath(r, "path"))
	if r.On("in_form") {
		c.attributes(d, "parent_form_attributes", r.Get("form_id"), r.Get("form_name"), r.Get("form_class"))
	}
	d.OptText("input_type", c.Policy.Name(r.Get("type")))
	d.OptText("label", c.Policy.Label(r.Get("label")))
	if r.Has("checked") {
		d.Bool("checked", r.On("checked"))
	}
	if r.Has("selected") {
		d.Bool("selected", r.On("selected"))
	}
	cause(d, r)
}

func (c *Capture) maskedInput(r Row, rule string, d *event.Details) {
	d.Bool("is_masked", true)
	d.Text("node_name", c.Policy.Name(r.Get("node")))
	d.Text("rule", c.Policy.Rule(rule))
	c.field(d, r.Get("identity"))
	if r.Has("filled") {
		d.Bool("filled", r.On("filled"))
	}
	cause(d, r)
}

// stub makes the event of a page that was left before this program could judge: of it only the name of the node was
// kept.
func (c *Capture) stub(r Row, e *event.Event) bool {
	d := &e.Details
	e.Type = event.InputChange
	switch r.Get("kind") {
	case "submit":
		e.Type = event.Submit
		d.Object("form", func() {})
	case "click":
		e.Type = event.Click
	}
	d.Bool("is_masked", true)
	if e.Type != event.Submit {
		d.Text("node_name", c.Policy.Name(r.Get("node")))
	}
	d.Text("rule", c.Policy.Rule(masking.RuleNotReady))
	return true
}
