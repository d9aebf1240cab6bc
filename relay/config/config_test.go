package config

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/masking"
)

// write puts files into a directory of the test's own and gives the path of the first.
func write(t *testing.T, content string, others ...string) string {
	t.Helper()
	dir := t.TempDir()
	files := append([]string{"cotrail.yaml", content}, others...)
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

func sum(key string) string {
	s := sha256.Sum256([]byte(key))
	return hex.EncodeToString(s[:])
}

var whole = `trusted_proxies: [10.0.0.0/8, "::1"]
sites:
  - key: shop
    origins: ["https://Shop.Example:443", "http://127.0.0.1:*"]
    anonymous: true
    policy:
      default: allow
      block: [".private"]
      mask: ["#iban", "[data-sensitive]"]
      allow: ["#country", "#city"]
      markup: false
      labels: true
      titles: true
      attributes: [id]
      choices: nothing
      filenames: plain
      urls: {keep_query: [page], collapse_ids: false, origin_only: [pay.example]}
      patterns: {email: false, custom: {member_no: 'M-\d{8}'}}
      chat: text
      ip: full
      identity: {name: hash, email: plain}
      pages:
        - match: "https://shop.example/pay/*"
          default: mask
          block: ["#card"]
          allow: ["#city"]
          labels: false
          titles: true
          attributes: []
          urls: {origin_only: [shop.example], collapse_ids: true}
          patterns: {email: true, custom: {voucher: 'V\d{6}'}}
          identity: {email: hash}
        - match: "*health*"
    session: {leave_after: 10s, idle_timeout: 1d, settle: 50ms}
  - key: side
    origins: ["https://side.example"]
    dev: true
    policy_file: side.policy.yaml
    token_secret_file: side.secret
keys:
  - {name: ops, sha256: "` + sum("ops key") + `", scopes: [read, host], sites: [shop]}
  - {name: all, sha256: "` + sum("all key") + `", scopes: [erase], sites: ["*"]}
`

func TestLoad(t *testing.T) {
	c, err := Load(write(t, whole, "side.policy.yaml", "allow: [\"#x\"]\n", "side.secret", strings.Repeat("s", 40)+"\n"), false)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.TrustedProxies; len(got) != 2 || got[0].String() != "10.0.0.0/8" || got[1].String() != "::1/128" {
		t.Errorf("trusted proxies %v", got)
	}
	if side, _ := c.Site("side"); string(side.TokenSecret) != strings.Repeat("s", 40) {
		t.Errorf("token secret %q", side.TokenSecret)
	}
	shop, ok := c.Site("shop")
	if !ok || shop.TokenSecret != nil || !shop.Anonymous || shop.Dev {
		t.Fatalf("shop: %v %+v", ok, shop)
	}
	if want := (Session{10 * time.Second, 24 * time.Hour, 50 * time.Millisecond}); shop.Session != want {
		t.Errorf("session %+v, want %+v", shop.Session, want)
	}
	const want = `cotrail-policy 1
default allow
markup off
labels on
titles on
choices nothing
filenames plain
collapse_ids off
chat text
ip full
identity_name hash
identity_email plain
pattern_card on
pattern_iban on
pattern_email off
pattern_ssn on
pattern_phone on
pattern_jwt on
pattern_key on
block .private
mask #iban
mask [data-sensitive]
allow #country
allow #city
attribute id
keep_query page
origin_only pay.example
custom member_no M-\d{8}
page https://shop.example/pay/*
default mask
labels off
collapse_ids on
identity_email hash
pattern_email on
block #card
no_allow #country
no_attribute id
origin_only shop.example
custom voucher V\d{6}
page *health*
`
	if got := string(shop.Policy.Compile()); got != want {
		t.Errorf("policy of shop:\n%s\nwant:\n%s", got, want)
	}
	side, _ := c.Site("side")
	defaults := masking.New()
	defaults.Allow = []string{"#x"}
	if got := string(side.Policy.Compile()); got != string(defaults.Compile()) {
		t.Errorf("policy of side:\n%s", got)
	}
	if side.Session != DefaultSession || side.Allows("http://localhost:1") || !side.Dev {
		t.Errorf("without --dev, dev means nothing but its name: %+v", side)
	}
	if k := c.Keys[0]; !k.May(ScopeRead) || !k.May(ScopeHost) || k.May(ScopeErase) || !k.Reaches("shop") || k.Reaches("side") {
		t.Errorf("key ops: %+v", k)
	}
	if k := c.Keys[1]; k.May(ScopeRead) || !k.Reaches("shop") || !k.Reaches("side") {
		t.Errorf("key all: %+v", k)
	}
}

func TestLoadDev(t *testing.T) {
	file := write(t, `sites:
  - {key: quick, dev: true, anonymous: true}
  - {key: slow, dev: true, origins: ["https://slow.example"], session: {settle: 2s}}
  - {key: live, origins: ["https://live.example"]}
`)
	c, err := Load(file, true)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]time.Duration{"quick": devSettle, "slow": 2 * time.Second, "live": time.Second, "demo": devSettle} {
		s, ok := c.Site(key)
		if !ok || s.Session.Settle != want {
			t.Errorf("site %s: %v, settles after %v, want %v", key, ok, s.Session.Settle, want)
		}
		if got := s.Allows("http://localhost:3000"); got != (key != "live") {
			t.Errorf("site %s allows loopback: %v", key, got)
		}
	}
	k := c.Keys[0]
	if k.Name != "dev" || k.SHA256 != sha256.Sum256([]byte("dev")) || k.Reaches("live") || slices.Contains(k.Sites, AllSites) {
		t.Errorf("key dev: %+v", k)
	}
	for _, site := range []string{"quick", "slow", "demo"} {
		if !k.Reaches(site) {
			t.Errorf("key dev does not reach %s", site)
		}
	}
}

func TestLoadWithoutFile(t *testing.T) {
	if c, err := Load("", false); err != nil || len(c.Sites)+len(c.Keys) != 0 {
		t.Errorf("%+v %v", c, err)
	}
}

func TestLoadRefuses(t *testing.T) {
	site := "sites:\n  - key: shop\n    origins: [\"https://shop.example\"]\n"
	key := func(name, rest string) string {
		return "  - {name: " + name + ", sha256: \"" + sum(name) + "\", " + rest + "}\n"
	}
	for name, c := range map[string]struct {
		content string
		want    string // the error after the file's name; it must contain every part between the dots
	}{
		"unknown key at the top":  {"site: []\n", `:1: unknown key "site"; … trusted_proxies, sites, keys`},
		"unknown key of a site":   {site + "    orgins: []\n", `:4: unknown key "orgins"; a site has … origins, anonymous`},
		"token_secret_file":       {site + "    token_secret_file: x\n", `:4: token_secret_file: … no such file`},
		"short token secret":      {site + "    token_secret_file: short.secret\n", `:4: token_secret_file: short.secret has 5 bytes`},
		"another's token secret":  {site + "    token_secret_file: t.secret\n  - key: b\n    origins: [\"https://b.example\"]\n    token_secret_file: t.secret\n", `:7: token_secret_file: t.secret has the secret of another site`},
		"retention":               {site + "    retention: 400s\n", `:4: retention: 400s is not from 1h0m0s to 876000h0m0s`},
		"origin_only":             {site + "    policy:\n      urls:\n        origin_only:\n          - ok.example\n          - https://x.example\n", `:8: origin_only: "https://x.example" is neither a host`},
		"bad chat":                {site + "    policy: {chat: all}\n", `:4: chat: "all" is none of length, text`},
		"bad identity":            {site + "    policy: {identity: {name: stars}}\n", `:4: identity_name: "stars" is none of hash, plain`},
		"unknown pattern":         {site + "    policy: {patterns: {passport: true}}\n", `:4: unknown key "passport"; patterns has … card, iban, email`},
		"custom as a list":        {site + "    policy: {patterns: {custom: [a]}}\n", `:4: custom must be a mapping`},
		"custom as a number":      {site + "    policy:\n      patterns:\n        custom:\n          a: 12\n", `:7: custom: an expression must be text`},
		"custom expression":       {site + "    policy:\n      patterns:\n        custom:\n          ok: 'a'\n          bad: 'a(b)'\n", `:8: custom: bad: ( is not known here`},
		"custom name":             {site + "    policy: {patterns: {custom: {card: 'a'}}}\n", `:4: custom: "card" is no name`},
		"page without match":      {site + "    policy:\n      pages:\n        - {labels: false}\n", `:6: the page has no match`},
		"page by path":            {site + "    policy:\n      pages:\n        - {match: /pay/*, labels: false}\n", `:6: policy: match: "/pay/*" begins with none of`},
		"page's unknown key":      {site + "    policy: {pages: [{match: \"*\", lables: false}]}\n", `:4: unknown key "lables"; a page has`},
		"page's ip":               {site + "    policy: {pages: [{match: \"*\", ip: none}]}\n", `:4: ip is of a whole session`},
		"page's pages":            {site + "    policy: {pages: [{match: \"*\", pages: []}]}\n", `:4: pages cannot stand in a page`},
		"page opens default":      {site + "    policy:\n      pages:\n        - match: \"*\"\n          default: allow\n", `:7: default: a page's rules can only be stricter`},
		"page opens labels":       {site + "    policy:\n      labels: false\n      pages:\n        - match: \"*\"\n          block: [a]\n          labels: true\n", `:9: labels: a page's rules`},
		"page opens allow":        {site + "    policy:\n      allow: [b]\n      pages:\n        - match: \"*\"\n          allow: [a]\n", `:8: allow: a page's rules`},
		"page opens query":        {site + "    policy:\n      pages:\n        - match: \"*\"\n          urls:\n            keep_query: [a]\n", `:8: keep_query: a page's rules`},
		"page opens a pattern":    {site + "    policy:\n      pages:\n        - match: \"*\"\n          patterns:\n            card: false\n", `:8: pattern_card: a page's rules`},
		"page opens ids":          {site + "    policy:\n      pages:\n        - match: \"*\"\n          urls:\n            collapse_ids: false\n", `:8: collapse_ids: a page's rules`},
		"page opens names":        {site + "    policy:\n      identity: {name: hash}\n      pages:\n        - match: \"*\"\n          identity:\n            name: plain\n", `:9: identity_name: a page's rules`},
		"misspelt policy key":     {site + "    policy: {alow: [\"#x\"]}\n", `:4: unknown key "alow"; policy has … allow`},
		"bad default":             {site + "    policy: {default: show}\n", `:4: default: "show" is none of mask, allow`},
		"bad attribute":           {site + "    policy: {attributes: [id, href]}\n", `:4: attributes: "href" is none of id, name, class`},
		"selector of two lines":   {site + "    policy: {mask: [\"a\\nallow b\"]}\n", `:4: mask: … line break`},
		"selector with space":     {site + "    policy: {mask: [\" a\"]}\n", `:4: mask: … space around it`},
		"selectors as text":       {site + "    policy: {mask: a}\n", `:4: mask must be a list`},
		"flag as text":            {site + "    policy: {titles: \"yes\"}\n", `:4: titles must be true or false`},
		"policy and policy_file":  {site + "    policy: {titles: true}\n    policy_file: p.yaml\n", `:5: site "shop" has both policy and policy_file`},
		"policy_file missing":     {site + "    policy_file: none.yaml\n", `:4: policy_file: … none.yaml`},
		"policy_file wrong":       {site + "    policy_file: p.yaml\n", `p.yaml:2: unknown key "typo"`},
		"empty policy":            {site + "    policy:\n", `:4: policy must be a mapping`},
		"duration without unit":   {site + "    session: {settle: 30}\n", `:4: settle must be a duration with its unit`},
		"duration in words":       {site + "    session: {settle: soon}\n", `:4: settle: "soon" is no duration; write … 200ms`},
		"negative duration":       {site + "    session: {settle: -1s}\n", `:4: settle: "-1s" is no duration`},
		"settle of an hour":       {site + "    session: {settle: 1h}\n", `:4: settle: 1h is not from 1ms to 1m0s`},
		"overflowing duration":    {site + "    session: {idle_timeout: 999999999999d}\n", `:4: idle_timeout: … is no duration`},
		"origin with a path":      {"sites:\n  - key: a\n    origins:\n      - https://a.example\n      - https://a.example/shop\n", `:5: origins: "https://a.example/shop" is no origin; write`},
		"origin with a wildcard":  {"sites:\n  - {key: a, origins: [\"https://*.a.example\"]}\n", `:2: origins: … is no origin`},
		"origin of another kind":  {"sites:\n  - {key: a, origins: [\"ftp://a.example\"]}\n", `:2: origins: … is no origin`},
		"origin null":             {"sites:\n  - {key: a, origins: [\"null\"]}\n", `:2: origins: … is no origin`},
		"no origins":              {"sites:\n  - {key: a}\n", `:2: site "a" has no origins`},
		"empty origins":           {"sites:\n  - {key: a, origins: []}\n", `:2: origins is empty`},
		"site without key":        {"sites:\n  - {origins: [\"https://a.example\"]}\n", `:2: the site has no key`},
		"site key with space":     {"sites:\n  - {key: a b, origins: [\"https://a.example\"]}\n", `:2: key: "a b" is not made of`},
		"number as site key":      {"sites:\n  - {key: 12, origins: [\"https://a.example\"]}\n", `:2: key must be text`},
		"site twice":              {site + "  - {key: shop, origins: [\"https://b.example\"]}\n", `:4: key: there is a site "shop" already`},
		"key written twice":       {site + "    key: again\n", `:4: this is no YAML: mapping key "key" already defined`},
		"no network":              {"trusted_proxies: [10.0.0.0/33]\n", `:1: trusted_proxies: "10.0.0.0/33" is no address`},
		"API key without hash":    {site + "keys:\n  - {name: a, scopes: [read], sites: [shop]}\n", `:5: API key "a" has no sha256`},
		"API key with half one":   {site + "keys:\n  - {name: a, sha256: abcd, scopes: [read], sites: [shop]}\n", `:5: sha256 must be … 64 hexadecimal digits`},
		"unknown scope":           {site + "keys:\n" + key("a", "scopes: [write], sites: [shop]"), `:5: scopes: "write" is none of host, read, erase`},
		"no scopes":               {site + "keys:\n" + key("a", "scopes: [], sites: [shop]"), `:5: scopes is empty`},
		"API key of unknown site": {site + "keys:\n" + key("a", "scopes: [read], sites: [shoppe]"), `:5: sites: API key "a" names the site "shoppe"`},
		"API key twice":           {site + "keys:\n" + key("a", "scopes: [read], sites: [shop]") + key("a", "scopes: [read], sites: [shop]"), `:6: there is an API key`},
		"two documents":           {"sites: []\n---\nkeys: []\n", `:1: the file has 2 documents`},
		"anchor":                  {"sites: &x []\nkeys: *x\n", `:1: sites must be a list`},
		"a list":                  {"- a\n- b\n", `:1: the file must be a mapping`},
		"prose":                   {"Dear relay,\nplease serve my shop.\n", `:1: the file must be a mapping`},
		"bytes":                   {"\x7fELF\x02\x01\x00\xff\xfe", `:1: `},
		"cut list":                {"sites: [\n", `:1: this is no YAML`},
		"wrong indent":            {"sites:\n  - key: a\n   origins: x\n", `:3: this is no YAML`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(write(t, c.content, "p.yaml", "titles: true\ntypo: 1\n", "short.secret", " 12345\n", "t.secret", strings.Repeat("s", 32)), false)
			if err == nil {
				t.Fatalf("accepted:\n%s", c.content)
			}
			rest := err.Error()
			for _, part := range strings.Split(c.want, " … ") {
				_, after, found := strings.Cut(rest, strings.Trim(part, "…"))
				if !found {
					t.Fatalf("the error is\n  %v\nand does not say\n  %s", err, c.want)
				}
				rest = after
			}
			if !strings.Contains(err.Error(), "cotrail.yaml:") && !strings.Contains(err.Error(), "p.yaml:") {
				t.Errorf("the error names no file: %v", err)
			}
		})
	}
}

func TestLoadTellsAllProblemsAtOnce(t *testing.T) {
	_, err := Load(write(t, "sites:\n  - {key: a, origins: [b], anonymous: 1}\nwhat: x\n"), false)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want three lines, got: %v", err)
	}
}

func TestLoadRefusesDevNamesUnderDev(t *testing.T) {
	for _, content := range []string{
		"sites:\n  - {key: demo, origins: [\"https://a.example\"]}\n",
		"sites:\n  - {key: a, origins: [\"https://a.example\"]}\nkeys:\n  - {name: dev, sha256: \"" + sum("x") + "\", scopes: [read], sites: [a]}\n",
	} {
		if _, err := Load(write(t, content), true); err == nil {
			t.Errorf("accepted under --dev:\n%s", content)
		}
		if _, err := Load(write(t, content), false); err != nil {
			t.Errorf("refused without --dev: %v", err)
		}
	}
}

func TestLoadUnreadable(t *testing.T) {
	for _, path := range []string{"/nowhere/cotrail.yaml", t.TempDir()} {
		if _, err := Load(path, false); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestOriginMatches(t *testing.T) {
	for _, c := range []struct {
		written, header string
		want            bool
	}{
		{"https://shop.example", "https://shop.example", true},
		{"https://Shop.example:443", "https://shop.example", true},
		{"http://shop.example:80", "http://shop.example", true},
		{"https://shop.example:8443", "https://shop.example:8443", true},
		{"https://shop.example", "http://shop.example", false},
		{"https://shop.example", "https://shop.example:444", false},
		{"https://shop.example", "https://shop.example.evil.example", false},
		{"https://shop.example", "https://evil-shop.example", false},
		{"https://shop.example", "", false},
		{"https://shop.example", "null", false},
		{"http://127.0.0.1:*", "http://127.0.0.1:8081", true},
		{"http://127.0.0.1:*", "http://127.0.0.1", true},
		{"http://127.0.0.1:*", "http://127.0.0.10", false},
		{"http://127.0.0.1:*", "http://127.0.0.1:80.evil.example", false},
		{"http://127.0.0.1:*", "http://127.0.0.1:", false},
		{"http://[::1]:*", "http://[::1]:5000", true},
	} {
		o, err := ParseOrigin(c.written)
		if err != nil {
			t.Errorf("%s: %v", c.written, err)
		} else if got := o.Matches(c.header); got != c.want {
			t.Errorf("%s matches %q: %v, want %v", c.written, c.header, got, c.want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(whole)
	f.Add("a: 1\n---\n")
	f.Add("sites:\n  - {key: a, deliver: [{type: stdout, concurrency: 2}, {type: nats, url: \"nats://a\", stream: s, replicas: 3}]}\n")
	f.Add("sites:\n  - ? x\n    : y\n")
	f.Add("<<: {a: 1}\nsites: !!str x\n")
	f.Fuzz(func(t *testing.T, content string) {
		r, c := &reader{file: "f"}, &Config{}
		r.config([]byte(content), c, true)
		if len(r.problems) > 0 {
			return
		}
		for _, s := range c.Sites {
			if _, err := masking.Read(s.Policy.Compile()); err != nil {
				t.Errorf("an accepted policy does not compile: %v\n%s", err, content)
			}
		}
	})
}
