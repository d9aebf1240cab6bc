package session

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// The rules of a policy that hide something of what an app tells, whatever it is.
const (
	ruleChat      = "chat"      // of a message its length
	ruleFilenames = "filenames" // of a file's name its extension
)

// stars are a text that is hidden as a whole; more of them are the page's own.
const stars = `"` + masking.Stars + `"`

// mask names the rule that masked something in an event, as far as the event tells: the rule that hid it as a whole or hid
// a field of its form, what the relay found in it, or what stands in place of a text. Of several it is the first. What was
// only cut, such as an address, names none. The policy is that of the page: what the back end says was masked by that of
// the site, and what the relay found by the one that it had, of which the event says nothing.
func (s *Session) mask(e *Event, entry *Entry) {
	f, policy := &s.facts, e.Stream.Info.Policy
	found := gjson.Get(e.Corrected, "0.rule").Str
	switch {
	case f.masked, f.rule != "" && e.Source == string(event.SourceRecorder):
		entry.Rule, entry.Policy = f.rule, policy
	case found != "":
		entry.Rule = found
	case f.hid != "":
		entry.Rule, entry.Policy = f.hid, policy
	case event.Word(e.Type) == event.Chat && f.get("length").Exists() && !f.get("text").Exists():
		entry.Rule, entry.Policy = ruleChat, policy
	}
}

// hides gives the rule that hid something in a member of the details, "" when none shows: stars, which nothing opens, the
// mark of a pattern, or a name that is an extension.
func hides(key string, v gjson.Result) string {
	switch key {
	case "attributes", "parent_form_attributes", "form", "fields", "submitter", "xpath", "rule":
		return "" // what looks like data is left out of these; brackets in them are the page's own
	case "filename":
		if strings.HasPrefix(v.Str, "*") {
			return ruleFilenames
		}
	}
	if strings.Contains(v.Raw, stars) {
		return masking.RuleHardDeny
	}
	return masking.Marked(v.Raw)
}
