package masking

import (
	"slices"
	"testing"
)

// TestPagesOnlyClose: whatever the lines of a page say, nothing is more open there than on the site.
func TestPagesOnlyClose(t *testing.T) {
	site := New()
	site.Allow, site.KeepQuery = []string{"#a", "#b"}, []string{"page", "lang"}
	for _, s := range site.scalars() {
		for _, word := range s.words {
			p := site
			p.close(Closing{s.key, word})
			for i, after := range p.scalars() {
				if after.place() > site.scalars()[i].place() {
					t.Errorf("%s %s opens %s", s.key, word, after.key)
				}
			}
		}
	}
	for _, key := range []string{"allow", "attribute", "keep_query", "no_block", "no_mask", "no_origin_only", "page", "no_custom"} {
		p := site
		if p.close(Closing{key, "x"}) {
			t.Errorf("%s is a closing", key)
		}
	}
	p := site
	p.close(Closing{"no_allow", "#a"})
	p.close(Closing{"block", "#c"})
	if !slices.Equal(p.Allow, []string{"#b"}) || !slices.Equal(p.Block, []string{"#c"}) {
		t.Errorf("allow %v, block %v", p.Allow, p.Block)
	}
	if !slices.Equal(site.Allow, []string{"#a", "#b"}) || site.Block != nil {
		t.Errorf("the site's own lists changed: %v %v", site.Allow, site.Block)
	}
}

func TestAt(t *testing.T) {
	site := New()
	site.Titles = true
	site.Pages = []Page{
		{"https://a.example/pay/*", []Closing{{"labels", "off"}}},
		{"https://a.example/*/card", []Closing{{"titles", "off"}, {"mask", "#x"}}},
	}
	for _, tt := range []struct {
		url            string
		labels, titles bool
	}{
		{"https://a.example/", true, true},
		{"https://a.example/pay/now", false, true},
		{"https://a.example/pay/card", false, false},
		{"https://a.example/my/card?x=1#y", true, false},
		{"https://b.example/pay/card", true, true},
		{"", false, false},
	} {
		p := site.At(tt.url)
		if p.Labels != tt.labels || p.Titles != tt.titles {
			t.Errorf("%s: labels %v, titles %v", tt.url, p.Labels, p.Titles)
		}
		// Going on from there is as coming from anywhere.
		next := p.At("https://a.example/")
		if !next.Labels || !next.Titles || len(next.Mask) != 0 {
			t.Errorf("from %s on: labels %v, titles %v, mask %v", tt.url, next.Labels, next.Titles, next.Mask)
		}
		if p.MatchesAs(next) == slices.Contains(p.Mask, "#x") {
			t.Errorf("%s: matches as the next: %v", tt.url, p.MatchesAs(next))
		}
	}
	p := site.At("https://a.example/")
	p.Hide("sunflower")
	if got := p.At("https://a.example/pay/card").Free("a sunflower").String(); got != Stars {
		t.Errorf("another address of the page forgets: %q", got)
	}
	if got := p.Break().Free("x").String(); got != Stars {
		t.Errorf("a broken policy shows %q", got)
	}
	if got := site.At("https://a.example/").Free("a sunflower").String(); got != "a sunflower" {
		t.Errorf("another page load knows: %q", got)
	}
}

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"a*", "ab", true}, {"*b", "ab", true}, {"a*b", "ab", true}, {"a*b", "axxb", true}, {"a*b", "axxbc", false},
		{"a*b*c", "abbc", true}, {"*", "", true}, {"**", "x", true}, {"a*a", "a", false}, {"*a*a*", "xaxa", true}, {"*ab*ab", "ab", false}, {"", "", true}, {"", "a", false},
	} {
		if got := glob(tt.pattern, tt.s); got != tt.want {
			t.Errorf("%q %q: %v", tt.pattern, tt.s, got)
		}
	}
}
