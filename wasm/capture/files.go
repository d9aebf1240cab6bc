package capture

import (
	"strconv"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// maxFiles bounds the files that are told one by one of those chosen at once.
const maxFiles = 100

// download makes the file_download of a file that the page hands over.
func (c *Capture) download(r Row, e *event.Event) bool {
	e.Type = event.FileDownload
	d := &e.Details
	d.Text("url", c.of(r.Get("page")).URL(r.Get("url")))
	if name := r.Get("filename"); name != "" {
		d.Text("filename", c.Policy.Filename(name))
	} else {
		d.Null("filename")
	}
	if mime := c.Policy.MediaType(r.Get("mime")); mime.String() != "" {
		d.Text("mime", mime)
	} else {
		d.Null("mime")
	}
	d.Null("size")
	if how, ok := oneOf(r, "how", "anchor", "navigation", "blob"); ok {
		d.Word("how", how)
	}
	d.Bool("blocked", false)
	return true
}

// files makes the file_selected of files that were chosen in a field.
func (c *Capture) files(r Row, e *event.Event) bool {
	e.Type = event.FileSelected
	d := &e.Details
	decision := c.decide(r)
	if decision.Action != masking.Allow {
		return c.untold(r, decision, d)
	}
	d.Int("count", r.Int("count"))
	d.List("sizes", func() {
		for i, size := range items(r, "sizes") {
			if n, err := strconv.ParseInt(size, 10, 64); err == nil && i < maxFiles {
				d.Int("", n)
			}
		}
	})
	d.List("extensions", func() {
		for i, extension := range items(r, "extensions") {
			if i < maxFiles {
				d.Text("", c.Policy.Extension(extension))
			}
		}
	})
	return true
}

// clipboard makes the clipboard_copy, _cut or _paste of a field or a part of the page.
func (c *Capture) clipboard(r Row, e *event.Event) bool {
	switch r.Get("action") {
	case "copy":
		e.Type = event.ClipboardCopy
	case "cut":
		e.Type = event.ClipboardCut
	case "paste":
		e.Type = event.ClipboardPaste
	default:
		return false
	}
	d := &e.Details
	decision := c.decide(r)
	if decision.Action != masking.Allow {
		return c.untold(r, decision, d)
	}
	d.Text("node_name", c.Policy.Name(r.Get("shown_node")))
	d.Text("xpath", c.xpath(r, "path"))
	if r.Has("length") {
		d.Int("length", r.Int("length"))
	}
	return true
}

// untold says that something was done to an element, and no more; of a blocked one not even that.
func (c *Capture) untold(r Row, decision masking.Decision, d *event.Details) bool {
	if decision.Action == masking.Block {
		return false
	}
	d.Bool("is_masked", true)
	d.Text("node_name", c.Policy.Name(r.Get("shown_node")))
	d.Text("rule", c.Policy.Rule(decision.Rule))
	c.field(d, r.Get("identity"))
	return true
}
