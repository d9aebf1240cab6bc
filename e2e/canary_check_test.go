package e2e

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// counts says how many entries of some types there must be.
type counts = map[string]int

// hasURLs demands that the entries have addresses which end so, scrubbed: they were seen, and not left out.
func hasURLs(ends ...string) func(*testing.T, []entry) {
	return func(t *testing.T, entries []entry) {
		t.Helper()
		said, _ := json.Marshal(entries)
		for _, end := range ends {
			if quoted, _ := json.Marshal(end); !strings.Contains(string(said), string(quoted[1:len(quoted)-1])) {
				t.Errorf("no address has %s:\n%s", end, show(entries))
			}
		}
	}
}

// isOnly demands that there are entries of these types and no others.
func isOnly(kinds ...string) func(*testing.T, []entry) {
	return func(t *testing.T, entries []entry) {
		t.Helper()
		for _, e := range entries {
			if !slices.Contains(kinds, e.text("type")) {
				t.Errorf("want nothing but %v:\n%s", kinds, show(entries))
			}
		}
	}
}

// hasNoLength demands that nothing tells how long what was copied is.
func hasNoLength(t *testing.T, entries []entry) {
	t.Helper()
	for _, e := range ofType(entries, "clipboard_copy", "clipboard_cut", "clipboard_paste") {
		if _, told := e.details()["length"]; told {
			t.Errorf("the length is told:\n%s", show([]entry{e}))
		}
	}
}

// looksAlike demands that of each two in a row, of the same type, the shorter cannot be told from the longer.
func looksAlike(t *testing.T, entries []entry) {
	t.Helper()
	hasNoLength(t, entries)
	for _, kind := range []string{"input_change", "clipboard_copy"} {
		found := ofType(entries, kind)
		for i := 0; i+1 < len(found); i += 2 {
			if a, b := likeness(found[i]), likeness(found[i+1]); a != b {
				t.Errorf("two that are hidden look like\n%s\n%s", a, b)
			}
		}
	}
	for _, e := range ofType(entries, "submit") {
		for _, field := range e.details()["fields"].([]any) {
			if f := object(field); f["is_masked"] != true || len(f) > 3 {
				t.Errorf("of a field that is sent the log has %v", f)
			}
		}
	}
}

// likeness writes an entry without what differs from one to the next: its number, its time, and which field it was.
func likeness(e entry) string {
	e = maps.Clone(e)
	for _, key := range []string{"seq", "stream_seq", "time", "received"} {
		delete(e, key)
	}
	d := maps.Clone(e.details())
	delete(d, "field")
	e["details"] = map[string]any(d)
	text, _ := json.Marshal(e)
	return string(text)
}
