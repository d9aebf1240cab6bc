package server

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/relay/assets"
)

// release stands in for the build of a release: its files have its digit in their names.
func release(t *testing.T, digit string) *assets.Assets {
	t.Helper()
	base := "cotrail." + strings.Repeat(digit, 16)
	files := fstest.MapFS{"manifest.json": {Data: fmt.Appendf(nil, `{"module":"%[1]s.wasm","sensor":"%[1]s.sensor.js","script":"%[1]s.js","script_integrity":"sha384-x","version":"0.%[2]s.0"}`, base, digit)}}
	for _, ending := range []string{".js", ".sensor.js", ".wasm"} {
		var packed bytes.Buffer
		w := brotli.NewWriter(&packed)
		if _, err := w.Write([]byte("content of " + base + ending)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for suffix, content := range map[string][]byte{"": []byte("content of " + base + ending), ".br": packed.Bytes(), ".gz": nil} {
			files[base+ending+suffix] = &fstest.MapFile{Data: content}
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
			old := "cotrail." + strings.Repeat("1", 16) + ending
			if res, body := get(t, s.Address()+"/"+old); res.StatusCode != want || want == http.StatusOK && body != "content of "+old {
				t.Errorf("own recorder alone %v, %s: %d %q", own, old, res.StatusCode, body)
			}
			current := "cotrail." + strings.Repeat("2", 16) + ending
			if res, body := get(t, s.Address()+"/"+current); body != "content of "+current {
				t.Errorf("own recorder alone %v, %s: %d %q", own, current, res.StatusCode, body)
			}
		}
		s.end(t)
	}
}
