package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/masking"
)

// smallRepository lays out a repository with the least that a build reads, and
// a program that uses brotli, so that the copy of it is really built.
func smallRepository(t *testing.T) paths {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"wasm/main.go": `package main

import "github.com/andybalholm/brotli"

func main() { select {} }

//go:wasmexport rehearse
func rehearse() { new(brotli.Encoder).Encode(nil, []byte("a"), nil, true) }
`,
		"js/loader.js": `globalThis.told = [__MODULE__, __INTEGRITY__, __SENSOR__, __SENSOR_INTEGRITY__, __DENY__, __MARKS__];`,
		"js/sensor.js": `self.told = __VERSION__;`,
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	for name, content := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return paths{root}
}

// distFiles reads everything that a build wrote.
func distFiles(t *testing.T, p paths) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(p.dist()), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(p.dist(), name))
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestBuild builds the same sources in two directories. Beside the content of
// the files it shows that a build is reproducible.
func TestBuild(t *testing.T) {
	var p paths
	var results [2]map[string]string
	for i := range results {
		p = smallRepository(t)
		if err := tool(p.root, false, false); err != nil {
			t.Fatal(err)
		}
		results[i] = distFiles(t, p)
	}
	files := results[1]
	if !maps.Equal(results[0], files) {
		t.Errorf("two builds of the same sources differ: %v and %v",
			slices.Sorted(maps.Keys(results[0])), slices.Sorted(maps.Keys(files)))
	}

	m, err := readManifest(p.dist())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{manifestName}
	for _, name := range []string{m.Module, m.Sensor, m.Script} {
		want = append(want, name, name+".br", name+".gz")
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("files are %v, want %v", got, want)
	}
	module, script := files[m.Module], files[m.Script]
	if m.Module != hashedName([]byte(module), ".wasm") || m.Script != hashedName([]byte(script), ".js") {
		t.Errorf("a name in %+v does not have its content's hash", m)
	}
	if m.ScriptIntegrity != scriptIntegrity([]byte(script)) || m.Version != version {
		t.Errorf("manifest is %+v", m)
	}
	for _, name := range []string{m.Module, m.Sensor, m.Script} {
		checkCompressed(t, name, files)
	}
	checkScript(t, script, m, []byte(module), []byte(files[m.Sensor]))
	if strings.Contains(module, p.root) || strings.Contains(script, p.root) {
		t.Error("the path of the checkout is in the build")
	}
	checkIncremental(t, p)
}

// checkCompressed inflates both compressed forms of a file again.
func checkCompressed(t *testing.T, name string, files map[string]string) {
	t.Helper()
	unzip, err := gzip.NewReader(strings.NewReader(files[name+".gz"]))
	if err != nil {
		t.Fatal(err)
	}
	for form, in := range map[string]io.Reader{
		"brotli": brotli.NewReader(strings.NewReader(files[name+".br"])),
		"gzip":   unzip,
	} {
		if plain, err := io.ReadAll(in); err != nil || string(plain) != files[name] {
			t.Errorf("%s by %s does not inflate to the file: error %v", name, form, err)
		}
	}
}

// checkScript looks for what the build puts into the loader, and for the
// release in the sensor.
func checkScript(t *testing.T, script string, m manifest, module, sensor []byte) {
	t.Helper()
	if !bytes.Contains(sensor, []byte(version)) {
		t.Error("the sensor does not know its version")
	}
	for _, want := range []string{m.Module, shortIntegrity(module), m.Sensor, shortIntegrity(sensor), "Apache-2.0", masking.DenyWords.Part[0]} {
		if !strings.Contains(script, want) {
			t.Errorf("the script does not contain %q", want)
		}
	}
	if bare := regexp.MustCompile(`__[A-Z]+__`).FindString(script); bare != "" {
		t.Errorf("the script still has %q", bare)
	}
}

// checkIncremental shows that a build does nothing when nothing changed, and
// replaces what it wrote when an input did.
func checkIncremental(t *testing.T, p paths) {
	t.Helper()
	m, err := readManifest(p.dist())
	if err != nil {
		t.Fatal(err)
	}
	before, err := inputsDigest(p)
	if err != nil {
		t.Fatal(err)
	}
	if !upToDate(p, before) {
		t.Error("after a build the same inputs are to be built again")
	}
	loader := filepath.Join(p.js(), "loader.js")
	if err := os.WriteFile(loader, []byte("changed();"), 0o644); err != nil {
		t.Fatal(err)
	}
	after, err := inputsDigest(p)
	if err != nil {
		t.Fatal(err)
	}
	if after == before || upToDate(p, after) {
		t.Error("a changed loader is not built")
	}
	m.Script = hashedName([]byte("changed();"), ".js")
	if err := writeDist(p.dist(), m, contents(m, "changed();")); err != nil {
		t.Fatal(err)
	}
	if left := len(distFiles(t, p)); left != 10 {
		t.Errorf("%d files after the second build, want the 10 new ones", left)
	}
	if err := os.Remove(filepath.Join(p.dist(), m.Script+".gz")); err != nil {
		t.Fatal(err)
	}
	if upToDate(p, before) {
		t.Error("a build with a file missing counts as up to date")
	}
}

// contents stand for the files of a manifest.
func contents(m manifest, script string) map[string][]byte {
	return map[string][]byte{m.Module: []byte("module"), m.Sensor: []byte("sensor"), m.Script: []byte(script)}
}

// TestBuildErrors breaks one input at a time. The message must show which.
func TestBuildErrors(t *testing.T) {
	tests := []struct{ name, file, content, want string }{
		{"loader does not parse", "js/loader.js", "let = = 1", "js/loader.js:1:"},
		{"import that is not there", "js/loader.js", `import "./none.js"`, "none.js"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := smallRepository(t)
			if err := os.WriteFile(filepath.Join(p.root, tt.file), []byte(tt.content), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := bundleLoader(p, pinned{"m.wasm", "sha256-"}, pinned{"s.js", "sha256-"})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
	t.Run("module does not compile", func(t *testing.T) {
		p := smallRepository(t)
		if err := os.MkdirAll(p.cache(), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.root, "wasm", "main.go"), []byte("package main\n\nfunc main() { none() }\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := compileModule(p)
		if err == nil || !strings.Contains(err.Error(), "undefined: none") {
			t.Errorf("got error %v, want the compiler's", err)
		}
	})
}

func TestSizes(t *testing.T) {
	tests := []struct {
		name           string
		loader, module int64
		wantError      string
		wantTable      []string
	}{
		{"within the aims", 5 * kilobyte, 540 * kilobyte, "", []string{"5.0", "540.0", "within the aim"}},
		{"between aim and must", 8 * kilobyte, 640 * kilobyte, "", []string{"8.0", "640.0", "within the must"}},
		{"loader over", 8*kilobyte + 1, 1, "the loader has 8193 bytes with brotli, 1 more", []string{"over the must", "within the aim"}},
		{"module over", 1, 640*kilobyte + 1, "the module has 655361 bytes with brotli, 1 more", []string{"over the must", "within the aim"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dist := t.TempDir()
			m := manifest{Module: "m.wasm", Sensor: "s.js", Script: "l.js"}
			if err := writeDist(dist, m, contents(m, "script")); err != nil {
				t.Fatal(err)
			}
			for name, size := range map[string]int64{"l.js.br": tt.loader, "m.wasm.br": tt.module} {
				if err := os.Truncate(filepath.Join(dist, name), size); err != nil {
					t.Fatal(err)
				}
			}
			var table bytes.Buffer
			err := reportSizes(&table, dist)
			if got := errorText(err); got == "" != (tt.wantError == "") || !strings.Contains(got, tt.wantError) {
				t.Errorf("error is %q, want %q", got, tt.wantError)
			}
			for _, want := range append(tt.wantTable, "KB of 1024 bytes") {
				if !strings.Contains(table.String(), want) {
					t.Errorf("no %q in the table\n%s", want, &table)
				}
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
