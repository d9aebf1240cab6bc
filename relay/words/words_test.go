package words

import (
	"slices"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"Ada Miller clicked button 'Next'": "ada miller clicked button next",
		"CAFÉ café Cafe\u0301":             "cafe",
		"2026-11-22":                       "2026 11 22",
		"Straße ΑΘΗΝΑ 北京":                  "straße αθηνα 北京",
		"a.b/c?d=e":                        "a b c d e",
		strings.Repeat("x", 100) + " y":    strings.Repeat("x", maxWord) + " y",
	} {
		if got := Of(text); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("words of %q: %q, want %q", text, got, want)
		}
	}
}

const entry = `{"actor":{"username":"Ada Miller"},"details":{"label":"Pay now","attributes":{"id":"go"},"list":["one",{"a":"two"}],"x":0.5,"url":"https://shop.example/a/b?q=secret#f"},
	"message":"Ada Miller clicked","page":{"title":"The Cart","url":"https://shop.example/cart"},"type":"click"}`

func TestContains(t *testing.T) {
	for text, want := range map[string]bool{"pay": true, "NOW pay": true, "two one": true, "cart the": true, "ada clicked": true, "": true, "p": false, "pay later": false, "username": false} {
		if got := Contains([]byte(entry), Of(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestSession(t *testing.T) {
	s := NewSession("shop")
	s.Add([]byte(entry))
	s.Add([]byte(`{"type":"participant_joined","details":{"name":"Bob Tanner","user_id":"u-7"}}`))
	for _, c := range []struct {
		kind Kind
		word string
		want bool
	}{
		{Text, "pay", true}, {Text, "bob", true}, {Text, "later", false},
		{Type, "click", true}, {Type, "participant_joined", true}, {Type, "submit", false},
		{Participant, Name(" ada miller"), true}, {Participant, Name("Bob TANNER"), true}, {Participant, Name("U-7"), true}, {Participant, "ada", false},
		{URL, Address("https://shop.example"), true}, {URL, Address("https://shop.example/a"), true}, {URL, Address("https://shop.example/a/b/"), true},
		{URL, Address("https://shop.example/a/b?other"), true}, {URL, Address("https://shop.example/a/c"), false}, {URL, "https:", false},
	} {
		if got := s.Has(Hash("shop", c.kind, c.word)); got != c.want {
			t.Errorf("%c %q: %v", c.kind, c.word, got)
		}
		if s.Has(Hash("bank", c.kind, c.word)) {
			t.Errorf("%c %q is found in another site", c.kind, c.word)
		}
	}
	if list := s.Hashes(); !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		t.Error("the hashes are not each once")
	}
}

func TestManyWords(t *testing.T) {
	s := NewSession("shop")
	var b strings.Builder
	for i := range maxWords + 100 {
		b.WriteString(" w" + strings.Repeat("x", i%40) + string(rune('a'+i%26)) + strings.Repeat("y", i/1000) + Of(strings.Repeat("z", i%7+1))[0] + string(rune(0x4e00+i)))
	}
	s.Add([]byte(`{"details":{"text":"` + b.String() + `"},"type":"click"}`))
	if n := len(s.Hashes()); n > maxWords+1 {
		t.Errorf("%d words", n)
	}
	s.Add([]byte(`{"type":"submit"}`))
	if !s.Has(Hash("shop", Type, "submit")) {
		t.Error("a type that comes after many words is not found")
	}
}
