package main

import (
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

// notice stands at the top of each script.
const notice = "/*! Cotrail, Apache-2.0 */\n//# allFunctionsCalledOnLoad"

// bundleSensor joins the second script, which takes over once the recorder is
// up.
func bundleSensor(p paths) ([]byte, error) {
	return bundle(p, "sensor.js", map[string]string{"__VERSION__": quote(version)})
}

// bundleLoader joins the script of the tag: all the JavaScript that runs
// before WebAssembly does.
func bundleLoader(p paths, module, sensor pinned) ([]byte, error) {
	words, err := denyWords()
	if err != nil {
		return nil, fmt.Errorf("deny words: %w", err)
	}
	marks, err := marks()
	if err != nil {
		return nil, fmt.Errorf("marks: %w", err)
	}
	return bundle(p, "loader.js", map[string]string{
		"__MODULE__":           quote(module.name),
		"__INTEGRITY__":        quote(module.integrity),
		"__SENSOR__":           quote(sensor.name),
		"__SENSOR_INTEGRITY__": quote(sensor.integrity),
		"__DENY__":             words,
		"__MARKS__":            marks,
	})
}

// bundle joins an entry and everything it imports into one minified script,
// with values in place of names.
func bundle(p paths, entry string, define map[string]string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     p.root,
		EntryPoints:       []string{filepath.Join(p.js(), entry)},
		Define:            define,
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		Banner:            map[string]string{"js": notice},
	})
	if len(result.Errors) > 0 {
		lines := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, errors.New("bundle js/" + entry + ":\n" + strings.Join(lines, ""))
	}
	return result.OutputFiles[0].Contents, nil
}

// quote writes s as a JavaScript string.
func quote(s string) string {
	quoted, _ := json.Marshal(s) // a string always has a JSON form
	return string(quoted)
}
