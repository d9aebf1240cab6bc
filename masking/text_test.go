package masking

import (
	"strconv"
	"strings"
	"testing"
)

func TestFree(t *testing.T) {
	p := New()
	tests := []struct{ raw, want string }{
		{"Offer shown", "Offer shown"},
		{"paid with 4111 1111 1111 1111 today", "paid with [card] today"},
		{"paid with 4111-1111-1111-1111", "paid with [card]"},
		{"order 4111111111111112", "order 4111111111111112"}, // no card: the last digit is wrong
		{"write to ada@mail.example please", "write to [email] please"},
		{"<ada@mail.example>", "<[email]>"},
		{"at 5 @ noon", "at 5 @ noon"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := p.Free(tt.raw).String(); got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.raw, got, tt.want)
		}
	}
	if long := p.Free(strings.Repeat("ä", maxTextBytes)).String(); len(long) > maxTextBytes+len("…") || !strings.HasSuffix(long, "ä…") {
		t.Errorf("a long text ends in %q with %d bytes", long[len(long)-8:], len(long))
	}
}

// Each kind of text has a policy that hides it and one that shows it.
func TestTextByPolicy(t *testing.T) {
	shows, hides := New(), Policy{}
	shows.Titles = true
	if shows.Label("Next").String() != "Next" || hides.Label("Next").String() != "" {
		t.Error("labels do not follow the policy")
	}
	if shows.Title("Quote").String() != "Quote" || hides.Title("Quote").String() != "" {
		t.Error("titles do not follow the policy")
	}
	for _, d := range []Decision{{Action: Mask}, {Action: Block}, {}} {
		if got := shows.Value(d, "secret").String(); got != "" {
			t.Errorf("a value shows under %v: %q", d, got)
		}
	}
	if got := shows.Value(Decision{Action: Allow}, "PT").String(); got != "PT" {
		t.Errorf("an allowed value is %q", got)
	}
	if (Text{}).String() != "" || (Data{}).JSON() != "null" {
		t.Error("the zero text or data shows something")
	}
}

func TestAttribute(t *testing.T) {
	p := New()
	tests := []struct {
		key, raw, want string
		ok             bool
	}{
		{"id", "next", "next", true},
		{"id", "ot-group-id-2", "ot-group-id-2", true},
		{"id", "patient-12345", "", false},
		{"id", "ada@mail.example", "", false},
		{"id", "", "", false},
		{"name", "quote[email]", "quote[email]", true},
		{"class", "btn btn-primary user-82173", "btn btn-primary", true},
		{"class", "u-6ba7b8109dad11d180b4", "", false},
		{"title", "anything", "", false},
	}
	for _, tt := range tests {
		got, ok := p.Attribute(tt.key, tt.raw)
		if ok != tt.ok || got.String() != tt.want {
			t.Errorf("%s=%q gives %q %v, want %q %v", tt.key, tt.raw, got, ok, tt.want, tt.ok)
		}
	}
}

func TestXPathIsReadAgain(t *testing.T) {
	p := New()
	good := []string{
		"/html/body/div[2]/input", `//*[@id="next"]`, `//*[@id='a"b']`, `/html/body/*[name()="svg"][2]/*[name()="path"]`,
		`//*[@id="host"] >> /div/input`, "/html/body/my-card/slot",
	}
	for _, path := range good {
		if got := p.XPath(path).String(); got != path {
			t.Errorf("%s gives %q", path, got)
		}
	}
	bad := []string{
		"", "secret", "html/body", "/html/body/", "/html[0]", "/html[01]", "/html[x]", `//*[@id="patient-12345"]`, `//*[@id="a"] | //secret`,
		"/html/body/text()='secret'", "/html/[2]", `//*[@id="host"] >> secret`, "/html/user-82173", strings.Repeat("/div", maxPathBytes),
	}
	for _, path := range bad {
		if got := p.XPath(path).String(); got != "" {
			t.Errorf("%.60s gives %.60q", path, got)
		}
	}
	without := New()
	without.Attributes = []string{"name"}
	if got := without.XPath(`//*[@id="next"]`).String(); got != "" {
		t.Errorf("a policy that records no ids gives %q", got)
	}
}

func TestData(t *testing.T) {
	p := New()
	tests := []struct{ raw, want string }{
		{`{"plan": "basic", "n": 2.50, "ok":true, "none": null}`, `{"plan":"basic","n":2.50,"ok":true,"none":null}`},
		{`{"user":{"password":"hunter2","pin":1234,"list":["a",{"token":"x"}]}}`, `{"user":{"password":"**********","pin":"**********","list":["a",{"token":"x"}]}}`},
		{`{"secret":{"deep":["x",true]}}`, `{"secret":{"deep":["**********",true]}}`},
		{`["mail ada@mail.example",4111111111111111]`, `["mail [email]","**********"]`},
		{`{"ms":12.4111111111111111,"n":[1e5,-2.5E+20,1e999,1e-999,0.12345678901234567890123456]}`, `{"ms":12.4111111111111111,"n":[1e5,-2.5E+20,null,null,null]}`},
		{`{"link":"https://a.example/p/81234?token=abc#x","text":"see https://a.example/"}`, `{"link":"https://a.example/p/{id}?token=","text":"see https://a.example/"}`},
		{`{"a@b.example":1,"c@d.example":2,"[email] 2":3}`, `{"[email]":1,"[email] 2":2,"[email] 2 2":3}`},
		{`1e+-5`, `null`}, {`-`, `null`}, {`1e`, `null`},
		{`{` + strings.Repeat(`"a":1,`, maxDataKeys) + `"a":1}`, `null`},
		{`"\u00e4\ud83d\ude00\n"`, `"ä😀\n"`},
		{`{"a":1`, `null`}, {`{"a":1}x`, `null`}, {`{a:1}`, `null`}, {`01`, `null`}, {`"a`, `null`}, {`[1,]`, `null`}, {`1e`, `null`}, {``, `null`}, {"\"\x01\"", `null`},
		{strings.Repeat("[", maxDataDepth+2) + strings.Repeat("]", maxDataDepth+2), `null`},
		{`"` + strings.Repeat("a", maxDataBytes) + `"`, `null`},
	}
	for _, tt := range tests {
		if got := p.Data(tt.raw).JSON(); got != tt.want {
			t.Errorf("%.80s\n got %.120s\nwant %s", tt.raw, got, tt.want)
		}
	}
}

func TestQuote(t *testing.T) {
	tests := []struct{ raw, want string }{
		{`a"b\c`, `"a\"b\\c"`}, {"\b\f\n\r\t\x00\x1f", `"\b\f\n\r\t\u0000\u001f"`}, {"</ü\u2028", "\"</ü\u2028\""}, {"a\xffb\xc3", `"a�b�"`},
	}
	for _, tt := range tests {
		if got := Quote(tt.raw); got != tt.want {
			t.Errorf("%q gives %s, want %s", tt.raw, got, tt.want)
		}
	}
}

// The vectors of the paper's appendix A: key 00..0f, inputs 00..n.
func TestSipHash(t *testing.T) {
	var key FieldKey
	input := make([]byte, 0, 15)
	for i := range key {
		key[i] = byte(i)
	}
	for i := range 15 {
		input = append(input, byte(i))
	}
	if got := key.sip(string(input)); got != 0xa129ca6149be45e5 {
		t.Errorf("got %x", got)
	}
	if a, b := key.Field("page\nemail").String(), key.Field("page\nname").String(); a == b || len(a) != 16 {
		t.Errorf("fields are %q and %q", a, b)
	}
}

// TestFieldIsNoNumber: a field's name has a letter, so that it is never taken for a card's number. One in two thousand had none.
func TestFieldIsNoNumber(t *testing.T) {
	for i := range 20_000 {
		if name := (FieldKey{}).Field(strconv.Itoa(i)).String(); !strings.ContainsAny(name, "abcdef") || len(name) != 16 {
			t.Fatalf("field %d is called %s", i, name)
		}
	}
}

// TestTrustsIDs: the sensor knows neither a site's own patterns, nor which attributes are recorded.
func TestTrustsIDs(t *testing.T) {
	p := New()
	if !p.TrustsIDs() {
		t.Error("a harmless id is not trusted")
	}
	p.Custom = []Custom{custom("member_no", `M-\d{8}`)}
	if p.TrustsIDs() {
		t.Error("with a pattern of its own a site trusts ids")
	}
	if p = New(); p.MatchesAs(&Policy{Default: p.Default, Markup: true}) {
		t.Error("the sensor would not learn that ids are not recorded")
	}
	p.Attributes = []string{"name"}
	if p.TrustsIDs() {
		t.Error("an id is trusted that is not recorded")
	}
}
