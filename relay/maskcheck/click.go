package maskcheck

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/cotrail/cotrail/masking"
)

// named are the roles of what has a name of its own, and widgets those of what one acts on (js/sensor/click.js).
var (
	named   = []string{"button", "link", "checkbox", "radio", "switch", "slider", "spinbutton", "textbox", "searchbox", "combobox", "option", "tab", "menuitem", "menuitemcheckbox", "menuitemradio"}
	widgets = append([]string{"treeitem", "gridcell"}, named...)
)

// roles are those of elements that have one without saying so.
var roles = map[string]string{"button": "button", "summary": "button", "a": "link", "area": "link", "select": "combobox", "option": "option", "textarea": "textbox", "label": "label"}

var inputRoles = map[string]string{"checkbox": "checkbox", "radio": "radio", "range": "slider", "number": "spinbutton", "search": "searchbox", "button": "button", "submit": "button", "reset": "button", "image": "button"}

func roleOf(n *html.Node) string {
	if said := rolesOf(n); len(said) > 0 {
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
	return focusable && !strings.HasPrefix(tab, "-") || slices.ContainsFunc(rolesOf(n), func(role string) bool { return slices.Contains(widgets, role) })
}

// isNamed tells whether a click gives the element's name: a label's is that of its control.
func (c *checker) isNamed(n *html.Node) bool {
	if n.Data == "label" {
		control, _ := c.clicked(n)
		return control != n
	}
	return roles[n.Data] != "" || slices.Contains(named, roleOf(n))
}

// Buttons named so shortly, so many together, and no farther around a key, are a keypad.
const (
	keyName = 2
	keys    = 5
	around  = 3
)

// ruleKeypad is the rule that hides which key of a keypad was pressed.
const ruleKeypad = "keypad"

func isKeyLike(n *html.Node) bool {
	return isOne(n, "button", "a") || n.Data == "input" && buttons[typeOf(n)] || slices.Contains(rolesOf(n), "button")
}

// isShort tells whether an element is named as shortly as a key, or shows no more than one.
func (c *checker) isShort(n *html.Node) bool {
	name := c.nameOf(n)
	if length := len(utf16.Encode([]rune(name))); length > 0 && (length <= keyName || !has(n, "aria-label") && !has(n, "aria-labelledby") && !has(n, "title")) {
		return length <= keyName
	}
	shown := content(n)
	if n.Data == "input" {
		shown = attr(n, "value")
	}
	return isSign(strings.TrimFunc(shown, space)) || isSign(c.textOf(n))
}

// isSign tells of what a key with a longer name shows: one sign to type, and no picture such as a cross.
func isSign(text string) bool {
	picture := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }
	return utf8.RuneCountInString(text) == 1 && !strings.ContainsFunc(text, picture)
}

// isKey tells whether the element is a key of an on-screen keypad.
func (c *checker) isKey(n *html.Node) bool {
	if !isKeyLike(n) || !c.isShort(n) {
		return false
	}
	group := n
	for up := 0; up < around && group.Parent != nil; up++ {
		group = group.Parent
	}
	short := 0
	each(group, func(at *html.Node) {
		if isKeyLike(at) && c.isShort(at) {
			short++
		}
	})
	return short >= keys
}

// clickVerdict gives the decision on a click.
func (c *checker) clickVerdict(n *html.Node) verdict {
	control, by := c.clicked(n)
	v := c.decide(n, control)
	if v.Action == masking.Allow && (!c.isFormValue(control) || by != n) && c.isKey(n) {
		v.Decision = masking.Decision{Action: masking.Mask, Rule: ruleKeypad}
	}
	return v
}
