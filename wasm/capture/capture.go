package capture

import (
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/xpath"
)

// Capture makes events of rows under one policy. It keeps no state of its own.
type Capture struct {
	Policy *masking.Policy
	Key    masking.FieldKey
}

// Event makes the event of a row. ok is false when nothing may be recorded of it, or when the row is of a type
// that this program does not know.
func (c *Capture) Event(r Row) (e event.Event, ok bool) {
	e = event.Event{Time: r.Int("at")}
	make, known := makers[r.Get("t")]
	if !known {
		return e, false
	}
	ok = make(c, r, &e)
	return e, ok
}

// makers holds one function for each kind of row that the sensor sends.
var makers = map[string]func(*Capture, Row, *event.Event) bool{
	"input":     (*Capture).input,
	"stub":      (*Capture).stub,
	"click":     (*Capture).click,
	"submit":    (*Capture).submit,
	"navigate":  (*Capture).navigate,
	"tab":       (*Capture).tab,
	"active":    (*Capture).active,
	"log":       (*Capture).log,
	"identify":  (*Capture).identify,
	"started":   (*Capture).started,
	"stopped":   (*Capture).stopped,
	"overflow":  (*Capture).overflow,
	"abandoned": (*Capture).abandoned,
}

// attributes adds the attributes that the policy records.
func (c *Capture) attributes(d *event.Details, key event.Word, id, name, class string) {
	d.Object(key, func() {
		for _, a := range [...]struct {
			key event.Word
			raw string
		}{{"id", id}, {"name", name}, {"class", class}} {
			if t, ok := c.Policy.Attribute(string(a.key), a.raw); ok {
				d.Text(a.key, t)
			}
		}
	})
}

// xpath writes the path of a row's element.
func (c *Capture) xpath(r Row, field string) masking.Text {
	usable := func(id string) bool {
		_, ok := c.Policy.Attribute("id", id)
		return ok
	}
	return c.Policy.XPath(xpath.Write(r.Get(field), usable))
}

// field names a masked field by its keyed hash.
func (c *Capture) field(d *event.Details, identity string) {
	if identity != "" {
		d.Text("field", c.Key.Field(identity))
	}
}

// cause and trusted tell who did it, as far as the page knows.
func cause(d *event.Details, r Row) {
	word := event.Word("script")
	if r.On("trusted") {
		word = "user"
	}
	d.Word("cause", word)
	d.Bool("trusted", r.On("trusted"))
}
