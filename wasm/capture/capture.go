package capture

import (
	"strings"

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
	"input":        (*Capture).input,
	"stub":         (*Capture).stub,
	"click":        (*Capture).click,
	"submit":       (*Capture).submit,
	"navigate":     (*Capture).navigate,
	"relocate":     (*Capture).relocate,
	"print":        (*Capture).print,
	"tab":          (*Capture).tab,
	"active":       (*Capture).active,
	"pause":        (*Capture).pause,
	"resume":       (*Capture).resume,
	"download":     (*Capture).download,
	"clipboard":    (*Capture).clipboard,
	"files":        (*Capture).files,
	"media":        (*Capture).media,
	"archiving":    (*Capture).archiving,
	"media_failed": (*Capture).mediaFailed,
	"media_ended":  (*Capture).mediaEnded,
	"log":          (*Capture).log,
	"said":         (*Capture).said,
	"identify":     (*Capture).identify,
	"started":      (*Capture).started,
	"stopped":      (*Capture).stopped,
	"failed":       (*Capture).failed,
	"overflow":     (*Capture).overflow,
	"abandoned":    (*Capture).abandoned,
	"lost":         (*Capture).lost,
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
	d.Word("cause", causeOf(r))
	d.Bool("trusted", r.On("trusted"))
}

func causeOf(r Row) event.Word {
	switch said := r.Get("cause"); {
	case said == "user" || said == "script" || said == "autofill" || said == "remote":
		return event.Word(said)
	case r.On("trusted"):
		return "user"
	}
	return "script"
}

// oneOf gives the word of a row's field if it is one of those that may be there.
func oneOf(r Row, field string, words ...event.Word) (event.Word, bool) {
	for _, w := range words {
		if string(w) == r.Get(field) {
			return w, true
		}
	}
	return "", false
}

// items cuts a field at its commas.
func items(r Row, field string) []string {
	if r.Get(field) == "" {
		return nil
	}
	return strings.Split(r.Get(field), ",")
}
