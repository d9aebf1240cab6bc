package maskcheck

import (
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/html"

	"github.com/cotrail/cotrail/masking"
)

// widgets are the roles of what one acts on, so that it has a name of its own (js/sensor/click.js).
var widgets = []string{"button", "link", "checkbox", "radio", "switch", "slider", "spinbutton", "textbox", "searchbox", "combobox", "option", "tab", "menuitem", "menuitemcheckbox", "menuitemradio", "treeitem", "gridcell", "label"}

// roles are those of elements that have one without saying so.
var roles = map[string]string{"button": "button", "summary": "button", "a": "link", "area": "link", "select": "combobox", "option": "option", "textarea": "textbox", "label": "label"}

var inputRoles = map[string]string{"checkbox": "checkbox", "radio": "radio", "range": "slider", "number": "spinbutton", "search": "searchbox", "button": "button", "submit": "button", "reset": "button", "image": "button"}

func roleOf(n *html.Node) string {
	if said := strings.FieldsFunc(attr(n, "role"), space); len(said) > 0 {
		return said[0]
	}
	if n.Data != "input" {
		return roles[n.Data]
	}
	if role := inputRoles[typeOf(n)]; role != "" {
		return role
	}
	return "textbox"
}

func isLink(n *html.Node) bool {
	return isOne(n, "a", "area") && (has(n, "href") || has(n, "xlink:href"))
}

// isClickable tells whether a person who clicks here means this element.
func isClickable(n *html.Node) bool {
	if isLink(n) || isOne(n, "button", "input", "select", "textarea", "option", "label", "summary") || has(n, "onclick") || has(n, "contenteditable") {
		return n.Data != "input" || typeOf(n) != "hidden"
	}
	tab, focusable := attribute(n, "tabindex")
	return focusable && !strings.HasPrefix(tab, "-") || slices.Contains(widgets, strings.ToLower(attr(n, "role")))
}

// isNamed tells whether a click gives the element's name.
func isNamed(n *html.Node) bool {
	return roles[n.Data] != "" || slices.Contains(widgets, roleOf(n))
}

// Buttons named so shortly, so many together, are a keypad.
const (
	keyName = 2
	keys    = 5
)

// ruleKeypad is the rule that hides which key of a keypad was pressed.
const ruleKeypad = "keypad"

func isKeyLike(n *html.Node) bool {
	return isOne(n, "button", "a") || n.Data == "input" && strings.EqualFold(attr(n, "type"), "button") || attr(n, "role") == "button"
}

func (c *checker) isShort(n *html.Node) bool {
	name := attr(n, "value")
	if n.Data != "input" {
		name = c.textOf(n)
	}
	length := len(utf16.Encode([]rune(name)))
	return length > 0 && length <= keyName
}

// isKey tells whether the element is a key of an on-screen keypad.
func (c *checker) isKey(n *html.Node) bool {
	if isNamed(n) && len(utf16.Encode([]rune(c.nameOf(n)))) > keyName || !isKeyLike(n) || !c.isShort(n) {
		return false
	}
	group := parent(n)
	for up := 0; up < 3 && group != nil; up++ {
		count := 0
		each(group, func(at *html.Node) {
			if isKeyLike(at) && c.isShort(at) {
				count++
			}
		})
		if count >= keys {
			return true
		}
		group = parent(group)
	}
	return false
}

// clickVerdict gives the decision on a click.
func (c *checker) clickVerdict(n *html.Node) verdict {
	control := c.controlOf(n)
	v := c.decide(n, control)
	if v.Action == masking.Allow && !c.isFormValue(control) && c.isKey(n) {
		v.Decision = masking.Decision{Action: masking.Mask, Rule: ruleKeypad}
	}
	return v
}
