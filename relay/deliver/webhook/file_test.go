package webhook

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sealedFile has a new secret and one that stood plain before, encrypted for shop/hook. It gives the key's file too.
func sealedFile(t *testing.T) (file, keyFile, secret string) {
	t.Helper()
	dir := t.TempDir()
	file, keyFile = filepath.Join(dir, "hook.secret"), filepath.Join(dir, KeyFile)
	if err := os.WriteFile(file, []byte("# the old one\n"+secretOne+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := ReadFileToMake(file)
	if err != nil || !f.Plain() {
		t.Fatal(f, err)
	}
	key, err := MakeKey(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	secret, receivers := NewHMAC()
	if secret != receivers {
		t.Fatal("the receiver gets another secret")
	}
	if err := f.Seal(key, "shop", "hook", secret, time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)); err != nil || f.Plain() || !f.Sealed() {
		t.Fatal(f, err)
	}
	return file, keyFile, secret
}

func TestSealedFile(t *testing.T) {
	file, keyFile, secret := sealedFile(t)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	if len(lines) != 5 || lines[0] != "# made 2026-11-22T17:00:00Z" || lines[2] != "# the old one" || strings.Contains(string(content), secret) || strings.Contains(string(content), secretOne) {
		t.Errorf("the file:\n%s", content)
	}
	for _, path := range []string{file, keyFile} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	f, err := ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Open(keyFile, "shop", "hook")
	want, wantErr := ReadSecrets(secret + "\n" + secretOne)
	if err != nil || wantErr != nil || len(got) != 2 || !bytes.Equal(got[0].key, want[0].key) || !bytes.Equal(got[1].key, want[1].key) {
		t.Errorf("%d secrets, %v, %v", len(got), err, wantErr)
	}
	key, err := LoadKey(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := key.seal(secret, "shop", "hook"), key.seal(secret, "shop", "hook"); a == b {
		t.Error("the nonce is the same twice")
	}
	raw, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		text := fmt.Sprintf(format+format+format, f, key, struct{ F *File }{f})
		if strings.Contains(text, "sealed_") || strings.Contains(text, fmt.Sprintf("%x", raw[:4])) || strings.Contains(text, "aead") {
			t.Errorf("%s prints a secret: %s", format, text)
		}
	}
}

// TestSealedFileRefused spoils file and key in every way in which one can come to be spoilt.
func TestSealedFileRefused(t *testing.T) {
	edit := func(change func(string) string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			content, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, []byte(change(string(content))), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	open := func(t *testing.T, path string) {
		if err := os.Chmod(path, 0o604); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(t *testing.T, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	as := func(*testing.T, string) {}
	cut := func(n int) func(string) string {
		return func(s string) string { return s[:n] }
	}
	for what, c := range map[string]struct {
		file, key  func(t *testing.T, path string)
		site, name string
		want       string
	}{
		"another key":              {as, edit(func(s string) string { return "0123456789abcdef0123456789abcdef" }), "shop", "hook", "line 2 cannot be decrypted"},
		"another destination":      {as, as, "shop", "other", "line 2 cannot be decrypted: it was encrypted with another webhook.key or for another destination than other of site shop"},
		"another site":             {as, as, "side", "hook", "line 2 cannot be decrypted"},
		"names run together":       {as, as, "sho", "phook", "line 2 cannot be decrypted"},
		"a cut line":               {edit(cut(60)), as, "shop", "hook", "line 2 "},
		"a line cut to its prefix": {edit(cut(28 + len(prefixSealed))), as, "shop", "hook", "line 2 is no encrypted secret"},
		"a file cut to nothing":    {edit(cut(0)), as, "shop", "hook", "there is no secret"},
		"a byte changed": {edit(func(s string) string {
			sealed, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.Split(s, "\n")[1], prefixSealed))
			sealed[20] ^= 1
			return prefixSealed + base64.StdEncoding.EncodeToString(sealed)
		}), as, "shop", "hook", "line 1 cannot be decrypted"},
		"another's line in it":    {edit(func(s string) string { return "hunter2\n" + s }), as, "shop", "hook", "line 1 does not begin with"},
		"open to others":          {open, as, "shop", "hook", "hook.secret can be read by others than its owner; chmod 600 it"},
		"no file":                 {gone, as, "shop", "hook", "no such file"},
		"a key open to others":    {as, open, "shop", "hook", "webhook.key can be read by others than its owner; chmod 600 it"},
		"a key cut":               {as, edit(cut(16)), "shop", "hook", "webhook.key has 16 bytes instead of 32"},
		"no key":                  {as, gone, "shop", "hook", "restore it from a backup"},
		"far too large":           {edit(func(string) string { return strings.Repeat("#\n", maxPrivate) }), as, "shop", "hook", "it is some other file"},
		"nothing is wrong at all": {as, as, "shop", "hook", ""},
	} {
		t.Run(what, func(t *testing.T) {
			file, keyFile, secret := sealedFile(t)
			c.file(t, file)
			c.key(t, keyFile)
			f, err := ReadFile(file)
			if err == nil {
				_, err = f.Open(keyFile, c.site, c.name)
			}
			switch {
			case (err == nil) != (c.want == ""), err != nil && !strings.Contains(err.Error(), c.want):
				t.Errorf("%v, want %s", err, c.want)
			case err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), prefixSealed+"A")):
				t.Errorf("a secret is told: %v", err)
			}
		})
	}
}

// TestSealRefuses: what cannot be used afterwards is not written.
func TestSealRefuses(t *testing.T) {
	file, keyFile, secret := sealedFile(t)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	key, err := MakeKey(keyFile) // the one that is there
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Seal(key, "shop", "other", secret, time.Now()); err == nil || !strings.Contains(err.Error(), "cannot be decrypted") {
		t.Errorf("for another destination: %v", err)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file was changed: %v", err)
	}
	for range maxSecrets - 2 {
		if err := f.Seal(key, "shop", "hook", secret, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Seal(key, "shop", "hook", secret, time.Now()); err == nil || !strings.Contains(err.Error(), "there are 5 secrets") {
		t.Errorf("one too many: %v", err)
	}
	none, err := ReadFileToMake(file + ".none")
	if err != nil {
		t.Fatal(err)
	}
	if err := none.Seal(key, "shop", "hook", "", time.Now()); err == nil || !strings.Contains(err.Error(), "there is no secret") {
		t.Errorf("nothing to encrypt: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 2 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}
