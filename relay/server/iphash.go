package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/cotrail/cotrail/masking"
)

// ipKeyFile holds the key under which addresses are hashed, in the data directory. Without it nobody can tell an
// address from its hash; with it, the same address has the same hash from one start to the next.
const ipKeyFile = "ip.key"

// ipHashDigits is how much of the hash is kept: 64 bits tell all addresses of a relay's clients apart.
const ipHashDigits = 16

// ipKey is the key of one data directory.
type ipKey [sha256.Size]byte

// hash is what may be stored of an address.
func (k ipKey) hash(a netip.Addr) string {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte(a.WithZone("").String()))
	return hex.EncodeToString(mac.Sum(nil))[:ipHashDigits]
}

// field is the key by which what is told of a session's people is hashed: the same in all of a session's entries, and
// another in the next session.
func (k ipKey) field(session string) (key masking.FieldKey) {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte("session " + session))
	copy(key[:], mac.Sum(nil))
	return key
}

// told is what a policy lets be stored of an address: nothing, a hash, or all of it. Nothing is the answer to any word
// that is not known.
func (k ipKey) told(a netip.Addr, ip string) string {
	switch ip {
	case masking.IPFull:
		return a.WithZone("").String()
	case masking.Hash:
		return k.hash(a)
	}
	return ""
}

// loadIPKey reads the key, and makes one at the first start. Only one relay has the directory open.
func loadIPKey(dir string) (k ipKey, err error) {
	path := filepath.Join(dir, ipKeyFile)
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		rand.Read(k[:]) // never fails, by its contract
		return k, writeSecret(path, k[:])
	case err != nil:
		return k, fmt.Errorf("key for addresses: %w", err)
	case copy(k[:], content) != len(k) || len(content) != len(k):
		return k, fmt.Errorf("key for addresses: %s has %d bytes instead of %d; remove it to have a new one made", path, len(content), len(k))
	}
	return k, nil
}

// writeSecret writes a file for the relay's eyes only, whole or not at all.
func writeSecret(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("key for addresses: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("key for addresses: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
