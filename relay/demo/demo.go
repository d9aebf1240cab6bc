// Package demo is a small web site to try the recorder on: a life-insurance quote of an invented insurer, over
// several pages, with every kind of control, and the session's log growing beside it.
//
// It promises to be self-contained: everything it serves is embedded, nothing comes from another origin, nothing
// that is sent to it is kept, and its pages run under a strict Content-Security-Policy. The only things it needs
// from its surroundings are /cotrail.js and /v1/ on the same origin.
package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/cotrail/cotrail/masking"
)

// maxForm bounds what a form may send: a scanned letter fits, and a demonstration needs no more.
const maxForm = 10 << 20

// policy is the strictest Content-Security-Policy under which the pages and the recorder work. connect-src 'self'
// covers the WebSocket of the same origin too.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

//go:embed site
var site embed.FS

// types are the kinds of files served, written down here because mime.TypeByExtension asks the machine it runs on.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// A page of the quote, or the help beside it.
type page struct {
	ID    string   // names its file in site/pages
	Title string   // as in the navigation
	Path  string   // where it is shown
	Steps []string // further addresses of the same page, which its script pushes onto the history
	next  string   // where its POST form leads, empty without one
}

// steps is the way through the quote, in order.
var steps = []page{
	{ID: "cover", Title: "Your cover", Path: "/demo/"},
	{ID: "about-you", Title: "About you", Path: "/demo/about-you", next: "/demo/health"},
	{ID: "health", Title: "Your health", Path: "/demo/health", Steps: []string{"/demo/health/history", "/demo/health/message"}, next: "/demo/payment"},
	{ID: "payment", Title: "Payment", Path: "/demo/payment", next: "/demo/thank-you"},
}

// others are the pages that are no step.
var others = []page{
	{ID: "thank-you", Title: "Thank you", Path: "/demo/thank-you"},
	{ID: "help", Title: "Help", Path: "/demo/help"},
}

// Handler serves the demonstration. It is to be mounted at /demo/ and sees full paths, so no prefix is stripped.
func Handler() http.Handler {
	mux := http.NewServeMux()
	for _, p := range append(append([]page(nil), steps...), others...) {
		show := content(p.ID+".html", render(p))
		mux.Handle("GET "+exactly(p.Path), show)
		for _, step := range p.Steps {
			mux.Handle("GET "+step, show)
		}
		if p.next != "" {
			mux.Handle("POST "+exactly(p.Path), accept(p.next))
		}
	}
	for _, dir := range []string{"css", "js", "img", "files"} {
		serveFiles(mux, dir)
	}
	mux.Handle("GET /demo/marks.json", content("marks.json", marks()))
	return guarded(mux)
}

// marks are what hides and opens parts of a page beside the site's policy, for the view of what is masked.
func marks() []byte {
	b, err := json.Marshal(map[string][]string{
		"block": masking.Marks.Block, "mask": masking.Marks.Mask, "allow": masking.Marks.Allow,
		"whole": masking.DenyWords.Whole, "part": masking.DenyWords.Part,
	})
	if err != nil {
		panic("demo: the marks: " + err.Error())
	}
	return b
}

// exactly keeps the mux from taking a path that ends in a slash for a whole tree.
func exactly(path string) string {
	if path[len(path)-1] == '/' {
		return path + "{$}"
	}
	return path
}

// render makes a page from the common layout. The pages are embedded and the same for everyone, so this happens
// once, and a mistake in them is a mistake of the program.
func render(p page) []byte {
	t := template.Must(template.ParseFS(site, "site/layout.html", "site/pages/"+p.ID+".html"))
	var b bytes.Buffer
	data := struct {
		Page  page
		Steps []page
	}{p, steps}
	if err := t.ExecuteTemplate(&b, "layout.html", data); err != nil {
		panic("demo: rendering page " + p.ID + ": " + err.Error())
	}
	return b.Bytes()
}

// serveFiles registers every file of a folder by its own path: there are no listings and no other files.
func serveFiles(mux *http.ServeMux, dir string) {
	entries, err := fs.ReadDir(site, "site/"+dir)
	if err != nil {
		panic("demo: reading embedded folder " + dir + ": " + err.Error())
	}
	for _, e := range entries {
		body, err := site.ReadFile(path.Join("site", dir, e.Name()))
		if err != nil {
			panic("demo: reading embedded file " + e.Name() + ": " + err.Error())
		}
		mux.Handle("GET /demo/"+dir+"/"+e.Name(), content(e.Name(), body))
	}
}

// content serves bytes under the type that the file's name says.
func content(name string, body []byte) http.Handler {
	kind, known := types[path.Ext(name)]
	if !known {
		panic("demo: no content type for " + name)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	})
}

// accept takes a form, keeps nothing of it and leads on. The body is read to its end, because a browser whose
// upload is cut off shows an error instead of the answer.
func accept(next string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxForm)); err != nil {
			http.Error(w, "The form could not be read, or it is larger than 10 MB.", http.StatusRequestEntityTooLarge)
			return
		}
		http.Redirect(w, r, next, http.StatusSeeOther)
	})
}

// guarded sets the headers that every answer has, also the errors.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache") // not no-store, which would keep the pages out of the back/forward cache
		next.ServeHTTP(w, r)
	})
}
