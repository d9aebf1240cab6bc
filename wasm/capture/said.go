package capture

import (
	"github.com/cotrail/cotrail/masking/event"
)

// said makes the event of what the app signals, masked by the description of its type. What is no event becomes a
// log line that says why, so that whoever wrote the call finds it.
func (c *Capture) said(r Row, e *event.Event) bool {
	e.Source = sayer(r)
	s := event.Signaller{Policy: c.Policy, Key: c.Key}
	var err error
	if e.Type, e.Details, err = s.Details(r.Get("type"), r.Get("data")); err == nil {
		return true
	}
	e.Type, e.Details = event.ClientLog, event.Details{}
	d := &e.Details
	d.Text("message", c.Policy.Free("cotrail.event("+r.Get("type")+"): "+err.Error()))
	d.Word("level", "warn")
	if err == event.ErrUnknownType {
		d.Object("data", func() {
			d.List("known", func() {
				for _, spec := range event.Specs {
					if spec.By&event.ByApp != 0 {
						d.Word("", spec.Type)
					}
				}
			})
		})
	}
	return true
}

// sayer tells who made a call.
func sayer(r Row) event.Word {
	if r.Get("by") == string(event.SourceExtension) {
		return event.SourceExtension
	}
	return event.SourcePage
}

// log makes the client_log of a line that the page or an extension wrote.
func (c *Capture) log(r Row, e *event.Event) bool {
	e.Type, e.Source = event.ClientLog, sayer(r)
	d := &e.Details
	d.Text("message", c.Policy.Said(r.Get("message")))
	level, ok := oneOf(r, "level", "debug", "info", "warn", "error")
	if !ok {
		level = "info"
	}
	d.Word("level", level)
	if r.Has("data") {
		d.Data("data", c.Policy.Data(r.Get("data")))
	}
	return true
}

// myself is the participant whose page it is (session.Myself).
const myself = -1

// identify makes the participant_joined by which the page says who is at it: of its own participant, whose number the
// relay knows. It does not believe it over a token.
func (c *Capture) identify(r Row, e *event.Event) bool {
	e.Type, e.Source = event.ParticipantJoined, event.SourcePage
	d := &e.Details
	d.Int("client_index", myself)
	d.OptText("name", c.Policy.Person(c.Key, r.Get("username")))
	d.OptText("email", c.Policy.Mail(c.Key, r.Get("email")))
	d.OptText("user_id", c.Policy.Ident(r.Get("user_id")))
	d.OptText("role", c.Policy.Said(r.Get("role")))
	d.Bool("authenticated", false)
	return true
}
