package masking

import (
	"os"
	"strings"
	"testing"
)

func TestURL(t *testing.T) {
	text, err := os.ReadFile("../testdata/masking/urls.txt")
	if err != nil {
		t.Fatal(err)
	}
	p := New()
	p.KeepQuery = []string{"page", "token"}
	cases := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		raw, want, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("%q is no case", line)
		}
		cases++
		got := p.URL(raw).String()
		if got != want {
			t.Errorf("%q\n got %q\nwant %q", raw, got, want)
		}
		if again := p.URL(got).String(); again != got {
			t.Errorf("%q: scrubbing twice gives %q, once %q", raw, again, got)
		}
	}
	if cases < 30 {
		t.Errorf("only %d cases were read", cases)
	}
	if long := p.URL("https://shop.example/" + strings.Repeat("a/", maxURLBytes)).String(); long != "https://shop.example" {
		t.Errorf("an address over the limit gives %.60q", long)
	}
}

// FuzzURL: the scrubber never fails open. Whatever follows the origin as a query value, userinfo or plain fragment
// is not in the result, and scrubbing is idempotent.
func FuzzURL(f *testing.F) {
	f.Add("https://shop.example/a?q=1#x")
	f.Add("//x@y/%00?=&&==#/#/")
	f.Add("mailto:a@b.c")
	p := New()
	f.Fuzz(func(t *testing.T, raw string) {
		const canary = "canaryZebra"
		for _, u := range []string{"https://h.example/" + raw + "?k=" + canary, "https://" + canary + ":x@h.example/" + raw, "data:" + raw + canary} {
			if strings.ContainsAny(raw, "#?") {
				continue // then the canary may stand in a route or a key
			}
			if got := p.URL(u).String(); strings.Contains(got, canary) {
				t.Errorf("%q gives %q", u, got)
			}
		}
		once := p.URL(raw).String()
		if twice := p.URL(once).String(); twice != once {
			t.Errorf("%q gives %q, then %q", raw, once, twice)
		}
	})
}
