package session

import "github.com/cotrail/cotrail/masking/event"

// controlMessage tells who leads and who may act.
func (f *facts) controlMessage(typ event.Word, who string) string {
	asks := f.either("requested_by", who)
	switch typ {
	case event.HostRequest:
		return asks + " asked to be host"
	case event.HostChange:
		return f.either("to", "Somebody") + " is host now" + after(", no longer ", f.party("from"))
	case event.ControlSwitchRequest:
		return asks + " asked for control of the session"
	case event.ControlSwitch:
		return f.passed("Control of the session", f.cause, f.party("from"), f.party("to"))
	case event.ControlGained:
		return f.either("client_index", who) + " has control now"
	case event.TabControl:
		what := "Control of a tab"
		if f.tab == "all" {
			what = "Control of all tabs"
		}
		return f.passed(what, f.get("action").Str, f.party("owner"), f.party("to"))
	case event.TabControlRequest:
		return asks + " asked to act in a tab"
	case event.FeatureUpgradeRequest:
		return asks + " asked for " + quoted(f.get("feature").Str) + after(": ", f.get("outcome").Str)
	}
	return ""
}

// passed tells how control came to somebody, or did not.
func (f *facts) passed(control, how, from, to string) string {
	switch {
	case how == "denied":
		return control + " was denied" + after(" to ", to)
	case how == "revoked":
		return control + " was revoked" + after(" from ", from)
	case how == "taken" && to != "":
		return control + " was taken by " + to + after(" from ", from)
	case to == "":
		return control + " was given up" + after(" by ", from)
	}
	return control + " passed" + after(" from ", from) + " to " + to
}
