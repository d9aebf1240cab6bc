package webhook

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

// Secrets that were made for these tests.
var (
	secretOne  = "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef01234567"))
	secretTwo  = "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 64))
	privateKey = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))
	secretKey  = "whsk_" + base64.StdEncoding.EncodeToString(privateKey)
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

const checkpoint = "relay.example/log\n3\nq83v\n\n— relay.example sig\n"

// webhook is one to a receiver over TLS on loopback, changed by edit.
func hook(t *testing.T, to *httptest.Server, edit func(*Config)) *Webhook {
	t.Helper()
	roots := x509.NewCertPool()
	if to.Certificate() != nil {
		roots.AddCert(to.Certificate())
	}
	secrets, err := ReadSecrets(secretOne + "\n" + secretTwo + "\n" + secretKey + "\n")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Name: "hook", URL: to.URL + "/hook", Secrets: secrets, Networks: loopback, Roots: roots, Agent: "cotrail/test", Now: time.Now,
		Link: func(site, session, destination string) (string, time.Time) {
			return "https://relay.example/v1/links/" + site + session + destination, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		},
		Checkpoint: func(context.Context) (string, error) { return checkpoint, nil },
	}
	if edit != nil {
		edit(&c)
	}
	w := New(c)
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

// got is a request that a receiver got.
type got struct {
	header http.Header
	body   []byte
}

func receiver(t *testing.T) (*httptest.Server, chan got) {
	requests := make(chan got, 10)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- got{r.Header, body}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	return s, requests
}

// message is a session with entries of so many bytes each.
func message(entries, size int) deliver.Message {
	m := deliver.Message{ID: "0198c0de-0000-7000-8000-000000000001", Kind: store.KindCreated, Site: "shop", Session: "5e551011",
		Made: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Document: deliver.Document{Count: entries, FirstSeq: 1, LastSeq: uint64(entries)}}
	for i := range entries {
		m.Document.Lines = fmt.Appendf(m.Document.Lines, "{\"details\":{\"a\":\"<b>&%s\"},\"seq\":%d}\n", strings.Repeat("x", size), i+1)
	}
	return m
}

func deliverTo(t *testing.T, w *Webhook, m deliver.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Timeout)
	defer cancel()
	if err := w.Deliver(ctx, m); err != nil {
		t.Fatal(err)
	}
}

func TestSmallLog(t *testing.T) {
	to, requests := receiver(t)
	deliverTo(t, hook(t, to, nil), message(2, 1))
	r := <-requests
	want := `{"type":"space.session.audit_logs_created","timestamp":"2026-11-22T12:00:00.000Z","data":{"session_id":"5e551011","site":"shop",` +
		`"session_logs":[{"details":{"a":"<b>&x"},"seq":1},{"details":{"a":"<b>&x"},"seq":2}],"checkpoint":"relay.example/log\n3\nq83v\n\n— relay.example sig\n"}}`
	if string(r.body) != want {
		t.Errorf("body\n%s\nwant\n%s", r.body, want)
	}
	if r.header.Get("Content-Type") != "application/json" || r.header.Get("User-Agent") != "cotrail/test" || r.header.Get("Content-Encoding") != "" {
		t.Errorf("headers %v", r.header)
	}
}

// A relay that has signed nothing yet says so.
func TestNoCheckpoint(t *testing.T) {
	to, requests := receiver(t)
	none := hook(t, to, func(c *Config) { c.Checkpoint = func(context.Context) (string, error) { return "", nil } })
	for _, m := range []deliver.Message{message(2, 1), message(30, 1000)} {
		deliverTo(t, none, m)
		if r := <-requests; !bytes.HasSuffix(r.body, []byte(`,"checkpoint":null}}`)) {
			t.Errorf("body\n%s", r.body)
		}
	}
}

// Over 20 KB there is a notice, with the hash of exactly what the link will answer.
func TestLargeLog(t *testing.T) {
	to, requests := receiver(t)
	m := message(30, 1000)
	deliverTo(t, hook(t, to, nil), m)
	var body struct {
		Type string
		Data map[string]any
	}
	if err := json.Unmarshal((<-requests).body, &body); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(m.Document.Log())
	want := map[string]any{
		"session_id": "5e551011", "site": "shop", "url": "https://relay.example/v1/links/shop5e551011hook", "expires": "2026-11-23T12:00:00.000Z",
		"sha256": hex.EncodeToString(sum[:]), "count": 30.0, "first_seq": 1.0, "last_seq": 30.0, "checkpoint": checkpoint,
	}
	if body.Type != deliver.TypeCreated || fmt.Sprint(body.Data) != fmt.Sprint(want) {
		t.Errorf("%s %v, want %v", body.Type, body.Data, want)
	}
}

// The border lies at the whole body's 20 KB.
func TestBorder(t *testing.T) {
	to, requests := receiver(t)
	w := hook(t, to, nil)
	size := func(m deliver.Message) int {
		deliverTo(t, w, m)
		body := (<-requests).body
		if bytes.Contains(body, []byte("session_logs")) {
			return len(body)
		}
		return 0
	}
	least := size(message(1, 1))
	if n := size(message(1, 1+maxInline-least)); n != maxInline {
		t.Errorf("a body of %d bytes was not sent as it is: %d", maxInline, n)
	}
	if n := size(message(1, 2+maxInline-least)); n != 0 {
		t.Errorf("a body of %d bytes was sent as it is", n)
	}
}

func TestErased(t *testing.T) {
	to, requests := receiver(t)
	m := message(0, 0)
	m.Kind = store.KindErased
	deliverTo(t, hook(t, to, nil), m)
	want := `{"type":"space.session.audit_logs_erased","timestamp":"2026-11-22T12:00:00.000Z","data":{"session_id":"5e551011","site":"shop"}}`
	if body := (<-requests).body; string(body) != want {
		t.Errorf("body\n%s\nwant\n%s", body, want)
	}
}

// The signature is over the body as it is before it is compressed.
func TestGzip(t *testing.T) {
	to, requests := receiver(t)
	deliverTo(t, hook(t, to, func(c *Config) { c.Gzip = true }), message(20, 500))
	r := <-requests
	unzip, err := gzip.NewReader(bytes.NewReader(r.body))
	if err != nil || r.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("not compressed: %v, %v", err, r.header)
	}
	plain, err := io.ReadAll(unzip)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.body) > len(plain)/10 {
		t.Errorf("%d bytes of %d", len(r.body), len(plain))
	}
	wantVerified(t, got{r.header, plain})
}

func TestSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "there is no secret",
		"# none\n":                     "there is no secret",
		"hunter2":                      "line 1 does not begin with whsec_ or whsk_",
		secretOne + "\nwhsec_c2hvcnQ=": "line 2 is not whsec_ and 24 to 64 bytes in base64",
		"whsec_!!":                     "line 1 is not whsec_",
		"whsk_c2hvcnQ=":                "line 1 is not whsk_",
		"whsk_" + base64.StdEncoding.EncodeToString(make([]byte, 64)): "line 1 is not whsk_",
		strings.Repeat(secretOne+"\n", 5):                             "there are 5 secrets",
	} {
		if _, err := ReadSecrets(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	secrets, err := ReadSecrets("# the new one\n" + secretTwo + "\n\n" + secretOne + "\nwhsk_" + base64.StdEncoding.EncodeToString(privateKey.Seed()))
	if err != nil || len(secrets) != 3 {
		t.Fatalf("%d secrets, %v", len(secrets), err)
	}
	if !secrets[2].private.Equal(privateKey) {
		t.Error("another key is made of the seed")
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if text := fmt.Sprintf(format, secrets); strings.Contains(text, "0123") || strings.Contains(text, "30313233") || strings.Contains(text, "0x30, 0x31") {
			t.Errorf("%s prints a secret: %s", format, text)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for address, want := range map[string]string{
		"https://siem.example/hook":          "",
		"https://siem.example:8443/hook?a=b": "",
		"siem.example/hook":                  "is no address",
		"ftp://siem.example/":                "is no address",
		"https:siem":                         "is no address",
		"https:///hook":                      "is no address",
		"https://me:pw@siem.example/":        "has a name or a password",
		"https://siem.example/#x":            "has a fragment",
		"http://siem.example/":               "has no TLS",
	} {
		if err := CheckURL(address, nil); (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
	if err := CheckURL("http://10.1.2.3/hook", loopback); err != nil {
		t.Errorf("within an allowed network: %v", err)
	}
}
