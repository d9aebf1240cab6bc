package assets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	// maxFile bounds what a file is unpacked to: several times a module.
	maxFile = 16 << 20
	// lookEvery is how often the store is asked for the names of files at most: anybody may ask for any name.
	lookEvery = time.Second
	// loadWithin is how long it may take to answer.
	loadWithin = 5 * time.Second
)

// hashed is how the build names the files whose names have the beginning of their SHA-256.
var hashed = regexp.MustCompile(`^cotrail\.([0-9a-f]{16})\.(?:js|sensor\.js|wasm)$`)

// Others serves the files of the releases that other relays over the same store have, or had, for pages that have
// their script: a page may pin it, have it from before an upgrade, or from another relay while an upgrade goes on.
type Others struct {
	store  store.Recorders
	log    *slog.Logger
	asking chan struct{} // has an item while the store is asked

	looked time.Time // when the store was asked for the names last; of whoever asks it

	mu    sync.Mutex       // held for a moment, and never while the store is asked
	files map[string]*file // nil for those that are not loaded yet
}

// NewOthers serves what the store has.
func NewOthers(s store.Recorders, log *slog.Logger) *Others {
	return &Others{store: s, log: log, asking: make(chan struct{}, 1)}
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
		o.log.Error("cannot serve a file of another release", "file", name, "error", err)
		problem.Write(w, http.StatusServiceUnavailable, "The file cannot be read now.")
	default:
		serve(f, keepHashed)(w, r)
	}
}

// file gives a file, which is loaded once. Only one request asks the store at a time: when it does not answer, requests for
// what is loaded are not held up, and others end in time.
func (o *Others) file(ctx context.Context, name string) (*file, error) {
	if !hashed.MatchString(name) {
		return nil, store.ErrNotFound
	}
	if f, _ := o.known(name); f != nil {
		return f, nil
	}
	select {
	case o.asking <- struct{}{}:
		defer func() { <-o.asking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("the store is slow to answer others: %w", ctx.Err())
	}
	f, known := o.known(name)
	if !known {
		if err := o.look(ctx); err != nil {
			return nil, err
		}
		f, known = o.known(name)
	}
	switch {
	case !known:
		return nil, store.ErrNotFound
	case f != nil:
		return f, nil // another request has loaded it meanwhile
	}
	return o.load(ctx, name)
}

// known gives a file that is loaded, and whether it is one that is kept.
func (o *Others) known(name string) (f *file, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f, known = o.files[name]
	return f, known
}

// look learns the names of the files that are kept, but seldom.
func (o *Others) look(ctx context.Context) error {
	if time.Since(o.looked) < lookEvery {
		return nil
	}
	names, err := o.store.RecorderFiles(ctx)
	if err != nil {
		return err
	}
	o.looked = time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	files := map[string]*file{}
	for _, name := range names {
		files[name] = o.files[name]
	}
	o.files = files
	return nil
}

// load takes a file from the store.
func (o *Others) load(ctx context.Context, name string) (*file, error) {
	packed, err := o.store.RecorderFile(ctx, name)
	if err != nil {
		return nil, err
	}
	f, err := unpacked(name, packed)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files[name] = f
	return f, nil
}

// unpacked gives a file of its packed form, in that one and as it is. Browsers keep for a year what it gives, so it must be
// what its name says.
func unpacked(name string, packed []byte) (*file, error) {
	content, err := io.ReadAll(io.LimitReader(brotli.NewReader(bytes.NewReader(packed)), maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("unpack %s: it has over %d bytes", name, maxFile)
	}
	if sum := sha256.Sum256(content); !strings.HasPrefix(hex.EncodeToString(sum[:]), hashed.FindStringSubmatch(name)[1]) {
		return nil, fmt.Errorf("unpack %s: its content has another hash", name)
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
