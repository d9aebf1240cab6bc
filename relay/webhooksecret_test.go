package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// TestWebhookSecret makes secrets and lets a receiver, who has what was printed, check what is signed by them.
func TestWebhookSecret(t *testing.T) {
	var known []string // to the receiver
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, secret := range known {
			if !signed(secret, r.Header, body) {
				w.WriteHeader(http.StatusForbidden)
			}
		}
	}))
	defer to.Close()
	dir, data := t.TempDir(), t.TempDir()
	site := "  - {key: KEY, origins: [\"https://a.example\"], deliver: [{type: webhook, url: \"" + to.URL + "\", secret_file: FILE, allow_networks: [127.0.0.0/8]}]}\n"
	sites := "sites:\n" + strings.NewReplacer("KEY", "shop", "FILE", "hook.secret").Replace(site)
	conf := write(t, filepath.Join(dir, "one.yaml"), sites)
	two := write(t, filepath.Join(dir, "two.yaml"), sites+strings.NewReplacer("KEY", "side", "FILE", "hook.secret").Replace(site))
	broken := write(t, filepath.Join(dir, "broken.yaml"), "sites: shop\n")
	file := filepath.Join(dir, "hook.secret")

	secret := func(args ...string) (int, string, string) {
		return command(t, append([]string{"webhook", "secret", "--data", data}, args...)...)
	}
	try := func(args ...string) string {
		code, stdout, stderr := command(t, append([]string{"webhook", "test", "--config", conf, "--data", data}, args...)...)
		for _, s := range known {
			if said := stdout + stderr; strings.Contains(said, s[8:]) {
				t.Errorf("a secret is told: %s", said)
			}
		}
		return string(rune('0'+code)) + " " + stdout + stderr
	}
	made := func(want string, args ...string) {
		t.Helper()
		code, stdout, stderr := secret(args...)
		if code != exitGood || !strings.HasPrefix(stdout, want) || strings.Count(stdout, "\n") != 1 || strings.Contains(stderr, want) {
			t.Fatalf("webhook secret %q: exit %d\nstdout: %s\nstderr: %s", args, code, stdout, stderr)
		}
		known = append(known, strings.TrimSpace(stdout))
		if content, err := os.ReadFile(file); err != nil || bytes.Contains(content, []byte(known[len(known)-1])) || bytes.Contains(content, []byte("whs")) {
			t.Errorf("%v; the file is\n%s", err, content)
		}
	}

	if said := try(); !strings.HasPrefix(said, "2 ") || !strings.Contains(said, "no such file") {
		t.Errorf("before there is a secret: %s", said)
	}
	made("whsec_", "webhook", "--config", conf)
	made("whpk_", "webhook", "--config", conf, "--ed25519") // now there are two
	if said := try(); !strings.Contains(said, "took the message") {
		t.Errorf("signed by two: %s", said)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	newest := strings.Join(strings.Split(string(content), "\n")[:2], "\n") + "\n"
	write(t, file, newest) // the old one is taken out
	if said := try(); !strings.Contains(said, "answered 403") {
		t.Errorf("by the old one, which was taken out: %s", said)
	}
	known = known[1:]
	if said := try(); !strings.Contains(said, "took the message") {
		t.Errorf("signed by the new one alone: %s", said)
	}
	if code, stdout, stderr := command(t, "webhook", "test", "https://a.example", "--secret-file", file); code != exitUsage || !strings.Contains(stderr, "give --config and --destination instead") {
		t.Errorf("an encrypted file without its destination: exit %d, %s%s", code, stdout, stderr)
	}

	known = []string{"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}
	write(t, file, known[0]+"\n")
	if said := try(); !strings.Contains(said, "took the message") {
		t.Errorf("signed by a plain one: %s", said)
	}
	if code, stdout, stderr := secret("webhook", "--config", conf, "--encrypt"); code != exitGood || stdout != "" || strings.Contains(stderr, "MDEy") {
		t.Errorf("encrypt: exit %d, %s%s", code, stdout, stderr)
	}
	if content, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(content, []byte("sealed_")) || bytes.Contains(content, []byte("whsec_")) {
		t.Errorf("%v; encrypted, the file is\n%s", err, content)
	}
	if said := try(); !strings.Contains(said, "took the message") {
		t.Errorf("signed by one that was encrypted afterwards: %s", said)
	}

	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"webhook", "--config", two, "--site", "side"}, "is that of shop/webhook too; give each a file of its own"},
		{[]string{"webhook", "--config", two}, "2 webhooks fit the site and the name"},
		{[]string{"siem", "--config", conf}, "0 webhooks fit the site and the name; the configuration has: shop/webhook"},
		{[]string{"webhook", "--config", broken}, "the configuration cannot be used"},
		{[]string{"webhook", "--config", conf, "--encrypt", "--ed25519"}, "leave --ed25519 out"},
		{[]string{"webhook", "--config", conf, "--data", filepath.Join(dir, "none")}, "no such file"},
		{[]string{"webhook"}, "--config"},
		{[]string{"--config", conf}, "<name>"},
	} {
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := secret(c.args...)
		if after, err := os.ReadFile(file); code != exitUsage || stdout != "" || !strings.Contains(stderr, c.says) || err != nil || !bytes.Equal(after, before) {
			t.Errorf("webhook secret %q: exit %d, %s%s; want %s; %v", c.args, code, stdout, stderr, c.says, err)
		}
	}
	write(t, filepath.Join(data, "webhook.key"), strings.Repeat("k", 32))
	if said := try(); !strings.HasPrefix(said, "2 ") || !strings.Contains(said, "cannot be decrypted") {
		t.Errorf("with another key: %s", said)
	}
	if code, stdout, stderr := secret("webhook", "--config", conf); code != exitUsage || stdout != "" || !strings.Contains(stderr, "a secret that is there already cannot be decrypted") {
		t.Errorf("a secret more by another key: exit %d, %s%s", code, stdout, stderr)
	}
}

// signed tells whether one of the signatures of a request is by a receiver's secret.
func signed(secret string, header http.Header, body []byte) bool {
	public, ok := strings.CutPrefix(secret, "whpk_")
	if !ok {
		checker, err := standardwebhooks.NewWebhook(secret)
		return err == nil && checker.Verify(body, header) == nil
	}
	key, err := base64.StdEncoding.DecodeString(public)
	content := header.Get("webhook-id") + "." + header.Get("webhook-timestamp") + "." + string(body)
	for signature := range strings.FieldsSeq(header.Get("webhook-signature")) {
		given, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(signature, "v1a,"))
		if err == nil && strings.HasPrefix(signature, "v1a,") && ed25519.Verify(key, []byte(content), given) {
			return true
		}
	}
	return false
}
