// Package capture turns what the sensor read into events: it decides what is recorded, masks it, and gives each
// type its details. A row is raw and stays in the page; an event is masked.
package capture

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/masking"
)

// The separators of the sensor's text, outermost first. The sensor replaces these characters in what it reads.
const (
	RowEnd   = "\x1e" // parts rows
	FieldEnd = "\x1f" // parts the fields of a row, each `name=value`
	ItemEnd  = "\x1d" // parts the items of a list
	PartEnd  = "\x1c" // parts the parts of an item
)

// Row is the facts of one thing that happened, read by the sensor in one pass: `name=value` fields. The names
// are those of js/facts.js.
type Row []string

// Rows cuts the sensor's text into rows. Each is good until the next.
func Rows(text string) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		var row Row
		for more := text != ""; more; {
			var r string
			r, text, more = strings.Cut(text, RowEnd)
			row = row[:0]
			for rest := r != ""; rest; {
				var field string
				field, r, rest = strings.Cut(r, FieldEnd)
				row = append(row, field)
			}
			if len(row) > 0 && !yield(row) {
				return
			}
		}
	}
}

// Get gives the value of a field and "" when the row has none. It is called in so many places that its loop, inlined,
// would be 2 % of the module.
//
//go:noinline
func (r Row) Get(name string) string {
	for _, f := range r {
		if len(f) > len(name) && f[len(name)] == '=' && f[:len(name)] == name {
			return f[len(name)+1:]
		}
	}
	return ""
}

// Has tells whether the row has the field. It is not inlined for the same reason.
//
//go:noinline
func (r Row) Has(name string) bool {
	for _, f := range r {
		if len(f) > len(name) && f[len(name)] == '=' && f[:len(name)] == name {
			return true
		}
	}
	return false
}

// On tells whether a flag is set.
func (r Row) On(name string) bool { return r.Get(name) == "1" }

// Int gives a number without what is behind its point, and 0 when the field is none.
func (r Row) Int(name string) int64 {
	whole, _, _ := strings.Cut(r.Get(name), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// List gives the items of a list.
func (r Row) List(name string) [][]string {
	text := r.Get(name)
	if text == "" {
		return nil
	}
	var items [][]string
	for _, item := range strings.Split(text, ItemEnd) {
		items = append(items, strings.Split(item, PartEnd))
	}
	return items
}

// native are the fields that are named by others: of what else is a form value the label is its own text.
var native = []string{"input", "select", "textarea", "option"}

// element gives what the policy decides on.
func (r Row) element() masking.Element {
	e := masking.Element{
		NodeName: r.Get("node"), Type: r.Get("type"), Name: r.Get("name"), ID: r.Get("id"),
		Autocomplete: r.Get("autocomplete"),
		FormValue:    r.On("form_value"), Denied: r.On("denied"), Moved: r.On("moved"),
		Block: r.hit("block"), Mask: r.hit("mask"), Allow: r.hit("allow"),
	}
	if names := r.Get("names"); names != "" {
		e.Labels = strings.Split(names, ItemEnd)
	}
	if label := r.Get("label"); label != "" && r.Get("shown_node") == e.NodeName && slices.Contains(native, e.NodeName) {
		e.Labels = append(e.Labels, label) // made of more than the texts that name it, as of what is in a label
	}
	return e
}

// hit reads which selector matched. A row that does not say so was not judged: it moved.
func (r Row) hit(list string) int { return parseHit(r.Get(list)) }

func parseHit(s string) int {
	if s == "" {
		return masking.NoMatch
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return masking.NoMatch
	}
	return n
}
