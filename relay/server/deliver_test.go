package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/deliver/webhook"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
	"github.com/cotrail/cotrail/relay/verify"
)

// until waits for a condition.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !is(); time.Sleep(10 * time.Millisecond) { // between two looks
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, within)
		}
	}
}

// TestForwarding follows a session from the socket to a directory and to a receiver, and the receiver's way back by the
// link of a log that is too large for a webhook.
func TestForwarding(t *testing.T) {
	o := options(t)
	secrets, secret := sealed(t, o.Data, "hook")
	notices := make(chan []byte, 10)
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if checker, err := standardwebhooks.NewWebhook(secret); err != nil || checker.Verify(body, r.Header) != nil {
			t.Errorf("the signature is not by the secret that was encrypted: %v", err)
		}
		notices <- body
		if len(notices) == 1 {
			w.WriteHeader(http.StatusGone)
		}
	}))
	defer receiver.Close()
	roots := x509.NewCertPool()
	roots.AddCert(receiver.Certificate())
	folder := t.TempDir()
	conf := load(t, "", true)
	demo, _ := conf.Site(config.DemoSite)
	demo.Deliver = []*config.Destination{
		{Type: config.DestDir, Name: "dir", Path: folder, Concurrency: 1},
		{Type: config.DestWebhook, Name: "hook", URL: receiver.URL, Secrets: secrets, Roots: roots, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Concurrency: 1},
	}
	s := start(t, conf, o)
	record(t, s).CloseNow()
	until(t, "the session is in the log", func() bool {
		_, body := get(t, s.Address()+"/v1/sessions/"+session+"/log", "Authorization", "Bearer dev")
		return strings.Contains(body, "it works")
	})
	post(t, s, "/v1/sessions/"+session+"/events", "["+strings.Repeat(`{"type":"x_offer"},`, 99)+`{"type":"x_offer"}]`) // larger than a webhook may be
	post(t, s, "/v1/sessions/"+session+"/end", "")

	var hook struct {
		Deliveries []struct {
			ID       string
			Disabled bool
		}
	}
	until(t, "the receiver is disabled", func() bool {
		_, body := get(t, s.Address()+"/v1/deliveries?destination=hook", "Authorization", "Bearer dev")
		return json.Unmarshal([]byte(body), &hook) == nil && len(hook.Deliveries) == 1 && hook.Deliveries[0].Disabled
	})
	post(t, s, "/v1/deliveries/"+hook.Deliveries[0].ID+"/retry", "")
	until(t, "both are delivered", func() bool {
		_, body := get(t, s.Address()+"/v1/deliveries?state=delivered", "Authorization", "Bearer dev")
		return strings.Count(body, `"state":"delivered"`) == 2
	})
	proven(t, s, folder)
	<-notices
	follow(t, <-notices)
	if _, body := get(t, s.Address()+"/v1/access-log?site=demo", "Authorization", "Bearer dev"); !strings.Contains(body, `"message":"link for hook exported the log of session `+session) {
		t.Errorf("the use of the link is not in the access log:\n%s", body)
	}
	if _, body := get(t, s.Address()+"/metrics"); !strings.Contains(body, `cotrail_delivery_attempts_total{destination="dir",result="delivered",site="demo"} 1`) {
		t.Errorf("the metrics:\n%s", body)
	}
}

// sealed makes a secret for a webhook of the demonstration's site, and the file in which it is encrypted.
func sealed(t *testing.T, data, name string) (*webhook.File, string) {
	t.Helper()
	key, err := webhook.MakeKey(filepath.Join(data, webhook.KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	file, err := webhook.ReadFileToMake(filepath.Join(t.TempDir(), "hook.secret"))
	if err != nil {
		t.Fatal(err)
	}
	secret, receivers := webhook.NewHMAC()
	if err := file.Seal(key, config.DemoSite, name, secret, time.Now()); err != nil {
		t.Fatal(err)
	}
	return file, receivers
}

// TestSecretsAtTheStart: with a plain secret the relay starts and says so, with one that it cannot decrypt it does not.
func TestSecretsAtTheStart(t *testing.T) {
	for what, c := range map[string]struct {
		spoil func(t *testing.T, data string, file *webhook.File)
		says  string // instead of starting
		warns string
	}{
		"encrypted": {spoil: func(*testing.T, string, *webhook.File) {}},
		"another relay's key": {func(t *testing.T, data string, _ *webhook.File) {
			put(t, filepath.Join(data, webhook.KeyFile), strings.Repeat("k", 32))
		}, "site demo, destination hook: secret_file", ""},
		"no key":                {func(t *testing.T, data string, _ *webhook.File) { remove(t, filepath.Join(data, webhook.KeyFile)) }, "restore it from a backup", ""},
		"another destination's": {func(t *testing.T, data string, f *webhook.File) { other, _ := sealed(t, data, "other"); *f = *other }, "cannot be decrypted", ""},
		"plain": {func(t *testing.T, _ string, f *webhook.File) {
			put(t, f.Path, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n")
			plain, err := webhook.ReadFile(f.Path)
			if err != nil {
				t.Fatal(err)
			}
			*f = *plain
		}, "", "a webhook's secret is not encrypted in its file"},
	} {
		t.Run(what, func(t *testing.T) {
			o := options(t)
			var log bytes.Buffer
			o.Log = slog.New(slog.NewTextHandler(&log, nil))
			file, secret := sealed(t, o.Data, "hook")
			c.spoil(t, o.Data, file)
			conf := load(t, "", true)
			demo, _ := conf.Site(config.DemoSite)
			demo.Deliver = []*config.Destination{{Type: config.DestWebhook, Name: "hook", URL: "https://hook.example", Secrets: file, Concurrency: 1}}
			s, err := New(t.Context(), conf, o)
			if err == nil {
				if err := run(t, s).end(t); err != nil {
					t.Fatal(err)
				}
			}
			said := fmt.Sprint(err)
			if (err != nil) != (c.says != "") || !strings.Contains(said, c.says) || strings.Contains(log.String(), "not encrypted") != (c.warns != "") || !strings.Contains(log.String(), c.warns) {
				t.Errorf("%v\n%s", err, &log)
			}
			if said += log.String(); strings.Contains(said, secret) || strings.Contains(said, "MDEy") || strings.Contains(said, "sealed_") {
				t.Errorf("a secret is told: %s", said)
			}
		})
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func post(t *testing.T, s *running, path, body string) string {
	t.Helper()
	req, err := http.NewRequest("POST", s.Address()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer dev")
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		t.Fatalf("%s: %d %s %v", path, res.StatusCode, answer, err)
	}
	return string(answer)
}

// proven checks the file in the directory with nothing but the relay's verifier key.
func proven(t *testing.T, s *running, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "demo", "*", "*", "*", session+".json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	document, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	_, key := get(t, s.Address()+"/v1/verify-key")
	keys, err := trail.ReadVerifiers(key)
	if err != nil {
		t.Fatal(err)
	}
	report, err := (&verify.Checker{Verifiers: keys}).Log(files[0], document)
	if err != nil || len(report.Findings) > 0 || report.Session != session || report.Entries < 100 {
		t.Errorf("%+v, %v", report, err)
	}
}

// follow reads the log by the link of a notice.
func follow(t *testing.T, notice []byte) {
	t.Helper()
	var told struct {
		Data struct {
			URL        string
			SHA256     string
			Count      int
			Checkpoint string
		}
	}
	if err := json.Unmarshal(notice, &told); err != nil || told.Data.URL == "" || told.Data.Checkpoint == "" {
		t.Fatalf("%v: %s", err, notice)
	}
	res, log := get(t, told.Data.URL)
	sum := sha256.Sum256([]byte(log))
	if res.StatusCode != 200 || hex.EncodeToString(sum[:]) != told.Data.SHA256 || strings.Count(log, "\n")-2 != told.Data.Count {
		t.Errorf("the link answers %d with %d bytes; the notice is %s", res.StatusCode, len(log), notice)
	}
}

// numbers stores what it is given, or fails.
type numbers struct {
	store.Sequence
	err error
}

func (n numbers) Number(context.Context, store.Numbered) error { return n.err }

// TestStreamsHearOfEntries: of what is stored, and of nothing else.
func TestStreamsHearOfEntries(t *testing.T) {
	for what, c := range map[string]struct {
		err  error
		last uint64
		want int
	}{
		"entries":      {nil, 7, 1},
		"no entries":   {nil, 5, 0},
		"not numbered": {store.ErrConflict, 7, 0},
	} {
		heard := 0
		n := numbering{numbers{err: c.err}, func() { heard++ }}
		if err := n.Number(t.Context(), store.Numbered{After: 5, LastSeq: c.last}); !errors.Is(err, c.err) || heard != c.want {
			t.Errorf("%s: %v, heard %d times, want %d", what, err, heard, c.want)
		}
	}
}
