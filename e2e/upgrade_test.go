package e2e

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/e2e/chrome"
	"github.com/cotrail/cotrail/relay/assets"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// TestUpgrade: a page that pins the script of another release, or still has it, is recorded by the relay of this one,
// with that release's sensor and module.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	r.stop()
	earlier := earlierRelease(t)
	db, err := sqlite.Open(t.Context(), filepath.Join(r.dir, "data"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.KeepRecorder(t.Context(), earlier.files, time.Now().UnixMilli(), assets.Releases); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r.start()

	site := newSite(t)
	site.page("/", fmt.Sprintf(`<script async src="%s/%s" integrity=%q crossorigin data-site=shows></script>`, r.url, earlier.script, earlier.integrity), `<button id=b>Go</button>`)
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Click("#b"), flushed)
	entries := r.settledLog(session(t, page), "the click is in the log", has(1, "click"))
	wantTold(t, entries, site.url, []string{"click #b Go"}, "click")
	loaded := chrome.MustEval[string](t, page, `performance.getEntriesByType("resource").map(e => e.name).join("\n")`)
	for _, f := range earlier.files {
		if !bytes.Contains([]byte(loaded), []byte(r.url+"/"+f.Name)) {
			t.Errorf("%s was not loaded, but\n%s", f.Name, loaded)
		}
	}
}

// release is a recorder as a relay of another release leaves it in the store.
type release struct {
	script, integrity string
	files             []store.RecorderFile
}

// earlierRelease makes a recorder of other files than this build's, which does the same.
func earlierRelease(t *testing.T) release {
	t.Helper()
	dist := filepath.Join("..", "relay", "assets", "dist")
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	var built assets.Manifest
	if err := json.Unmarshal(read("manifest.json"), &built); err != nil {
		t.Fatal(err)
	}
	script, sensor, module := read(built.Script), read(built.Sensor), read(built.Module)
	earlierSensor := append(bytes.Clone(sensor), "\n// earlier"...)
	earlierModule := append(bytes.Clone(module), 0, 8, 7, 'e', 'a', 'r', 'l', 'i', 'e', 'r') // a section that says nothing
	name := func(content []byte, ending string) string {
		sum := sha256.Sum256(content)
		return "cotrail." + hex.EncodeToString(sum[:8]) + ending
	}
	integrity := func(content []byte) string {
		sum := sha256.Sum256(content)
		return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	for _, change := range [][2]string{
		{built.Sensor, name(earlierSensor, ".sensor.js")}, {integrity(sensor), integrity(earlierSensor)},
		{built.Module, name(earlierModule, ".wasm")}, {integrity(module), integrity(earlierModule)},
	} {
		if !bytes.Contains(script, []byte(change[0])) {
			t.Fatalf("the script does not name %s", change[0])
		}
		script = bytes.ReplaceAll(script, []byte(change[0]), []byte(change[1]))
	}
	var files []store.RecorderFile
	for ending, content := range map[string][]byte{".js": script, ".sensor.js": earlierSensor, ".wasm": earlierModule} {
		var packed bytes.Buffer
		w := brotli.NewWriterLevel(&packed, 5)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		files = append(files, store.RecorderFile{Name: name(content, ending), Packed: packed.Bytes()})
	}
	sum := sha512.Sum384(script)
	return release{name(script, ".js"), "sha384-" + base64.StdEncoding.EncodeToString(sum[:]), files}
}
