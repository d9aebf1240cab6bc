package capture

import "github.com/cotrail/cotrail/masking/event"

// media makes the video_chat_enabled of a page that was let have the camera, the microphone or the screen. Who
// that is the relay knows.
func (c *Capture) media(r Row, e *event.Event) bool {
	e.Type = event.VideoChatEnabled
	d := &e.Details
	d.Null("by")
	d.List("media", func() {
		for _, kind := range items(r, "media") {
			if kind == "audio" || kind == "video" || kind == "screen" {
				d.Word("", event.Word(kind))
			}
		}
	})
	if call := r.Get("call"); call != "" {
		d.Text("call_id", c.Policy.Ident(call))
	} else {
		d.Null("call_id")
	}
	return true
}

// archiving makes the video_chat_archiving_started of a recording that the page makes.
func (c *Capture) archiving(r Row, e *event.Event) bool {
	e.Type = event.VideoChatArchivingStarted
	d := &e.Details
	d.Text("archive_id", c.Policy.Ident(r.Get("archive")))
	d.Word("storage", "page")
	d.Null("by")
	return true
}

// mediaFailed makes the webrtc_stream_exception of a stream that could not be had or was lost.
func (c *Capture) mediaFailed(r Row, e *event.Event) bool {
	e.Type = event.WebRTCStreamException
	d := &e.Details
	d.Text("stream", c.Policy.Ident(r.Get("stream")))
	d.Text("name", c.Policy.Said(r.Get("name")))
	if phase, ok := oneOf(r, "phase", "capture", "peer", "ice"); ok {
		d.Word("phase", phase)
	}
	d.OptText("message", c.Policy.Said(r.Get("message")))
	return true
}

// mediaEnded makes the webrtc_stream_ended_by_user of a stream that somebody ended. Who that is the relay knows.
func (c *Capture) mediaEnded(r Row, e *event.Event) bool {
	e.Type = event.WebRTCStreamEndedByUser
	d := &e.Details
	d.Text("stream", c.Policy.Ident(r.Get("stream")))
	d.Null("by")
	d.Int("duration_ms", r.Int("duration_ms"))
	return true
}
