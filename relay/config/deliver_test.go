package config

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const hookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

const destinations = `public_url: https://relay.example/
sites:
  - key: shop
    origins: ["https://shop.example"]
    deliver:
      - {type: webhook, url: "https://siem.example/hook", secret_file: hook.secret}
      - {type: webhook, name: inside, url: "http://10.1.2.3/", secret_file: hook.secret, gzip: true, allow_networks: [10.0.0.0/8, "fd00::1"], concurrency: 2}
      - {type: s3, endpoint: "https://s3.example", bucket: audit, region: eu-1, prefix: logs, object_lock: 400d, lock_mode: governance, encryption: kms, kms_key: k1, credentials_file: hook.secret}
      - {type: dir, path: /var/log/cotrail}
      - {type: stdout}
      - {type: nats, url: "nats://a,b,c", stream: audit, replicas: 3}
      - {type: kafka, brokers: ["a:9092", "b:9092"], topic: audit, tls: true, user: cotrail, password_file: hook.secret}
`

func TestDestinations(t *testing.T) {
	c, err := Load(write(t, destinations, "hook.secret", hookSecret+"\n"), false)
	if err != nil {
		t.Fatal(err)
	}
	shop, _ := c.Site("shop")
	var names []string
	for _, d := range shop.Deliver {
		names = append(names, fmt.Sprint(d.Name, d.Concurrency))
	}
	if got := strings.Join(names, " "); got != "webhook4 inside2 s34 dir4 stdout4 nats4 kafka4" || c.PublicURL != "https://relay.example" {
		t.Errorf("destinations %s, public URL %s", got, c.PublicURL)
	}
	hook, inside, s3, nats, kafka := shop.Deliver[0], shop.Deliver[1], shop.Deliver[2], shop.Deliver[5], shop.Deliver[6]
	if hook.URL != "https://siem.example/hook" || filepath.Base(hook.Secrets.Path) != "hook.secret" || !hook.Secrets.Plain() || hook.Gzip || hook.AllowNetworks != nil {
		t.Errorf("webhook %+v", hook)
	}
	if !inside.Gzip || len(inside.AllowNetworks) != 2 || inside.AllowNetworks[1] != netip.MustParsePrefix("fd00::1/128") {
		t.Errorf("inside %+v", inside)
	}
	if s3.ObjectLock != 400*24*time.Hour || s3.LockMode != "governance" || s3.Encryption != "kms" || s3.KMSKey != "k1" || s3.Prefix != "logs" || s3.Region != "eu-1" || filepath.Base(s3.Credentials) != "hook.secret" {
		t.Errorf("s3 %+v", s3)
	}
	if nats.URL != "nats://a,b,c" || nats.Stream != "audit" || nats.Replicas != 3 {
		t.Errorf("nats %+v", nats)
	}
	if len(kafka.Brokers) != 2 || !kafka.TLS || kafka.Password.Reveal() != hookSecret {
		t.Errorf("kafka %+v", kafka)
	}
	for _, d := range shop.Deliver {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(format, *d); strings.Contains(text, "MDEyMzQ1") || strings.Contains(text, "0123456789") {
				t.Errorf("%s of %s prints a secret: %s", format, d.Name, text)
			}
		}
	}
}

// TestDocumentedDestinations reads the documentation's example.
func TestDocumentedDestinations(t *testing.T) {
	text, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\npublic_url:")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/operate.md has no example with public_url")
	}
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	c, err := Load(write(t, "public_url:"+example, "hook.secret", hookSecret, "inside.secret", hookSecret, "inside.pem", string(certificate)), false)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Sites[0].Deliver); n != 7 {
		t.Errorf("%d destinations", n)
	}
}

// TestSecretFiles: one that others can read is refused; one that is about to be made may be missing.
func TestSecretFiles(t *testing.T) {
	path := write(t, destinations, "hook.secret", hookSecret+"\n")
	file := filepath.Join(filepath.Dir(path), "hook.secret")
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	for name, load := range map[string]func() (*Config, error){
		"to serve": func() (*Config, error) { return Load(path, false) }, "to make secrets": func() (*Config, error) { return LoadToMakeSecrets(path) },
	} {
		if _, err := load(); err == nil || !strings.Contains(err.Error(), ":6: secret_file: "+file+" can be read by others than its owner; chmod 600 it") {
			t.Errorf("%s, a file that others can read: %v", name, err)
		}
	}
	path = write(t, "sites:\n  - {key: shop, origins: [\"https://shop.example\"], deliver: [{type: webhook, url: \"https://a.example\", secret_file: hook.secret}]}\n")
	if _, err := Load(path, false); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("without a file: %v", err)
	}
	c, err := LoadToMakeSecrets(path)
	if err != nil {
		t.Fatal(err)
	}
	if f := c.Sites[0].Deliver[0].Secrets; f.Path != filepath.Join(filepath.Dir(path), "hook.secret") || f.Plain() || f.Sealed() {
		t.Errorf("a file to be made: %+v", f)
	}
}

func TestDestinationsRefused(t *testing.T) {
	site := "sites:\n  - key: shop\n    origins: [\"https://shop.example\"]\n    deliver:\n"
	good := "      - {type: webhook, url: \"https://a.example\", secret_file: hook.secret}\n"
	for name, c := range map[string]struct{ content, want string }{
		"no list":              {"sites:\n  - {key: a, origins: [\"https://a.example\"], deliver: stdout}\n", `:2: deliver must be a list`},
		"no mapping":           {site + "      - stdout\n", `:5: the destination has no type`},
		"no type":              {site + "      - {url: \"https://a.example\"}\n", `:5: the destination has no type; it is one of webhook`},
		"unknown type":         {site + "      - {type: email}\n", `:5: type: "email" is none of webhook, s3`},
		"another type's key":   {site + "      - type: webhook\n        bucket: audit\n", `:6: unknown key "bucket"; a destination of type webhook has the keys url, secret_file`},
		"no URL":               {site + "      - {type: webhook, secret_file: hook.secret}\n", `:5: the destination of type webhook has no url`},
		"no secret":            {site + "      - {type: webhook, url: \"https://a.example\"}\n", `:5: the destination of type webhook has no secret_file`},
		"bad URL":              {site + "      - type: webhook\n        secret_file: hook.secret\n        url: a.example\n", `:7: url: the address is no address`},
		"URL with a password":  {site + "      - {type: webhook, url: \"https://a:b@a.example\", secret_file: hook.secret}\n", `:5: url: the address has a name or a password`},
		"URL without TLS":      {site + "      - {type: webhook, url: \"http://a.example\", secret_file: hook.secret}\n", `has no TLS`},
		"secret missing":       {site + "      - type: webhook\n        url: \"https://a.example\"\n        secret_file: none.secret\n", `:7: secret_file: stat `},
		"secret malformed":     {site + "      - {type: webhook, url: \"https://a.example\", secret_file: bad.secret}\n", `:5: secret_file: line 1 does not begin with whsec_`},
		"secret cut":           {site + "      - {type: webhook, url: \"https://a.example\", secret_file: cut.secret}\n", `:5: secret_file: line 1 is no encrypted secret`},
		"bad network":          {site + "      - {type: webhook, url: \"https://a.example\", secret_file: hook.secret, allow_networks: [home]}\n", `:5: allow_networks: "home" is no address`},
		"no certificate":       {site + "      - {type: webhook, url: \"https://a.example\", secret_file: hook.secret, ca_file: hook.secret}\n", `:5: ca_file: there is no certificate`},
		"too many at once":     {site + "      - {type: stdout, concurrency: 65}\n", `:5: concurrency must be a whole number from 1 to 64`},
		"none at once":         {site + "      - {type: stdout, concurrency: 0}\n", `:5: concurrency must be`},
		"no number":            {site + "      - {type: stdout, concurrency: many}\n", `:5: concurrency must be a whole number from 1 to 64`},
		"nothing for a number": {site + "      - type: stdout\n        concurrency:\n", `:6: concurrency must be`},
		"half of one":          {site + "      - {type: stdout, concurrency: 1.5}\n", `:5: concurrency must be`},
		"less than none":       {site + "      - {type: nats, url: \"nats://a\", stream: s, replicas: -1}\n", `:5: replicas must be`},
		"same name":            {site + good + good, `:6: deliver: there is a destination "webhook" already`},
		"bad name":             {site + "      - {type: stdout, name: a b}\n", `:5: "a b" is not made of`},
		"lock of seconds":      {site + "      - {type: s3, endpoint: \"https://a\", bucket: b, object_lock: 30s}\n", `:5: object_lock: 30s is not from`},
		"lock mode":            {site + "      - {type: s3, endpoint: \"https://a\", bucket: b, lock_mode: strict}\n", `:5: lock_mode: "strict" is none of compliance, governance`},
		"no bucket":            {site + "      - {type: s3, endpoint: \"https://a\"}\n", `:5: the destination of type s3 has no bucket`},
		"credentials missing":  {site + "      - {type: s3, endpoint: \"https://a\", bucket: b, credentials_file: none}\n", `:5: credentials_file: open `},
		"no path":              {site + "      - {type: dir}\n", `:5: the destination of type dir has no path`},
		"name in the NATS URL": {site + "      - {type: nats, url: \"nats://a:b@c\", stream: s}\n", `:5: url: it has a name or a password`},
		"too many replicas":    {site + "      - {type: nats, url: \"nats://a\", stream: s, replicas: 7}\n", `:5: replicas must be a whole number from 1 to 5`},
		"no brokers":           {site + "      - {type: kafka, topic: t, brokers: []}\n", `:5: brokers is empty`},
		"public URL":           {"public_url: relay.example\n", `:1: public_url: "relay.example" is no address like https://relay.example`},
		"public URL's path":    {"public_url: https://relay.example/x\n", `:1: public_url:`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(write(t, c.content, "hook.secret", hookSecret+"\n", "bad.secret", "hunter2\n", "cut.secret", "sealed_MDEyMzQ1\n"), false)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "cotrail.yaml:") {
				t.Errorf("%v\nwant %s", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "a:b@")) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}
