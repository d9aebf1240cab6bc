// Package eventsmd writes docs/events.md, from the same descriptions by which events are masked and checked.
package eventsmd

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

//go:generate go test -run TestDocument -update

// head is what stands before the types.
const head = `<!-- Written by: go generate ./masking/event/eventsmd -->
# Events

Every type that a log may have: when it happens, who tells of it, and what its ` + "`details`" + ` hold. The envelope of an entry
and the bases of its actor are in [integrate.md](integrate.md); the JSON Schema of all of it is served at
` + "`/v1/schema/events.json`" + `.

Who tells of it: the **recorder** senses it in the page; the **app** signals it, from its back end by
` + "`POST /v1/sessions/{id}/events`" + ` or from a page by ` + "`cotrail.event`" + `; the **relay** concludes it. Where two of them tell of
the same join, tab or download, the log has it once.

All texts are masked before they are stored: by the recorder in the page, or by the relay where the back end sent them.
Keys in bold must be there. What an app signals may have keys of its own; they are kept, their texts through the patterns.
Types of your own begin with ` + "`x_`" + ` and may have any details; letters, digits, ` + "`_`, `-` and `.`" + ` are a name, at most 64
of them, unless it looks like data. ` + "`follower_joined`" + ` is taken for ` + "`participant_joined`" + `.

`

// Document gives the whole file.
func Document() []byte {
	var b bytes.Buffer
	b.WriteString(head)
	b.WriteString("| type | what | who tells of it |\n|---|---|---|\n")
	for i := range catalog.Types {
		t := &catalog.Types[i]
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", code(string(t.Type)), t.Type, t.Title, sayers(t.Spec().By))
	}
	for i := range catalog.Types {
		section(&b, &catalog.Types[i])
	}
	accesses(&b)
	return b.Bytes()
}

// section tells of one type.
func section(b *bytes.Buffer, t *catalog.Type) {
	spec := t.Spec()
	fmt.Fprintf(b, "\n## %s\n\n%s%s\n", t.Type, t.Doc, belief(t.Type))
	if len(spec.Keys) > 0 {
		b.WriteString("\n| key | value | what it tells |\n|---|---|---|\n")
		keys(b, t, "", spec.Keys)
	}
	if spec.Masked != nil {
		var names []string
		for _, k := range spec.Masked {
			names = append(names, code(k.Name))
		}
		fmt.Fprintf(b, "\nMasked, it has exactly these keys: %s.\n", strings.Join(names, ", "))
	}
	for _, sample := range []string{t.Sample, t.Masked} {
		if sample != "" {
			fmt.Fprintf(b, "\n```json\n%s\n```\n", sample)
		}
	}
}

// accesses tells of the types of the access log.
func accesses(b *bytes.Buffer) {
	b.WriteString("\n## The access log\n\nThe relay writes these of itself. They are in the access log of the site ([operate.md](operate.md#the-access-log)), never in that of a session.\n")
	b.WriteString("\n| type | what |\n|---|---|\n")
	for i := range catalog.Accesses {
		a := &catalog.Accesses[i]
		fmt.Fprintf(b, "| %s | %s |\n", code(string(a.Type)), a.Doc)
	}
	b.WriteString("\n| key | what it tells |\n|---|---|\n")
	for _, key := range catalog.AccessKeys {
		fmt.Fprintf(b, "| **%s** | %s |\n", code(key), catalog.AccessKey(key))
	}
	fmt.Fprintf(b, "\n```json\n%s\n```\n", catalog.Accesses[0].Details)
}

// moves are the types that say who is here, who leads and who may act.
var moves = []event.Word{
	event.SessionCreated, event.SessionEnd, event.InvitationSent, event.ParticipantJoined, event.ParticipantLeft,
	event.HostRequest, event.HostChange, event.ControlSwitchRequest, event.ControlSwitch, event.ControlGained, event.TabControl,
	event.TabControlRequest, event.FeatureUpgradeRequest,
}

// belief says whose word about a type counts.
func belief(typ event.Word) string {
	if !slices.Contains(moves, typ) {
		return ""
	}
	return " It is believed of the app's back end, and of a page whose token has the role `host`; what any other page says is kept as a claim and moves nothing."
}

// keys writes the rows of keys; within is the path to them.
func keys(b *bytes.Buffer, t *catalog.Type, within string, list []event.Key) {
	for i := range list {
		k := &list[i]
		name := code(within + k.Name)
		if k.Required {
			name = "**" + name + "**"
		}
		fmt.Fprintf(b, "| %s | %s | %s%s |\n", name, shape(k), escaped(t.Key(within+k.Name)), treatments[k.Treat])
		keys(b, t, within+k.Name+".", k.Keys)
	}
}

// shape says what a value is.
func shape(k *event.Key) string {
	text := map[event.Shape]string{
		event.Text: "text", event.Int: "whole number", event.Num: "number", event.Bool: "true or false", event.ID: "text or whole number",
		event.Object: "object", event.List: "list of objects", event.Ints: "list of whole numbers", event.Texts: "list of texts", event.Any: "any JSON",
	}[k.Shape]
	if k.Enum != nil {
		words := make([]string, len(k.Enum))
		for i, w := range k.Enum {
			words[i] = code(w)
		}
		if text = strings.Join(words, ", "); k.Shape == event.Texts {
			text = "list of " + text
		}
	}
	if k.Nullable {
		text += ", or null"
	}
	return text
}

// treatments says of a text that the app signals what the policy can change about it.
var treatments = map[event.Treatment]string{
	event.Filename: "; all of it where the policy says `filenames: plain`",
	event.Person:   "; a keyed hash where the policy says `identity: {name: hash}`",
	event.Mail:     "; the address where the policy says `identity: {email: plain}`",
	event.Length:   "; the text where the policy says `chat: text`",
}

// sayers says who tells of a type.
func sayers(by event.Sources) string {
	var who []string
	for _, s := range []struct {
		by   event.Sources
		name string
	}{{event.ByRecorder, "recorder"}, {event.ByApp, "app"}, {event.ByRelay, "relay"}} {
		if by&s.by != 0 {
			who = append(who, s.name)
		}
	}
	return strings.Join(who, ", ")
}

func code(s string) string { return "`" + s + "`" }

// escaped keeps a text within its cell.
func escaped(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
