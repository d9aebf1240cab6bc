package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"github.com/cotrail/cotrail/relay/config"
)

//go:embed home.html
var homeHTML string

//go:embed home.css
var homeCSS string

var homePage = template.Must(template.New("home").Parse(homeHTML))

// homePolicy lets the page have its own style and nothing else.
var homePolicy = func() string {
	sum := sha256.Sum256([]byte(homeCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// home answers GET /: what this is, and the script tag to put into a page.
func (a *API) home(w http.ResponseWriter, r *http.Request, _ config.Key) {
	site := "SITE_KEY"
	if a.Demo {
		site = config.DemoSite
	}
	base := a.Base(r)
	var page bytes.Buffer
	err := homePage.Execute(&page, map[string]any{
		"Style": template.CSS(homeCSS), "Version": a.Version, "Base": base, "Tag": a.Tag(base, site), "Demo": a.Demo,
	})
	if err != nil {
		panic(err) // of the page's own making; the tests show it
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", homePolicy)
	w.Write(page.Bytes())
}
