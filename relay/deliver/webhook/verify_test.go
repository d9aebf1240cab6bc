package webhook

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// wantVerified has a request checked by code that is not ours, with each of the secrets, and altered.
func wantVerified(t *testing.T, r got) {
	t.Helper()
	for _, secret := range []string{secretOne, secretTwo} {
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(r.body, r.header); err != nil {
			t.Errorf("the library does not verify it: %v", err)
		}
		if err := w.Verify(append([]byte(" "), r.body...), r.header); err == nil {
			t.Error("the library verifies another body")
		}
	}
}

func TestSignatures(t *testing.T) {
	to, requests := receiver(t)
	deliverTo(t, hook(t, to, nil), message(2, 1))
	r := <-requests
	wantVerified(t, r)

	signatures := strings.Fields(r.header.Get("webhook-signature"))
	if len(signatures) != 3 || !strings.HasPrefix(signatures[2], "v1a,") {
		t.Fatalf("signatures %v", signatures)
	}
	signature, err := base64.StdEncoding.DecodeString(signatures[2][len("v1a,"):])
	if err != nil {
		t.Fatal(err)
	}
	content := r.header.Get("webhook-id") + "." + r.header.Get("webhook-timestamp") + "." + string(r.body)
	if !ed25519.Verify(privateKey.Public().(ed25519.PublicKey), []byte(content), signature) {
		t.Error("the signature by ed25519 is wrong")
	}
}

// receivers are programs in JavaScript that check a request: two libraries, and the example of the documentation.
const receivers = "../../../e2e/receivers"

// TestSignaturesInNode has the same done by two libraries for Node.js, and by the documentation's example.
func TestSignaturesInNode(t *testing.T) {
	modules := installed(t)
	to, requests := receiver(t)
	deliverTo(t, hook(t, to, nil), message(2, 1))
	r := <-requests
	public := "whpk_" + base64.StdEncoding.EncodeToString(privateKey.Public().(ed25519.PublicKey))
	for _, program := range []string{"standardwebhooks", "svix", "example"} {
		for _, secret := range []string{secretOne, secretTwo, public} {
			if secret == public && program != "example" {
				continue // neither library has ed25519
			}
			for what, body := range map[string]string{"verified": string(r.body), "refused": string(r.body) + " "} {
				asked, err := json.Marshal(map[string]any{"secret": secret, "body": body, "headers": map[string]string{
					"webhook-id": r.header.Get("webhook-id"), "webhook-timestamp": r.header.Get("webhook-timestamp"), "webhook-signature": r.header.Get("webhook-signature"),
				}})
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), "node", "verify.mjs", program)
				cmd.Dir = modules
				cmd.Stdin = bytes.NewReader(asked)
				if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != what {
					t.Errorf("%s with %.6s…: %s, %v; want %s", program, secret, out, err, what)
				}
			}
		}
	}
}

// TestDocumentedReceiver holds the documentation to the example that the test above runs.
func TestDocumentedReceiver(t *testing.T) {
	text, err := os.ReadFile("../../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("../../../docs/examples/receive.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, append([]byte("```js\n"), append(code, []byte("```\n")...)...)) {
		t.Error("docs/webhooks.md shows another receiver than docs/examples/receive.mjs")
	}
}

// installed installs what the lock file says, once, and gives the directory.
func installed(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%v; make deps installs it", err)
		}
	}
	lock, err := os.ReadFile(filepath.Join(receivers, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(receivers, "node_modules", ".installed-lock")
	if last, err := os.ReadFile(mark); err != nil || !bytes.Equal(last, lock) {
		cmd := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		cmd.Dir = receivers
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("npm ci: %v\n%s", err, out)
		}
		if err := os.WriteFile(mark, lock, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return receivers
}
