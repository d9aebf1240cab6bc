package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/relay/assets"
)

// content is a file of a release with that digit.
func content(digit, ending string) string { return "release " + digit + ", " + ending }

// nameOf is what the build would call it.
func nameOf(digit, ending string) string {
	sum := sha256.Sum256([]byte(content(digit, ending)))
	return "cotrail." + hex.EncodeToString(sum[:8]) + ending
}

// release stands in for the build of a release.
func release(t *testing.T, digit string) *assets.Assets {
	t.Helper()
	files := fstest.MapFS{"manifest.json": {Data: fmt.Appendf(nil, `{"module":%q,"sensor":%q,"script":%q,"script_integrity":"sha384-x","version":"0.%s.0"}`,
		nameOf(digit, ".wasm"), nameOf(digit, ".sensor.js"), nameOf(digit, ".js"), digit)}}
	for _, ending := range []string{".js", ".sensor.js", ".wasm"} {
		plain := []byte(content(digit, ending))
		var packed bytes.Buffer
		w := brotli.NewWriter(&packed)
		if _, err := w.Write(plain); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for suffix, data := range map[string][]byte{"": plain, ".br": packed.Bytes(), ".gz": nil} {
			files[nameOf(digit, ending)+suffix] = &fstest.MapFile{Data: data}
		}
	}
	a, err := assets.New(files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestRecorderOfAnotherRelease: after an upgrade the files of the release before are served as well, unless the relay is
// told to serve its own alone.
func TestRecorderOfAnotherRelease(t *testing.T) {
	o := options(t)
	o.Assets = release(t, "1")
	start(t, load(t, "", true), o).end(t)
	o.Assets = release(t, "2")
	for own, want := range map[bool]int{false: http.StatusOK, true: http.StatusNotFound} {
		o.OwnRecorder = own
		s := start(t, load(t, "", true), o)
		for _, ending := range []string{".js", ".sensor.js", ".wasm"} {
			if res, body := get(t, s.Address()+"/"+nameOf("1", ending)); res.StatusCode != want || want == http.StatusOK && body != content("1", ending) {
				t.Errorf("own recorder alone %v, the old %s: %d %q", own, ending, res.StatusCode, body)
			}
			if res, body := get(t, s.Address()+"/"+nameOf("2", ending)); body != content("2", ending) {
				t.Errorf("own recorder alone %v, the current %s: %d %q", own, ending, res.StatusCode, body)
			}
		}
		s.end(t)
	}
}
