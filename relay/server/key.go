package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cotrail/cotrail/relay/trail"
)

// linkKeyFile holds the key under which links to logs are signed, beside ipKeyFile. Without it all links end.
const linkKeyFile = "link.key"

// fingerprintDigits is how much of a secret's hash the store of several relays keeps: 64 bits tell any two keys apart,
// and nobody finds a key of 256 bits by them.
const fingerprintDigits = 16

// keys are what all relays of a store must have in common. Else its log has two names, a person in it two numbers, and
// a link leads nowhere at the next relay.
type keys struct {
	log       *trail.Keys
	addresses ipKey
	links     [sha256.Size]byte
}

// keyring is the store of several relays. It knows by fingerprints which keys are theirs.
type keyring interface {
	// Fingerprint gives the fingerprint that is kept, "" before the first.
	Fingerprint(ctx context.Context, name string) (fingerprint string, err error)
	// KeepFingerprint keeps a fingerprint unless there is one, and gives the one that is kept.
	KeepFingerprint(ctx context.Context, name, fingerprint string) (kept string, err error)
}

// loadKeys reads the keys, and makes them at the store's first start. Several relays have them all beside the signing
// key, so that what is to be copied lies in one place.
func (s *Server) loadKeys(ctx context.Context) (k keys, err error) {
	path, dir := cmp.Or(s.options.SigningKey, filepath.Join(s.options.Data, trail.KeyFile)), s.options.Data
	if _, several := s.store.(keyring); several {
		dir = filepath.Dir(path)
	}
	err = s.common(ctx, trail.KeyFile, path, func() (string, error) {
		if k.log, err = trail.LoadKeys(ctx, path, s.store); err != nil {
			return "", err
		}
		return k.log.Origin(), nil // which outlasts rotations
	})
	if err != nil {
		return k, err
	}
	if k.addresses, err = s.commonSecret(ctx, dir, ipKeyFile, "key for addresses"); err != nil {
		return k, err
	}
	k.links, err = s.commonSecret(ctx, dir, linkKeyFile, "key for links")
	return k, err
}

// commonSecret is common for a key that is nothing but secret bytes.
func (s *Server) commonSecret(ctx context.Context, dir, name, what string) (k [sha256.Size]byte, err error) {
	err = s.common(ctx, name, filepath.Join(dir, name), func() (string, error) {
		k, err = loadKey(dir, name, what)
		sum := sha256.Sum256(k[:])
		return hex.EncodeToString(sum[:])[:fingerprintDigits], err
	})
	return k, err
}

// common loads a key and refuses another than that of the store's other relays. Where they have one it makes none.
func (s *Server) common(ctx context.Context, name, path string, load func() (fingerprint string, err error)) error {
	ring, several := s.store.(keyring)
	if !several {
		_, err := load()
		return err
	}
	theirs, err := ring.Fingerprint(ctx, name)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); theirs != "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing, and the store's relays have one: copy it from another relay, or restore it", path)
	}
	own, err := load()
	if err != nil {
		return err
	}
	if theirs == "" {
		theirs, err = ring.KeepFingerprint(ctx, name, own)
	}
	if err == nil && own != theirs {
		err = fmt.Errorf("%s is another than that of the store's other relays: copy theirs in its place", path)
	}
	return err
}

// loadKey reads a key of a directory, and makes one at the first start.
func loadKey(dir, name, what string) (k [sha256.Size]byte, err error) {
	path := filepath.Join(dir, name)
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		rand.Read(k[:]) // never fails, by its contract
		err = writeSecret(path, k[:])
	case err == nil && (copy(k[:], content) != len(k) || len(content) != len(k)):
		err = fmt.Errorf("%s has %d bytes instead of %d; remove it to have a new one made", path, len(content), len(k))
	}
	if err != nil {
		return k, fmt.Errorf("%s: %w", what, err)
	}
	return k, nil
}

// writeSecret writes a file for the relay's eyes only, whole or not at all, and over none that another relay has made
// meanwhile. It outlasts a power cut before the store hears of it, which from then on takes no other.
func writeSecret(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	return errors.Join(err, os.Remove(f.Name()), syncDir(filepath.Dir(path)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
