package assets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/relay/store"
)

// kept are files in a store that counts how often it is asked.
type kept struct {
	store.Recorders
	files map[string][]byte
	fails error
	hangs bool
	asked int
}

func (k *kept) KeepRecorder(_ context.Context, files []store.RecorderFile, _ int64, _ int) error {
	for _, f := range files {
		if k.fails == nil {
			k.files[f.Name] = f.Packed
		}
	}
	return k.fails
}

func (k *kept) RecorderFiles(ctx context.Context) ([]string, error) {
	k.asked++
	if k.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var names []string
	for name := range k.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, k.fails
}

func (k *kept) RecorderFile(_ context.Context, name string) ([]byte, error) {
	k.asked++
	if k.files[name] == nil {
		return nil, errors.Join(k.fails, store.ErrNotFound)
	}
	return k.files[name], k.fails
}

func pack(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := brotli.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// serving gives the address of a relay that has files of other releases in its store.
func serving(t *testing.T, k *kept) (string, *Others) {
	t.Helper()
	o := NewOthers(k, slog.New(slog.DiscardHandler))
	mux := http.NewServeMux()
	mux.Handle("GET /{file}", o)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, o
}

// hashedName is how the build names a file of that content.
func hashedName(content, ending string) string {
	sum := sha256.Sum256([]byte(content))
	return "cotrail." + hex.EncodeToString(sum[:8]) + ending
}

var (
	oldScript = hashedName("script", ".js")
	oldSensor = hashedName("sensor", ".sensor.js")
	oldModule = hashedName("module", ".wasm")
)

func TestFilesOfOtherReleases(t *testing.T) {
	k := &kept{files: map[string][]byte{oldScript: pack(t, []byte("script")), oldSensor: pack(t, []byte("sensor")), oldModule: pack(t, []byte("module"))}}
	url, _ := serving(t, k)
	for name, want := range map[string]struct{ kind, content string }{
		oldScript: {"text/javascript; charset=utf-8", "script"}, oldSensor: {"text/javascript; charset=utf-8", "sensor"}, oldModule: {"application/wasm", "module"},
	} {
		res, body := get(t, "GET", url+"/"+name)
		h := res.Header
		if body != want.content || h.Get("Content-Type") != want.kind || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Cache-Control") != keepHashed || h.Get("ETag") != `"`+name+`"` {
			t.Errorf("%s: %d %q, %v", name, res.StatusCode, body, h)
		}
		if res, body = get(t, "GET", url+"/"+name, "Accept-Encoding", "gzip, br"); body != string(k.files[name]) || res.Header.Get("Content-Encoding") != "br" {
			t.Errorf("%s with brotli: %d %q, %v", name, res.StatusCode, body, res.Header)
		}
		if res, _ = get(t, "GET", url+"/"+name, "If-None-Match", h.Get("ETag")); res.StatusCode != http.StatusNotModified {
			t.Errorf("%s, known already: %d", name, res.StatusCode)
		}
	}
	if k.asked != 1+len(k.files) {
		t.Errorf("the store was asked %d times for the names and %d files", k.asked, len(k.files))
	}
}

// Whoever asks for names that nobody has does not have the store asked each time, nor for any name.
func TestNoSuchFile(t *testing.T) {
	k := &kept{files: map[string][]byte{"secrets.txt": pack(t, []byte("secret"))}}
	url, _ := serving(t, k)
	for _, name := range []string{"secrets.txt", "favicon.ico", "cotrail.zz112233445566aa.js", "cotrail.00112233445566aa.txt", oldModule + ".br", "%2e%2e"} {
		if res, body := get(t, "GET", url+"/"+name); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %q", name, res.StatusCode, body)
		}
	}
	if k.asked != 0 {
		t.Errorf("the store was asked %d times for what is no file of a build", k.asked)
	}
	for range 50 {
		if res, body := get(t, "GET", url+"/"+oldModule); res.StatusCode != http.StatusNotFound {
			t.Errorf("%d %q", res.StatusCode, body)
		}
	}
	if k.asked > 3 {
		t.Errorf("the store was asked %d times in a moment", k.asked)
	}
}

// A file that another relay brings while an upgrade goes on is found.
func TestFileOfANewerRelease(t *testing.T) {
	k := &kept{files: map[string][]byte{oldScript: pack(t, []byte("script"))}}
	url, o := serving(t, k)
	if res, _ := get(t, "GET", url+"/"+oldModule); res.StatusCode != http.StatusNotFound {
		t.Fatalf("before: %d", res.StatusCode)
	}
	k.files[oldModule] = pack(t, []byte("module"))
	o.looked = o.looked.Add(-2 * lookEvery)
	if res, body := get(t, "GET", url+"/"+oldModule); body != "module" {
		t.Errorf("after: %d %q", res.StatusCode, body)
	}
	delete(k.files, oldModule) // what is forgotten is served until the names are looked at again
	if res, body := get(t, "GET", url+"/"+oldModule); body != "module" {
		t.Errorf("forgotten: %d %q", res.StatusCode, body)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	bomb := pack(t, make([]byte, maxFile+1))
	for what, k := range map[string]*kept{
		"a store that is away": {files: map[string][]byte{oldModule: pack(t, []byte("module"))}, fails: errors.New("no connection")},
		"no brotli":            {files: map[string][]byte{oldModule: []byte("module")}},
		"a bomb":               {files: map[string][]byte{hashedName(string(make([]byte, maxFile+1)), ".wasm"): bomb}},
		"another's content":    {files: map[string][]byte{oldModule: pack(t, []byte("modulf"))}},
	} {
		url, o := serving(t, k)
		for name := range k.files {
			if res, body := get(t, "GET", url+"/"+name); res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s: %d %q", what, res.StatusCode, body)
			}
		}
		k.fails, k.files = nil, map[string][]byte{oldModule: pack(t, []byte("module"))}
		o.looked = time.Time{}
		if res, body := get(t, "GET", url+"/"+oldModule); body != "module" {
			t.Errorf("%s, then mended: %d %q", what, res.StatusCode, body)
		}
	}
}

// asks gives the handler's answer, and what of the bubble's time it took.
func asks(o *Others, name string) (status int, took time.Duration) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/"+name, nil)
	r.SetPathValue("file", name)
	began := time.Now()
	o.ServeHTTP(w, r)
	return w.Code, time.Since(began)
}

// A store that does not answer holds up nobody whose file is loaded, and each other for no longer than one question may take.
func TestStoreThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &kept{files: map[string][]byte{oldModule: pack(t, []byte("module"))}}
		o := NewOthers(k, slog.New(slog.DiscardHandler))
		if status, _ := asks(o, oldModule); status != http.StatusOK {
			t.Fatalf("before: %d", status)
		}
		time.Sleep(lookEvery)
		k.hangs = true
		var waiting sync.WaitGroup
		for range 20 {
			waiting.Go(func() {
				if status, took := asks(o, oldScript); status != http.StatusServiceUnavailable || took > loadWithin {
					t.Errorf("a file that is not loaded: %d after %s", status, took)
				}
			})
		}
		synctest.Wait()
		if status, took := asks(o, oldModule); status != http.StatusOK || took > 0 {
			t.Errorf("a file that is loaded: %d after %s", status, took)
		}
		waiting.Wait()
	})
}
