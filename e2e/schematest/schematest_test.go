package schematest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/schema"
)

func entry(typ, details, more string) string {
	return `{"type":"` + typ + `","time":"2026-11-22T10:04:33.343Z","session_id":"s","seq":1,"source":"recorder","message":"m","received":"2026-11-22T10:04:33.343Z","details":` + details + more + `}`
}

// TestSamples holds every sample of the types, as details and as the schema's example, against the schema.
func TestSamples(t *testing.T) {
	var document struct {
		Defs map[string]struct {
			Title, Description string
			Examples           []json.RawMessage
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema.Document(), &document); err != nil {
		t.Fatal(err)
	}
	for _, spec := range event.Specs {
		if err := Check([]byte(entry(string(spec.Type), spec.Sample, ""))); err != nil {
			t.Errorf("%s: its sample: %v", spec.Type, err)
		}
		def := document.Defs[string(spec.Type)]
		if def.Title == "" || def.Description == "" || len(def.Examples) != 1 {
			t.Errorf("%s has title %q, description %q, %d examples", spec.Type, def.Title, def.Description, len(def.Examples))
			continue
		}
		if err := Check(def.Examples[0]); err != nil {
			t.Errorf("%s: its example: %v", spec.Type, err)
		}
	}
}

func TestCheck(t *testing.T) {
	click, _ := event.Find("click")
	masked := `{"is_masked":true,"node_name":"button","rule":"mask:#pad","field":"90a4e1c7d52b6f38","button":0,"trusted":true,"via":"pointer"}`
	for _, tt := range []struct {
		name, entry string
		good        bool
	}{
		{"a click", entry("click", click.Sample, ""), true},
		{"a masked click", entry("click", masked, ""), true},
		{"every key of the envelope", entry("click", masked, `,"stream":"00112233aabbccdd","stream_seq":3,"actor":{"client_index":0,"username":null,"role":"host","basis":"trusted"},"tab_id":"t","page":{"url":"https://a.example/","title":"A"},"masked_by":{"rule":"r","policy":"p"},"merged":{"source":"page","stream":"00112233aabbccdd","stream_seq":4},"late":true,"completes":2`), true},
		{"a script", entry("click", masked, `,"actor":{"client_index":null,"basis":"script"}`), true},
		{"a type of the app's", entry("x_quote", `{"anything":[1]}`, ""), true},
		{"an unknown type", entry("quote", `{}`, ""), false},
		{"an unknown key of the envelope", entry("click", masked, `,"color":"red"`), false},
		{"an unknown key of a page's details", entry("click", strings.Replace(click.Sample, "{", `{"color":"red",`, 1), ""), false},
		{"a masked click that tells the label", entry("click", strings.Replace(masked, "{", `{"label":"7",`, 1), ""), false},
		{"a click that says it is not masked", entry("click", strings.Replace(masked, "true", "false", 1), ""), false},
		{"a masked click without its rule", entry("click", strings.Replace(masked, `"rule":"mask:#pad",`, "", 1), ""), false},
		{"a missing required key", entry("navigate", `{"username":null}`, ""), false},
		{"a word that is not in its list", entry("gap", `{"count":1,"reason":"sloth"}`, ""), false},
		{"a null where none may be", entry("navigate", `{"url":null}`, ""), false},
		{"a null where one may be", entry("navigate", `{"url":"","username":null}`, ""), true},
		{"a number that is a string", entry("gap", `{"count":"1","reason":"crash"}`, ""), false},
		{"a script with an index", entry("click", masked, `,"actor":{"client_index":0,"basis":"script"}`), false},
		{"late, but not", entry("click", masked, `,"late":false`), false},
		{"a time with a zone", strings.Replace(entry("click", masked, ""), "343Z", "343+01:00", 1), false},
		{"no time", `{"type":"click"}`, false},
		{"no JSON", `{`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := Check([]byte(tt.entry)); (err == nil) != tt.good {
				t.Errorf("good: %v, want %v (%v)", err == nil, tt.good, err)
			}
		})
	}
}
