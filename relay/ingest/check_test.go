package ingest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

const noon = int64(1795348800000) // 2026-11-22T12:00:00Z

var aroundNoon = span{noon - 1000, noon + 1000}

// line is an event as the recorder writes it.
func line(kind, details string) string {
	return fmt.Sprintf(`{"type":%q,"time":%d,"details":%s}`, kind, noon, details)
}

func checkLine(l string) error {
	var c checker
	return c.lines([]byte(l+"\n"), 1, 1, aroundNoon)
}

// said is an event as the recorder writes it of what an app signals.
func said(kind, details string) string {
	return fmt.Sprintf(`{"type":%q,"time":%d,"source":"page","details":%s}`, kind, noon, details)
}

// Every sample passes from those who may say it, and from no others; without any one of its required keys it does not.
func TestSamples(t *testing.T) {
	for _, c := range catalog.Types {
		spec := c.Spec()
		if err := checkLine(line(string(c.Type), c.Sample)); (err == nil) != (spec.By&event.ByRecorder != 0) {
			t.Errorf("%s by the recorder: %v", c.Type, err)
		}
		if err := checkLine(said(string(c.Type), c.Sample)); (err == nil) != (spec.By&event.ByApp != 0) {
			t.Errorf("%s by the app: %v", c.Type, err)
		}
		if len(spec.Keys) > 64 || len(spec.Masked) > 64 {
			t.Errorf("%s has more keys than the check can count", c.Type)
		}
		for _, k := range spec.Keys {
			if !k.Required {
				continue
			}
			without := strings.Replace(c.Sample, `"`+k.Name+`":`, `"other_name":`, 1)
			if without == c.Sample {
				t.Errorf("sample of %s lacks %s", c.Type, k.Name)
			}
			if spec.By&event.ByApp != 0 {
				wantReason(t, said(string(c.Type), without), fmt.Sprintf("event 1: %s: %s is missing", c.Type, k.Name))
			}
			if spec.By&event.ByRecorder != 0 {
				wantReason(t, line(string(c.Type), without), fmt.Sprintf("event 1: %s: has a key that is not among its known ones", c.Type))
			}
		}
	}
}

func wantReason(t *testing.T, l, want string) {
	t.Helper()
	err := checkLine(l)
	r, unexpected := refusalOf(err)
	if err == nil || unexpected || r.code != event.BadEvent && r.code != event.BadFrame || r.reason != want {
		t.Errorf("%s\n     %v\nwant %s", l, err, want)
	}
}

func TestGoodEvents(t *testing.T) {
	for _, l := range []string{
		line("input_change", `{"is_masked":true,"node_name":"input","rule":"default","field":"90a4e1c7d52b6f38","filled":true,"cause":"user","trusted":true}`),
		line("input_change", `{"is_masked":true,"node_name":"input","rule":"default"}`),
		line("click", `{"node_name":"a","attributes":{},"xpath":"/html/body/a","x":0.25,"y":-1e-7,"button":-1}`),
		line("client_log", `{"message":"\u0001\"\\\b\f\n\r\t","data":{"a":[1,2.5,{"b":null}],"c":-0.5e300}}`),
		line("client_log", `{"message":"größer 😀","data":null}`),
		line("click", `{"node_name":"a"}`),
		line("file_selected", `{"count":2,"sizes":[0,5],"extensions":[".pdf",""]}`),
		line("video_chat_enabled", `{"by":null,"media":["audio"],"call_id":7}`),
		said("control_switch", `{"from":null,"to":"ada","reason":"x"}`),
		said("click", `{"node_name":"a","more":{"is_masked":true}}`),
		line("x_quote_shown", `{"plan":"basic","price":[1,2]}`),
		line("x_", `{}`),
		line("x_Cart.Offer-Shown_2", `{}`),
		`{"type":"client_log","time":1795348800000,"source":"page","details":{"message":"m","other":{"is_masked":false}}}`,
		`{"type":"client_log","time":1795348799000,"source":"extension","details":{"message":"m"}}`,
	} {
		if err := checkLine(l); err != nil {
			t.Errorf("%s\n%v", l, err)
		}
	}
}

func TestBadEvents(t *testing.T) {
	const keys = "has other keys than type, time, source and details, in this order"
	deep := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	many := "{"
	for i := range maxKeys + 1 {
		many += fmt.Sprintf(`"k%d":1,`, i)
	}
	many = strings.TrimSuffix(many, ",") + "}"
	for _, row := range []struct{ line, reason string }{
		{``, "is no JSON"},
		{`null`, "is no object"},
		{`[]`, "is no object"},
		{`{`, "is no JSON"},
		{`{"type":"click","time":1}}`, "is no JSON"},
		{"{\"type\":\"\xff\"}", "is no JSON"},
		{`{ }`, "has white space between its tokens"},
		{`{"type":"click}`, "a string has no end or an escape that is not canonical"},
		{`{"a":"\u0041"}`, "a string has no end or an escape that is not canonical"},
		{`{"a":"\ud83d\ude00"}`, "a string has no end or an escape that is not canonical"},
		{`{"a":"\/"}`, "a string has no end or an escape that is not canonical"},
		{"[" + deep + "]", fmt.Sprintf("nests deeper than %d", maxDepth)},
		{`{}`, keys},
		{`{"time":1795348800000,"type":"click","details":{}}`, keys},
		{`{"type":"click","time":1795348800000}`, keys},
		{`{"type":"click","time":1795348800000,"details":{},"details":{}}`, keys},
		{`{"type":"click","time":1795348800000,"source":"page","seq":1,"details":{}}`, keys},
		{`{"type":"click","time":1795348800000,"source":"recorder","details":{}}`, "source is neither page nor extension; the recorder's own events have none"},
		{`{"type":"click","time":1795348800000,"source":"host","details":{}}`, "source is neither page nor extension; the recorder's own events have none"},
		{`{"type":"click","time":1795348801001,"details":{}}`, "time is no whole number of milliseconds near to now by the clock of the page"},
		{`{"type":"click","time":1795348798999,"details":{}}`, "time is no whole number of milliseconds near to now by the clock of the page"},
		{`{"type":"click","time":1795348800000.5,"details":{}}`, "time is no whole number of milliseconds near to now by the clock of the page"},
		{`{"type":"click","time":"1795348800000","details":{}}`, "time is no whole number of milliseconds near to now by the clock of the page"},
		{`{"type":7,"time":1795348800000,"details":{}}`, "type is no word of lower case letters, digits and underscores"},
		{line("", `{}`), "type is no word of lower case letters, digits and underscores"},
		{line("Click", `{}`), "type is no word of lower case letters, digits and underscores"},
		{line("session_end", `{"reason":"timeout"}`), "type is none that a page sends; types of your own begin with x_"},
		{line("chat", `{"from":1}`), "type is none that a page sends; types of your own begin with x_"},
		{said("gap", `{"count":1,"reason":"crash"}`), "type is none that a page sends; types of your own begin with x_"},
		{said("masking_corrected", `{"of":1}`), "type is none that a page sends; types of your own begin with x_"},
		{said("follower_joined", `{"client_index":1}`), "type is none that a page sends; types of your own begin with x_"},
		{line("made_up", `{}`), "type is none that a page sends; types of your own begin with x_"},
		{line("click", `[]`), "details is no object"},
		{line("x_4111111111111111", `{}`), "type is none that a page sends; types of your own begin with x_"},
		{line("x_an offer", `{}`), "type is none that a page sends; types of your own begin with x_"},
		{line("x_own", `"text"`), "details is no object"},
		{line("x_own", many), fmt.Sprintf("x_…: has more than %d keys", maxKeys)},
		{line("x_own", `{"a":{"b":1,"b":2}}`), "x_…: has a key twice"},
		{line("x_own", `{"a":1e999}`), "x_…: has a number that is too large"},
		{line("gap", `{"count":1,"count":2,"reason":"crash"}`), "gap: count is there twice"},
		{line("gap", `{"count":1.5,"reason":"crash"}`), "gap: count is no whole number"},
		{line("gap", `{"count":9007199254740993,"reason":"crash"}`), "gap: count is no whole number"},
		{line("gap", `{"count":-0,"reason":"crash"}`), "gap: count is no whole number"},
		{line("gap", `{"count":1,"reason":"boredom"}`), "gap: reason is none of its known words"},
		{line("gap", `{"count":1,"reason":null}`), "gap: reason is none of its known words"},
		{line("client_log", `{"message":1}`), "client_log: message is no string"},
		{line("client_log", `{"message":"m","data":[{"a":1,"a":1}]}`), "client_log: data has a key twice"},
		{line("click", `{"node_name":"a","attributes":[],"xpath":"/a"}`), "click: attributes is no object"},
		{line("click", `{"node_name":"a","attributes":{"id":1},"xpath":"/a"}`), "click: attributes.id is no string"},
		{line("click", `{"node_name":"a","attributes":{"value":"x"},"xpath":"/a"}`), "click: attributes has a key that is not among its known ones"},
		{line("click", `{"node_name":"a","attributes":{},"xpath":"/a","x":"left"}`), "click: x is no number"},
		{line("click", `{"node_name":"a","attributes":{},"xpath":"/a","trusted":1}`), "click: trusted is neither true nor false"},
		{line("file_selected", `{"sizes":[1,"2"]}`), "file_selected: sizes is no whole number"},
		{line("file_selected", `{"sizes":7}`), "file_selected: sizes is no list"},
		{line("file_selected", `{"extensions":[7]}`), "file_selected: extensions is no string"},
		{line("video_chat_enabled", `{"by":0,"media":["smell"]}`), "video_chat_enabled: media is none of its known words"},
		{said("host_change", `{"to":true}`), "host_change: to is neither a string nor a whole number"},
		{said("click", `{"node_name":"a","attributes":{"value":"x"}}`), "click: attributes has a key that is not among its known ones"},
		{line("submit", `{"form":{},"fields":{}}`), "submit: fields is no list"},
		{line("submit", `{"form":{},"fields":[{"name":"a"},{"name":1}]}`), "submit: fields.name is no string"},
		{line("submit", `{"form":{},"fields":[1]}`), "submit: fields is no object"},
		// A masked event shows nothing else, whoever sends it and wherever the mark stands.
		{line("click", `{"is_masked":true,"node_name":"a","rule":"default","label":"x"}`), "click: has a key that is not among its known ones"},
		{line("input_change", `{"node_name":"input","attributes":{},"value":"x","xpath":"/a","is_masked":true}`), "input_change: has a key that is not among its known ones"},
		{line("input_change", `{"is_masked":true,"node_name":"input"}`), "input_change: rule is missing"},
		{line("input_change", `{"is_masked":false,"node_name":"input","rule":"default"}`), "input_change: has a key that is not among its known ones"},
		{`{"type":"click","time":1795348800000,"source":"page","details":{"is_masked":true,"node_name":"a","rule":"default","label":"x"}}`, "click: has a key that is not among its known ones"},
	} {
		wantReason(t, row.line, "event 1: "+row.reason)
	}
}

func TestLineCount(t *testing.T) {
	var c checker
	good := line("x_a", `{}`) + "\n"
	for _, row := range []struct {
		plain string
		count int
		ok    bool
	}{
		{good, 1, true}, {good + good, 2, true}, {good, 2, false}, {good + good, 1, false},
		{strings.TrimSuffix(good, "\n"), 1, false}, {good + "{", 1, false}, {"\n" + good, 2, false},
	} {
		if err := c.lines([]byte(row.plain), 1, row.count, aroundNoon); (err == nil) != row.ok {
			t.Errorf("%d events in %q: %v", row.count, row.plain, err)
		}
	}
	err := c.lines([]byte(good+good+line("made_up", "{}")+"\n"), 41, 3, aroundNoon)
	if r, _ := refusalOf(err); !strings.HasPrefix(r.reason, "event 43: ") {
		t.Errorf("the third event of 41 and on: %v", err)
	}
}

// The reason of a refusal goes to logs and consoles: nothing of what was sent may be in it.
func FuzzReasonsTellNoValue(f *testing.F) {
	const canary = "canary4111"
	for _, s := range catalog.Types {
		f.Add(line(string(s.Type), s.Sample))
		f.Add(line(string(s.Type), strings.ReplaceAll(s.Sample, `:"`, `:"`+canary)))
		f.Add(line(string(s.Type), strings.ReplaceAll(s.Sample, `":`, canary+`":`)))
	}
	f.Add(line(canary, "{}"))
	f.Fuzz(func(t *testing.T, l string) {
		if err := checkLine(l); err != nil && strings.Contains(err.Error(), canary) {
			t.Errorf("%s\n%v", l, err)
		}
	})
}

// FuzzSignals: what the recorder makes of what an app signals is never refused, for a refusal ends the recording.
func FuzzSignals(f *testing.F) {
	for _, s := range catalog.Types {
		f.Add(string(s.Type), s.Sample)
		f.Add("x_own", s.Sample)
		f.Add(string(s.Type), strings.Replace(s.Sample, "{", `{"more":[1e400,"a",{"is_masked":true}],"a@b.example":1,"c@d.example":2,`, 1))
		for _, value := range []string{"null", `"x"`, "7", "4111111111111111", "1.5", "-0", "true", "[7]", `["x"]`, "[null]", "{}"} {
			for _, k := range s.Spec().Keys {
				f.Add(string(s.Type), strings.Replace(s.Sample, "{", `{"`+k.Name+`":`+value+",", 1))
			}
		}
	}
	policy := masking.New()
	signals := event.Signaller{Policy: &policy}
	f.Fuzz(func(t *testing.T, kind, details string) {
		typ, d, err := signals.Details(kind, details)
		if err != nil {
			return
		}
		e := event.Event{Type: typ, Time: noon, Source: event.SourceExtension, Details: d}
		var c checker
		if err := c.lines(e.AppendLine(nil), 1, 1, aroundNoon); err != nil {
			t.Errorf("%s %s\nbecomes %s\n%v", kind, details, d.JSON(), err)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	var plain []byte
	const count = 20
	for i := range count {
		details := `{"is_masked":true,"node_name":"input","rule":"default","field":"90a4e1c7d52b6f38","filled":true,"cause":"user","trusted":true}`
		kind := "input_change"
		if i%2 == 0 {
			kind, details = "click", `{"attributes":{"id":"next","class":"button primary"},"node_name":"button","xpath":"//*[@id=\"next\"]","role":"button","label":"Next","button":0,"x":0.5,"y":0.5,"trusted":true,"via":"pointer"}`
		}
		plain = append(plain, line(kind, details)+"\n"...)
	}
	var c checker
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	for b.Loop() {
		if err := c.lines(plain, 1, count, aroundNoon); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/event")
}
