package trail

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/cotrail/cotrail/relay/store"
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
	path      string // of the file, for what is said of it
	signers   []note.Signer
	lines     []string // of the file, the newest first: each signing key, and behind it its verifier key
	verifiers []string // verifier keys, the newest first
}

// LoadKeys reads the file of the keys that sign a log, and makes it, with a new key, where there is none and the log
// has not begun. It refuses keys that did not sign the log's newest checkpoint: those who keep its verifier keys could
// check nothing that the log says from then on.
func LoadKeys(ctx context.Context, path string, log store.Tree) (*Keys, error) {
	k, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := unbegun(ctx, log); err != nil {
			return nil, fmt.Errorf("signing key: %s is missing: %w", path, err)
		}
		return MakeKeys(path)
	}
	if err == nil {
		err = k.signed(ctx, log)
	}
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	return k, nil
}

// MakeKeys makes the file, with the key of a new log. It replaces none: it may be another relay's.
func MakeKeys(path string) (*Keys, error) {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	k := &Keys{path: path}
	if err := k.add(originPrefix + hex.EncodeToString(random[:])); err != nil {
		return nil, err
	}
	return k, k.write(os.Link)
}

// unbegun tells why a store's log cannot have a new key, nil when it can.
func unbegun(ctx context.Context, log store.Tree) error {
	size, err := log.TreeSize(ctx)
	if err != nil {
		return err
	}
	_, err = log.Checkpoint(ctx)
	if errors.Is(err, store.ErrNotFound) && size == 0 {
		return nil
	}
	if err == nil || errors.Is(err, store.ErrNotFound) {
		err = errors.New("the store has a log already, and only its own key may sign it: restore the file")
	}
	return err
}

// signed tells why the store's log is not that of the keys, nil when it is: they signed its newest checkpoint, or there
// is none yet.
func (k *Keys) signed(ctx context.Context, log store.Tree) error {
	newest, err := log.Checkpoint(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	verifiers, err := ReadVerifiers(k.Verifiers())
	if err != nil {
		return err
	}
	c, err := OpenCheckpoint(newest.Note, verifiers)
	if err == nil && c.Origin != k.Origin() {
		err = fmt.Errorf("it is of the log %s", c.Origin)
	}
	if err != nil {
		return fmt.Errorf("the keys of %s are not those of the store's log, or are older than a rotation: restore the file, or copy it from another relay of the store (the store's checkpoint: %w)", k.path, err)
	}
	return nil
}

// RotateKeys puts a new key before the others. The second last loses its signing key: what it has signed still
// verifies, and it signs nothing more.
func RotateKeys(path string) (*Keys, error) {
	k, err := readKeys(path)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
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
	return k, k.write(os.Rename)
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

func readKeys(path string) (*Keys, error) {
	content, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	k := &Keys{path: path}
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
			return nil, fmt.Errorf("a line of %s is no key", path) // the line itself is nobody's to read
		}
		k.lines = append(k.lines, line)
	}
	if len(k.signers) == 0 || len(k.verifiers) == 0 {
		return nil, fmt.Errorf("%s has no key", path)
	}
	return k, nil
}

// write writes the file as a whole, durably; put gives it its name, over an older one or not.
func (k *Keys) write(put func(from, to string) error) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s The keys that sign this relay's checkpoints, the newest first. Keep them to yourself, and keep a copy.\n", comment)
	for _, line := range k.lines {
		fmt.Fprintln(&b, line)
	}
	dir := filepath.Dir(k.path)
	f, err := os.CreateTemp(dir, ".signing-*") // readable by its owner only
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when it was renamed
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = put(f.Name(), k.path)
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
