package api

import (
	_ "embed"
	"net/http"

	"github.com/cotrail/cotrail/relay/config"
)

//go:embed openapi.yaml
var openAPI []byte

// description answers GET /openapi.yaml: what all these routes take and give.
func (a *API) description(w http.ResponseWriter, r *http.Request, _ config.Key) {
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Write(openAPI)
}
