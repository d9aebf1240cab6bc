package session

import (
	"strconv"

	"github.com/cotrail/cotrail/masking/event"
)

// ownMessage tells what the log says of itself.
func (f *facts) ownMessage(typ event.Word) string {
	switch typ {
	case event.RecorderStarted:
		return "The recorder started"
	case event.RecorderStopped:
		return "The recorder stopped" + after(": ", f.reason)
	case event.RecorderFailed:
		return "The recorder failed" + failures[f.what] + verb(f.get("restarted").Bool(), ", and started again", "")
	case event.Gap:
		return f.missing()
	case event.PolicyLoaded:
		return verb(f.get("fallback").Bool(), "The site's policy could not be had, so everything is hidden", "The site's policy was loaded")
	case event.MaskingCorrected:
		return "The relay hid what entry " + f.get("of").Raw + " should not have told" + after(", by the rule ", f.get("rule").Str)
	}
	return ""
}

// missing tells a gap.
func (f *facts) missing() string {
	what := strconv.FormatInt(f.count, 10) + " events are missing here"
	switch f.count {
	case 0:
		what = "Nothing is known to be missing here"
	case 1:
		what = "1 event is missing here"
	}
	return what + losses[f.reason]
}
