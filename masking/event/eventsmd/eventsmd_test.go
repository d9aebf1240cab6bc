package eventsmd

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

var update = flag.Bool("update", false, "write docs/events.md anew")

// TestDocument: docs/events.md is what the descriptions say now.
func TestDocument(t *testing.T) {
	const path = "../../../docs/events.md"
	want := Document()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date: go generate ./masking/event/eventsmd", path)
	}
}

// TestComplete: each type has a section, in it each key, and the words of each value.
func TestComplete(t *testing.T) {
	document := string(Document())
	for i := range catalog.Types {
		c := &catalog.Types[i]
		_, section, ok := strings.Cut(document, "\n## "+string(c.Type)+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if !ok || !strings.Contains(section, c.Doc) || !strings.Contains(section, c.Sample) {
			t.Errorf("%s has no section, or one without its sentence or sample", c.Type)
		}
		for _, k := range c.Spec().Keys {
			row := "\n| `" + k.Name + "` | "
			if k.Required {
				row = "\n| **`" + k.Name + "`** | "
			}
			if !strings.Contains(section, row) {
				t.Errorf("%s: no row for %s", c.Type, k.Name)
			}
			for _, word := range k.Enum {
				if !strings.Contains(section, "`"+word+"`") {
					t.Errorf("%s: %s may be %s", c.Type, k.Name, word)
				}
			}
		}
		if (c.Masked != "") != strings.Contains(section, "Masked, it has") {
			t.Errorf("%s: the masked form", c.Type)
		}
	}
	for shapes := event.Text; shapes <= event.Any; shapes++ {
		if shape(&event.Key{Shape: shapes}) == "" && shapes != event.OneOf {
			t.Errorf("shape %d has no words", shapes)
		}
	}
}
