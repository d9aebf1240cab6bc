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

// pinned is a file that the loader fetches: its name with the hash, and its
// integrity, "sha256-..." as in a script's integrity attribute.
type pinned struct{ name, integrity string }

func pin(content []byte, ext string) pinned {
	return pinned{hashedName(content, ext), shortIntegrity(content)}
}

// notice stands at the top of each script: the loader holds code of others.
const notice = "/*! Cotrail, Apache-2.0. Contains Go's wasm_exec.js, (c) The Go Authors, BSD-3-Clause. */"

// bundleSensor joins the second script, which takes over once the recorder is
// up.
func bundleSensor(p paths) ([]byte, error) {
	return bundle(p, "sensor.js", api.BuildOptions{Define: map[string]string{"__VERSION__": quote(version)}})
}

// bundleLoader joins the loader and Go's wasm_exec.js: all the JavaScript that
// runs before WebAssembly starts.
func bundleLoader(p paths, module, sensor pinned) ([]byte, error) {
	support, err := wasmExec(p)
	if err != nil {
		return nil, err
	}
	words, err := denyWords()
	if err != nil {
		return nil, fmt.Errorf("deny words: %w", err)
	}
	script, err := bundle(p, "loader.js", api.BuildOptions{
		Define: map[string]string{
			"__MODULE__":           quote(module.name),
			"__INTEGRITY__":        quote(module.integrity),
			"__SENSOR__":           quote(sensor.name),
			"__SENSOR_INTEGRITY__": quote(sensor.integrity),
			"__DENY__":             words,
			// Go's support script puts its four names on globalThis and reads
			// one of them, fs, as a bare name. They go to an object of the
			// loader's, so that the page gets no global from us but cotrail.
			"globalThis": "goScope",
			"fs":         "goScope.fs",
		},
		Inject:  []string{filepath.Join(p.js(), "go_scope.js")},
		Plugins: []api.Plugin{wasmExecPlugin(support)},
	})
	// esbuild says nothing when the name that stands in for globalThis is
	// exported by no file. It is shortened when all is well.
	if err == nil && bytes.Contains(script, []byte("goScope")) {
		return nil, errors.New("js/go_scope.js does not export goScope")
	}
	return script, err
}

// bundle joins an entry and everything it imports into one minified script.
func bundle(p paths, entry string, options api.BuildOptions) ([]byte, error) {
	options.AbsWorkingDir = p.root
	options.EntryPoints = []string{filepath.Join(p.js(), entry)}
	options.Bundle = true
	options.Format = api.FormatIIFE
	options.Target = api.ES2022
	options.MinifyWhitespace = true
	options.MinifyIdentifiers = true
	options.MinifySyntax = true
	options.Charset = api.CharsetUTF8
	options.LegalComments = api.LegalCommentsNone
	options.Banner = map[string]string{"js": notice}
	result := api.Build(options)
	if len(result.Errors) > 0 {
		lines := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, errors.New("bundle js/" + entry + ":\n" + strings.Join(lines, ""))
	}
	return result.OutputFiles[0].Contents, nil
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
