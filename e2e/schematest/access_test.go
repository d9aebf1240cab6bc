package schematest

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cotrail/cotrail/masking/event/catalog"
	"github.com/cotrail/cotrail/masking/event/schema"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/store"
)

type whole = store.Accesses

// page is an access log of one entry.
type page struct {
	whole
	entry []byte
}

func (p *page) NoteAccess(_ context.Context, _, _ string, write func(uint64, [32]byte) ([]byte, [32]byte)) error {
	p.entry, _ = write(1, [32]byte{})
	return nil
}

// TestAccesses holds what the access log has of each of its types, and the schema's example, against the definition.
func TestAccesses(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Document()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schema.ID, document); err != nil {
		t.Fatal(err)
	}
	for i := range catalog.Accesses {
		a := &catalog.Accesses[i]
		def, err := c.Compile(schema.ID + "#/$defs/" + string(a.Type))
		if err != nil {
			t.Fatal(err)
		}
		if err := def.Validate(def.Examples[0]); err != nil || def.Title == "" || def.Description == "" {
			t.Errorf("%s: its example: %v", a.Type, err)
		}
		var of struct {
			Who, What string
			SessionID string `json:"session_id"`
			From      string
		}
		if err := json.Unmarshal([]byte(a.Details), &of); err != nil {
			t.Fatal(err)
		}
		var p page
		j := journal.Journal{Store: &p, Now: time.Now}
		if err := j.Note(t.Context(), journal.Deed{Type: string(a.Type), Site: "shop", Session: of.SessionID, Key: of.Who, What: of.What, From: of.From}); err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(p.entry))
		if err != nil {
			t.Fatal(err)
		}
		if err := def.Validate(value); err != nil || value.(map[string]any)["message"] != a.Message {
			t.Errorf("%s\nis no %s: %v", p.entry, a.Type, err)
		}
		if Check(p.entry) == nil {
			t.Errorf("%s is taken for an entry of a session", p.entry)
		}
	}
}
