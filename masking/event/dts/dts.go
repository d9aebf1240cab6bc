// Package dts writes the part of js/cotrail.d.ts that types what an app signals, from the same descriptions by which
// it is masked and checked.
package dts

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

//go:generate go test -run TestDeclarations -update

// The lines between which the generated part stands.
const (
	begin = "// From here on it is written by: go generate ./masking/event/dts\n"
	end   = "// Up to here.\n"
)

// Replace gives a file with its generated part written anew. ok is false when it has no such part.
func Replace(file []byte) (out []byte, ok bool) {
	head, rest, found := bytes.Cut(file, []byte(begin))
	_, tail, ends := bytes.Cut(rest, []byte(end))
	return bytes.Join([][]byte{head, []byte(begin), events(), []byte(end), tail}, nil), found && ends
}

// events writes the interface of all types that an app may signal.
func events() []byte {
	var w writer
	w.doc("The details of what an app signals, by type. What is said of a key is what the log has of it: all is masked before it leaves the browser.")
	w.line("export interface CotrailEvents {")
	w.depth++
	for i := range catalog.Types {
		if t := &catalog.Types[i]; t.Spec().By&event.ByApp != 0 {
			w.doc(t.Doc)
			w.line(string(t.Type) + ":" + w.details(t) + ";")
		}
	}
	w.doc("The reference's name for the join of somebody who is not host.")
	w.line(`follower_joined: CotrailEvents["participant_joined"];`)
	w.doc("Types of your own, in letters, digits, underscores, hyphens and points.")
	w.line("[own: `x_${string}`]: Record<string, unknown>;")
	w.depth--
	w.line("}")
	return w.Bytes()
}

// writer writes TypeScript, two spaces for each depth.
type writer struct {
	bytes.Buffer
	depth int
}

func (w *writer) indent() string { return strings.Repeat("  ", w.depth) }

func (w *writer) line(s string) { w.WriteString(w.indent() + s + "\n") }

func (w *writer) doc(s string) { w.line("/** " + strings.ReplaceAll(s, "*/", "*\\/") + " */") }

// details gives the type of details: those of a masked one, too, where there is one.
func (w *writer) details(t *catalog.Type) string {
	spec := t.Spec()
	text := " " + w.object(t, "", spec.Keys, true)
	if spec.Masked != nil {
		text += " | " + w.object(t, "", spec.Masked, false)
	}
	return text
}

// object gives the type of an object; more says that it may have other keys.
func (w *writer) object(t *catalog.Type, within string, keys []event.Key, more bool) string {
	inner := writer{depth: w.depth + 1}
	for i := range keys {
		k := &keys[i]
		if k.Treat == event.Derived {
			continue
		}
		inner.doc(t.Key(within + k.Name))
		optional := "?"
		if k.Required {
			optional = ""
		}
		inner.line(k.Name + optional + ": " + inner.value(t, within+k.Name, k) + ";")
	}
	if more {
		inner.line("[more: string]: unknown;")
	}
	return "{\n" + inner.String() + w.indent() + "}"
}

// value gives the type of a key's value.
func (w *writer) value(t *catalog.Type, path string, k *event.Key) string {
	text := ""
	switch k.Shape {
	case event.Text:
		text = "string"
	case event.OneOf:
		text = words(k.Enum)
	case event.Int, event.Num:
		text = "number"
	case event.Bool:
		text = "boolean"
	case event.ID:
		text = "string | number"
	case event.Any:
		return "unknown"
	case event.Object:
		if text = "Record<string, unknown>"; k.Keys != nil {
			text = w.object(t, path+".", k.Keys, false)
		}
	default: // a list
		element := k.Element()
		text = "Array<" + w.value(t, path, &element) + ">"
	}
	if k.Name == "is_masked" && k.Required {
		text = "true"
	}
	if k.Nullable {
		text += " | null"
	}
	return text
}

// words gives the union of words.
func words(list []string) string {
	quoted := make([]string, len(list))
	for i, w := range list {
		quoted[i] = strconv.Quote(w)
	}
	return strings.Join(quoted, " | ")
}
