package event

import (
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/masking"
)

// Word is a word of Cotrail's own vocabulary: a type, a cause, a reason. It is a constant of the program or a type
// of the app's own, never other text of a page; whatever is not lower case, digits and underscore is written as
// "unknown".
type Word string

// usualDetails is the room that details get at once, in bytes: those of a click with its path and label.
const usualDetails = 256

// Details builds the details of one event as JSON. It takes no raw string, so nothing unmasked can get in.
// The zero Details is empty and ready.
type Details struct{ b []byte }

func (d *Details) key(k Word) {
	if d.b == nil {
		d.b = make([]byte, 0, usualDetails)
	}
	if n := len(d.b); n > 0 && d.b[n-1] != '{' && d.b[n-1] != '[' {
		d.b = append(d.b, ',')
	}
	if k != "" {
		d.b = append(masking.AppendQuote(d.b, string(k)), ':')
	}
}

// Text adds a text. An element of a list has the empty key; so have the other methods.
func (d *Details) Text(key Word, t masking.Text) {
	d.key(key)
	d.b = masking.AppendQuote(d.b, t.String())
}

// OptText adds a text, unless it is empty.
func (d *Details) OptText(key Word, t masking.Text) {
	if t.String() != "" {
		d.Text(key, t)
	}
}

// Word adds a word of the vocabulary.
func (d *Details) Word(key, w Word) {
	d.key(key)
	d.b = masking.AppendQuote(d.b, string(w.plain()))
}

// OptWord adds a word, unless it is empty.
func (d *Details) OptWord(key, w Word) {
	if w != "" {
		d.Word(key, w)
	}
}

// Int adds a whole number.
func (d *Details) Int(key Word, n int64) {
	d.key(key)
	d.b = strconv.AppendInt(d.b, n, 10)
}

// Hundredths adds n/100, of an n that is not negative, in its shortest form.
func (d *Details) Hundredths(key Word, n int64) {
	d.key(key)
	d.b = strconv.AppendInt(d.b, n/100, 10)
	if rest := n % 100; rest != 0 {
		d.b = append(d.b, '.', byte('0'+rest/10))
		if rest%10 != 0 {
			d.b = append(d.b, byte('0'+rest%10))
		}
	}
}

// Bool adds true or false.
func (d *Details) Bool(key Word, v bool) {
	d.key(key)
	d.b = strconv.AppendBool(d.b, v)
}

// Null adds null: the key is known, its value is not.
func (d *Details) Null(key Word) {
	d.key(key)
	d.b = append(d.b, "null"...)
}

// Data adds a value whose strings a policy has scrubbed.
func (d *Details) Data(key Word, v masking.Data) {
	d.key(key)
	d.b = append(d.b, v.JSON()...)
}

// members adds the members of an object that a policy has scrubbed.
func (d *Details) members(object masking.Data) {
	text := object.JSON()
	if inner := text[1 : len(text)-1]; text[0] == '{' && inner != "" {
		d.key("")
		d.b = append(d.b, inner...)
	}
}

// Object adds an object that fill fills.
func (d *Details) Object(key Word, fill func()) { d.nest(key, '{', '}', fill) }

// List adds a list that fill fills, with empty keys.
func (d *Details) List(key Word, fill func()) { d.nest(key, '[', ']', fill) }

func (d *Details) nest(key Word, open, end byte, fill func()) {
	d.key(key)
	d.b = append(d.b, open)
	fill()
	d.b = append(d.b, end)
}

// JSON gives the details as a JSON object.
func (d *Details) JSON() []byte {
	out := append(make([]byte, 0, len(d.b)+2), '{')
	return append(append(out, d.b...), '}')
}

// maxWordBytes bounds a word: the longest of the vocabulary has some 30.
const maxWordBytes = 40

// maxOwnBytes bounds a type of the app's own: a name, with the parts that an app's events are sorted by.
const maxOwnBytes = 64

// own tells whether a word has the form of a type of the app's own: x_ and letters, digits, underscores, hyphens and points.
func (w Word) own() bool {
	rest, ok := strings.CutPrefix(string(w), "x_")
	return ok && len(w) <= maxOwnBytes && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == ""
}

func (w Word) plain() Word {
	for i := 0; i < len(w); i++ {
		if c := w[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return "unknown"
		}
	}
	if len(w) > maxWordBytes {
		return "unknown"
	}
	return w
}
