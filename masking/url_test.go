package masking

import (
	"strings"
	"testing"
)

func TestLongURL(t *testing.T) {
	p := New()
	if long := p.URL("https://shop.example/" + strings.Repeat("a/", maxURLBytes)).String(); long != "https://shop.example" {
		t.Errorf("an address over the limit gives %.60q", long)
	}
}

// FuzzURL: the scrubber never fails open. What stands where nothing is kept is not in the result, whatever is around
// it, and scrubbing is idempotent.
func FuzzURL(f *testing.F) {
	f.Add("https://shop.example/a?q=1#x", "")
	f.Add("//x@y/%00?=&&==#/#/", "a")
	f.Add("mailto:a@b.c", "%40")
	f.Add(";//", ";/")
	f.Add("/4111-1111 1111%201111", "https://a.example/")
	f.Add("#/a?b#c", "!/")
	f.Add("https://"+strings.Repeat("\xbd", maxURLBytes/3), ".example/?a=1") // a byte that is no letter becomes three
	f.Add("https://"+strings.Repeat("Ⱥ", maxURLBytes/3), ".example/?a=1")    // two bytes; the small one has three
	f.Add("https://shop.example"+strings.Repeat("/12345", maxURLBytes/8), "")
	site := New()
	site.KeepQuery = []string{"page", "token"}
	site.Custom = []Custom{custom("canary", "canaryzebra")}
	ids, cut := site, site
	ids.KeepIDs = true
	cut.OriginOnly = []string{"h.example"}
	hides := site
	hides.Custom = nil
	hides.Hide("canaryZebra")
	f.Fuzz(func(t *testing.T, before, after string) {
		const canary = "canaryZebra"
		inside := !strings.ContainsAny(before, "?#") // else the canary stands elsewhere
		for _, tt := range []struct {
			p    *Policy
			u    string
			hold bool
		}{
			{&site, "https://h.example/" + before + "?k=" + canary + after, inside},
			{&site, "https://h.example/" + before + "?" + canary, inside},
			{&site, "https://h.example/" + before + "?token=" + canary, inside},
			{&site, "https://h.example/" + before + "#" + canary + after, !strings.Contains(before, "#")},
			{&site, "https://h.example/" + before + ";" + canary, inside},
			{&site, "https://" + canary + ":x@h.example/" + before, true},
			{&site, "data:" + before + canary + after, true},
			{&site, "javascript:" + canary, true},
			{&site, "https://h.example/a/" + canary + "/" + after, true},
			{&ids, "https://h.example/a/" + canary + "/" + after, true},
			{&cut, "https://h.example/" + before + canary + after, true},
			{&hides, "https://h.example/" + before + "/" + canary + "/" + after, inside},
			{&hides, "https://h.example/?page=" + canary, true},
			{&hides, "https://h.example/?" + canary + "=1&" + after, true},
		} {
			got := tt.p.URL(tt.u).String()
			if tt.hold && strings.Contains(strings.ToLower(got), strings.ToLower(canary)) {
				t.Errorf("%q gives %q", tt.u, got)
			}
			if twice := tt.p.URL(got).String(); twice != got {
				t.Errorf("%q gives %q, then %q", tt.u, got, twice)
			}
		}
		for _, raw := range []string{before, before + after} {
			once := site.URL(raw).String()
			if twice := site.URL(once).String(); twice != once {
				t.Errorf("%q gives %q, then %q", raw, once, twice)
			}
		}
	})
}
