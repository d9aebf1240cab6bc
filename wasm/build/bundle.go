package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle is what the script knows of the module it starts.
type bundle struct {
	module    string // file name with the hash
	integrity string // "sha256-..." as in a script's integrity attribute
	version   string
}

// notice stands at the top of the script, since it holds code of others.
const notice = "/*! Cotrail, Apache-2.0. Contains Go's wasm_exec.js, (c) The Go Authors, BSD-3-Clause. */"

// bundleScript joins the loader, everything it imports and Go's wasm_exec.js
// into one minified script.
func bundleScript(p paths, b bundle) ([]byte, error) {
	support, err := wasmExec(p)
	if err != nil {
		return nil, err
	}
	words, err := denyWords()
	if err != nil {
		return nil, fmt.Errorf("deny words: %w", err)
	}
	selectors, err := marks()
	if err != nil {
		return nil, fmt.Errorf("marks: %w", err)
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     p.root,
		EntryPoints:       []string{filepath.Join(p.js(), "loader.js")},
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		Banner:            map[string]string{"js": notice},
		Define: map[string]string{
			"__MODULE__":    quote(b.module),
			"__INTEGRITY__": quote(b.integrity),
			"__VERSION__":   quote(b.version),
			"__DENY__":      words,
			"__MARKS__":     selectors,
			// Go's support script puts its four names on globalThis and reads
			// one of them, fs, as a bare name. They go to an object of the
			// loader's, so that the page gets no global from us but cotrail.
			"globalThis": "goScope",
			"fs":         "goScope.fs",
		},
		Inject:  []string{filepath.Join(p.js(), "go_scope.js")},
		Plugins: []api.Plugin{wasmExecPlugin(support)},
	})
	if len(result.Errors) > 0 {
		lines := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, errors.New("bundle js/loader.js:\n" + strings.Join(lines, ""))
	}
	script := result.OutputFiles[0].Contents
	// esbuild says nothing when the name that stands in for globalThis is
	// exported by no file. It is shortened when all is well.
	if bytes.Contains(script, []byte("goScope")) {
		return nil, errors.New("js/go_scope.js does not export goScope")
	}
	return script, nil
}

// wasmExec finds the support script that belongs to the toolchain in use: a
// module runs only with the script of its own Go version.
func wasmExec(p paths) (string, error) {
	out, err := run(p.root, nil, "go", "env", "GOROOT")
	if err != nil {
		return "", err
	}
	return filepath.Join(strings.TrimSpace(string(out)), "lib", "wasm", "wasm_exec.js"), nil
}

// wasmExecPlugin makes `import "go:wasm_exec"` mean that script.
func wasmExecPlugin(support string) api.Plugin {
	return api.Plugin{Name: "go-wasm-exec", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^go:wasm_exec$`},
			func(api.OnResolveArgs) (api.OnResolveResult, error) {
				return api.OnResolveResult{Path: support}, nil
			})
	}}
}

// quote writes s as a JavaScript string.
func quote(s string) string {
	quoted, _ := json.Marshal(s) // a string always has a JSON form
	return string(quoted)
}
