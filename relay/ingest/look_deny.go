package ingest

import (
	"slices"
	"strconv"
	"strings"

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

// closes gives the rule by which an open input_change or click on a field has to be a masked one, "" when there is none:
// the field is a secret by what the event tells of it, or nothing in the policy can have opened it.
func (l *look) closes(spec *event.Spec, object []byte) (rule string) {
	if spec.Type != event.InputChange && spec.Type != event.Click {
		return ""
	}
	node := l.member(object, "node_name")
	isNative := slices.Contains(fieldNodes, node)
	switch {
	case spec.Type == event.Click && (!isNative || !slices.Contains(fieldRoles, l.member(object, "role"))):
		return ""
	case l.denied(object, isNative):
		return masking.RuleHardDeny
	case !l.app && l.policy.Default != masking.DefaultAllow && len(l.policy.Allow) == 0 && !l.policy.Markup:
		return masking.RuleDefault
	}
	return ""
}

// denied tells whether a field is a secret by its type, whatever its node is called, by its own attributes, by the id in its path, or by its label, which of a
// native field is among what the recorder judges by.
func (l *look) denied(object []byte, isNative bool) bool {
	if masking.Denied(masking.Element{NodeName: "input", Type: l.member(object, "input_type")}) || isNative && l.denies(l.member(object, "label")) {
		return true
	}
	if attributes := l.raw(object, "attributes"); attributes != nil &&
		(l.denies(l.member(attributes, "id")) || l.denies(l.member(attributes, "name")) || l.denies(l.member(attributes, "autocomplete"))) {
		return true
	}
	path := l.member(object, "xpath")
	if at := strings.LastIndex(path, masking.ShadowStep); at >= 0 {
		path = path[at+len(masking.ShadowStep):]
	}
	id, _ := masking.IDPath(path)
	return l.denies(id)
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

// hide makes of an open event the masked one: that the field was touched, and no more.
func (l *look) hide(spec *event.Spec, object []byte, rule string) {
	l.find(rule)
	shown := []byte(`{"is_masked":true`)
	for _, k := range spec.Masked {
		value := string(l.raw(object, k.Name))
		switch {
		case k.Name == "is_masked":
			continue
		case k.Name == ruleKey:
			value = masking.Quote(rule)
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
