package session

import (
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

// maxQuoted bounds a value or label in a sentence, in bytes: the details have all of it.
const maxQuoted = 120

// message tells an entry in one plain English sentence. All words in it that are not ours are of the details,
// so they are masked.
func (f *facts) message(typ string, a Actor) string {
	who, word := a.shown(), event.Word(typ)
	if m := f.pageMessage(word, who); m != "" {
		return m
	}
	if m := f.ownMessage(word); m != "" {
		return m
	}
	if m := f.controlMessage(word, who); m != "" {
		return m
	}
	if m := f.sharedMessage(word, who); m != "" {
		return m
	}
	switch word {
	case event.SessionCreated:
		return "The session began" + after(" on ", f.get("start_url").Str)
	case event.SessionEnd:
		return "The session ended" + endings[f.reason]
	case event.InvitationSent:
		return who + " invited somebody" + after(" ", invitations[f.get("channel").Str])
	case event.ParticipantJoined:
		return f.joined(a)
	case event.ParticipantLeft:
		return f.subject(a) + departures[f.reason]
	case event.TabCreated:
		return who + " opened a tab" + after(" with ", f.url)
	case event.TabClosed:
		return who + verb(f.get("how").Str == "left", " left", " closed") + " a tab"
	case event.SwitchActiveTab:
		return who + " switched to another tab"
	case event.TabPause:
		if f.reason == "frozen" {
			return "The browser froze a tab of " + who
		}
		return who + " paused the tab" + after(": ", f.reason)
	case event.TabResume:
		return who + " resumed the tab"
	}
	return who + ": " + strings.ReplaceAll(strings.TrimPrefix(typ, "x_"), "_", " ")
}

// joined tells a join. What a page claims of its own participant says who that is.
func (f *facts) joined(a Actor) string {
	who := a.shown()
	switch {
	case a.Basis != Claimed:
		return f.party("client_index") + " joined"
	case f.index != a.Index:
		return shown(f.name, f.index) + " joined"
	case f.name != "" && f.name != who:
		return who + " is " + f.name
	}
	return who + " was identified"
}

// subject is the participant whom an entry is about, not the one who says so.
func (f *facts) subject(a Actor) string {
	if a.Basis == Inferred {
		return a.shown()
	}
	if name := f.get("username").Str; name != "" {
		return name
	}
	return f.party("client_index")
}

// get gives a member of the details: of those that only a sentence needs.
func (f *facts) get(key string) gjson.Result { return gjson.Get(f.details, key) }

// party names the participant of a key, by the session's state when it knows the number or the id; "" when it tells none.
func (f *facts) party(key string) string {
	v := f.get(key)
	for i := range f.people {
		if p := &f.people[i]; v.Type == gjson.Number && p.Index == v.Int() || p.called(v.Str) {
			return p.shown()
		}
	}
	if v.Type != gjson.Number {
		return cut(v.Str)
	}
	return shown("", v.Int())
}

// either names the participant of a key, or who stands for it when there is none.
func (f *facts) either(key, who string) string {
	if p := f.party(key); p != "" {
		return p
	}
	return who
}

// These say in words what the vocabulary of the details says.
var (
	endings = map[string]string{
		PageClosed: ": the last page was closed", Timeout: ": there were no events for long",
		"ended_by_host": ": the host ended it", "ended_by_participant": ": a participant ended it",
		ConnectionLost: ": the connection was lost", "limit": ": a limit was reached",
	}
	departures = map[string]string{"": " left", "left": " left", "removed": " was removed", ConnectionLost: " was lost"}

	invitations = map[string]string{"email": "by e-mail", "sms": "by text message", "link": "by a link", "pin": "by a PIN"}

	failures = map[string]string{
		"csp": ": the page forbids WebAssembly", "unsupported": ": the browser is too old",
		"module": ": its module could not be loaded", "integrity": ": its module is not the pinned one", "crash": ": it crashed",
	}
	losses = map[string]string{
		"clock":    ", but the clock of the page jumped: the machine slept, or somebody set it",
		"overflow": ": there was no room for more", "not_ready": ": the page was left before the recorder was ready",
		"crash": ": the recorder crashed", "too_large": ": too large", "unreadable": ": unreadable",
		"forgotten": ": the relay had stored them, and has them no more",
	}
)

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
