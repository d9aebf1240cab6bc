package schematest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event/catalog"
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
	for i := range catalog.Types {
		c := &catalog.Types[i]
		samples := []string{c.Sample}
		if c.Masked != "" {
			samples = append(samples, c.Masked)
		}
		for _, sample := range samples {
			if err := Check([]byte(entry(string(c.Type), sample, ""))); err != nil {
				t.Errorf("%s: its sample %s: %v", c.Type, sample, err)
			}
		}
		def := document.Defs[string(c.Type)]
		if def.Title == "" || def.Description == "" || len(def.Examples) != len(samples) {
			t.Errorf("%s has title %q, description %q, %d examples", c.Type, def.Title, def.Description, len(def.Examples))
		}
		for _, example := range def.Examples {
			if err := Check(example); err != nil {
				t.Errorf("%s: its example: %v", c.Type, err)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	click := catalog.Find("click")
	byPage := func(entry string) string { return strings.Replace(entry, `"source":"recorder"`, `"source":"page"`, 1) }
	masked := `{"is_masked":true,"node_name":"button","rule":"mask:#pad","field":"90a4e1c7d52b6f38","button":0,"trusted":true,"via":"pointer"}`
	for _, tt := range []struct {
		name, entry string
		good        bool
	}{
		{"a click", entry("click", click.Sample, ""), true},
		{"a masked click", entry("click", masked, ""), true},
		{"every key of the envelope", entry("click", masked, `,"stream":"00112233aabbccdd","stream_seq":3,"actor":{"client_index":0,"username":null,"role":"host","basis":"trusted"},"tab_id":"t","page":{"url":"https://a.example/","title":"A"},"masked_by":{"rule":"r","policy":"p"},"merged":{"source":"page","stream":"00112233aabbccdd","stream_seq":4},"late":true,"completes":2`), true},
		{"a script", entry("click", masked, `,"actor":{"client_index":null,"basis":"script"}`), true},
		{"a type of the app's", entry("x_quote_2", `{"anything":[1]}`, ""), true},
		{"an unknown type", entry("quote", `{}`, ""), false},
		{"an unknown key of the envelope", entry("click", masked, `,"color":"red"`), false},
		{"an unknown key of a page's details", entry("click", strings.Replace(click.Sample, "{", `{"color":"red",`, 1), ""), false},
		{"an unknown key of what an app signals", byPage(entry("click", strings.Replace(click.Sample, "{", `{"color":"red",`, 1), "")), true},
		{"the same, merged", entry("click", strings.Replace(click.Sample, "{", `{"color":"red",`, 1), `,"merged":{"source":"page","stream":"00112233aabbccdd","stream_seq":4}`), true},
		{"an unknown key of attributes that an app signals", byPage(entry("click", `{"node_name":"a","attributes":{"value":"x"}}`, "")), false},
		{"a masked click that an app signals and that tells more", byPage(entry("click", strings.Replace(masked, "{", `{"color":"red",`, 1), "")), false},
		{"a masked click that tells the label", entry("click", strings.Replace(masked, "{", `{"label":"7",`, 1), ""), false},
		{"a click that says it is not masked", entry("click", strings.Replace(masked, "true", "false", 1), ""), false},
		{"a masked click without its rule", entry("click", strings.Replace(masked, `"rule":"mask:#pad",`, "", 1), ""), false},
		{"a missing required key", entry("navigate", `{"username":null}`, ""), false},
		{"a word that is not in its list", entry("gap", `{"count":1,"reason":"sloth"}`, ""), false},
		{"a null where none may be", entry("navigate", `{"url":null}`, ""), false},
		{"a null where one may be", entry("navigate", `{"url":"","username":null}`, ""), true},
		{"an id that is a number", entry("host_change", `{"to":1}`, ""), true},
		{"an id that is a name", entry("host_change", `{"to":"ada"}`, ""), true},
		{"an id that is a list", entry("host_change", `{"to":[1]}`, ""), false},
		{"a list of words that are not known", entry("video_chat_enabled", `{"by":0,"media":["smell"]}`, ""), false},
		{"a list of whole numbers", entry("file_selected", `{"sizes":[1,2]}`, ""), true},
		{"a list of others", entry("file_selected", `{"sizes":[1.5]}`, ""), false},
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
