package config

import (
	"crypto/sha256"
	"os"
	"strings"
	"testing"
)

const before = `# the shop
sites:
  - {key: shop, origins: ["https://shop.example"]}

keys: # who may ask
  # of the back end
  - {name: app, sha256: "` + sumOfApp + `", scopes: [host], sites: [shop]}
  # of the auditors
  - name: audit
    sha256: "` + sumOfAudit + `"
    scopes: [read]
    sites: ["*"]

# the end
trusted_proxies: [10.0.0.0/8]
`

const (
	sumOfApp   = "1111111111111111111111111111111111111111111111111111111111111111"
	sumOfAudit = "2222222222222222222222222222222222222222222222222222222222222222"
)

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func line(t *testing.T, name string) string {
	t.Helper()
	l, err := KeyLine(name, sha256.Sum256([]byte(name)), []string{"host", "read"}, []string{"shop", "*"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAddKey(t *testing.T) {
	const site = "sites: [{key: shop, origins: [\"https://shop.example\"]}]\n"
	for what, row := range map[string]struct{ before, after string }{
		"behind the last": {before, strings.Replace(before, "    sites: [\"*\"]\n", "    sites: [\"*\"]\n  "+line(t, "new")+"\n", 1)},
		"the first":       {site, site + "keys:\n  " + line(t, "new") + "\n"},
	} {
		path := write(t, row.before)
		err := AddKey(path, line(t, "new"))
		if got := content(t, path); err != nil || got != row.after {
			t.Errorf("%s: %v\n%s\nwant\n%s", what, err, got, row.after)
		}
		c, err := Load(path, false)
		if err != nil {
			t.Fatal(err)
		}
		k := c.Keys[len(c.Keys)-1]
		if k.Name != "new" || k.SHA256 != sha256.Sum256([]byte("new")) || !k.May(ScopeRead) || !k.Reaches("any") {
			t.Errorf("%s: %+v", what, k)
		}
		if err := AddKey(path, line(t, "new")); err == nil || !strings.Contains(err.Error(), "already") {
			t.Errorf("%s, again: %v", what, err)
		}
	}
	empty := write(t, "")
	if err := AddKey(empty, line(t, "new")); err == nil || content(t, empty) != "" {
		t.Errorf("a key of a site that is not there: %v, %q", err, content(t, empty))
	}
}

func TestRemoveKey(t *testing.T) {
	path := write(t, before)
	want := before[:strings.Index(before, "  - name: audit")] + before[strings.Index(before, "\n# the end"):]
	if err := RemoveKey(path, "audit"); err != nil || content(t, path) != want {
		t.Errorf("the last: %v\n%s\nwant\n%s", err, content(t, path), want)
	}
	if err := RemoveKey(path, "audit"); err == nil || !strings.Contains(err.Error(), `no API key with the name "audit"`) {
		t.Errorf("again: %v", err)
	}
	if err := RemoveKey(path, "app"); err != nil || !strings.Contains(content(t, path), "\nkeys: []\n") {
		t.Errorf("the only one: %v\n%s", err, content(t, path))
	}
	if c, err := Load(path, false); err != nil || len(c.Keys) != 0 || len(c.Sites) != 1 || len(c.TrustedProxies) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	path = write(t, before)
	if err := RemoveKey(path, "app"); err != nil || strings.Contains(content(t, path), sumOfApp) || !strings.Contains(content(t, path), "  # of the auditors\n  - name: audit\n") {
		t.Errorf("the first: %v\n%s", err, content(t, path))
	}
}

func TestKeysByHand(t *testing.T) {
	flow := "sites: [{key: shop, origins: [\"https://shop.example\"]}]\nkeys: [{name: a, sha256: \"" + sumOfApp + "\", scopes: [read], sites: [shop]}]\n"
	path := write(t, flow)
	if err := AddKey(path, line(t, "new")); err == nil || !strings.Contains(err.Error(), "by hand") || !strings.Contains(err.Error(), "name: \"new\"") {
		t.Errorf("%v", err)
	}
	if err := RemoveKey(path, "a"); err == nil || !strings.Contains(err.Error(), "by hand") || content(t, path) != flow {
		t.Errorf("%v", err)
	}
	for _, bad := range [][2]string{{"a b", "shop"}, {"a", "shop\n"}, {"", "shop"}, {"a\"", "shop"}} {
		if l, err := KeyLine(bad[0], [32]byte{}, []string{"read"}, []string{bad[1]}); err == nil {
			t.Errorf("%q: %s", bad, l)
		}
	}
	if l, err := KeyLine("a", [32]byte{}, []string{"write"}, []string{"shop"}); err == nil {
		t.Error(l)
	}
}
