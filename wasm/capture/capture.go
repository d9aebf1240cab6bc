package capture

import (
	"iter"
	"slices"
	"strings"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/xpath"
)

// Capture makes events of rows under the policy of the page's address. It keeps no state of its own but what the
// policy remembers of hidden values.
type Capture struct {
	Policy *masking.Policy
	Key    masking.FieldKey

	// before is the policy whose selectors the sensor matches, while that is another than the one that holds: the page's
	// address has changed, and the sensor has not learnt its rules yet.
	before *masking.Policy

	// decision is that on the row of which an event is being made, once it is known: it takes a part of the time.
	decision *masking.Decision
}

// Stale tells whether the sensor has to learn the policy's selectors before it can be believed again.
func (c *Capture) Stale() bool { return c.before != nil }

// Learnt says which policy's selectors the sensor matches from now on.
func (c *Capture) Learnt(p *masking.Policy) { c.Policy, c.before = p, nil }

// at takes the policy of another address.
func (c *Capture) at(url string) {
	known := c.before
	if known == nil {
		known = c.Policy
	}
	c.Policy, c.before = c.Policy.At(url), known
	if c.Policy.MatchesAs(known) {
		c.before = nil
	}
}

// Events makes the events of a text's rows, in order. The hidden values of all rows are known before an event is made of
// any: what is typed may stand elsewhere in the page before its own change is committed.
func (c *Capture) Events(text string) iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
		policy, before := c.Policy, c.before
		decisions := make([]*masking.Decision, 0, 1+strings.Count(text, RowEnd))
		for r := range Rows(text) {
			decisions = append(decisions, c.hide(r))
		}
		for r := range Rows(text) {
			d := decisions[0]
			decisions = decisions[1:]
			if c.Policy != policy || c.before != before { // a row has told of another address since
				d = c.hide(r)
			}
			if e, ok := c.tell(r, d); ok && !yield(e) {
				return
			}
		}
	}
}

// Event makes the event of a single row. ok is false when nothing may be recorded of it, or when the row is of a type
// that this program does not know.
func (c *Capture) Event(r Row) (e event.Event, ok bool) { return c.tell(r, c.hide(r)) }

// tell makes the event of a row under the decision on its field.
func (c *Capture) tell(r Row, d *masking.Decision) (e event.Event, ok bool) {
	e = event.Event{Time: r.Int("at")}
	make, known := makers[r.Get("t")]
	if !known {
		return e, false
	}
	c.decision = d
	ok = make(c, r, &e)
	c.decision = nil
	return e, ok
}

// hide remembers the value of a row's field that is not told, and gives the decision on the field, nil when none was
// needed: the raw values stand in a row only where they are surely hidden. Some rows (t=held) come for this alone.
func (c *Capture) hide(r Row) *masking.Decision {
	c.hideAll(strings.Split(r.Get("raw"), ItemEnd))
	c.hideFields(r)
	value := r.Get("value")
	if value == "" {
		return nil
	}
	d := c.decide(r)
	if d.Action != masking.Allow && says(r, value) {
		c.Policy.Hide(value)
		if r.Get("node") == "option" {
			c.Policy.Hide(r.Get("label"))
		}
	}
	return &d
}

func (c *Capture) hideAll(values []string) {
	for _, v := range values {
		c.Policy.Hide(v)
	}
}

// says tells whether a value says anything of what was chosen: what a box holds that is not checked does not, nor what
// the browser gives one that holds nothing.
func says(r Row, value string) bool {
	switch r.Get("type") {
	case "checkbox", "radio":
		return r.On("checked") && value != "on" && value != "true"
	}
	return true
}

// decide applies the policy to a row's element. By rules of another page nothing can be told of it, and where this
// page's own rules block something else, not even that it was touched.
func (c *Capture) decide(r Row) masking.Decision {
	if c.decision != nil {
		return *c.decision
	}
	e := r.element()
	if c.before != nil {
		e.Moved = true
		if !slices.Equal(c.before.Block, c.Policy.Block) {
			return masking.Decision{Action: masking.Block, Rule: masking.RuleMoved}
		}
	}
	return c.Policy.Decide(e)
}

// unchosen tells whether a policy says nothing of a masked choice, not even that it was made.
func (c *Capture) unchosen(r Row) bool {
	if c.Policy.Choices == masking.ChoicesChange {
		return false
	}
	switch r.Get("type") {
	case "checkbox", "radio", "select-one", "select-multiple":
		return true
	}
	return r.Get("node") == "select" || r.Get("node") == "option"
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
	"policy":       (*Capture).policy,
	"stopped":      (*Capture).stopped,
	"failed":       (*Capture).failed,
	"overflow":     (*Capture).overflow,
	"abandoned":    (*Capture).abandoned,
	"lost":         (*Capture).lost,
	"jumped":       (*Capture).jumped,
	"unreadable":   (*Capture).unreadable,
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
