package assets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	// Kept is of how many other releases the files are kept: more than a site upgrades to before it changes its pages.
	Kept = 10
	// maxFile bounds what a file is unpacked to: several times a module.
	maxFile = 16 << 20
	// lookEvery is how often the store is asked for the names of files at most: anybody may ask for any name.
	lookEvery = time.Second
	// loadWithin is how long it may take to answer.
	loadWithin = 5 * time.Second
)

// hashed is how the build names the files whose names have their hash.
var hashed = regexp.MustCompile(`^cotrail\.[0-9a-f]{16}\.(js|sensor\.js|wasm)$`)

// Others serves the files of the releases that other relays over the same store have, or had, for pages that have
// their script: a page may pin it, have it from before an upgrade, or from another relay while an upgrade goes on.
type Others struct {
	Store store.Recorders
	Log   *slog.Logger

	mu     sync.Mutex
	files  map[string]*file // nil for those that are not loaded yet
	looked time.Time
}

// ServeHTTP answers with the file that the path names.
func (o *Others) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	ctx, cancel := context.WithTimeout(r.Context(), loadWithin)
	defer cancel()
	f, err := o.file(ctx, name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		problem.Write(w, http.StatusNotFound, "There is no such file.")
	case err != nil:
		o.Log.Error("cannot serve a file of another release", "file", name, "error", err)
		problem.Write(w, http.StatusServiceUnavailable, "The file cannot be read now.")
	default:
		serve(f, keepHashed)(w, r)
	}
}

// file gives a file, which is loaded once. One that is not known is looked for again, but seldom.
func (o *Others) file(ctx context.Context, name string) (*file, error) {
	if !hashed.MatchString(name) {
		return nil, store.ErrNotFound
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	f, known := o.files[name]
	if !known {
		if err := o.look(ctx); err != nil {
			return nil, err
		}
		_, known = o.files[name]
	}
	switch {
	case !known:
		return nil, store.ErrNotFound
	case f != nil:
		return f, nil
	}
	packed, err := o.Store.RecorderFile(ctx, name)
	if err != nil {
		return nil, err
	}
	if f, err = unpacked(name, packed); err != nil {
		return nil, err
	}
	o.files[name] = f
	return f, nil
}

// look learns the names of the files that are kept.
func (o *Others) look(ctx context.Context) error {
	if time.Since(o.looked) < lookEvery {
		return nil
	}
	o.looked = time.Now()
	names, err := o.Store.RecorderFiles(ctx)
	if err != nil {
		return err
	}
	files := map[string]*file{}
	for _, name := range names {
		files[name] = o.files[name]
	}
	o.files = files
	return nil
}

// unpacked gives a file of its packed form, in that one and as it is.
func unpacked(name string, packed []byte) (*file, error) {
	content, err := io.ReadAll(io.LimitReader(brotli.NewReader(bytes.NewReader(packed)), maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("unpack %s: it has over %d bytes", name, maxFile)
	}
	f := &file{kind: javascript}
	if strings.HasSuffix(name, ".wasm") {
		f.kind = wasm
	}
	for _, e := range encodings {
		switch e.name {
		case brotliPacked:
			f.forms = append(f.forms, e.form(name, packed))
		case identity:
			f.forms = append(f.forms, e.form(name, content))
		}
	}
	return f, nil
}
