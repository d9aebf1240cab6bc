package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/config"
)

// TestKeyChanges changes the API keys of a relay at a reload and between two runs, and wants each change in the access
// logs of the sites that it concerns, and nothing of what stays.
func TestKeyChanges(t *testing.T) {
	key := func(name string, digit int, scopes, sites string) string {
		return fmt.Sprintf("  - {name: %s, sha256: \"%064d\", scopes: [%s], sites: [%s]}\n", name, digit, scopes, sites)
	}
	conf := func(keys ...string) *config.Config {
		return load(t, "sites:\n  - {key: a, origins: [\"https://a.example\"]}\n  - {key: b, origins: [\"https://b.example\"]}\nkeys:\n"+strings.Join(keys, ""), false)
	}
	o := options(t)
	o.Dev = false
	first := conf(key("all", 1, "read", `"*"`), key("host", 2, "host", "a"), key("old", 3, "read", "b"))
	s := start(t, first, o)
	want := func(site string, want ...string) {
		t.Helper()
		list, err := s.store.Accesses(t.Context(), site, "", 0, 99)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range list {
			_, message, _ := strings.Cut(string(a.Entry), `"message":"The site has `)
			message, _, _ = strings.Cut(message, `"`)
			if strings.Contains(message, "API key") {
				got = append(got, message)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("site %s: %q, want %q", site, got, want)
		}
	}
	a, b := []string{"a new API key: all", "a new API key: host"}, []string{"a new API key: all", "a new API key: old"}
	want("a", a...)
	want("b", b...)
	if err := s.Reload(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second := conf(key("all", 1, "read", "a, b"), key("host", 4, "host", "a"), key("new", 5, "read", "b"))
	if err := s.Reload(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	a = append(a, "another API key of the name: host")
	b = append(b, "no longer the API key: old", "a new API key: new")
	want("a", a...)
	want("b", b...)
	if err := s.end(t); err != nil {
		t.Fatal(err)
	}
	s = start(t, conf(key("all", 1, "read, erase", "a, b"), key("host", 4, "host", "a")), o)
	want("a", append(a, "another API key of the name: all")...)
	want("b", append(b, "no longer the API key: new", "another API key of the name: all")...)
}

// TestStillReads holds whom a reload lets go on reading a log that they follow.
func TestStillReads(t *testing.T) {
	site := "sites:\n  - {key: a, origins: [\"https://a.example\"]}\n  - {key: b, origins: [\"https://b.example\"]}\nkeys:\n"
	key := func(name string, digit int, scopes, sites string) string {
		return fmt.Sprintf("  - {name: %s, sha256: \"%064d\", scopes: [%s], sites: [%s]}\n", name, digit, scopes, sites)
	}
	o := options(t)
	o.Dev = false
	first := load(t, site+key("k", 1, "read", "a"), false)
	s := start(t, first, o)
	for change, c := range map[string]struct {
		keys string
		want bool
	}{
		"nothing":        {key("k", 1, "read", "a"), true},
		"another name":   {key("other", 1, "read", "a"), true},
		"all sites":      {key("k", 1, "read", `"*"`), true},
		"another site":   {key("k", 1, "read", "b"), false},
		"another scope":  {key("k", 1, "host", "a"), false},
		"another secret": {key("k", 2, "read", "a"), false},
	} {
		if err := s.Reload(t.Context(), load(t, site+c.keys, false)); err != nil {
			t.Fatal(err)
		}
		if got := s.stillReads(first.Keys[0], "a"); got != c.want {
			t.Errorf("after %s: %v", change, got)
		}
	}
}
