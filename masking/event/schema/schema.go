// Package schema writes the JSON Schema of the log's entries. It is made of event.Specs, so that it says what
// the recorder writes and the relay checks, and of the envelope that the relay puts around the details.
package schema

import (
	"encoding/json"
	"strconv"

	"github.com/cotrail/cotrail/masking/event"
)

// ID names the schema. It is a name, not an address: every relay serves its own at /v1/schema/events.json.
const ID = "urn:cotrail:schema:events:1"

// node is a JSON Schema or a part of one. Its keys are written in their alphabetical order.
type node = map[string]any

// Document gives the schema of an entry, of draft 2020-12. It has a definition for each type under $defs; the
// definition's examples are whole entries.
func Document() []byte {
	defs := node{"details.other": node{"description": "whatever the app gives, masked", "type": "object"}}
	types := make([]any, 0, len(event.Specs)+1)
	for i := range event.Specs {
		name := string(event.Specs[i].Type)
		defs[name] = entry(&event.Specs[i])
		types = append(types, node{"$ref": "#/$defs/" + name})
	}
	defs["x"] = node{
		"title": "Type of the app's own", "description": "Its name begins with x_; its details are the app's.",
		"properties": node{"type": node{"pattern": "^x_[a-z_]+$"}, "details": node{"$ref": "#/$defs/details.other"}},
	}
	types = append(types, node{"$ref": "#/$defs/x"})
	b, err := json.MarshalIndent(node{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": ID,
		"title": "Entry of a Cotrail log", "description": "One entry of session_logs, and one line of the NDJSON form.",
		"type": "object", "properties": envelope, "required": []string{"type", "time", "session_id", "details", "seq", "source", "message", "received"},
		"additionalProperties": false,
		"oneOf":                types, "$defs": defs,
	}, "", "  ")
	if err != nil {
		panic("schema: " + err.Error()) // maps, lists and strings always have a JSON form
	}
	return append(b, '\n')
}

// entry defines one type.
func entry(s *event.Spec) node {
	details := object(s.Keys, s.Page)
	if s.Masked != nil {
		masked := object(s.Masked, true)
		masked["title"], masked["description"] = "masked", "That it happened, not what: these keys and no others."
		masked["properties"].(node)["is_masked"] = node{"const": true}
		details["title"] = "not masked"
		details = node{"oneOf": []any{details, masked}}
	}
	return node{
		"title": s.Title, "description": s.Doc,
		"properties": node{"type": node{"const": s.Type}, "details": details},
		"examples":   []any{example(s)},
	}
}

// example is an entry with the sample's details.
func example(s *event.Spec) node {
	source := event.SourceRelay
	if s.Page {
		source = event.SourceRecorder
	}
	return node{
		"type": s.Type, "time": "2026-11-22T10:04:33.343Z", "session_id": "3f0c9a5be1d24c7c8e6f00aa54d1b2c3",
		"details": json.RawMessage(s.Sample), "seq": 7, "source": source, "message": s.Title, "received": "2026-11-22T10:04:33.420Z",
	}
}

// object defines an object of keys; closed says that it has no others.
func object(keys []event.Key, closed bool) node {
	properties, required := node{}, []string{}
	for i := range keys {
		properties[keys[i].Name] = property(&keys[i])
		if keys[i].Required {
			required = append(required, keys[i].Name)
		}
	}
	n := node{"type": "object", "properties": properties}
	if len(required) > 0 {
		n["required"] = required
	}
	if closed {
		n["additionalProperties"] = false
	}
	return n
}

// property defines one key.
func property(k *event.Key) node {
	n := node{}
	switch k.Shape {
	case event.Text:
		n["type"] = "string"
	case event.Words:
		n["type"] = "string"
		if k.Enum != nil {
			n["enum"] = k.Enum
		}
	case event.Int:
		n["type"] = "integer"
	case event.Num:
		n["type"] = "number"
	case event.Bool:
		n["type"] = "boolean"
	case event.Object:
		n = object(k.Keys, k.Keys != nil)
	case event.List:
		n["type"], n["items"] = "array", object(k.Keys, k.Keys != nil)
	case event.Any:
		n["description"] = k.Doc
		return n
	default:
		panic("schema: key " + k.Name + " has the unknown shape " + strconv.Itoa(int(k.Shape)))
	}
	if k.Nullable {
		n["type"] = []any{n["type"], "null"}
		if k.Enum != nil {
			n["enum"] = append(append([]any{}, list(k.Enum)...), nil)
		}
	}
	if k.Doc != "" {
		n["description"] = k.Doc
	}
	return n
}

func list(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}
