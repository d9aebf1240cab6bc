package ingest

import (
	"slices"
	"strconv"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// maxDenials bounds the names of fields that a connection remembers to have judged: some forms have a hundred.
const maxDenials = 256

// fieldNodes and fieldRoles tell a click on a field from one on a button that is called after what it does.
var (
	fieldNodes = []string{"input", "select", "textarea", "option"}
	fieldRoles = []string{"", "textbox", "searchbox", "combobox", "listbox", "spinbutton", "slider"}
)

// denied tells whether an open input_change or click is of a field that is a secret by its own attributes.
func (l *look) denied(spec *event.Spec, object []byte) bool {
	if spec.Type != event.InputChange && spec.Type != event.Click {
		return false
	}
	node := l.member(object, "node_name")
	if spec.Type == event.Click && (!slices.Contains(fieldNodes, node) || !slices.Contains(fieldRoles, l.member(object, "role"))) {
		return false
	}
	kind, attributes := l.member(object, "input_type"), l.raw(object, "attributes")
	if masking.Denied(masking.Element{NodeName: node, Type: kind}) {
		return true
	}
	return attributes != nil && (l.denies(l.member(attributes, "id")) || l.denies(l.member(attributes, "name")) ||
		l.denies(l.member(attributes, "autocomplete")))
}

// denies tells whether a name is that of a secret field.
func (l *look) denies(name string) bool {
	if name == "" {
		return false
	}
	denied, known := l.denials[name]
	if !known {
		if len(l.denials) >= maxDenials || l.denials == nil {
			l.denials = map[string]bool{}
		}
		denied = masking.Denied(masking.Element{Name: name, Autocomplete: name, FormValue: true})
		l.denials[name] = denied
	}
	return denied
}

// deny makes of an open event the masked one: that the field was touched, and no more.
func (l *look) deny(spec *event.Spec, object []byte) {
	l.find(masking.RuleHardDeny)
	shown := []byte(`{"is_masked":true`)
	for _, k := range spec.Masked {
		value := string(l.raw(object, k.Name))
		switch {
		case k.Name == "is_masked":
			continue
		case k.Name == ruleKey:
			value = masking.Quote(masking.RuleHardDeny)
		case k.Name == "filled" && l.raw(object, "checked") == nil && l.raw(object, "selected") == nil:
			value = strconv.FormatBool(l.member(object, "value") != "")
		}
		if value != "" {
			shown = append(append(append(append(shown, `,"`...), k.Name...), `":`...), value...)
		}
	}
	l.object(append(shown, '}'), spec.Masked, masking.AsData)
}

// raw gives the value of a key of an object, nil when there is none.
func (l *look) raw(object []byte, key string) []byte {
	base := len(l.check.members)
	members, _ := appendMembers(l.check.members, object)
	for _, m := range members[base:] {
		if string(m.key) == key {
			return m.value
		}
	}
	return nil
}

// member gives a text of an object, "" when there is none.
func (l *look) member(object []byte, key string) string {
	value := l.raw(object, key)
	if value == nil || value[0] != '"' {
		return ""
	}
	text, _ := unquoted(value)
	return text
}
