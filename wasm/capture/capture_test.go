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
		{"what the browser filled in", with(field, "trusted=0", "cause=autofill"), `{"is_masked":true,"node_name":"input","rule":"default",` + id + `,"filled":true,"cause":"autofill","trusted":false}`},
		{"a cause that is none", with(field, "cause=magic"), `{"is_masked":true,"node_name":"input","rule":"default",` + id + `,"filled":true,"cause":"user","trusted":true}`},
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
			`{"form":{"id":"quote","method":"get","action":"https://a.example/s?x="},"xpath":"//*[@id=\"quote\"]","fields":[{"name":"country","type":"select-one"},{"is_masked":true,"field":"` + c.Key.Field("f2").String() + `","filled":true}],"rule":"hard_deny","submitter":null,"valid":true,"via":"user","cause":"user","trusted":true}`},
		{"a stub", row("t=stub", "at=3", "kind=click", "node=button"), `{"is_masked":true,"node_name":"button","rule":"not_ready"}`},
		{"a stub of a form", row("t=stub", "at=3", "kind=submit", "node=form"), `{"form":{},"is_masked":true,"rule":"not_ready"}`},
		{"a node name that is no word", row("t=stub", "at=3", "kind=click", "node=Ada Miller"), `{"is_masked":true,"node_name":"","rule":"not_ready"}`},
		{"a kind that is not known", row("t=telepathy"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Capture{Policy: policy.At("https://a.example/")} // no case hides what the next one shows
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

// TestOtherEvents: rows that are neither fields nor clicks.
func TestOtherEvents(t *testing.T) {
	policy := masking.New()
	policy.Mask, policy.Block = []string{"#iban"}, []string{".private"}
	c := Capture{Policy: &policy}
	const tab = "9d2c1f0a77b3e645"
	part := []string{"node=textarea", "form_value=1", "block=-1", "mask=-1", "allow=0", "shown_node=textarea", "identity=page\nemail", "path=#notes\x1dhtml/body/textarea"}
	untold := `{"is_masked":true,"node_name":"textarea","rule":"default","field":"` + c.Key.Field("page\nemail").String() + `"}`
	policy.Allow = []string{"#notes"}

	for _, tt := range []struct {
		name string
		row  Row
		kind event.Word
		want string // details; "" for no event
	}{
		{"a link", row("t=relocate", "to=https://a.example/x?q=1#y", "from=https://a.example/", "cause=link", "user=1"), event.RelocateStart,
			`{"to_url":"https://a.example/x?q=","from_url":"https://a.example/","cause":"link","user_initiated":true,"new_tab":false}`},
		{"somewhere, for some reason", row("t=relocate", "from=https://a.example/", "cause=magic", "new_tab=1"), event.RelocateStart,
			`{"to_url":null,"from_url":"https://a.example/","user_initiated":false,"new_tab":true}`},
		{"a pause", row("t=pause", "tab="+tab, "reason=call ada@mail.example"), event.TabPause, `{"tab_id":"9d2c1f0a77b3e645","by":null,"reason":"call [email]"}`},
		{"a pause without a reason", row("t=pause", "tab="+tab), event.TabPause, `{"tab_id":"9d2c1f0a77b3e645","by":null,"reason":null}`},
		{"a pause of the browser's", row("t=pause", "tab="+tab, "frozen=1"), event.TabPause, `{"tab_id":"9d2c1f0a77b3e645","reason":"frozen"}`},
		{"the end of a pause", row("t=resume", "tab="+tab, "paused_ms=12.7"), event.TabResume, `{"tab_id":"9d2c1f0a77b3e645","by":null,"paused_ms":12}`},
		{"a download", row("t=download", "url=https://a.example/f?sig=x", "filename=Ada Miller.PDF", "mime=application/pdf; charset=x", "how=anchor"), event.FileDownload,
			`{"url":"https://a.example/f?sig=","filename":"*.pdf","mime":"application/pdf","size":null,"how":"anchor","blocked":false}`},
		{"a download of which nothing is known", row("t=download", "url=blob:https://a.example/6ba7b810", "how=magic"), event.FileDownload,
			`{"url":"blob:","filename":null,"mime":null,"size":null,"blocked":false}`},
		{"a copy", row(append(part, "t=clipboard", "action=copy", "length=12")...), event.ClipboardCopy, `{"node_name":"textarea","xpath":"//*[@id=\"notes\"]","length":12}`},
		{"a paste whose length is not open", row(append(part, "t=clipboard", "action=paste")...), event.ClipboardPaste, `{"node_name":"textarea","xpath":"//*[@id=\"notes\"]"}`},
		{"a masked cut", with(append(part, "t=clipboard", "action=cut", "length=12"), "allow=-1"), event.ClipboardCut, untold},
		{"a blocked one", with(append(part, "t=clipboard", "action=cut"), "block=0"), "", ""},
		{"another act", row(append(part, "t=clipboard", "action=look")...), "", ""},
		{"a print", row("t=print", "url=https://a.example/x?q=1"), event.Print, `{"page":"https://a.example/x?q="}`},
		{"files", row(append(part, "t=files", "count=2", "sizes=5,17", "extensions=.PDF,.ada miller")...), event.FileSelected, `{"count":2,"sizes":[5,17],"extensions":[".pdf",""]}`},
		{"no files", row(append(part, "t=files", "count=0", "sizes=", "extensions=")...), event.FileSelected, `{"count":0,"sizes":[],"extensions":[]}`},
		{"masked files", with(append(part, "t=files", "count=2"), "allow=-1"), event.FileSelected, untold},
		{"a call", row("t=media", "media=audio,video,smell", "call=c-1"), event.VideoChatEnabled, `{"by":null,"media":["audio","video"],"call_id":"c-1"}`},
		{"a call without a name", row("t=media", "media="), event.VideoChatEnabled, `{"by":null,"media":[],"call_id":null}`},
		{"a recording", row("t=archiving", "archive=a-1"), event.VideoChatArchivingStarted, `{"archive_id":"a-1","storage":"page","by":null}`},
		{"no camera", row("t=media_failed", "stream=s-1", "name=NotAllowedError", "phase=capture", "message=denied to ada@mail.example"), event.WebRTCStreamException,
			`{"stream":"s-1","name":"NotAllowedError","phase":"capture","message":"denied to [email]"}`},
		{"the end of a stream", row("t=media_ended", "stream=s-1", "duration_ms=5"), event.WebRTCStreamEndedByUser, `{"stream":"s-1","by":null,"duration_ms":5}`},
		{"a failure", row("t=failed", "what=module", "restarted=1"), event.RecorderFailed, `{"what":"module","restarted":true}`},
		{"a failure that is not known", row("t=failed", "what=canary"), event.RecorderFailed, `{"what":"crash","restarted":false}`},
		{"a clock that jumped", row("t=jumped", "count=0", "first=1", "last=2"), event.Gap, `{"count":0,"first":1,"last":2,"reason":"clock"}`},
		{"lost rows", row("t=lost", "count=3", "first=1", "last=2"), event.Gap, `{"count":3,"first":1,"last":2,"reason":"crash"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, ok := c.Event(tt.row)
			got := string(e.Details.JSON())
			if ok != (tt.want != "") || ok && (got != tt.want || e.Type != tt.kind) {
				t.Errorf("got %v %s\n%s\nwant %s\n%s", ok, e.Type, got, tt.kind, tt.want)
			}
		})
	}
}

// TestSaid: what the app signals, and what becomes of a call that is no event.
func TestSaid(t *testing.T) {
	policy := masking.New()
	c := Capture{Policy: &policy}
	for _, tt := range []struct {
		name, kind, data, by string
		want                 string // the line without its time
	}{
		{"a page signals", "chat", `{"from":1,"text":"hello"}`, "page", `{"type":"chat","source":"page","details":{"from":1,"length":5}}`},
		{"an extension signals", "x_offer", `{"plan":"plus"}`, "extension", `{"type":"x_offer","source":"extension","details":{"plan":"plus"}}`},
		{"an event with a name of the app's own style", "x_Cart.Offer-Shown", `{}`, "page", `{"type":"x_Cart.Offer-Shown","source":"page","details":{}}`},
		{"the reference's name of a join", "follower_joined", `{"client_index":1}`, "page", `{"type":"participant_joined","source":"page","details":{"client_index":1}}`},
		{"a key is missing", "chat", `{"to":1}`, "extension", `{"type":"client_log","source":"extension","details":{"message":"cotrail.event(chat): from is missing","level":"warn"}}`},
		{"a key has another shape", "chat", `{"from":[1]}`, "page", `{"type":"client_log","source":"page","details":{"message":"cotrail.event(chat): from is neither a string nor a whole number","level":"warn"}}`},
		{"no object", "chat", `[]`, "page", `{"type":"client_log","source":"page","details":{"message":"cotrail.event(chat): the details are no object, too large, or nested too deep","level":"warn"}}`},
		{"nothing", "chat", ``, "page", `{"type":"client_log","source":"page","details":{"message":"cotrail.event(chat): the details are no object, too large, or nested too deep","level":"warn"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, ok := c.Event(row("t=said", "type="+tt.kind, "data="+tt.data, "by="+tt.by))
			line := strings.Replace(strings.TrimSpace(string(e.AppendLine(nil))), `"time":0,`, "", 1)
			if !ok || line != tt.want {
				t.Errorf("got %v\n%s\nwant\n%s", ok, line, tt.want)
			}
		})
	}
	e, _ := c.Event(row("t=said", "type=ada@mail.example", "data={}"))
	if got := string(e.Details.JSON()); !strings.Contains(got, `"known":["session_created",`) || strings.Contains(got, "ada") || strings.Contains(got, `"gap"`) {
		t.Errorf("an unknown type gives %s", got)
	}
}

// Every kind of row makes an event of a type that its source may send, whose line is JSON of the wire's form.
func TestEveryKindHasASpec(t *testing.T) {
	policy := masking.New()
	c := Capture{Policy: &policy}
	for kind := range makers {
		e, ok := c.Event(row("t="+kind, "at=7", "action=copy"))
		spec, known := event.Find(string(e.Type))
		by := event.ByRecorder
		if e.Source != "" {
			by = event.ByApp
		}
		if !ok || !known || spec.By&by == 0 {
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
