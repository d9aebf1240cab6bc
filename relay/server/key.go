package server

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// linkKeyFile holds the key under which links to logs are signed, in the data directory. Without it all links end.
const linkKeyFile = "link.key"

// loadKey reads a key of the data directory, and makes one at the first start. Only one relay has the directory open.
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

// writeSecret writes a file for the relay's eyes only, whole or not at all.
func writeSecret(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
