package catalog

import "github.com/cotrail/cotrail/masking/event"

var media = []Type{
	{Type: event.Chat, Title: "Chat message", Doc: "Someone writes in the chat.", keys: `
		message_number  its number in the chat
		from            the client_index of who wrote
		to              for whom, when it is not for all
		length          characters
		text            of the app: its length is told, not the text`,
		Sample: `{"message_number":3,"from":1,"to":0,"length":24}`},
	{Type: event.VideoChatEnabled, Title: "Video chat started", Doc: "A call starts.", keys: `
		media    what is sent
		call_id  the call`,
		Sample: `{"by":0,"media":["audio","video"],"call_id":"c-1"}`},
	{Type: event.VideoChatArchivingStarted, Title: "Video chat recorded", Doc: "The recording of a call starts.", keys: `
		archive_id  the recording
		storage     where it goes; page, when it is made there`,
		Sample: `{"archive_id":"a-1","storage":"page","by":0}`},
	{Type: event.WebRTCStreamException, Title: "Stream failed", Doc: "Capture or connection of a stream fails.", keys: `
		name     the error's
		phase    where it failed
		message  the error's, after the patterns`,
		Sample: `{"stream":"s-1","name":"NotAllowedError","phase":"capture","message":"Permission denied"}`},
	{Type: event.WebRTCStreamEndedByUser, Title: "Stream ended", Doc: "Someone stops the camera or the sharing of the screen.", keys: `
		duration_ms  since it began`,
		Sample: `{"stream":"s-1","by":0,"duration_ms":91000}`},
}

var last = []Type{
	{Type: event.ScreenshotGenerated, Title: "Screenshot made", Doc: "A screenshot is stored.", keys: `
		screenshot_id  the picture
		trigger        what led to it
		ref            where it is, scrubbed when it is an address
		width          pixels
		height         pixels`,
		Sample: `{"screenshot_id":"p-1","trigger":"annotation","ref":"shots/p-1.png","width":800,"height":500,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}`},
	{Type: event.FeatureUpgradeRequest, Title: "Feature requested", Doc: "Someone asks for a feature: to go from co-browsing to video, say.", keys: `
		feature  which
		from     what there was
		to       what there is to be
		outcome  what came of it`,
		Sample: `{"feature":"video","requested_by":0,"from":"co-browsing","to":"video","outcome":"granted"}`},
	{Type: event.ClientLog, Title: "Log line", Doc: "The page, an extension or the app writes a line.", keys: `
		message  after the patterns
		level    how grave
		data     any JSON, every string in it after the patterns`,
		Sample: `{"message":"offer shown","level":"info","data":{"plan":"basic"}}`},
}
