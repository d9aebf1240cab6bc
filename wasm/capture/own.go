package capture

import (
	"slices"

	"github.com/cotrail/cotrail/masking/event"
)

// What the recorder tells of itself.

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

// policy makes the policy_loaded of the rules that hold. Whether they are the site's own only this program knows.
func (c *Capture) policy(r Row, e *event.Event) bool {
	e.Type = event.PolicyLoaded
	if digest := c.Policy.Digest(r.Get("digest")); digest.String() != "" {
		e.Details.Text("digest", digest)
	} else {
		e.Details.Null("digest")
	}
	e.Details.Bool("fallback", c.Policy.Broken())
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

// failed makes the recorder_failed of this program's forerunner in the page.
func (c *Capture) failed(r Row, e *event.Event) bool {
	e.Type = event.RecorderFailed
	what := r.Get("what")
	if !slices.Contains(event.Failures, what) {
		what = "crash"
	}
	e.Details.Word("what", event.Word(what))
	e.Details.Bool("restarted", r.On("restarted"))
	return true
}

// overflow makes the gap of rows that the sensor had to drop before this program was up.
func (c *Capture) overflow(r Row, e *event.Event) bool { return c.gap(r, e, "overflow") }

// jumped makes the gap in the page's time.
func (c *Capture) jumped(r Row, e *event.Event) bool { return c.gap(r, e, "clock") }

// lost makes the gap of rows that were there when this program's forerunner in the page broke down.
func (c *Capture) lost(r Row, e *event.Event) bool { return c.gap(r, e, "crash") }

// unreadable makes the gap of a change whose field throws when it is read.
func (c *Capture) unreadable(r Row, e *event.Event) bool { return c.gap(r, e, "unreadable") }

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
