package event

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/masking"
)

// Signaller makes events of what the app signals, masked by the description of their types.
type Signaller struct {
	Policy *masking.Policy
	Key    masking.FieldKey // of the hashes
}

// ruleSaid hides an input_change that the app signals, for nobody has judged its field, and what the app itself says
// is masked, without a rule.
const ruleSaid = "said"

// Details makes the details of a type of the JSON object that the app gave. Keys that the type does not have are
// kept, masked. The error names the key that is missing or has another shape; it holds nothing of the object but
// names that the type has.
func (s *Signaller) Details(typ, object string) (Word, Details, error) {
	var d Details
	spec, known := Find(typ)
	switch {
	case IsOwn(typ):
		spec = &Spec{Type: Word(typ)}
	case !known || spec.By&ByApp == 0:
		return "", d, ErrUnknownType
	}
	parts, ok := masking.Parts(object)
	if !ok || strings.TrimSpace(object)[0] != '{' {
		return "", d, errors.New("the details are no object, too large, or nested too deep")
	}
	keys, closed := spec.Keys, false
	if spec.Type == InputChange {
		parts = s.unjudged(parts)
	}
	if spec.Masked != nil && value(parts, "is_masked") == "true" {
		keys, closed = spec.Masked, true
		parts = ruled(parts)
	}
	if trouble := s.object(&d, keys, parts); trouble != "" {
		return "", d, errors.New(trouble)
	}
	if !closed {
		s.others(&d, spec, parts)
	}
	return spec.Type, d, nil
}

// ErrUnknownType says that an app signals no events of the type.
var ErrUnknownType = errors.New("no app signals events of this type; types of your own begin with x_")

// IsOwn tells whether a type is one of the app's own: a name that begins with x_, and is not data.
func IsOwn(typ string) bool { return Word(typ).own() && !masking.LooksLikeData(typ) }

// unjudged makes the parts of an input_change those of a masked one, whatever the app says of it.
func (s *Signaller) unjudged(parts []masking.Part) []masking.Part {
	filled := value(parts, "filled")
	if v := value(parts, "value"); v != "" {
		filled = strconv.FormatBool(v != `""` && v != "null")
	}
	out := []masking.Part{{Name: "is_masked", Value: "true"}, {Name: rule.Name, Value: masking.Quote(ruleSaid)}}
	if filled != "" {
		out = append(out, masking.Part{Name: "filled", Value: filled})
	}
	return append(out, parts...)
}

// ruled gives the parts of a masked event a rule, where the app has named none.
func ruled(parts []masking.Part) []masking.Part {
	if v := value(parts, rule.Name); v != "" && v != "null" {
		return parts
	}
	return append([]masking.Part{{Name: rule.Name, Value: masking.Quote(ruleSaid)}}, parts...)
}

// others adds the keys that the type does not have. Whether it is masked is not the app's to say beside other keys.
func (s *Signaller) others(d *Details, spec *Spec, parts []masking.Part) {
	var more []string
	for _, p := range parts {
		known := slices.ContainsFunc(spec.Keys, func(k Key) bool { return k.Name == p.Name })
		if !known && (p.Name != isMasked.Name || spec.Masked == nil) {
			more = append(more, masking.Quote(p.Name)+":"+p.Value)
		}
	}
	if len(more) == 0 {
		return
	}
	object := "{" + strings.Join(more, ",") + "}"
	if spec.Private {
		d.members(s.Policy.Private(object))
	} else {
		d.members(s.Policy.Data(object))
	}
}

// object adds the members that are among the keys.
func (s *Signaller) object(d *Details, keys []Key, parts []masking.Part) (trouble string) {
	for i := range keys {
		k := &keys[i]
		raw := value(parts, k.Name)
		switch {
		case raw == "" && k.Required || raw == "null" && k.Required && !k.Nullable:
			return k.Name + " is missing"
		case raw == "" || k.Treat == Derived:
		case raw == "null":
			if k.Nullable {
				d.Null(Word(k.Name))
			}
		case k.Treat == Length && value(parts, "length") != "":
			text, _ := masking.Unquote(raw)
			d.OptText(Word(k.Name), s.Policy.ChatText(text))
		default:
			if trouble := s.value(d, k, Word(k.Name), raw); trouble != "" {
				return k.Name + " " + trouble
			}
		}
	}
	return ""
}

// value gives the JSON of a member, "" when there is none.
func value(parts []masking.Part, name string) string {
	for i := range parts {
		if parts[i].Name == name {
			return parts[i].Value
		}
	}
	return ""
}
