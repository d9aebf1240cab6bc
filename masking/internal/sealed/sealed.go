// Package sealed holds the one type that may carry a page's words out of the page. It is internal to
// masking, so that no other code can make such a value out of raw text: forgetting to mask does not compile.
package sealed

// Text is text that a policy has let through. The zero Text shows nothing.
type Text struct{ s string }

// New seals s. Only a policy calls it, after it has decided and scrubbed.
func New(s string) Text { return Text{s} }

// String gives the text that may be shown.
func (t Text) String() string { return t.s }

// Data is a JSON value all of whose strings a policy has scrubbed. The zero Data is null.
type Data struct{ json string }

// NewData seals json. Only a policy calls it.
func NewData(json string) Data { return Data{json} }

// JSON gives the value as JSON text.
func (d Data) JSON() string {
	if d.json == "" {
		return "null"
	}
	return d.json
}
