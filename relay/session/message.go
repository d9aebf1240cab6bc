package session

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cotrail/cotrail/masking/event"
)

// maxQuoted bounds a value or label in a sentence, in bytes: the details have all of it.
const maxQuoted = 120

// message tells an entry in one plain English sentence. All words in it that are not ours are of the details,
// so they are masked.
func (f *facts) message(typ string, a Actor) string {
	who := a.shown()
	switch event.Word(typ) {
	case event.SessionCreated:
		return "The session began" + after(" on ", f.url)
	case event.SessionEnd:
		return "The session ended" + endings[f.reason]
	case event.ParticipantJoined:
		switch {
		case a.Basis != Claimed:
			return who + " joined"
		case f.name != "" && f.name != who:
			return who + " is " + f.name
		}
		return who + " was identified"
	case event.ParticipantLeft:
		return who + " left"
	case event.TabCreated:
		return who + " opened a tab" + after(" with ", f.url)
	case event.SwitchActiveTab:
		return who + " switched to another tab"
	case event.Navigate:
		return who + reached(f.kind) + f.url
	case event.InputChange:
		return who + f.changed()
	case event.Submit:
		return who + f.submitted()
	case event.Click:
		return who + f.clicked()
	case event.ClientLog:
		return "The page of " + who + " logged " + quoted(f.line)
	case event.RecorderStarted:
		return "The recorder started"
	case event.RecorderStopped:
		return "The recorder stopped" + after(": ", f.reason)
	case event.RecorderFailed:
		return "The recorder failed" + failures[f.what]
	case event.Gap:
		return f.missing()
	}
	return who + ": " + strings.ReplaceAll(typ, "_", " ")
}

// endings, failures and losses say in words what the vocabulary of the details says.
var (
	endings = map[string]string{
		PageClosed: ": the last page was closed", Timeout: ": there were no events for long",
		"ended_by_host": ": the host ended it", "ended_by_participant": ": a participant ended it",
		"connection_lost": ": the connection was lost", "limit": ": a limit was reached",
	}
	failures = map[string]string{
		"csp": ": the page forbids WebAssembly", "unsupported": ": the browser is too old",
		"module": ": its module could not be loaded", "integrity": ": its module is not the pinned one", "crash": ": it crashed",
	}
	losses = map[string]string{
		"overflow": ": there was no room for more", "not_ready": ": the page was left before the recorder was ready",
		"crash": ": the recorder crashed", "too_large": ": too large", "unreadable": ": unreadable",
	}
)

func reached(kind string) string {
	switch kind {
	case "reload":
		return " reloaded "
	case "traverse", Restore:
		return " returned to "
	}
	return " opened "
}

// changed tells an input_change: "changed country to 'PT'", "changed a masked input field".
func (f *facts) changed() string {
	if f.masked {
		node := f.node
		if node == "option" {
			node = "select"
		}
		return verb(f.filled == no, " emptied", " changed") + " a masked" + after(" ", node) + " field"
	}
	name := f.elementName
	for _, other := range []string{f.elementID, f.label} {
		if name == "" {
			name = cut(other)
		}
	}
	if name == "" {
		name = "a field"
		if f.inputType != "" {
			name = "a " + f.inputType + " field"
		}
	}
	switch {
	case f.inputType == "radio" && f.checked == yes:
		return " chose " + quoted(f.value) + " for " + name
	case f.checked != unsaid:
		return verb(f.checked == yes, " checked ", " unchecked ") + name
	case f.on == no:
		return " deselected " + quoted(f.value) + " in " + name
	case f.value == "":
		return " emptied " + name
	}
	return " changed " + name + " to " + quoted(f.value)
}

// clicked tells a click: "clicked button 'Next'", "clicked a masked button".
func (f *facts) clicked() string {
	verb := " clicked "
	switch f.button {
	case 1:
		verb = " middle-clicked "
	case 2:
		verb = " right-clicked "
	}
	thing := f.role
	if thing == "" {
		thing = f.node
	}
	if thing == "a" {
		thing = "link"
	}
	switch {
	case f.masked:
		return verb + "a masked" + after(" ", thing)
	case thing == "":
		return verb + "something" + f.called()
	case f.called() == "":
		return verb + article(thing) + thing
	}
	return verb + thing + f.called()
}

// called gives the name of what was clicked, with a space before it.
func (f *facts) called() string {
	for _, name := range []string{f.label, f.elementName, f.elementID} {
		if name != "" {
			return " " + quoted(name)
		}
	}
	return ""
}

// submitted tells a submit.
func (f *facts) submitted() string {
	form := "a form"
	if f.masked {
		form = "a masked form"
	} else if f.form != "" {
		form = "form " + quoted(f.form)
	}
	return verb(f.valid == no, " tried to submit ", " submitted ") + form
}

// missing tells a gap.
func (f *facts) missing() string {
	what := " events are missing here"
	if f.count == 1 {
		what = " event is missing here"
	}
	return strconv.FormatInt(f.count, 10) + what + losses[f.reason]
}

func verb(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func article(noun string) string {
	if strings.IndexByte("aeio", noun[0]) >= 0 { // not u: a ul
		return "an "
	}
	return "a "
}

// after gives s behind a word, nothing when s is empty.
func after(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}

func quoted(s string) string { return "'" + cut(s) + "'" }

// cut shortens s to at most maxQuoted bytes without splitting a character.
func cut(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	n := maxQuoted
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
