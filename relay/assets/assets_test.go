package assets

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var built = fstest.MapFS{
	".gitkeep":                {},
	"manifest.json":           {Data: []byte(`{"module":"cotrail.aa.wasm","sensor":"cotrail.cc.sensor.js","script":"cotrail.bb.js","script_integrity":"sha384-xyz","version":"0.1.0"}`)},
	"cotrail.aa.wasm":         {Data: []byte("module as it is")},
	"cotrail.aa.wasm.br":      {Data: []byte("module br")},
	"cotrail.aa.wasm.gz":      {Data: []byte("module gz")},
	"cotrail.bb.js":           {Data: []byte("script as it is")},
	"cotrail.bb.js.br":        {Data: []byte("script br")},
	"cotrail.bb.js.gz":        {Data: []byte("script gz")},
	"cotrail.cc.sensor.js":    {Data: []byte("sensor as it is")},
	"cotrail.cc.sensor.js.br": {Data: []byte("sensor br")},
	"cotrail.cc.sensor.js.gz": {Data: []byte("sensor gz")},
	"cotrail.js":              {Data: []byte("not in the manifest")},
	"cotrail.old.wasm":        {Data: []byte("not in the manifest")},
	"cotrail.old.wasm.br":     {Data: []byte("not in the manifest")},
	"cotrail.bb.js.secret":    {Data: []byte("not in the manifest")},
}

// start serves the files over HTTP.
func start(t *testing.T, files fstest.MapFS) string {
	t.Helper()
	a, err := New(files)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	a.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// get asks without the client's own wish for gzip.
func get(t *testing.T, method, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestNegotiation(t *testing.T) {
	url := start(t, built)
	for _, c := range []struct{ accept, body, encoding string }{
		{"", "script as it is", ""},
		{"gzip, deflate, br, zstd", "script br", "br"},
		{"gzip, deflate", "script gz", "gzip"},
		{"GZIP", "script gz", "gzip"},
		{"br;q=0.5, gzip;q=0.8", "script gz", "gzip"},
		{"br; q=1.0, gzip; q=0.8", "script br", "br"},
		{"br;q=0, gzip", "script gz", "gzip"},
		{"br;q=0, gzip;q=0.0", "script as it is", ""},
		{"identity", "script as it is", ""},
		{"identity, br;q=0.2", "script as it is", ""},
		{"*", "script br", "br"},
		{"*;q=0.5, br;q=0", "script gz", "gzip"},
		{"identity;q=0", "script as it is", ""},
		{"br;q=high", "script as it is", ""},
		{"zstd, ,;;", "script as it is", ""},
	} {
		res, body := get(t, "GET", url+"/cotrail.js", "Accept-Encoding", c.accept)
		if body != c.body || res.Header.Get("Content-Encoding") != c.encoding {
			t.Errorf("Accept-Encoding %q: %q in %q, want %q in %q", c.accept, body, res.Header.Get("Content-Encoding"), c.body, c.encoding)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary is %q", c.accept, res.Header.Get("Vary"))
		}
	}
}

func TestHeaders(t *testing.T) {
	url := start(t, built)
	for path, want := range map[string]struct{ kind, keep, length string }{
		"/cotrail.js":           {"text/javascript; charset=utf-8", "public, max-age=300", "15"},
		"/cotrail.bb.js":        {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "15"},
		"/cotrail.cc.sensor.js": {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "15"},
		"/cotrail.aa.wasm":      {"application/wasm", "public, max-age=31536000, immutable", "15"},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			res, body := get(t, method, url+path)
			h := res.Header
			if res.StatusCode != 200 || h.Get("Content-Type") != want.kind || h.Get("Cache-Control") != want.keep || h.Get("Content-Length") != want.length {
				t.Errorf("%s %s: %d %v", method, path, res.StatusCode, h)
			}
			if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
				t.Errorf("%s %s is not for other origins: %v", method, path, h)
			}
			if (body == "") != (method == "HEAD") {
				t.Errorf("%s %s: body %q", method, path, body)
			}
		}
	}
}

func TestNotModified(t *testing.T) {
	url := start(t, built) + "/cotrail.js"
	plain, _ := get(t, "GET", url)
	packed, _ := get(t, "GET", url, "Accept-Encoding", "br")
	tag, other := plain.Header.Get("ETag"), packed.Header.Get("ETag")
	if tag == "" || tag == other {
		t.Fatalf("the forms have the entity tags %q and %q", tag, other)
	}
	for _, c := range []struct {
		header string
		status int
	}{
		{tag, 304}, {"W/" + tag, 304}, {`"x", ` + tag, 304}, {"*", 304},
		{other, 200}, {`"x"`, 200}, {"", 200},
	} {
		res, body := get(t, "GET", url, "If-None-Match", c.header)
		if res.StatusCode != c.status || (body == "") != (c.status == 304) || res.Header.Get("ETag") != tag {
			t.Errorf("If-None-Match %q: %d %q", c.header, res.StatusCode, body)
		}
	}
}

func TestOnlyTheManifestIsServed(t *testing.T) {
	url := start(t, built)
	for _, path := range []string{"/cotrail.old.wasm", "/manifest.json", "/.gitkeep", "/cotrail.bb.js.br", "/cotrail.bb.js.secret", "/cotrail.bb.js/"} {
		if res, body := get(t, "GET", url+path); res.StatusCode != 404 {
			t.Errorf("%s: %d %q", path, res.StatusCode, body)
		}
	}
}

func TestNotBuilt(t *testing.T) {
	res, body := get(t, "GET", start(t, fstest.MapFS{".gitkeep": {}})+"/cotrail.js")
	var p struct{ Detail string }
	if err := json.Unmarshal([]byte(body), &p); err != nil || res.StatusCode != 503 || !strings.Contains(p.Detail, "make build") {
		t.Errorf("%d %q %v", res.StatusCode, body, err)
	}
	a, err := New(fstest.MapFS{})
	if err != nil || a.Integrity("https://relay.example", "shop") != "" || a.Version() != "" {
		t.Errorf("without a build: %v %q %q", err, a.Integrity("x", "y"), a.Version())
	}
}

func TestBrokenBuild(t *testing.T) {
	for name, manifest := range map[string]string{
		"no JSON":                     `{`,
		"a form is missing":           `{"module":"cotrail.old.wasm","sensor":"cotrail.cc.sensor.js","script":"cotrail.bb.js"}`,
		"no sensor named":             `{"module":"cotrail.aa.wasm","script":"cotrail.bb.js"}`,
		"no module named":             `{"sensor":"cotrail.cc.sensor.js","script":"cotrail.bb.js"}`,
		"a file of another directory": `{"module":"../cotrail.aa.wasm","sensor":"cotrail.cc.sensor.js","script":"cotrail.bb.js"}`,
	} {
		files := fstest.MapFS{"manifest.json": {Data: []byte(manifest)}}
		for n, f := range built {
			if n != "manifest.json" {
				files[n] = f
			}
		}
		if _, err := New(files); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestIntegrity(t *testing.T) {
	a, err := New(built)
	if err != nil {
		t.Fatal(err)
	}
	want := `<script async src="https://relay.example/cotrail.bb.js" integrity="sha384-xyz" crossorigin="anonymous" data-site="a&#34;b"></script>`
	if got := a.Integrity("https://relay.example/", `a"b`); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestEmbedded(t *testing.T) {
	if _, err := Embedded(); err != nil {
		t.Error(err)
	}
}
