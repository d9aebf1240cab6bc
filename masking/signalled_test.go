package masking

import (
	"slices"
	"strings"
	"testing"
)

func TestSignalledTexts(t *testing.T) {
	p := New()
	digest := strings.Repeat("0f", 32)
	for _, tt := range []struct {
		name      string
		pass      func(string) Text
		raw, want string
	}{
		{"free text", p.Said, "write to ada@mail.example", "write to [email]"},
		{"an address", p.Said, "HTTPS://a.example/x?token=abc#y", "https://a.example/x?token="},
		{"an address without a host", p.Said, "data:text/plain,canary", "data:"},
		{"a sentence with a colon", p.Said, "file: Ada's", "file: Ada's"},
		{"an id", p.Ident, "d-3", "d-3"},
		{"an id that is too long", p.Ident, strings.Repeat("a", maxNameBytes+1), strings.Repeat("a", maxNameBytes-len("…")) + "…"},
		{"something", p.Hidden, "canary", Stars},
		{"nothing", p.Hidden, "", ""},
		{"a file", p.Filename, "Ada Miller.2026.PDF", "*.pdf"},
		{"a file without an extension", p.Filename, "Ada Miller", "*"},
		{"a file whose extension is a name", p.Filename, "Ada.Miller the 2nd", "*"},
		{"a file whose extension is a number", p.Filename, "Ada.12345", "*"},
		{"a file whose extension is too long", p.Filename, "x.elizabeth", "*"},
		{"no file", p.Filename, "", ""},
		{"an extension", p.Extension, ".7z", ".7z"},
		{"an extension without its point", p.Extension, "pdf", ""},
		{"a media type", p.MediaType, "Application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"},
		{"its parameters", p.MediaType, "text/plain; name=canary", "text/plain"},
		{"no media type", p.MediaType, "canary", ""},
		{"nor this", p.MediaType, "text/ada miller", ""},
		{"nor this one", p.MediaType, "text/", ""},
		{"a digest", p.Digest, digest, digest},
		{"too short a digest", p.Digest, "decade", ""},
		{"too long a digest", p.Digest, digest + digest + "0", ""},
		{"a card", p.Digest, "4111111111111111", ""},
		{"digits that are no card", p.Digest, "4111111111111112", "4111111111111112"},
		{"no digest", p.Digest, "canary-canary-canary", ""},
	} {
		if got := tt.pass(tt.raw).String(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestParts(t *testing.T) {
	parts, ok := Parts(` {"a" : [1, 2] ,"b\u0022":"x","c":{}} `)
	if want := []Part{{"a", "[1, 2]"}, {`b"`, `"x"`}, {"c", "{}"}}; !ok || !slices.Equal(parts, want) {
		t.Errorf("%v %q", ok, parts)
	}
	if parts, ok := Parts(`["x",null]`); !ok || !slices.Equal(parts, []Part{{"", `"x"`}, {"", "null"}}) {
		t.Errorf("%v %q", ok, parts)
	}
	for _, bad := range []string{``, ` `, `1`, `"a"`, `{`, `[1,]`, `{"a"}`, `{"a":}`, `{a:1}`, `[1]x`, strings.Repeat("[", maxDataDepth+3), "[" + strings.Repeat("1,", maxDataKeys) + "1]"} {
		if parts, ok := Parts(bad); ok {
			t.Errorf("%.40q gives %q", bad, parts)
		}
	}
	for raw, want := range map[string]string{`"a\n"`: "a\n", `"a" `: "", `1`: "", `"a`: ""} {
		if got, ok := Unquote(raw); ok != (want != "") || ok && got != want {
			t.Errorf("%s gives %q %v", raw, got, ok)
		}
	}
}

func TestOptions(t *testing.T) {
	p := New()
	for _, tt := range []struct{ raw, want string }{
		{`{"s3_access_secret":"x","empty_secret":"","private_proxies":["a"],"no_proxies":[],"credentials":{"a":1},"api_key":7,"password_required":true}`,
			`{"s3_access_secret":"**********","empty_secret":"","private_proxies":"**********","no_proxies":[],"credentials":"**********","api_key":7,"password_required":true}`},
		{`{"deep":{"Token":"x","list":[{"pin":"1"}]},"mail":"ada@mail.example","url":"https://a.example/?q=1"}`,
			`{"deep":{"Token":"**********","list":[{"pin":"**********"}]},"mail":"[email]","url":"https://a.example/?q="}`},
		{`{"secrets":{"a":}}`, `null`},
	} {
		if got := p.Options(tt.raw).JSON(); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.raw, got, tt.want)
		}
	}
	if got := p.Private(`{"a":"canary","n":7,"ok":true,"none":null,"list":["canary",{"b":""}]}`).JSON(); got != `{"a":"**********","n":"**********","ok":true,"none":null,"list":["**********",{"b":""}]}` {
		t.Errorf("private: %s", got)
	}
}
