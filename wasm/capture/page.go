package capture

import "github.com/cotrail/cotrail/masking/event"

// navigate makes the navigate of a page that has been reached.
func (c *Capture) navigate(r Row, e *event.Event) bool {
	e.Type = event.Navigate
	d := &e.Details
	d.Text("url", c.Policy.URL(r.Get("url")))
	if from := r.Get("from"); from != "" {
		d.Text("from_url", c.Policy.URL(from))
	}
	d.OptText("title", c.Policy.Title(r.Get("title")))
	d.Word("kind", event.Word(r.Get("kind")))
	if r.Has("user") {
		d.Bool("user_initiated", r.On("user"))
	}
	if r.Has("previous_ms") {
		d.Int("previous_page_ms", r.Int("previous_ms"))
	}
	return true
}

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
