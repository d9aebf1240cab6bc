package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func testRecorders(t *testing.T, f *fixture) {
	// starts is a relay that starts with these files.
	starts := func(after int64, names ...string) {
		t.Helper()
		var files []store.RecorderFile
		for _, name := range names {
			files = append(files, store.RecorderFile{Name: name, Packed: []byte("of " + name)})
		}
		if err := f.KeepRecorder(ctx(), files, noon+after, 2); err != nil {
			t.Fatal(err)
		}
	}
	want := func(names ...string) {
		t.Helper()
		got, err := f.RecorderFiles(ctx())
		if err != nil || !slices.Equal(got, names) {
			t.Errorf("files %q, %v; want %q", got, err, names)
		}
		for _, name := range names {
			if packed, err := f.RecorderFile(ctx(), name); err != nil || string(packed) != "of "+name {
				t.Errorf("%s: %q, %v", name, packed, err)
			}
		}
	}
	want()
	starts(0, "one.js", "shared.wasm")
	starts(1, "two.js", "shared.wasm")
	want("one.js", "shared.wasm", "two.js")
	f.reopen()
	starts(2, "one.js", "shared.wasm") // again, so that it is the latest
	starts(3, "three.js", "three.wasm")
	want("one.js", "shared.wasm", "three.js", "three.wasm")
	starts(3) // a relay without a recorder forgets nothing
	want("one.js", "shared.wasm", "three.js", "three.wasm")
	for _, name := range []string{"two.js", "", strings.Repeat("x", 300)} {
		_, err := f.RecorderFile(ctx(), name)
		wantError(t, "a file that is not kept", err, store.ErrNotFound)
	}
}
