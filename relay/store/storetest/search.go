package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/words"
)

// told makes a session of a site, begun then, with one entry that tells a text, and seals it when it is to be.
func (f *fixture) told(site, id string, created int64, typ, name, url, text string, seal bool) {
	f.t.Helper()
	o := opening(id, streamA)
	o.Site, o.Received = site, created
	if _, err := f.Open(ctx(), o); err != nil {
		f.t.Fatal(err)
	}
	line := fmt.Sprintf(`{"actor":{"username":%q},"details":{"value":%q},"message":"","page":{"url":%q},"seq":1,"type":%q}`, name, text, url, typ)
	f.mustAppend(store.Batch{Session: id, Stream: streamA, First: 1, Count: 1, Lines: []byte(line + "\n")}, 1)
	if !seal {
		f.mustNumber(id, nil)
		return
	}
	f.end(id)
	s := f.sealed(id)
	gathered := words.NewSession(site)
	gathered.Add([]byte(line))
	s.Words = gathered.Hashes()
	if err := f.Seal(ctx(), s); err != nil {
		f.t.Fatal(err)
	}
}

func testSearch(t *testing.T, f *fixture) {
	id := func(n int) string { return fmt.Sprintf("%032x", n) }
	for n, s := range []struct {
		site, typ, name, url, text string
		seal                       bool
	}{
		1: {"shop", "click", "Ada Miller", "https://shop.example/cart", "Blue moon", true},
		2: {"shop", "navigate", "Bob Tanner", "https://shop.example/cart/pay?x=1", "blue Café", true},
		3: {"bank", "click", "Ada Miller", "https://bank.example/", "blue", true},
		4: {"shop", "click", "Ada Miller", "https://shop.example/help", "moon", false},
		5: {"shop", "submit", "Cleo Park", "https://shop.example/cartoon", "BLUE moon café", false},
		6: {"shop", "click", "Bob Tanner", "https://shop.example/", "nothing", true},
	} {
		if n > 0 {
			f.told(s.site, id(n), noon+int64(n)*1000, s.typ, s.name, s.url, s.text, s.seal)
		}
	}
	word := func(kind words.Kind, texts ...string) (list []store.Word) {
		for _, text := range texts {
			list = append(list, store.Word{Kind: kind, Text: text})
		}
		return list
	}
	for _, c := range []struct {
		what string
		q    store.Query
		want []int // newest first
	}{
		{"all", store.Query{}, []int{6, 5, 4, 3, 2, 1}},
		{"a word", store.Query{Words: word(words.Text, "blue")}, []int{5, 3, 2, 1}},
		{"a word of a site", store.Query{Sites: []string{"shop"}, Words: word(words.Text, "blue")}, []int{5, 2, 1}},
		{"two words", store.Query{Words: word(words.Text, "moon", "blue")}, []int{5, 1}},
		{"without accents", store.Query{Words: word(words.Text, words.Of("CAFE")...)}, []int{5, 2}},
		{"a word that nobody has", store.Query{Words: word(words.Text, "blue", "green")}, nil},
		{"a name", store.Query{Words: word(words.Participant, words.Name("ada MILLER"))}, []int{4, 3, 1}},
		{"half a name", store.Query{Words: word(words.Participant, words.Name("ada"))}, nil},
		{"a type", store.Query{Words: word(words.Type, "click")}, []int{6, 4, 3, 1}},
		{"an address", store.Query{Words: word(words.URL, words.Address("https://shop.example/cart/"))}, []int{2, 1}},
		{"an origin", store.Query{Words: word(words.URL, words.Address("https://SHOP.example"))}, []int{6, 5, 4, 2, 1}},
		{"several kinds", store.Query{Words: append(word(words.Type, "click"), word(words.Text, "moon")...)}, []int{4, 1}},
		{"a kind as another", store.Query{Words: word(words.Text, "input_change")}, nil},
		{"from a time on", store.Query{From: noon + 4000}, []int{6, 5, 4}},
		{"before a time", store.Query{To: noon + 3000}, []int{2, 1}},
		{"a word in a time", store.Query{From: noon + 2000, To: noon + 5000, Words: word(words.Text, "blue")}, []int{3, 2}},
		{"no site", store.Query{Sites: []string{}, Words: word(words.Text, "blue")}, nil},
	} {
		var want []string
		for _, n := range c.want {
			want = append(want, id(n))
		}
		for limit := 1; limit <= 7; limit += 2 {
			c.q.Limit = limit
			if got := f.pages(c.q); !slices.Equal(got, want) {
				t.Errorf("%s, %d a page: %v, want %v", c.what, limit, got, want)
			}
		}
	}

	// What is erased is found no more, also when it cannot be told any more by which words it was.
	known := words.NewSession("shop")
	known.Add([]byte(`{"type":"click"}`))
	e := erasure(id(1))
	e.Words = known.Hashes()
	if err := f.Erase(ctx(), e); err != nil {
		t.Fatal(err)
	}
	if got := f.pages(store.Query{Limit: 9, Words: word(words.Text, "blue")}); !slices.Equal(got, []string{id(5), id(3), id(2)}) {
		t.Errorf("after the erasure: %v", got)
	}
	if got := f.pages(store.Query{Limit: 9}); len(got) != 6 {
		t.Errorf("the list of all after the erasure: %v", got)
	}
}

// testFoundWhileSealed: a session is found, and once, also in the moment in which it is sealed.
func testFoundWhileSealed(t *testing.T, f *fixture) {
	const sessions = 30
	var sealing []store.Sealed
	for n := range sessions {
		f.told("shop", fmt.Sprintf("%032x", n), noon+int64(n), "click", "Ada Miller", "https://shop.example/", "blue", false)
		f.end(fmt.Sprintf("%032x", n))
		s := f.sealed(fmt.Sprintf("%032x", n))
		s.Words = []int64{words.Hash("shop", words.Text, "blue")}
		sealing = append(sealing, s)
	}
	done := make(chan error, 1)
	go func() {
		for _, s := range sealing {
			if err := f.Seal(ctx(), s); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		page, _, err := f.Sessions(ctx(), store.Query{Words: []store.Word{{Kind: words.Text, Text: "blue"}}, Limit: 2 * sessions})
		if err != nil || len(page) != sessions {
			t.Errorf("found %d, %v; want %d", len(page), err, sessions)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// pages gives what all pages of a query list.
func (f *fixture) pages(q store.Query) (ids []string) {
	f.t.Helper()
	for q.After = ""; ; {
		page, next, err := f.Sessions(ctx(), q)
		if err != nil || len(page) > q.Limit || len(page) == 0 && next != "" {
			f.t.Fatalf("page of %d, next %q: %v", len(page), next, err)
		}
		for _, s := range page {
			ids = append(ids, s.ID)
		}
		if q.After = next; next == "" {
			return ids
		}
	}
}
