package session

import (
	"strings"

	"github.com/cotrail/cotrail/masking/event"
)

// sharedMessage tells what people said, showed and gave to one another.
func (f *facts) sharedMessage(typ event.Word, who string) string {
	switch typ {
	case event.DocumentShare:
		return f.either("shared_by", who) + " shared a document" + after(": ", f.get("filename").Str)
	case event.DocumentEdit:
		return f.either("by", who) + " edited " + after("page ", f.get("page").Raw) + verb(f.get("page").Raw != "", " of a document", "a document") + after(": ", f.get("action").Str)
	case event.FileDownload:
		return who + verb(f.get("blocked").Bool(), " tried to download ", " downloaded ") + verb(f.get("filename").Str == "", "a file", f.get("filename").Str) + after(" from ", f.url)
	case event.ScreenshotGenerated:
		return "A screenshot was made" + after(": ", f.get("trigger").Str)
	case event.Chat:
		return f.either("from", who) + " sent a chat message" + f.long() + after(" to ", f.party("to"))
	case event.VideoChatEnabled:
		return f.either("by", who) + " started a call" + after(" with ", f.media())
	case event.VideoChatArchivingStarted:
		return f.either("by", who) + " began to record a call"
	case event.WebRTCStreamException:
		return "A stream" + verb(who == theApp, "", " of "+who) + " failed" + after(": ", f.name)
	case event.WebRTCStreamEndedByUser:
		return f.either("by", who) + " ended a stream"
	case event.ClientLog:
		return verb(who == theApp, who, "The page of "+who) + " logged " + quoted(f.line)
	case event.ConsentGiven:
		return f.either("by", who) + " agreed to be recorded"
	case event.ConsentWithdrawn:
		return f.either("by", who) + " no longer agrees to be recorded"
	}
	return ""
}

// long tells the length of a chat message.
func (f *facts) long() string {
	n := f.get("length")
	switch {
	case !n.Exists():
		return ""
	case n.Int() == 1:
		return " of 1 character"
	}
	return " of " + n.Raw + " characters"
}

// media lists what a call sends: "audio and video".
func (f *facts) media() string {
	var kinds []string
	for _, m := range f.get("media").Array() {
		kinds = append(kinds, m.Str)
	}
	if len(kinds) < 2 {
		return strings.Join(kinds, "")
	}
	last := len(kinds) - 1
	return strings.Join(kinds[:last], ", ") + " and " + kinds[last]
}
