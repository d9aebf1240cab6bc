package session

import (
	"strconv"

	"github.com/cotrail/cotrail/masking/event"
)

// pageMessage tells what was done in a page.
func (f *facts) pageMessage(typ event.Word, who string) string {
	switch typ {
	case event.Navigate:
		return who + reached(f.kind) + f.url
	case event.RelocateStart:
		return who + f.left()
	case event.InputChange:
		return who + f.changed()
	case event.Submit:
		return who + f.submitted()
	case event.Click:
		return who + f.clicked()
	case event.ClipboardCopy:
		return who + " copied from " + f.place()
	case event.ClipboardCut:
		return who + " cut from " + f.place()
	case event.ClipboardPaste:
		return who + " pasted into " + f.place()
	case event.Print:
		return who + " printed " + f.get("page").Str
	case event.FileSelected:
		return who + f.chose()
	}
	return ""
}

func reached(kind string) string {
	switch kind {
	case "reload":
		return " reloaded "
	case "traverse", Restore:
		return " returned to "
	}
	return " opened "
}

// changed tells an input_change: "changed country to 'PT'", "changed a masked input field".
func (f *facts) changed() string {
	if f.masked {
		node := f.node
		if node == "option" {
			node = "select"
		}
		return verb(f.filled == no, " emptied", " changed") + " a masked" + after(" ", node) + " field"
	}
	name := f.elementName
	for _, other := range []string{f.elementID, f.label} {
		if name == "" {
			name = cut(other)
		}
	}
	if name == "" {
		name = "a field"
		if f.inputType != "" {
			name = "a " + f.inputType + " field"
		}
	}
	switch {
	case f.inputType == "radio" && f.checked == yes:
		return " chose " + quoted(f.value) + " for " + name
	case f.checked != unsaid:
		return verb(f.checked == yes, " checked ", " unchecked ") + name
	case f.on == no:
		return " deselected " + quoted(f.value) + " in " + name
	case f.value == "":
		return " emptied " + name
	}
	return " changed " + name + " to " + quoted(f.value)
}

// clicked tells a click: "clicked button 'Next'", "clicked a masked button".
func (f *facts) clicked() string {
	verb := " clicked "
	switch f.button {
	case 1:
		verb = " middle-clicked "
	case 2:
		verb = " right-clicked "
	}
	thing := f.role
	if thing == "" {
		thing = f.node
	}
	if thing == "a" {
		thing = "link"
	}
	switch {
	case f.masked:
		return verb + "a masked" + after(" ", thing)
	case thing == "":
		return verb + "something" + f.called()
	case f.called() == "":
		return verb + article(thing) + thing
	}
	return verb + thing + f.called()
}

// called gives the name of what was clicked, with a space before it.
func (f *facts) called() string {
	for _, name := range []string{f.label, f.elementName, f.elementID} {
		if name != "" {
			return " " + quoted(name)
		}
	}
	return ""
}

// submitted tells a submit.
func (f *facts) submitted() string {
	form := "a form"
	if f.masked {
		form = "a masked form"
	} else if f.form != "" {
		form = "form " + quoted(f.form)
	}
	return verb(f.valid == no, " tried to submit ", " submitted ") + form
}

// left tells a relocate_start.
func (f *facts) left() string {
	to := f.get("to_url").Str
	switch {
	case f.get("new_tab").Bool():
		return " began to open " + verb(to == "", "something", to) + " in a new tab"
	case f.cause == "reload":
		return " began to reload the page"
	case to == "":
		return " began to leave the page"
	}
	return " began to leave for " + to
}

// place is where the clipboard was used: "a textarea", "a masked input".
func (f *facts) place() string {
	switch {
	case f.masked:
		return "a masked " + verb(f.node == "", "part", f.node)
	case f.node == "":
		return "the page"
	}
	return article(f.node) + f.node
}

// chose tells a file_selected.
func (f *facts) chose() string {
	switch {
	case f.masked:
		return " chose files in a masked " + verb(f.node == "", "field", f.node)
	case f.count == 1:
		return " chose a file"
	}
	return " chose " + strconv.FormatInt(f.count, 10) + " files"
}
