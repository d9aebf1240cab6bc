package maskcheck

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// valueRoles are roles whose name or state is what a form value would tell.
var valueRoles = words("option radio checkbox switch menuitemradio menuitemcheckbox slider spinbutton textbox searchbox combobox listbox")

// buttons are the inputs that only say what they do.
var buttons = words("button submit reset image")

// inputTypes are the types of inputs; any other is text.
var inputTypes = words("hidden text search tel url email password date month week time datetime-local number range color checkbox radio file submit image reset button")

func words(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// typeOf is what the element's property type says.
func typeOf(n *html.Node) string {
	said := strings.ToLower(attr(n, "type"))
	switch n.Data {
	case "input":
		if inputTypes[said] {
			return said
		}
		return "text"
	case "button":
		if said == "reset" || said == "button" {
			return said
		}
		return "submit"
	case "select":
		if has(n, "multiple") {
			return "select-multiple"
		}
		return "select-one"
	case "textarea":
		return "textarea"
	}
	return ""
}

// isFormValue tells whether the element's content is a form value.
func (c *checker) isFormValue(n *html.Node) bool { return isValue(n) || editorOf(n) != nil }

// isValue tells whether it is one by itself, and not by what it lies in.
func isValue(n *html.Node) bool {
	switch n.Data {
	case "input":
		return !buttons[typeOf(n)]
	case "select", "textarea", "option":
		return true
	}
	return hasValueRole(n)
}

// hasValueRole looks at all roles that are given, first or in reserve.
func hasValueRole(n *html.Node) bool {
	return slices.ContainsFunc(rolesOf(n), func(role string) bool { return valueRoles[role] })
}

// rolesOf gives the roles that an element is said to have.
func rolesOf(n *html.Node) []string {
	return strings.FieldsFunc(strings.ToLower(attr(n, "role")), space)
}

// editorOf gives the outermost element that makes this one editable.
func editorOf(n *html.Node) *html.Node {
	editor := closest(n, func(at *html.Node) bool { return has(at, "contenteditable") })
	if editor == nil || attr(editor, "contenteditable") == "false" {
		return nil
	}
	if up := parent(editor); up != nil {
		if outer := editorOf(up); outer != nil {
			return outer
		}
	}
	return editor
}

// isField tells whether changes of the element are told: a control, or an editor as a whole.
func (c *checker) isField(n *html.Node) bool {
	switch n.Data {
	case "input", "select", "textarea":
		return c.isFormValue(n)
	}
	return editorOf(n) == n
}

// valueOf is what the field holds in the saved page.
func valueOf(n *html.Node) string {
	value, given := attribute(n, "value")
	switch n.Data {
	case "input":
		switch t := typeOf(n); {
		case t == "file":
			return ""
		case (t == "checkbox" || t == "radio") && !given:
			return "on"
		}
		return value
	case "option":
		if !given {
			return strings.Join(strings.FieldsFunc(content(n), space), " ")
		}
		return value
	}
	return content(n)
}

func options(n *html.Node) (out []*html.Node) {
	each(n, func(at *html.Node) {
		if at.Data == "option" {
			out = append(out, at)
		}
	})
	return out
}

// formOf gives the form that a control belongs to.
func (c *checker) formOf(n *html.Node) *html.Node {
	if id, ok := attribute(n, "form"); ok && labelable(n) {
		if form := c.byID(id); form != nil && form.Data == "form" {
			return form
		}
	}
	return closest(n, func(at *html.Node) bool { return at.Data == "form" })
}

// controlOf gives the control that an element speaks for.
func (c *checker) controlOf(n *html.Node) *html.Node {
	var control *html.Node
	switch n.Data {
	case "label":
		control = c.labelled(n)
	case "option", "optgroup":
		control = closest(n, func(at *html.Node) bool { return at.Data == "select" })
	}
	if control == nil {
		return n
	}
	return control
}

// clicked gives what a click on an element is a click on: the field that the element is, lies in, or lies in the label
// of; else the element itself, or what it speaks for. by is what makes it so: that field or label.
func (c *checker) clicked(n *html.Node) (control, by *html.Node) {
	if control = c.controlOf(n); isValue(control) {
		return control, n
	}
	acts := false
	for at := n; at != nil; at = parent(at) {
		control := c.controlOf(at)
		edit, edits := attribute(control, "contenteditable")
		if (control == at || !acts) && (isValue(control) || edits && !strings.EqualFold(edit, "false")) {
			return control, at
		}
		acts = acts || interactive(at)
	}
	return control, n
}

// interactive tells of an element that it has an action of its own: clicked within a label, it does not pass the click
// on to the label's control.
func interactive(n *html.Node) bool {
	return isOne(n, "button", "input", "select", "textarea", "summary") || isOne(n, "a", "area") && has(n, "href")
}

func labelable(n *html.Node) bool {
	return isOne(n, "button", "meter", "output", "progress", "select", "textarea") || n.Data == "input" && typeOf(n) != "hidden"
}

// labelled gives the control of a label.
func (c *checker) labelled(label *html.Node) *html.Node {
	if id, ok := attribute(label, "for"); ok {
		if n := c.byID(id); n != nil && labelable(n) {
			return n
		}
		return nil
	}
	return find(label, labelable)
}

// labelsOf gives the labels of a control.
func (c *checker) labelsOf(n *html.Node) (out []*html.Node) {
	if !labelable(n) {
		return nil
	}
	for _, label := range c.labels {
		if c.labelled(label) == n {
			out = append(out, label)
		}
	}
	return out
}
