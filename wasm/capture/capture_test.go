package capture

import (
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// row writes fields as the sensor does.
func row(fields ...string) Row { return first(strings.Join(fields, FieldEnd)) }

// first is the first row of a text.
func first(text string) Row {
	for r := range Rows(text) {
		return r
	}
	return nil
}

// field is what the sensor tells of a text field that nothing names.
var field = []string{
	"t=input", "at=1795341873343.6", "trusted=1", "node=input", "type=text", "form_value=1", "denied=0", "block=-1", "mask=-1", "allow=-1",
	"identity=page\nemail", "path=#email\x1dhtml/body/form/input@2", "id=email", "name=mail", "class=wide user-82173", "value=ada@mail.example", "filled=1",
	"label=E-mail", "in_form=1", "form_id=quote",
}

// with changes or adds fields; a change without a value takes the field away.
func with(base []string, changes ...string) Row {
	out := slices.Clone(base)
	for _, c := range changes {
		key, _, sets := strings.Cut(c, "=")
		out = slices.DeleteFunc(out, func(f string) bool { return strings.HasPrefix(f, key+"=") })
		if sets {
			out = append(out, c)
		}
	}
	return row(out...)
}

var button = []string{
	"t=click", "at=5", "trusted=1", "button=0", "via=pointer", "node=button", "type=submit", "form_value=0", "block=-1", "mask=-1", "allow=-1", "identity=page\nnext",
	"shown_node=button", "shown_id=next", "path=#next\x1dhtml/body/button", "role=button", "label=Next", "x=50", "y=25",
}

func TestEvents(t *testing.T) {
	policy := masking.New()
	policy.Mask, policy.Block, policy.Allow, policy.Titles = []string{"#iban"}, []string{".private"}, []string{"#email"}, true
	c := Capture{Policy: &policy}
	id := `"field":"` + c.Key.Field("page\nemail").String() + `"`
	next := `"field":"` + c.Key.Field("page\nnext").String() + `"`

	tests := []struct {
		name string
		row  Row
		want string // details; "" for no event
	}{
		{"a masked field", with(field), `{"is_masked":true,"node_name":"input","rule":"default",` + id + `,"filled":true,"cause":"user","trusted":true}`},
		{"an empty masked field", with(field, "value=", "filled=0"), `{"is_masked":true,"node_name":"input","rule":"default",` + id + `,"filled":false,"cause":"user","trusted":true}`},
		{"a masked checkbox tells no state", with(field, "type=checkbox", "checked=1", "filled"), `{"is_masked":true,"node_name":"input","rule":"default",` + id + `,"cause":"user","trusted":true}`},
		{"an allowed field, its value by the patterns", with(field, "allow=0"),
			`{"node_name":"input","attributes":{"id":"email","name":"mail","class":"wide"},"value":"[email]","xpath":"//*[@id=\"email\"]","parent_form_attributes":{"id":"quote"},"input_type":"text","label":"E-mail","cause":"user","trusted":true}`},
		{"a script's change", with(field, "trusted=0"), `{"is_masked":true,"node_name":"input","rule":"default",` + id + `,"filled":true,"cause":"script","trusted":false}`},
		{"a denied field, whatever allows it", with(field, "allow=0", "denied=1"), `{"is_masked":true,"node_name":"input","rule":"hard_deny",` + id + `,"filled":true,"cause":"user","trusted":true}`},
		{"a password that the sensor missed", with(field, "allow=0", "type=password"), `{"is_masked":true,"node_name":"input","rule":"hard_deny",` + id + `,"filled":true,"cause":"user","trusted":true}`},
		{"a blocked field", with(field, "block=0"), ""},
		{"a field that moved", with(field, "allow=0", "moved=1"), `{"is_masked":true,"node_name":"input","rule":"moved",` + id + `,"filled":true,"cause":"user","trusted":true}`},
		{"a click", row(button...), `{"node_name":"button","attributes":{"id":"next"},"xpath":"//*[@id=\"next\"]","role":"button","label":"Next","button":0,"x":0.5,"y":0.25,"trusted":true,"via":"pointer"}`},
		{"a masked click", with(button, "mask=0"), `{"is_masked":true,"node_name":"button","rule":"mask:#iban",` + next + `,"button":0,"trusted":true,"via":"pointer"}`},
		{"a key of a keypad", with(button, "keypad=1"), `{"is_masked":true,"node_name":"button","rule":"keypad",` + next + `,"button":0,"trusted":true,"via":"pointer"}`},
		{"a click on the label of a masked field", with(button, "shown_node=label", "node=input", "form_value=1"), `{"is_masked":true,"node_name":"label","rule":"default",` + next + `,"button":0,"trusted":true,"via":"pointer"}`},
		{"a blocked click", with(button, "block=30"), ""},
		{"a page", row("t=navigate", "at=1", "kind=load", "url=https://a.example/x?q=secret", "from=https://b.example/", "title=Quote for ada@mail.example", "previous_ms=12"),
			`{"url":"https://a.example/x?q=","from_url":"https://b.example/","title":"Quote for [email]","kind":"load","previous_page_ms":12}`},
		{"a log line", row("t=log", "message=card 4111111111111111", "level=fatal", `data={"pin":"1234"}`), `{"message":"card [card]","level":"info","data":{"pin":"**********"}}`},
		{"a form", row("t=submit", "trusted=1", "via=user", "valid=1", "node=form", "block=-1", "mask=-1", "allow=-1", "id=quote", "path=#quote\x1dhtml/body/form", "method=get", "action=https://a.example/s?x=1",
			"fields="+strings.Join([]string{"select", "select-one", "country", "c", "", "", "0", "-1", "-1", "0", "", "f1"}, PartEnd)+ItemEnd+strings.Join([]string{"input", "password", "pw", "p", "", "", "1", "-1", "-1", "0", "1", "f2"}, PartEnd)+
				ItemEnd+strings.Join([]string{"input", "text", "x", "x", "", "", "0", "0", "-1", "0", "1", "f3"}, PartEnd)),
			`{"form":{"id":"quote","method":"get","action":"https://a.example/s?x="},"xpath":"//*[@id=\"quote\"]","fields":[{"name":"country","type":"select-one"},{"is_masked":true,"field":"` + c.Key.Field("f2").String() + `","filled":true}],"submitter":null,"valid":true,"via":"user","cause":"user","trusted":true}`},
		{"a stub", row("t=stub", "at=3", "kind=click", "node=button"), `{"is_masked":true,"node_name":"button","rule":"not_ready"}`},
		{"a node name that is no word", row("t=stub", "at=3", "kind=click", "node=Ada Miller"), `{"is_masked":true,"node_name":"","rule":"not_ready"}`},
		{"a kind that is not known", row("t=telepathy"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, ok := c.Event(tt.row)
			got := string(e.Details.JSON())
			if ok != (tt.want != "") || ok && got != tt.want {
				t.Errorf("got %v\n%s\nwant\n%s", ok, got, tt.want)
			}
			if strings.Contains(got, "82173") || strings.Contains(got, "1234") {
				t.Error("data got through")
			}
		})
	}
}

// With no policy nothing of a page's words is shown.
func TestNoPolicy(t *testing.T) {
	c := Capture{Policy: masking.Strictest()}
	for _, r := range []Row{with(field, "allow=0"), row(button...), row("t=submit", "node=form", "id=quote", "name=Canary", "submitter_label=Canary", "block=-1", "mask=-1", "allow=-1")} {
		e, _ := c.Event(r)
		line := string(e.AppendLine(nil))
		for _, word := range []string{"ada", "Next", "next", "quote", "Canary", "E-mail"} {
			if strings.Contains(line, word) {
				t.Errorf("%s shows %s", line, word)
			}
		}
	}
}

// Every kind of row makes an event of a known type whose line is JSON of the wire's form.
func TestEveryKindHasASpec(t *testing.T) {
	policy := masking.New()
	c := Capture{Policy: &policy}
	for kind := range makers {
		e, ok := c.Event(row("t="+kind, "at=7"))
		spec, known := event.Find(string(e.Type))
		if !ok || !known || !spec.Page {
			t.Errorf("a row of kind %s makes %q, which no page may send", kind, e.Type)
		}
	}
}

func TestRowReading(t *testing.T) {
	r := first(RowEnd + "t=click" + FieldEnd + "at=12.9" + FieldEnd + "value=a=b" + RowEnd + RowEnd + "t=log")
	if r.Get("value") != "a=b" || r.Int("at") != 12 || r.Get("valu") != "" || r.Has("x") || r.Int("value") != 0 {
		t.Errorf("row is read as %q", r)
	}
	var kinds []string
	for r := range Rows("t=a" + RowEnd + RowEnd + "t=b" + FieldEnd + "x=1" + RowEnd + "t=c" + RowEnd) {
		kinds = append(kinds, r.Get("t")+r.Get("x"))
	}
	if !slices.Equal(kinds, []string{"a", "b1", "c"}) {
		t.Errorf("rows are read as %q", kinds)
	}
}
