package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// frameworks has the sources of the pages that are built with other people's frameworks and component libraries,
// and the packages of these once they are installed.
const frameworks = "frameworks"

// installing is held by the test that installs packages: two npm in one directory take away each other's files.
var installing sync.Mutex

// install installs the packages of a directory as their lock pins them, when they are not there already.
func install(dir string) error {
	installing.Lock()
	defer installing.Unlock()
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	mark := filepath.Join(dir, "node_modules", ".installed-lock")
	if done, err := os.ReadFile(mark); err == nil && bytes.Equal(done, lock) {
		return nil
	}
	if _, err := command(nil, "npm", "ci", "--prefix", filepath.Join("e2e", dir), "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return err
	}
	return os.WriteFile(mark, lock, 0o600)
}

// bundles keeps what is bundled, by source: several tests load the same pages, and some run at once.
var bundles = struct {
	sync.Mutex
	tags map[string]string
}{tags: map[string]string{}}

// bundled gives a source of the frameworks as its users would ship it: one script with its packages, and one style
// sheet.
func bundled(t testing.TB, source string) string {
	t.Helper()
	return bundledIn(t, frameworks, source)
}

// bundledIn gives a source of a directory with packages in the same way.
func bundledIn(t testing.TB, dir, source string) string {
	t.Helper()
	bundles.Lock()
	defer bundles.Unlock()
	source = filepath.Join(dir, source)
	if tags, ok := bundles.tags[source]; ok {
		return tags
	}
	if err := install(dir); err != nil {
		t.Fatal(err)
	}
	built := api.Build(api.BuildOptions{
		EntryPoints:       []string{source},
		Outdir:            t.TempDir(), // nothing is written
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		JSX:               api.JSXAutomatic,
		Conditions:        []string{"browser", "production"},
		External:          []string{"/assets/*"},
		Define:            map[string]string{"process.env.NODE_ENV": `"production"`, "__VUE_OPTIONS_API__": "true", "__VUE_PROD_DEVTOOLS__": "false", "__VUE_PROD_HYDRATION_MISMATCH_DETAILS__": "false"},
		TsconfigRaw:       `{"compilerOptions": {"experimentalDecorators": true, "useDefineForClassFields": false}}`,
		Plugins:           []api.Plugin{svelte},
	})
	for _, e := range built.Errors {
		t.Errorf("bundling %s: %s (%v)", source, e.Text, e.Location)
	}
	if t.Failed() {
		t.FailNow()
	}
	tags := ""
	for _, file := range built.OutputFiles {
		text := string(file.Contents)
		if strings.HasSuffix(file.Path, ".css") {
			tags += "<style>" + text + "</style>"
		} else {
			tags += "<script type=module>" + strings.ReplaceAll(text, "</script", `<\/script`) + "</script>"
		}
	}
	bundles.tags[source] = tags
	return tags
}

// svelte has Svelte's own compiler make a module of a component.
var svelte = api.Plugin{Name: "svelte", Setup: func(build api.PluginBuild) {
	build.OnLoad(api.OnLoadOptions{Filter: `\.svelte$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		var complaint strings.Builder
		node := exec.Command("node", filepath.Join(frameworks, "svelte.mjs"), args.Path)
		node.Stderr = &complaint
		out, err := node.Output()
		if err != nil {
			return api.OnLoadResult{Errors: []api.Message{{Text: err.Error() + "\n" + complaint.String()}}}, nil
		}
		module := string(out)
		return api.OnLoadResult{Contents: &module, ResolveDir: filepath.Dir(args.Path)}, nil
	})
}}
