// Package schema writes the JSON Schema of the log's entries. It is made of event.Specs, so that it says what
// the recorder writes and the relay checks, of the catalog's words, and of the envelope that the relay puts around
// the details.
package schema

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

// ID names the schema. It is a name, not an address: every relay serves its own at /v1/schema/events.json.
const ID = "urn:cotrail:schema:events:1"

// node is a JSON Schema or a part of one. Its keys are written in their alphabetical order.
type node = map[string]any

// Document gives the schema of an entry, of draft 2020-12. It has a definition for each type under $defs; the
// definition's examples are whole entries. Beside them stand the types of the access log.
func Document() []byte {
	defs := node{"details.other": node{"description": "whatever the app gives, masked", "type": "object"}}
	types := make([]any, 0, len(catalog.Types)+1)
	for i := range catalog.Types {
		name := string(catalog.Types[i].Type)
		defs[name] = entry(&catalog.Types[i])
		types = append(types, node{"$ref": "#/$defs/" + name})
	}
	defs["x"] = node{
		"title": "Type of the app's own", "description": "Its name begins with x_; its details are the app's.",
		"properties": node{"type": node{"pattern": "^x_[A-Za-z0-9_.-]{0,62}$"}, "details": node{"$ref": "#/$defs/details.other"}},
	}
	types = append(types, node{"$ref": "#/$defs/x"})
	for i := range catalog.Accesses {
		defs[string(catalog.Accesses[i].Type)] = access(&catalog.Accesses[i])
	}
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
func entry(t *catalog.Type) node {
	spec := t.Spec()
	open := object(t, "", spec.Keys)
	details, names := open, keyNames(spec)
	if spec.Masked != nil {
		masked := object(t, "", spec.Masked)
		masked["title"], masked["description"], masked["additionalProperties"] = "masked", "That it happened, not what: these keys and no others.", false
		masked["properties"].(node)["is_masked"] = node{"const": true, "description": t.Key("is_masked")}
		open["title"] = "not masked"
		open["properties"].(node)["is_masked"] = false
		details = node{"oneOf": []any{open, masked}}
	}
	examples := []any{example(t, t.Sample)}
	if t.Masked != "" {
		examples = append(examples, example(t, t.Masked))
	}
	return node{
		"title": t.Title, "description": t.Doc,
		"properties": node{"type": node{"const": t.Type}, "details": details},
		// What an app signals may have more keys, also where it is merged into an entry of the recorder or the relay.
		"if":       node{"properties": node{"source": node{"enum": []any{event.SourceRecorder, event.SourceRelay}}, "merged": false}},
		"then":     node{"properties": node{"details": node{"propertyNames": node{"enum": names}}}},
		"examples": examples,
	}
}

// keyNames lists the keys that a type has, masked or not.
func keyNames(spec *event.Spec) []string {
	names := []string{}
	for _, k := range slices.Concat(spec.Keys, spec.Masked) {
		if !slices.Contains(names, k.Name) {
			names = append(names, k.Name)
		}
	}
	return names
}

// example is an entry with a sample's details.
func example(t *catalog.Type, sample string) node {
	source := event.SourceRelay
	switch by := t.Spec().By; {
	case by&event.ByRecorder != 0:
		source = event.SourceRecorder
	case by&event.ByApp != 0:
		source = event.SourceHost
	}
	return node{
		"type": t.Type, "time": "2026-11-22T10:04:33.343Z", "session_id": "3f0c9a5be1d24c7c8e6f00aa54d1b2c3",
		"details": json.RawMessage(sample), "seq": 7, "source": source, "message": t.Title, "received": "2026-11-22T10:04:33.420Z",
	}
}

// object defines an object of keys; within is the path to it.
func object(t *catalog.Type, within string, keys []event.Key) node {
	properties, required := node{}, []string{}
	for i := range keys {
		properties[keys[i].Name] = property(t, within+keys[i].Name, &keys[i])
		if keys[i].Required {
			required = append(required, keys[i].Name)
		}
	}
	n := node{"type": "object", "properties": properties}
	if len(required) > 0 {
		n["required"] = required
	}
	return n
}

// nested defines an object within details: it has its keys and no others, or any when it has none.
func nested(t *catalog.Type, path string, keys []event.Key) node {
	n := object(t, path+".", keys)
	if keys != nil {
		n["additionalProperties"] = false
	}
	return n
}

// property defines one key.
func property(t *catalog.Type, path string, k *event.Key) node {
	n := node{}
	switch k.Shape {
	case event.Text:
		n["type"] = "string"
	case event.OneOf:
		n["type"], n["enum"] = "string", k.Enum
	case event.Int:
		n["type"] = "integer"
	case event.Num:
		n["type"] = "number"
	case event.Bool:
		n["type"] = "boolean"
	case event.ID:
		n["type"] = []any{"string", "integer"}
	case event.Object:
		n = nested(t, path, k.Keys)
	case event.List:
		n["type"], n["items"] = "array", nested(t, path, k.Keys)
	case event.Ints:
		n["type"], n["items"] = "array", node{"type": "integer"}
	case event.Texts:
		n["type"], n["items"] = "array", node{"type": "string"}
		if k.Enum != nil {
			n["items"] = node{"type": "string", "enum": k.Enum}
		}
	case event.Any:
	default:
		panic("schema: key " + k.Name + " has the unknown shape " + strconv.Itoa(int(k.Shape)))
	}
	if k.Nullable && k.Shape != event.Any {
		orNull(n)
	}
	n["description"] = t.Key(path)
	return n
}

// orNull lets a key be null, too.
func orNull(n node) {
	if types, several := n["type"].([]any); several {
		n["type"] = append(types, "null")
	} else {
		n["type"] = []any{n["type"], "null"}
	}
	if words, ok := n["enum"].([]string); ok {
		n["enum"] = append(list(words), nil)
	}
}

func list(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}
