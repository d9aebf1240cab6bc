// Package e2e tests Cotrail as a whole: the relay as it is built, real
// browsers, and the rules that hold the packages apart.
package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// modulePath is what the import paths of our own packages begin with.
const modulePath = "github.com/cotrail/cotrail"

// goPackage is what the rules look at, as "go list -json" tells it.
type goPackage struct {
	ImportPath string
	Name       string
	Doc        string   // the package comment's first sentence
	GoFiles    []string // without tests
	Imports    []string // by the package itself
	Deps       []string // imports of imports as well
}

// short is the package's path within the repository.
func (p goPackage) short() string { return strings.TrimPrefix(p.ImportPath, modulePath+"/") }

// packages are ours: all that build natively, and those for the browser.
type packages struct{ native, browser []goPackage }

func (p packages) all() []goPackage { return slices.Concat(p.native, p.browser) }

// TestImportRules holds the real packages against every rule.
func TestImportRules(t *testing.T) {
	ours, err := listPackages()
	if err != nil {
		t.Fatal(err)
	}
	for _, sentence := range brokenRules(ours) {
		t.Error(sentence)
	}
}

// listPackages asks the go command. The browser's packages are listed with the
// module file they are built with, else brotli would seem to bring net/http.
func listPackages() (packages, error) {
	modfile, err := command(nil, "go", "run", "./wasm/build", "-modfile")
	if err != nil {
		return packages{}, err
	}
	native, err := goList(nil, "./...")
	if err != nil {
		return packages{}, err
	}
	browser, err := goList([]string{"GOOS=js", "GOARCH=wasm"},
		"-modfile="+string(bytes.TrimSpace(modfile)), "./masking/...", "./wasm/...")
	return packages{native, browser}, err
}

func goList(env []string, args ...string) ([]goPackage, error) {
	args = append([]string{"list", "-json=ImportPath,Name,Doc,GoFiles,Imports,Deps"}, args...)
	out, err := command(env, "go", args...)
	if err != nil {
		return nil, err
	}
	var list []goPackage
	in := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("answer of go list: %w", err)
		}
		list = append(list, p)
	}
}

// command runs a command at the repository's root.
func command(env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), env...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, &complaint)
	}
	return out, nil
}
