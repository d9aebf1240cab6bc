package capture

import (
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// ruleKeypad hides which key of an on-screen keypad was pressed: the keys spell what the field hides.
const ruleKeypad = "keypad"

// click makes the click of a row. On a masked control, its label or its option the row carries the control's
// facts, so that the decision is the control's.
func (c *Capture) click(r Row, e *event.Event) bool {
	e.Type = event.Click
	decision := c.decide(r)
	if decision.Action == masking.Allow && r.On("keypad") {
		decision = masking.Decision{Action: masking.Mask, Rule: ruleKeypad}
	}
	d := &e.Details
	switch decision.Action {
	case masking.Allow:
		c.openClick(r, d)
	case masking.Mask:
		if c.unchosen(r) {
			return false
		}
		d.Bool("is_masked", true)
		d.Text("node_name", c.Policy.Name(r.Get("shown_node")))
		d.Text("rule", c.Policy.Rule(decision.Rule))
		c.field(d, r.Get("identity"))
	default:
		return false
	}
	d.Int("button", r.Int("button"))
	if decision.Action == masking.Allow {
		c.position(d, r)
	}
	d.Bool("trusted", r.On("trusted"))
	d.Word("via", via(r.Get("via")))
	return true
}

func (c *Capture) openClick(r Row, d *event.Details) {
	d.Text("node_name", c.Policy.Name(r.Get("shown_node")))
	c.attributes(d, "attributes", r.Get("shown_id"), r.Get("shown_name"), r.Get("shown_class"))
	d.Text("xpath", c.xpath(r, "path"))
	d.OptText("role", c.Policy.Name(r.Get("role")))
	d.OptText("label", c.Policy.Label(r.Get("label")))
	if href := r.Get("href"); href != "" {
		d.Text("href", c.Policy.URL(href))
	}
}

// position tells where in the element it was clicked, as fractions of its width and height. The sensor tells
// hundredths.
func (c *Capture) position(d *event.Details, r Row) {
	for _, key := range [...]event.Word{"x", "y"} {
		if n := r.Int(string(key)); r.Has(string(key)) && n >= 0 && n <= 100 {
			d.Hundredths(key, n)
		}
	}
}

func via(s string) event.Word {
	switch s {
	case "pointer", "keyboard":
		return event.Word(s)
	}
	return "script"
}
