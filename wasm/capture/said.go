package capture

import "github.com/cotrail/cotrail/masking/event"

// log makes the client_log of a line that the page wrote.
func (c *Capture) log(r Row, e *event.Event) bool {
	e.Type, e.Source = event.ClientLog, event.SourcePage
	d := &e.Details
	d.Text("message", c.Policy.Free(r.Get("message")))
	switch level := r.Get("level"); level {
	case "debug", "info", "warn", "error":
		d.Word("level", event.Word(level))
	default:
		d.Word("level", "info")
	}
	if r.Has("data") {
		d.Data("data", c.Policy.Data(r.Get("data")))
	}
	return true
}

// identify makes the participant_joined by which the page says who is at it. The relay believes it of this
// stream's own participant only, and not over a token.
func (c *Capture) identify(r Row, e *event.Event) bool {
	e.Type, e.Source = event.ParticipantJoined, event.SourcePage
	d := &e.Details
	d.Int("client_index", r.Int("client_index"))
	d.OptText("name", c.Policy.Free(r.Get("username")))
	if email := r.Get("email"); email != "" {
		d.Text("email", c.Key.Field(email))
	}
	d.OptText("user_id", c.Policy.Free(r.Get("user_id")))
	d.OptText("role", c.Policy.Free(r.Get("role")))
	d.Bool("authenticated", false)
	return true
}

func (c *Capture) started(r Row, e *event.Event) bool {
	e.Type = event.RecorderStarted
	d := &e.Details
	d.Text("version", c.Policy.Name(r.Get("release")))
	d.OptText("engine", c.Policy.Name(r.Get("engine")))
	d.Text("screen", c.Policy.Name(r.Get("screen")))
	d.Word("started_by", event.Word(r.Get("by")))
	d.Int("loaded_ms", r.Int("loaded_ms"))
	return true
}

func (c *Capture) stopped(r Row, e *event.Event) bool {
	e.Type = event.RecorderStopped
	if reason := r.Get("reason"); reason != "" {
		e.Details.Text("reason", c.Policy.Free(reason))
	} else {
		e.Details.Null("reason")
	}
	return true
}

// overflow makes the gap of rows that the sensor had to drop before this program was up.
func (c *Capture) overflow(r Row, e *event.Event) bool { return c.gap(r, e, "overflow") }

// abandoned makes the gap of rows of a page that was left before this program was up, where there was no room
// to keep even their stubs.
func (c *Capture) abandoned(r Row, e *event.Event) bool { return c.gap(r, e, "not_ready") }

func (c *Capture) gap(r Row, e *event.Event, reason event.Word) bool {
	e.Type = event.Gap
	d := &e.Details
	d.Int("count", r.Int("count"))
	d.Int("first", r.Int("first"))
	d.Int("last", r.Int("last"))
	d.Word("reason", reason)
	return true
}
