package api

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// described reads the description once.
var described = sync.OnceValues(func() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err == nil {
		err = doc.Validate(openapi3.NewLoader().Context)
	}
	for _, kind := range []string{"application/yaml", "text/html", typeLines, typeEvents} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	openapi3filter.RegisterBodyDecoder("application/problem+json", openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/schema+json", openapi3filter.JSONBodyDecoder)
	return doc, err
})

var describedRouter = sync.OnceValues(func() (routers.Router, error) {
	doc, err := described()
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	return legacy.NewRouter(doc)
})

// asDescribed holds an answer of any test to the description, and a request that was let through.
func asDescribed(t *testing.T, req *http.Request, sent string, res *http.Response, body string) {
	t.Helper()
	router, err := describedRouter()
	if err != nil {
		t.Fatal(err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		if res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s %s answers %d and is not described", req.Method, req.URL.Path, res.StatusCode)
		}
		return
	}
	req.Body = io.NopCloser(strings.NewReader(sent))
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: true}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	if res.StatusCode < 400 {
		if err := openapi3filter.ValidateRequest(req.Context(), in); err != nil {
			t.Errorf("%s %s was let through, and by its description it is wrong: %v", req.Method, req.URL, err)
		}
	}
	err = openapi3filter.ValidateResponse(req.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader([]byte(body))), Options: options,
	})
	if err != nil {
		t.Errorf("%s %s answers %d %s\nand by its description: %v", req.Method, req.URL, res.StatusCode, body, err)
	}
}

// TestDescription: what is described is there, and what is there is described, with its parameters and who may ask.
func TestDescription(t *testing.T) {
	doc, err := described()
	if err != nil {
		t.Fatal(err)
	}
	r := start(t)
	there := map[string]bool{}
	for _, route := range r.api.Routes() {
		path, method := strings.ReplaceAll(route.Path, "{$}", ""), cmp.Or(route.Method, "GET")
		there[method+" "+path] = true
		item := doc.Paths.Value(path)
		if item == nil || item.GetOperation(method) == nil {
			t.Errorf("%s %s is not described", method, path)
			continue
		}
		op := item.GetOperation(method)
		var params []string
		for _, p := range op.Parameters {
			if p.Value.In == "query" {
				params = append(params, p.Value.Name)
			}
		}
		want := slices.Clone(route.Params)
		slices.Sort(params)
		slices.Sort(want)
		if !slices.Equal(params, want) {
			t.Errorf("%s %s is described with the parameters %v, and has %v", method, path, params, want)
		}
		if got := secured(doc, op); got != route.Access {
			t.Errorf("%s %s is described with access %d, and has %d", method, path, got, route.Access)
		}
		if route.Scope != "" && !strings.Contains(op.Description, ": "+string(route.Scope)+".") {
			t.Errorf("%s %s is not described as of the scope %s", method, path, route.Scope)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !there[method+" "+path] {
				t.Errorf("%s %s is described and not there", method, path)
			}
		}
	}
	res, body := r.get(t, "/openapi.yaml", "")
	if res.StatusCode != 200 || body != string(openAPI) {
		t.Errorf("served: %d, %d bytes", res.StatusCode, len(body))
	}
}

// secured reads the access of an operation from its security.
func secured(doc *openapi3.T, op *openapi3.Operation) access {
	security := doc.Security
	if op.Security != nil {
		security = *op.Security
	}
	switch {
	case len(security) == 0:
		return open
	case len(security) == 2:
		return onLoopback
	}
	return withKey
}
