package capture

import "github.com/cotrail/cotrail/masking/event"

// tab makes the tab_created of a tab that is new in the session.
func (c *Capture) tab(r Row, e *event.Event) bool {
	e.Type = event.TabCreated
	d := &e.Details
	d.Text("tab_id", c.Policy.ID(r.Get("tab")))
	if opener := r.Get("opener"); opener != "" {
		d.Text("opener_tab_id", c.Policy.ID(opener))
	} else {
		d.Null("opener_tab_id")
	}
	d.Text("url", c.Policy.URL(r.Get("url")))
	d.Word("how", event.Word(r.Get("how")))
	return true
}

// active makes the switch_active_tab of a tab that became the visible one.
func (c *Capture) active(r Row, e *event.Event) bool {
	e.Type = event.SwitchActiveTab
	d := &e.Details
	if from := r.Get("from"); from != "" {
		d.Text("from_tab", c.Policy.ID(from))
	} else {
		d.Null("from_tab")
	}
	d.Text("to_tab", c.Policy.ID(r.Get("to")))
	d.Word("basis", "visibility")
	return true
}

// frozen is the reason of a pause that the browser made.
const frozen = "frozen"

// pause makes the tab_pause by which nothing more of a tab's content is recorded. Who paused it the relay knows.
func (c *Capture) pause(r Row, e *event.Event) bool {
	e.Type = event.TabPause
	d := &e.Details
	d.Text("tab_id", c.Policy.ID(r.Get("tab")))
	if r.On("frozen") {
		d.Word("reason", frozen)
		return true
	}
	d.Null("by")
	if reason := r.Get("reason"); reason != "" {
		d.Text("reason", c.Policy.Said(reason))
	} else {
		d.Null("reason")
	}
	return true
}

// resume makes the tab_resume of a tab that goes on.
func (c *Capture) resume(r Row, e *event.Event) bool {
	e.Type = event.TabResume
	d := &e.Details
	d.Text("tab_id", c.Policy.ID(r.Get("tab")))
	d.Null("by")
	d.Int("paused_ms", r.Int("paused_ms"))
	return true
}
