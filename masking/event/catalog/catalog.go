// Package catalog says in words what the types of events are, each with a sample. It stands apart from their
// shapes in package event, so that no page loads it; both have the same types and the same keys.
package catalog

import (
	"slices"
	"strings"

	"github.com/cotrail/cotrail/masking/event"
)

// Type is one type of events in words.
type Type struct {
	Type       event.Word
	Title, Doc string
	// Sample is the details of one, Masked those of a masked one, where there is one. All people in them are invented.
	Sample, Masked string
	// keys has, a line each, the name of a key and what it tells. Those of shared are left out, unless they tell
	// something else here; keys within a key have its name before theirs.
	keys string
}

// Types lists the types in the order of event.Specs.
var Types = slices.Concat(session, tabs, documents, page, control, media, last, own)

// Find gives a type in words.
func Find(t event.Word) *Type {
	i := slices.IndexFunc(Types, func(c Type) bool { return c.Type == t })
	if i < 0 {
		return nil
	}
	return &Types[i]
}

// Spec gives the type's shape.
func (t *Type) Spec() *event.Spec {
	spec, _ := event.Find(string(t.Type))
	return spec
}

// Key says what a key tells. Its path has the names of the keys that it is within: form.action.
func (t *Type) Key(path string) string {
	if doc := lookUp(t.keys, path); doc != "" {
		return doc
	}
	return lookUp(shared, path[strings.LastIndexByte(path, '.')+1:])
}

func lookUp(lines, key string) string {
	for line := range strings.Lines(lines) {
		if name, doc, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == key {
			return strings.TrimSpace(doc)
		}
	}
	return ""
}

// shared are the keys that tell the same wherever they are.
const shared = `
	id             the element's id, unless it looks like data
	name           the element's name, unless it looks like data
	class          the element's class, without words that look like data
	attributes     of the element
	node_name      the local name of the element
	xpath          finds the element by document.evaluate
	label          the accessible name, where the policy records them
	is_masked      true: what it was is hidden
	rule           the rule that hid it
	field          keyed hash: the same field can be recognised again, and nothing else
	filled         whether it holds anything
	cause          what did it
	trusted        whether the browser vouches for a person's act
	button         0 main, 1 middle, 2 secondary
	tab_id         the tab
	by             the client_index of who did it
	client_index   the participant's number in the session, from 0
	username       the participant's name
	requested_by   the client_index of who asked
	owner          the client_index of who has it now
	request_id     the same in the request and in what came of it
	from           the client_index of who had it
	to             the client_index of who has it now
	url            scrubbed
	document_id    the document
	filename       its extension only: *.pdf
	mime           its media type
	size           bytes
	sha256         of the content
	stream         the stream, as the app or the browser names it
	count          how many
	synthesized    the relay concluded it
`
