package assets

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// What the files are.
const (
	javascript = "text/javascript; charset=utf-8"
	wasm       = "application/wasm"
)

// Names of encodings; identity is none.
const (
	brotliPacked = "br"
	identity     = "identity"
)

// encoding is a form that the build makes of a file.
type encoding struct{ name, suffix string }

// encodings are all of them, the best first.
var encodings = []encoding{{brotliPacked, ".br"}, {"gzip", ".gz"}, {identity, ""}}

// form is that of a file, whose name has its hash, so that the name makes the entity tag; each form has its own, since
// their bytes differ.
func (e encoding) form(name string, content []byte) form {
	return form{e.name, `"` + name + e.suffix + `"`, content}
}

// file is one file in all its forms, in the order of encodings.
type file struct {
	kind  string
	forms []form
}

type form struct {
	encoding string
	etag     string
	content  []byte
}

// read reads all forms of a file.
func read(files fs.FS, name, kind string) (*file, error) {
	if name == "" || path.Base(name) != name {
		return nil, fmt.Errorf("%q is no file name", name)
	}
	f := &file{kind: kind}
	for _, e := range encodings {
		content, err := fs.ReadFile(files, name+e.suffix)
		if err != nil {
			return nil, err
		}
		f.forms = append(f.forms, e.form(name, content))
	}
	return f, nil
}

// choose gives the form that an Accept-Encoding header asks for most, the better packed one when it has no wish.
func (f *file) choose(headers []string) form {
	quality := map[string]float64{}
	for _, part := range strings.Split(strings.Join(headers, ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(value, 64) // what is no number refuses
		}
		quality[strings.ToLower(strings.TrimSpace(name))] = q
	}
	best, wish := f.forms[len(f.forms)-1], 0.0 // as it is, also for a browser that wants nothing we have
	for _, form := range f.forms {
		q, named := quality[form.encoding]
		if rest, ok := quality["*"]; !named && ok && form.encoding != identity {
			q = rest
		}
		if q > wish {
			best, wish = form, q
		}
	}
	return best
}
