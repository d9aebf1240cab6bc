package webhook

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// File is a file of secrets as it lies on the disk, one a line, encrypted or plain. It tells nothing when it is printed.
type File struct {
	Path    string
	content string
}

// String keeps the secrets out of logs.
func (f *File) String() string { return f.Path }

// GoString keeps the secrets out of logs.
func (f *File) GoString() string { return f.Path }

// ReadFile reads a file and checks its form, for which no key is needed.
func ReadFile(path string) (*File, error) {
	content, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	f := &File{path, string(content)}
	return f, eachLine(f.content, func(line string) error {
		if isSealed(line) {
			_, err := readSealed(line)
			return err
		}
		_, err := readSecret(line)
		return err
	})
}

// ReadFileToMake reads a file that need not be there yet.
func ReadFileToMake(path string) (*File, error) {
	f, err := ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &File{Path: path}, nil
	}
	return f, err
}

func isSealed(line string) bool { return strings.HasPrefix(line, prefixSealed) }

// Plain tells whether a secret in it is not encrypted.
func (f *File) Plain() bool { return f.has(func(line string) bool { return !isSealed(line) }) }

// Sealed tells whether a secret in it is encrypted.
func (f *File) Sealed() bool { return f.has(isSealed) }

func (f *File) has(is func(line string) bool) bool {
	found := false
	_ = eachLine(f.content, func(line string) error { // that there is too much or too little, ReadFile has told
		found = found || is(line)
		return nil
	})
	return found
}

// Open gives the secrets to the destination that they are for. The key is read only when there is something to decrypt.
func (f *File) Open(keyFile, site, name string) ([]Secret, error) {
	var secrets []Secret
	var key Key
	err := eachLine(f.content, func(line string) (err error) {
		if isSealed(line) {
			if key.aead == nil {
				if key, err = LoadKey(keyFile); err != nil {
					return fmt.Errorf("is encrypted: %w", err)
				}
			}
			if line, err = key.open(line, site, name); err != nil {
				return err
			}
		}
		s, err := readSecret(line)
		secrets = append(secrets, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return secrets, nil
}

// Seal encrypts for the destination what stands plain in the file, and puts a new secret before it, as its line; an empty
// one is none. The file is replaced as a whole.
func (f *File) Seal(key Key, site, name, secret string, now time.Time) error {
	var out []string
	if secret != "" {
		out = append(out, comment+" made "+now.UTC().Format(time.RFC3339), key.seal(secret, site, name))
	}
	for line := range strings.Lines(f.content) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, comment):
		case isSealed(line):
			if _, err := key.open(line, site, name); err != nil {
				return fmt.Errorf("a secret that is there already %w", err)
			}
		default:
			line = key.seal(line, site, name)
		}
		out = append(out, line)
	}
	next := &File{f.Path, strings.Join(out, "\n") + "\n"}
	if err := eachLine(next.content, func(string) error { return nil }); err != nil {
		return err
	}
	if err := writePrivate(f.Path, []byte(next.content), os.Rename); err != nil {
		return err
	}
	*f = *next
	return nil
}

// NewHMAC makes a secret that both sides know.
func NewHMAC() (secret, receivers string) {
	key := make([]byte, madeHMAC)
	_, _ = rand.Read(key) // never fails
	secret = prefixHMAC + base64.StdEncoding.EncodeToString(key)
	return secret, secret
}

// NewEd25519 makes a private key, and the public one for the receiver.
func NewEd25519() (secret, receivers string) {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	return prefixEd25519 + base64.StdEncoding.EncodeToString(seed), prefixPublic + base64.StdEncoding.EncodeToString(public)
}
