package server

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
)

// TestKeyFile: a key is made once, for its owner's eyes, and a file that is no key is refused.
func TestKeyFile(t *testing.T) {
	ofDir := func(dir string) (ipKey, error) {
		k, err := loadKey(dir, ipKeyFile, "key for addresses")
		return k, err
	}
	dir := t.TempDir()
	first, err := ofDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ofDir(dir)
	if err != nil || again != first || first == (ipKey{}) {
		t.Errorf("read again: %v, the same: %v", err, again == first)
	}
	other, err := ofDir(t.TempDir())
	if err != nil || other == first {
		t.Errorf("of another directory: %v, the same: %v", err, other == first)
	}
	path := filepath.Join(dir, ipKeyFile)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("more than the key is left: %v", files)
	}
	for _, content := range []string{"", "short", string(first[:]) + "x"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ofDir(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("a key of %d bytes: %v", len(content), err)
		}
	}
}

func TestIPHash(t *testing.T) {
	k := ipKey{1}
	hash := k.hash(netip.MustParseAddr("192.0.2.1"))
	if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(hash) {
		t.Errorf("hash %q", hash)
	}
	if hash == k.hash(netip.MustParseAddr("192.0.2.2")) || hash == (ipKey{2}).hash(netip.MustParseAddr("192.0.2.1")) {
		t.Error("another address or another key gives the same hash")
	}
	if hash != k.hash(netip.MustParseAddr("192.0.2.1")) {
		t.Error("the same address gives another hash")
	}
}

func TestIPByPolicy(t *testing.T) {
	k, a := ipKey{1}, netip.MustParseAddr("fe80::1%eth0")
	for word, want := range map[string]string{masking.IPNone: "", masking.Hash: k.hash(a), masking.IPFull: "fe80::1", "": "", "all": ""} {
		if got := k.told(a, word); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
