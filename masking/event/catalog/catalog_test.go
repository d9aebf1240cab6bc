package catalog

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
)

// TestSameTypes: words and shapes are of the same types, in one order, and of the same keys.
func TestSameTypes(t *testing.T) {
	var words, shapes []event.Word
	for i := range Types {
		words = append(words, Types[i].Type)
	}
	for _, s := range event.Specs {
		shapes = append(shapes, s.Type)
	}
	if !slices.Equal(words, shapes) {
		t.Fatalf("in words there are\n%q, and in shapes\n%q", words, shapes)
	}
	used := map[string]bool{}
	for i := range Types {
		c := &Types[i]
		if c.Title == "" || !strings.HasSuffix(c.Doc, ".") || c.Sample == "" {
			t.Errorf("%s lacks title, sentence or sample", c.Type)
		}
		if (c.Masked != "") != (c.Spec().Masked != nil) {
			t.Errorf("%s: a masked sample where there is no masked form, or none where there is one", c.Type)
		}
		paths := append(keyPaths("", c.Spec().Keys), keyPaths("", c.Spec().Masked)...)
		for _, path := range paths {
			if c.Key(path) == "" {
				t.Errorf("%s: nothing says what %s is", c.Type, path)
			}
			if lookUp(c.keys, path) == "" {
				used[path[strings.LastIndexByte(path, '.')+1:]] = true
			}
		}
		for line := range strings.Lines(c.keys) {
			if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); name != "" && !slices.Contains(paths, name) {
				t.Errorf("%s has no key %s", c.Type, name)
			}
		}
	}
	for line := range strings.Lines(shared) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); name != "" && !used[name] {
			t.Errorf("no type takes the words of %s", name)
		}
	}
}

func keyPaths(within string, keys []event.Key) (paths []string) {
	for _, k := range keys {
		paths = append(paths, within+k.Name)
		paths = append(paths, keyPaths(within+k.Name+".", k.Keys)...)
	}
	return paths
}

// TestSamplesAreWhole: a sample has every key that is required.
func TestSamplesAreWhole(t *testing.T) {
	for i := range Types {
		c := &Types[i]
		hold := func(sample string, keys []event.Key) {
			var details map[string]any
			if err := json.Unmarshal([]byte(sample), &details); err != nil {
				t.Fatalf("%s: %v", c.Type, err)
			}
			for _, k := range keys {
				if _, ok := details[k.Name]; k.Required && !ok {
					t.Errorf("a sample of %s lacks %s", c.Type, k.Name)
				}
			}
		}
		hold(c.Sample, c.Spec().Keys)
		if c.Masked != "" {
			hold(c.Masked, c.Spec().Masked)
		}
	}
}
