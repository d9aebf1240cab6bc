package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func TestWebhookTest(t *testing.T) {
	const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
	status := 200
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		checker, err := standardwebhooks.NewWebhook(secret)
		if err == nil {
			err = checker.Verify(body, r.Header)
		}
		if err != nil || !bytes.Contains(body, []byte(testType)) {
			t.Errorf("%v: %s", err, body)
		}
		w.WriteHeader(status)
	}))
	defer to.Close()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := file("hook.secret", secret+"\n")
	site := "  - {key: KEY, origins: [\"https://a.example\"], deliver: [{type: webhook, url: \"" + to.URL + "\", secret_file: hook.secret, allow_networks: [127.0.0.0/8]}]}\n"
	one := file("one.yaml", "sites:\n"+strings.Replace(site, "KEY", "shop", 1))
	two := file("two.yaml", "sites:\n"+strings.Replace(site, "KEY", "shop", 1)+strings.Replace(site, "KEY", "side", 1))
	none := file("none.yaml", "sites: []\n")
	for _, c := range []struct {
		args   []string
		status int
		code   int
		says   string
	}{
		{[]string{to.URL, "--secret-file", key, "--allow-network", "127.0.0.0/8"}, 204, exitGood, "took the message"},
		{[]string{to.URL, "--secret-file", key, "--allow-network", "127.0.0.0/8"}, 500, exitFound, "answered 500"},
		{[]string{to.URL, "--secret-file", key, "--allow-network", "10.0.0.0/8"}, 200, exitFound, "not a permitted destination"},
		{[]string{to.URL, "--secret-file", key}, 200, exitUsage, "has no TLS"},
		{[]string{"https://a.example", "--secret-file", "/nowhere"}, 200, exitUsage, "/nowhere"},
		{[]string{"https://a.example", "--secret-file", one}, 200, exitUsage, "line 1 does not begin"},
		{[]string{"https://a.example", "--secret-file", key, "--allow-network", "home"}, 200, exitUsage, "no network"},
		{nil, 200, exitUsage, "give the receiver's address"},
		{[]string{to.URL, "--config", one}, 200, exitUsage, "give the receiver's address"},
		{[]string{"--config", one}, 200, exitGood, "took the message"},
		{[]string{"--config", one, "--destination", "webhook", "--site", "shop"}, 200, exitGood, "took the message"},
		{[]string{"--config", one, "--destination", "siem"}, 200, exitUsage, "0 webhooks fit the site and the name; the configuration has: shop/webhook"},
		{[]string{"--config", two, "--destination", "webhook"}, 200, exitUsage, "2 webhooks fit"},
		{[]string{"--config", two, "--site", "side"}, 200, exitGood, "took the message"},
		{[]string{"--config", none}, 200, exitUsage, "0 webhooks fit"},
	} {
		status = c.status
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"webhook", "test"}, c.args...), &stdout, &stderr)
		if said := stdout.String() + stderr.String(); code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, "MDEy") {
			t.Errorf("webhook test %q: exit %d, %s; want %d, %s", c.args, code, said, c.code, c.says)
		}
	}
}
