package event

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cotrail/cotrail/masking"
)

// value adds a member by its key's shape and treatment. What may be wrong with it is told without a word of it.
func (s *Signaller) value(d *Details, k *Key, key Word, raw string) (trouble string) {
	text, isText := masking.Unquote(raw)
	switch k.Shape {
	case Text:
		if !isText {
			return "is no string"
		}
		s.text(d, k, key, text)
	case OneOf:
		if !isText || !slices.Contains(k.Enum, text) {
			return "is none of " + strings.Join(k.Enum, ", ")
		}
		d.Word(key, Word(text))
	case ID:
		n, isNumber := whole(raw)
		switch {
		case isText:
			s.text(d, k, key, text)
		case !isNumber:
			return "is neither a string nor a whole number"
		case s.hides(raw):
			d.Data(key, s.Policy.Data(raw)) // stars
		default:
			d.Int(key, n)
		}
	case Int:
		n, ok := whole(raw)
		if !ok || k.Required && s.hides(raw) {
			return "is no whole number"
		}
		if !s.hides(raw) {
			d.Int(key, n)
		}
	case Num:
		n := s.Policy.Data(raw)
		if c := n.JSON()[0]; c != '-' && (c < '0' || c > '9') {
			return "is no number"
		}
		d.Data(key, n)
	case Bool:
		if raw != "true" && raw != "false" {
			return "is neither true nor false"
		}
		d.Bool(key, raw == "true")
	case Any:
		d.Data(key, s.Policy.Data(raw))
	case Object:
		if raw[0] != '{' {
			return "is no object"
		}
		return s.nested(d, k, key, raw)
	case List, Ints, Texts:
		if raw[0] != '[' {
			return "is no list"
		}
		return s.list(d, k, key, raw)
	}
	return ""
}

// nested adds an object.
func (s *Signaller) nested(d *Details, k *Key, key Word, raw string) (trouble string) {
	switch {
	case k.Treat == Secrets:
		d.Data(key, s.Policy.Options(raw))
	case k.Keys == nil:
		d.Data(key, s.Policy.Data(raw))
	default:
		parts, _ := masking.Parts(raw)
		d.Object(key, func() { trouble = s.object(d, k.Keys, parts) })
		if trouble != "" {
			return "has a key that is wrong: " + trouble
		}
	}
	return ""
}

// list adds a list whose elements have one shape.
func (s *Signaller) list(d *Details, k *Key, key Word, raw string) (trouble string) {
	element := k.Element()
	parts, _ := masking.Parts(raw)
	d.List(key, func() {
		for _, p := range parts {
			if trouble = s.value(d, &element, "", p.Value); trouble != "" {
				trouble = "has an element that " + trouble
				return
			}
		}
	})
	return trouble
}

// whole reads a whole number; what is behind the point goes.
func whole(raw string) (int64, bool) {
	const exact = 1 << 53 // beyond it a float64 skips numbers
	digits, fraction, _ := strings.Cut(raw, ".")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && !strings.ContainsAny(fraction, "eE") && n >= -exact && n <= exact
}

// hides tells whether the patterns would hide a number: it may be a card's.
func (s *Signaller) hides(number string) bool { return s.Policy.Data(number).JSON() != number }

// text adds a text by its treatment. What is hidden as a whole is left out, where it may be.
func (s *Signaller) text(d *Details, k *Key, key Word, raw string) {
	switch k.Treat {
	case Recipient:
		d.Text("recipient_hash", s.hash(raw))
	case Length:
		d.OptText(key, s.Policy.ChatText(raw))
		d.Int("length", int64(utf8.RuneCountInString(raw)))
		return
	case Never:
		d.Null(key)
		return
	}
	if t := s.treated(k, raw); t.String() != "" || raw == "" || k.Required {
		d.Text(key, t)
	}
}

// treated gives of a text what may be told.
func (s *Signaller) treated(k *Key, raw string) (t masking.Text) {
	switch p := s.Policy; k.Treat {
	case Free:
		t = p.Said(raw)
	case Ident:
		t = p.Ident(raw)
	case Address:
		t = p.URL(raw)
	case Name:
		t = p.Name(raw)
	case Attribute:
		t, _ = p.Attribute(k.Name, raw)
	case Label:
		t = p.Label(raw)
	case Title:
		t = p.Title(raw)
	case Path:
		t = p.XPath(raw)
	case Filename:
		t = p.Filename(raw)
	case MediaType:
		t = p.MediaType(raw)
	case Digest:
		t = p.Digest(raw)
	case Hashed:
		t = s.hash(raw)
	case Person:
		t = p.Person(s.Key, raw)
	case Mail:
		t = p.Mail(s.Key, raw)
	default:
		t = p.Hidden(raw)
	}
	return t
}

// hash gives a keyed hash; of nothing there is none.
func (s *Signaller) hash(raw string) masking.Text {
	if raw == "" {
		return masking.Text{}
	}
	return s.Key.Field(raw)
}
