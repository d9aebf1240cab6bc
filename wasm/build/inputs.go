package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// inputs are the files and directories that a build reads, beside the
// toolchain.
var inputs = []string{"go.mod", "go.sum", "masking", "wasm", "js"}

// inputsName holds the digest of the inputs of the last complete build.
const inputsName = "inputs"

// inputsDigest is one digest over all inputs and the toolchain's version. It
// errs towards building: tests and comments count as well.
func inputsDigest(p paths) (string, error) {
	toolchain, err := run(p.root, nil, "go", "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	digest := sha256.New()
	digest.Write(toolchain)
	for _, input := range inputs {
		err := filepath.WalkDir(filepath.Join(p.root, input), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == "node_modules":
				return filepath.SkipDir
			case !entry.Type().IsRegular():
				return nil
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(digest, "%q %x\n", path[len(p.root):], sha256.Sum256(content))
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("read the inputs of the build: %w", err)
		}
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// upToDate says whether the last build had these inputs and its files are
// still there.
func upToDate(p paths, digest string) bool {
	last, err := os.ReadFile(filepath.Join(p.cache(), inputsName))
	if err != nil || string(last) != digest {
		return false
	}
	m, err := readManifest(p.dist())
	if err != nil {
		return false
	}
	for _, name := range []string{m.Module, m.Sensor, m.Script} {
		for _, ext := range encodings {
			if _, err := os.Stat(filepath.Join(p.dist(), name+ext)); err != nil {
				return false
			}
		}
	}
	return true
}
