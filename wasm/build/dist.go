package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"
)

// manifestName tells the relay which files of the directory belong together.
const manifestName = "manifest.json"

// manifest is the content of that file: the script that pages name, and the
// module and the second script that it fetches.
type manifest struct {
	Module          string `json:"module"`
	Sensor          string `json:"sensor"`
	Script          string `json:"script"`
	ScriptIntegrity string `json:"script_integrity"`
	Version         string `json:"version"`
}

// hashDigits is how much of the SHA-256 stands in a file name: 64 bits, far
// beyond chance, and short enough to read. Integrity is checked in full.
const hashDigits = 16

// hashedName is the name of a file that never changes its content.
func hashedName(content []byte, ext string) string {
	sum := sha256.Sum256(content)
	return "cotrail." + hex.EncodeToString(sum[:])[:hashDigits] + ext
}

// shortIntegrity and scriptIntegrity are in the form of an integrity
// attribute. The script's goes into pages by hand, so it is the length that
// people know from other scripts; the short ones count in the script's size.
func shortIntegrity(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func scriptIntegrity(script []byte) string {
	sum := sha512.Sum384(script)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}

// writeDist replaces the content of the directory that the relay embeds: the
// files by name, each also compressed, and last the manifest.
func writeDist(dir string, m manifest, contents map[string][]byte) error {
	files := map[string][]byte{}
	for name, content := range contents {
		var err error
		files[name] = content
		if files[name+".br"], err = brotliBest(content); err != nil {
			return fmt.Errorf("compress %s: %w", name, err)
		}
		if files[name+".gz"], err = gzipBest(content); err != nil {
			return fmt.Errorf("compress %s: %w", name, err)
		}
	}
	if err := clearDist(dir); err != nil {
		return err
	}
	for name, content := range files {
		if err := replaceFile(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	list, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, manifestName), append(list, '\n'))
}

// clearDist removes what earlier builds left. The file that keeps the empty
// directory in git begins with a dot and stays.
func clearDist(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "[^.]*"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// readManifest reads what the last build wrote.
func readManifest(dir string) (manifest, error) {
	var m manifest
	content, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(content, &m)
}

// brotliWindow is the largest window that every browser takes: 4 MiB, more
// than the module has.
const brotliWindow = 22

func brotliBest(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: brotliWindow})
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

func gzipBest(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
