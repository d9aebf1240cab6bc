package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// say tells an entry in the words of the tables: those of brief, and beside them what a row may hold it to. What
// goes without saying, as that a person did it with the main button, is left out.
func say(e entry, site, other string, tabs map[string]int) string {
	d := e.details()
	path := d.text("xpath")
	said := strings.Replace(brief(e, site), where(path), short(path), 1)
	switch e.text("type") {
	case "click":
		said += address(d, "href", " to ") + button(d) + via(d)
	case "input_change":
		said += changer(d)
	case "submit":
		said = sent(d)
	case "relocate_start":
		said = "relocate_start" + address(d, "to_url", " ") + words(d, "cause") + when(d, "user_initiated", " by user") + when(d, "new_tab", " new tab")
	case "tab_created":
		said = "tab_created" + address(d, "url", " ") + words(d, "how")
		if opener, ok := tabs[d.text("opener_tab_id")]; ok {
			said += fmt.Sprint(" from tab ", opener)
		}
	case "switch_active_tab":
		said = fmt.Sprintf("switch_active_tab %d to %d", tabNumber(tabs, d.text("from_tab")), tabNumber(tabs, d.text("to_tab")))
	case "tab_pause":
		said = "tab_pause" + words(d, "reason")
	case "file_download":
		said = "file_download" + address(d, "url", " ") + words(d, "filename", "how")
	case "clipboard_copy", "clipboard_cut", "clipboard_paste":
		said = subject(e) + words(d, "length")
	case "print":
		said = "print" + address(d, "page", " ")
	case "file_selected":
		said = subject(e) + words(d, "count", "extensions", "sizes")
	case "video_chat_enabled":
		said = "video_chat_enabled" + words(d, "media")
	case "video_chat_archiving_started":
		said = "video_chat_archiving_started" + words(d, "storage")
	case "webrtc_stream_exception":
		said = "webrtc_stream_exception" + words(d, "phase", "name")
	case "recorder_stopped":
		said = "recorder_stopped" + words(d, "reason")
	case "gap":
		said = "gap" + words(d, "count", "reason")
	case "client_log":
		if level := d.text("level"); level != "info" {
			said += " " + level
		}
	case "navigate", "recorder_started", "session_created", "participant_left", "session_end", "tab_closed", "tab_resume", "webrtc_stream_ended_by_user":
	case "participant_joined":
		said += words(d, "name")
	default:
		said = e.text("type") + " " + bare(map[string]any(d))
	}
	if e.text("source") == "page" && !slices.Contains([]string{"client_log", "participant_joined", "tab_pause", "tab_resume", "recorder_stopped"}, e.text("type")) {
		said = e.text("type") + " " + bare(map[string]any(d)) // the page's own words
	}
	tab := inTab(e, tabs)
	if e["late"] == true && len(tabs) < 2 { // of two tabs, either may be heard first
		said += " late"
	}
	if source := e.text("source"); source == "extension" {
		said += " by extension"
	}
	return tab + strings.NewReplacer(site, "SITE", other, "OTHER").Replace(said)
}

// inTab names the tab of an entry, unless it is the session's first.
func inTab(e entry, tabs map[string]int) string {
	if n := tabNumber(tabs, e.text("tab_id")); n > 1 {
		return fmt.Sprintf("tab %d: ", n)
	}
	return ""
}

// tabNumber numbers tabs in the order in which the log names them.
func tabNumber(tabs map[string]int, id string) int {
	if id == "" {
		return 0
	}
	if tabs[id] == 0 {
		tabs[id] = len(tabs) + 1
	}
	return tabs[id]
}

// subject says which element an entry of another type than brief's is about.
func subject(e entry) string {
	d := e.details()
	if d["is_masked"] == true {
		return fmt.Sprintf("%s masked %s %s", e.text("type"), d["rule"], d["node_name"])
	}
	return e.text("type") + " " + short(d.text("xpath"))
}

// changer says who changed a field, unless a person did.
func changer(d entry) string {
	cause, trusted := d.text("cause"), d["trusted"] == true
	switch {
	case cause == "user" && trusted:
		return ""
	case cause == "script" && !trusted:
		return " by script"
	}
	return fmt.Sprintf(" by %s trusted=%v", cause, trusted)
}

func button(d entry) string {
	return map[int]string{0: "", 1: " middle", 2: " right"}[d.number("button")]
}

// via says how somebody clicked, unless with a pointer.
func via(d entry) string {
	how, trusted := d.text("via"), d["trusted"] == true
	switch {
	case how == "pointer" && trusted:
		return ""
	case how == "keyboard" && trusted, how == "script" && !trusted:
		return " by " + how
	}
	return fmt.Sprintf(" by %s trusted=%v", how, trusted)
}

// sent says how a form was sent, where, and with which button.
func sent(d entry) string {
	form := entry(object(d["form"]))
	said := "submit " + short(d.text("xpath")) + " " + form.text("method") + address(form, "action", " ")
	if submitter := entry(object(d["submitter"])); submitter != nil {
		said += " with " + cmp.Or(submitter.text("label"), submitter.text("node_name"))
		if submitter.text("label") == "" && len(object(submitter["attributes"])) > 0 {
			said += fmt.Sprint(" ", submitter["attributes"])
		}
	}
	if how := d.text("via"); how != "user" {
		said += " via " + how
	}
	if d["valid"] != true {
		said += " invalid"
	}
	return strings.TrimRight(said, " ") + changer(d)
}

// address writes an address behind a word; one that is unknown is a question mark, one that is not there nothing.
func address(d entry, key, before string) string {
	value, ok := d[key]
	if !ok {
		return ""
	}
	if text, ok := value.(string); ok {
		return before + text
	}
	return before + "?"
}

func when(d entry, key, word string) string {
	if d[key] == true {
		return word
	}
	return ""
}

// words writes the values of some keys that are there, lists with commas.
func words(d entry, keys ...string) string {
	var out strings.Builder
	for _, key := range keys {
		switch value := d[key].(type) {
		case nil:
		case []any:
			var items []string
			for _, item := range value {
				items = append(items, bare(item))
			}
			out.WriteString(" " + strings.Join(items, ","))
		default:
			out.WriteString(" " + bare(value))
		}
	}
	return out.String()
}

// bare is a text as it stands, and anything else as JSON, its keys in order.
func bare(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it has come as JSON
	}
	return string(text)
}

// short is where for a path of many parts: each goes on in the shadow root or frame to which the one before led.
func short(xpath string) string {
	parts := strings.Split(xpath, " >> ")
	for i, part := range parts {
		parts[i] = where(part)
	}
	return strings.Join(parts, " >> ")
}
