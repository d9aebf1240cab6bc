package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// brotliModule is built without its http.go: that file's net/http would more
// than double the recorder module, and Go links it even when nothing calls it.
const (
	brotliModule  = "github.com/andybalholm/brotli"
	brotliLeftOut = "http.go"
)

// prepareModfile writes, in the cache directory, a copy of the brotli module
// without the part that pulls in net/http, and a go.mod and go.sum that
// replace the module by that copy. It gives the path of the go.mod for
// "go build -modfile". The repository holds no copy of foreign code this way,
// and go.mod alone says which version is used.
func prepareModfile(p paths) (string, error) {
	copied, err := copyBrotli(p)
	if err != nil {
		return "", fmt.Errorf("copy %s: %w", brotliModule, err)
	}
	mod, err := os.ReadFile(filepath.Join(p.root, "go.mod"))
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(p.root, "go.sum"))
	if err != nil {
		return "", err
	}
	// The path in the replacement is relative to the module's root, so that
	// the build does not depend on where the checkout lies.
	replace := fmt.Sprintf("\nreplace %s => ./%s/%s\n", brotliModule, cacheName, copied)
	modfile := filepath.Join(p.cache(), "go.mod")
	if err := replaceFile(modfile, append(mod, replace...)); err != nil {
		return "", err
	}
	return modfile, replaceFile(filepath.Join(p.cache(), "go.sum"), sum)
}

// copyBrotli gives the name, in the cache directory, of the copy of the
// module version that go.mod asks for, and makes it when it is not there. The
// copy takes its name when it is complete, so that builds may run side by side.
func copyBrotli(p paths) (string, error) {
	out, err := run(p.root, nil, "go", "mod", "download", "-json", brotliModule)
	if err != nil {
		return "", err
	}
	var module struct{ Dir, Version string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", fmt.Errorf("answer of go mod download: %w", err)
	}
	name := "brotli-" + module.Version
	target := filepath.Join(p.cache(), name)
	if _, err := os.Stat(target); err == nil {
		return name, nil
	}
	fresh, err := os.MkdirTemp(p.cache(), "copy-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	if err := os.CopyFS(fresh, os.DirFS(module.Dir)); err != nil {
		return "", err
	}
	if err := os.Remove(filepath.Join(fresh, brotliLeftOut)); err != nil {
		return "", fmt.Errorf("version %s no longer has the file to leave out: %w", module.Version, err)
	}
	if err := os.Rename(fresh, target); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return name, nil
}
