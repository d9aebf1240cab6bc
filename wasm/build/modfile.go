package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// brotliModule is built without what no page should load: http.go's net/http
// would more than double the recorder module, fmt brings os and their start-up
// with it, and Go links them even when nothing calls them.
const brotliModule = "github.com/andybalholm/brotli"

// brotliLeftOut are the files that the copy does not have.
var brotliLeftOut = []string{"http.go", "matchfinder/textencoder.go"}

// brotliPatch is what one more file needs to do without fmt, which it uses for
// the text of one panic: pairs of what stands there and what takes its place.
const brotliPatched = "hash.go"

var brotliPatch = []string{
	"\t\"fmt\"\n", "",
	`fmt.Sprintf("unknown hasher type: %d", typ)`, `"unknown hasher type"`,
}

// prepareModfile writes, in the cache directory, a copy of the brotli module
// without what pulls those in, and a go.mod and go.sum that replace the module
// by that copy. It gives the path of the go.mod for
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
	name := "brotli-" + module.Version + "-lean"
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
	for _, file := range brotliLeftOut {
		if err := os.Remove(filepath.Join(fresh, filepath.FromSlash(file))); err != nil {
			return "", fmt.Errorf("version %s no longer has a file to leave out: %w", module.Version, err)
		}
	}
	if err := patchBrotli(filepath.Join(fresh, brotliPatched)); err != nil {
		return "", fmt.Errorf("version %s: %w", module.Version, err)
	}
	if err := os.Rename(fresh, target); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return name, nil
}

func patchBrotli(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for i := 0; i < len(brotliPatch); i += 2 {
		if !bytes.Contains(content, []byte(brotliPatch[i])) {
			return fmt.Errorf("%s no longer has %q", brotliPatched, brotliPatch[i])
		}
		content = bytes.Replace(content, []byte(brotliPatch[i]), []byte(brotliPatch[i+1]), 1)
	}
	if err := os.Remove(path); err != nil { // files of the module cache are read-only, and so is their copy
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
