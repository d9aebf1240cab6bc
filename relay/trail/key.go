package trail

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// KeyFile is the signing key's name in the data directory, where no other file is named.
const KeyFile = "signing.key"

// maxKeyFile bounds the file: a rotation adds some 250 bytes.
const maxKeyFile = 1 << 20

const (
	private = "PRIVATE+KEY+" // what package note writes before a signing key
	comment = "#"
	// originPrefix begins the name of a log; random digits follow, so that no two logs are taken for each other.
	originPrefix = "cotrail/"
)

// Keys are the signing keys of a log: the one in force first, and the one before it, whose signature goes on, so that
// whoever has not heard of the rotation yet can still verify. The rest only verify.
type Keys struct {
	signers   []note.Signer
	lines     []string // of the file, the newest first: each signing key, and behind it its verifier key
	verifiers []string // verifier keys, the newest first
}

// LoadKeys reads the file and makes it, with a new key, where there is none.
func LoadKeys(path string) (*Keys, error) {
	content, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		var random [8]byte
		_, _ = rand.Read(random[:]) // never fails
		k := &Keys{}
		if err := k.add(originPrefix + hex.EncodeToString(random[:])); err != nil {
			return nil, err
		}
		return k, k.write(path)
	}
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	return parseKeys(path, content)
}

// RotateKeys puts a new key before the others. The second last loses its signing key: what it has signed still
// verifies, and it signs nothing more.
func RotateKeys(path string) (*Keys, error) {
	content, err := readKeyFile(path)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	k, err := parseKeys(path, content)
	if err != nil {
		return nil, err
	}
	var kept []string
	signing := 0
	for _, line := range k.lines {
		if strings.HasPrefix(line, private) {
			if signing++; signing > 1 {
				continue
			}
		}
		kept = append(kept, line)
	}
	k.lines = kept
	if err := k.add(k.Origin()); err != nil {
		return nil, err
	}
	return k, k.write(path)
}

// Origin is the name of the log.
func (k *Keys) Origin() string { return k.signers[0].Name() }

// Verifiers gives the verifier keys, one a line, the newest first.
func (k *Keys) Verifiers() string { return strings.Join(k.verifiers, "\n") + "\n" }

// Sign signs a text, which ends with a line feed.
func (k *Keys) Sign(text string) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: text}, k.signers...)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signed, nil
}

func (k *Keys) add(origin string) error {
	signing, verifying, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return fmt.Errorf("make signing key: %w", err)
	}
	k.lines = append([]string{signing, verifying}, k.lines...)
	k.verifiers = append([]string{verifying}, k.verifiers...)
	signer, err := note.NewSigner(signing)
	if err != nil {
		return fmt.Errorf("make signing key: %w", err)
	}
	k.signers = append([]note.Signer{signer}, k.signers...)
	return nil
}

// readKeyFile refuses a file that others can read.
func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others than its owner; chmod 600 it, and rotate the key if somebody may have read it", path)
	}
	if info.Size() > maxKeyFile {
		return nil, fmt.Errorf("%s is larger than %d bytes; it is some other file", path, maxKeyFile)
	}
	return os.ReadFile(path)
}

func parseKeys(path string, content []byte) (*Keys, error) {
	k := &Keys{}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, comment) {
			continue
		}
		var err error
		if strings.HasPrefix(line, private) {
			var signer note.Signer
			if signer, err = note.NewSigner(line); err == nil {
				k.signers = append(k.signers, signer)
			}
		} else if _, err = note.NewVerifier(line); err == nil {
			k.verifiers = append(k.verifiers, line)
		}
		if err != nil {
			return nil, fmt.Errorf("signing key: a line of %s is no key", path) // the line itself is nobody's to read
		}
		k.lines = append(k.lines, line)
	}
	if len(k.signers) == 0 || len(k.verifiers) == 0 {
		return nil, fmt.Errorf("signing key: %s has no key", path)
	}
	return k, nil
}

// write replaces the file as a whole, durably.
func (k *Keys) write(path string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s The keys that sign this relay's checkpoints, the newest first. Keep them to yourself, and keep a copy.\n", comment)
	for _, line := range k.lines {
		fmt.Fprintln(&b, line)
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".signing-*") // readable by its owner only
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	defer os.Remove(f.Name()) // gone when it was renamed
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
