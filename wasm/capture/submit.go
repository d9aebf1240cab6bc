package capture

import (
	"cmp"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// submit makes the submit of a form. The form's own facts decide whether it may be told; each field is judged
// for itself.
func (c *Capture) submit(r Row, e *event.Event) bool {
	e.Type = event.Submit
	decision := c.decide(r)
	if decision.Action == masking.Block {
		return false
	}
	d := &e.Details
	hidden := decision.Action == masking.Mask
	d.Object("form", func() {
		if hidden {
			return
		}
		for _, a := range [...]event.Word{"id", "name", "class"} {
			if t, ok := c.Policy.Attribute(string(a), r.Get(string(a))); ok {
				d.Text(a, t)
			}
		}
		d.OptText("method", c.Policy.Name(r.Get("method")))
		d.Text("action", c.Policy.URL(r.Get("action")))
	})
	if hidden {
		d.Bool("is_masked", true)
		d.Text("rule", c.Policy.Rule(decision.Rule))
	} else {
		d.Text("xpath", c.xpath(r, "path"))
	}
	rule := ""
	d.List("fields", func() {
		for _, item := range r.List("fields") {
			rule = cmp.Or(rule, c.submitField(d, item, hidden))
		}
	})
	if rule != "" && !hidden {
		d.Text("rule", c.Policy.Rule(rule))
	}
	if r.Has("submitter_node") && !hidden {
		d.Object("submitter", func() {
			d.Text("node_name", c.Policy.Name(r.Get("submitter_node")))
			d.OptText("label", c.Policy.Label(r.Get("submitter_label")))
			c.attributes(d, "attributes", r.Get("submitter_id"), r.Get("submitter_name"), r.Get("submitter_class"))
		})
	} else {
		d.Null("submitter")
	}
	d.Bool("valid", r.On("valid"))
	d.Word("via", event.Word(r.Get("via")))
	cause(d, r)
	return true
}

// Parts of an item of `fields`, in the order in which js/sensor/submit.js writes them.
const (
	partNode = iota
	partType
	partName
	partID
	partAutocomplete
	partNames
	partDenied
	partBlock
	partMask
	partAllow
	partFilled
	partIdentity
	partValues // and all behind it
)

// hideFields remembers what the fields of a form hold that are not told.
func (c *Capture) hideFields(r Row) {
	for _, item := range r.List("fields") {
		if len(item) > partValues && c.decideField(item).Action != masking.Allow {
			c.hideAll(item[partValues:])
		}
	}
}

func (c *Capture) decideField(item []string) masking.Decision {
	return c.Policy.Decide(masking.Element{
		NodeName: item[partNode], Type: item[partType], Name: item[partName], ID: item[partID], Autocomplete: item[partAutocomplete],
		Labels: []string{item[partNames]}, Denied: item[partDenied] == "1", Moved: c.Stale(), FormValue: true,
		Block: parseHit(item[partBlock]), Mask: parseHit(item[partMask]), Allow: parseHit(item[partAllow]),
	})
}

// submitField adds a field, and gives the rule that masked it, "" when none did.
func (c *Capture) submitField(d *event.Details, item []string, hidden bool) (rule string) {
	if len(item) < partValues {
		return ""
	}
	decision := c.decideField(item)
	if decision.Action == masking.Block {
		return ""
	}
	d.Object("", func() {
		if hidden || decision.Action == masking.Mask {
			rule = decision.Rule
			d.Bool("is_masked", true)
			c.field(d, item[partIdentity])
		} else {
			if name, ok := c.Policy.Attribute("name", item[partName]); ok {
				d.Text("name", name)
			}
			d.OptText("type", c.Policy.Name(item[partType]))
		}
		if item[partFilled] != "" {
			d.Bool("filled", item[partFilled] == "1")
		}
	})
	return rule
}
