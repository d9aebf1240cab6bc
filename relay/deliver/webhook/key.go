package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile is the name of the key's file in the data directory. It lies elsewhere than the secrets, so that a copy of the
// configuration alone tells nothing.
const KeyFile = "webhook.key"

const (
	keySize = 32 // AES-256
	// prefixSealed begins a line with an encrypted secret: nonce and ciphertext in base64.
	prefixSealed = "sealed_"
)

// Key encrypts secrets where they are kept. It tells nothing when it is printed.
type Key struct{ aead cipher.AEAD }

// String keeps the key out of logs.
func (Key) String() string { return "[key]" }

// GoString keeps the key out of logs.
func (Key) GoString() string { return "[key]" }

// LoadKey reads a key, of which nobody but its owner may know.
func LoadKey(path string) (Key, error) {
	content, err := readPrivate(path)
	if err == nil && len(content) != keySize {
		err = fmt.Errorf("%s has %d bytes instead of %d", path, len(content), keySize)
	}
	if err != nil {
		return Key{}, fmt.Errorf("key of the webhooks' secrets: %w; restore it from a backup, or make new secrets", err)
	}
	return newKey(content), nil
}

// MakeKey reads a key, and makes it where there is none.
func MakeKey(path string) (Key, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return LoadKey(path)
	}
	content := make([]byte, keySize)
	_, _ = rand.Read(content) // never fails
	// A link, because renaming would overwrite the key that somebody else makes at the same time.
	if err := writePrivate(path, content, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return Key{}, fmt.Errorf("key of the webhooks' secrets: %w", err)
	}
	return LoadKey(path)
}

func newKey(content []byte) Key {
	block, err := aes.NewCipher(content)
	if err != nil {
		panic(err) // the size is right
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size of GCM
	}
	return Key{aead}
}

// seal encrypts a line of a file for a destination.
func (k Key) seal(line, site, name string) string {
	return prefixSealed + base64.StdEncoding.EncodeToString(k.aead.Seal(nil, nil, []byte(line), destination(site, name)))
}

// open decrypts a line that has been sealed for the destination.
func (k Key) open(line, site, name string) (string, error) {
	sealed, err := readSealed(line)
	if err != nil {
		return "", err
	}
	plain, err := k.aead.Open(nil, nil, sealed, destination(site, name))
	if err != nil {
		return "", fmt.Errorf("cannot be decrypted: it was encrypted with another %s or for another destination than %s of site %s, or it was changed", KeyFile, name, site)
	}
	return string(plain), nil
}

// readSealed reads the form of a sealed line, which can be judged without the key.
func readSealed(line string) ([]byte, error) {
	sealed, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, prefixSealed))
	if err != nil || len(sealed) <= leastSealed {
		return nil, errors.New("is no encrypted secret: it was cut or changed")
	}
	return sealed, nil
}

// leastSealed is what an encryption of nothing takes: the nonce and the tag of GCM.
const leastSealed = 12 + 16

// destination is what a secret is bound to: in the place of another's it cannot be decrypted.
func destination(site, name string) []byte {
	return []byte("cotrail webhook secret\n" + site + "\n" + name)
}

// maxPrivate bounds a file that is read: far above four secrets with comments.
const maxPrivate = 64 << 10

// readPrivate refuses a file that others can read.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s can be read by others than its owner; chmod 600 it, and make a new secret if somebody may have read it", path)
	case info.Size() > maxPrivate:
		return nil, fmt.Errorf("%s is larger than %d bytes; it is some other file", path, maxPrivate)
	}
	return os.ReadFile(path)
}

// writePrivate makes a file for its owner only, whole and durable or not at all. name gives it its name.
func writePrivate(path string, content []byte, name func(old, new string) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".webhook-*") // readable by its owner only
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone when it was renamed
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = name(f.Name(), path)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
