// Package assets serves what pages load: the recorder's script, its sensor and its module, built into the relay. A
// file whose name has its hash never changes and is kept for a year; /cotrail.js is asked about again after five
// minutes. Such files of other releases are served from the store that relays share.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

//go:embed all:dist
var dist embed.FS

// manifestName is the file that the build writes last.
const manifestName = "manifest.json"

// How long browsers keep the files. Five minutes is how long pages may load the script from before an upgrade.
const (
	keepScript = "public, max-age=300"
	keepHashed = "public, max-age=31536000, immutable"
)

// Manifest tells which files belong together.
type Manifest struct {
	Module          string `json:"module"`
	Sensor          string `json:"sensor"`
	Script          string `json:"script"`
	ScriptIntegrity string `json:"script_integrity"`
	Version         string `json:"version"`
}

// Assets are the files of one build, or the lack of one.
type Assets struct {
	manifest               Manifest
	script, sensor, module *file // nil when nothing was built
}

// Embedded gives the files built into this program.
func Embedded() (*Assets, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return New(sub)
}

// New reads the files of a build. A directory without any is no error, because the relay can be worked on without
// the recorder; one with some of them is.
func New(files fs.FS) (*Assets, error) {
	a := &Assets{}
	content, err := fs.ReadFile(files, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	if err := json.Unmarshal(content, &a.manifest); err != nil {
		return nil, fmt.Errorf("assets: %s: %w", manifestName, err)
	}
	if a.script, err = read(files, a.manifest.Script, javascript); err != nil {
		return nil, fmt.Errorf("assets: script: %w", err)
	}
	if a.sensor, err = read(files, a.manifest.Sensor, javascript); err != nil {
		return nil, fmt.Errorf("assets: sensor: %w", err)
	}
	if a.module, err = read(files, a.manifest.Module, wasm); err != nil {
		return nil, fmt.Errorf("assets: module: %w", err)
	}
	return a, nil
}

// Version is the recorder's release, empty when there is none.
func (a *Assets) Version() string { return a.manifest.Version }

// Files are those whose names have their hash, none when there is no recorder.
func (a *Assets) Files() []store.RecorderFile {
	if a.script == nil {
		return nil
	}
	return []store.RecorderFile{
		{Name: a.manifest.Script, Packed: a.script.forms[0].content},
		{Name: a.manifest.Sensor, Packed: a.sensor.forms[0].content},
		{Name: a.manifest.Module, Packed: a.module.forms[0].content},
	}
}

// Integrity is the script tag for a page that pins the script, and with it sensor and module: base is the relay's address,
// site the site's public key. It is empty when there is no recorder.
func (a *Assets) Integrity(base, site string) string {
	if a.script == nil {
		return ""
	}
	return fmt.Sprintf(`<script async src="%s/%s" integrity="%s" crossorigin="anonymous" data-site="%s"></script>`,
		html.EscapeString(strings.TrimSuffix(base, "/")), a.manifest.Script, a.manifest.ScriptIntegrity, html.EscapeString(site))
}

// Register adds the routes.
func (a *Assets) Register(mux *http.ServeMux) {
	if a.script == nil {
		mux.HandleFunc("GET /cotrail.js", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			problem.Write(w, http.StatusServiceUnavailable, "The recorder is not built into this relay: run make build, then start it again.")
		})
		return
	}
	mux.Handle("GET /cotrail.js", serve(a.script, keepScript))
	mux.Handle("GET /"+a.manifest.Script, serve(a.script, keepHashed))
	mux.Handle("GET /"+a.manifest.Sensor, serve(a.sensor, keepHashed))
	mux.Handle("GET /"+a.manifest.Module, serve(a.module, keepHashed))
}

// serve answers with the form of a file that the browser takes and does not have yet.
func serve(f *file, keep string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		form := f.choose(r.Header.Values("Accept-Encoding"))
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cache-Control", keep)
		h.Set("Vary", "Accept-Encoding")
		h.Set("ETag", form.etag)
		if has(r.Header.Values("If-None-Match"), form.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", f.kind)
		h.Set("Content-Length", strconv.Itoa(len(form.content)))
		if form.encoding != identity {
			h.Set("Content-Encoding", form.encoding)
		}
		w.Write(form.content) // of a HEAD request the server sends no body
	}
}

// has tells whether the entity tags that a browser has are the one at hand.
func has(headers []string, etag string) bool {
	for _, tag := range strings.Split(strings.Join(headers, ","), ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}
