package main

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/http/httptest"
)

// The page's controls, and what is done with them: 380 interactions. Leaving a field is one, since
// that is when its change is committed.
const (
	fields       = 40
	keysPerField = 7
	selects      = 20
	buttons      = 40
	interactions = fields*(keysPerField+1) + selects + buttons
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// serveSite serves, on a port and so an origin of its own, the page once for each variant (at
// /NAME), an empty page at /, and the variants' bundled scripts. The caller closes it.
func serveSite(variants []variant) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`<!doctype html><title>Empty</title><link rel="icon" href="data:,">`))
	})
	for _, v := range variants {
		mux.HandleFunc("GET /"+v.name, func(w http.ResponseWriter, r *http.Request) {
			pageTemplate.Execute(w, map[string]any{
				"Script": template.HTML(v.tag), "Fields": fields, "Selects": selects, "Buttons": buttons,
			})
		})
		mux.HandleFunc("GET /"+v.name+".js", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			w.Write(v.bundle)
		})
	}
	return httptest.NewServer(mux)
}
