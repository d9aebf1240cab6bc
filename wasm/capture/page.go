package capture

import (
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// navigate makes the navigate of a page that has been reached. Its rules hold from here on.
func (c *Capture) navigate(r Row, e *event.Event) bool {
	e.Type = event.Navigate
	c.at(r.Get("url"))
	d := &e.Details
	d.Text("url", c.Policy.URL(r.Get("url")))
	if from := r.Get("from"); from != "" {
		d.Text("from_url", c.address(from))
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

// relocate makes the relocate_start of a page that is about to be left, or of a tab that is about to open.
func (c *Capture) relocate(r Row, e *event.Event) bool {
	e.Type = event.RelocateStart
	d := &e.Details
	if to := r.Get("to"); to != "" {
		d.Text("to_url", c.address(to))
	} else {
		d.Null("to_url")
	}
	d.Text("from_url", c.address(r.Get("from")))
	if cause, ok := oneOf(r, "cause", "link", "form", "script", "reload", "traverse"); ok {
		d.Word("cause", cause)
	}
	d.Bool("user_initiated", r.On("user"))
	d.Bool("new_tab", r.On("new_tab"))
	return true
}

// address tells where another page is by that page's own rules: they may close more than those of this one.
func (c *Capture) address(url string) masking.Text {
	return c.of(url).URL(url)
}

// of gives the rules of another page, as far as some pages have their own.
func (c *Capture) of(url string) *masking.Policy {
	if len(c.Policy.Pages) == 0 || c.Policy.Broken() {
		return c.Policy
	}
	return c.Policy.At(url)
}

// print makes the print of a page.
func (c *Capture) print(r Row, e *event.Event) bool {
	e.Type = event.Print
	e.Details.Text("page", c.Policy.URL(r.Get("url")))
	return true
}
