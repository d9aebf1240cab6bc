package dir

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

func message(lines string) deliver.Message {
	return deliver.Message{ID: "d1", Kind: store.KindCreated, Site: "shop", Session: "s1", Began: time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC),
		Made: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), Document: deliver.Document{Lines: []byte(lines), Count: 1}}
}

// files gives every file below a directory with its content.
func files(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			content, err := os.ReadFile(path)
			name, _ := filepath.Rel(root, path)
			all[name] = string(content)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func want(t *testing.T, root string, pairs ...string) {
	t.Helper()
	got := files(t, root)
	for i := 0; i < len(pairs); i += 2 {
		if got[pairs[i]] != pairs[i+1] {
			t.Errorf("%s is %q, want %q", pairs[i], got[pairs[i]], pairs[i+1])
		}
	}
	if len(got) != len(pairs)/2 {
		t.Errorf("files %v", got)
	}
}

func TestDir(t *testing.T) {
	root := filepath.Join(t.TempDir(), "not", "there")
	d := New(root)
	const name, log = "shop/2026/11/22/s1.json", "{\"session_logs\":[\n{\"seq\":1}\n]}\n"
	for range 2 { // the second time as after a crash before the outbox was told
		if err := d.Deliver(t.Context(), message("{\"seq\":1}\n")); err != nil {
			t.Fatal(err)
		}
	}
	want(t, root, name, log)
	if info, err := os.Stat(filepath.Join(root, name)); err != nil || info.Mode().Perm() != fileMode {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}

	proven := message("{\"seq\":1}\n")
	proven.Document.Export = []byte(`{"session_logs":[{"seq":1}],"proof":"made at another time"}`)
	if err := d.Deliver(t.Context(), proven); err != nil {
		t.Errorf("the same log with another proof: %v", err)
	}

	var never *deliver.Never
	if err := d.Deliver(t.Context(), message("{\"seq\":2}\n")); !errors.As(err, &never) {
		t.Errorf("another file of the name: %v", err)
	}
	want(t, root, name, log)

	erased := message("")
	erased.Kind = store.KindErased
	for range 2 {
		if err := d.Deliver(t.Context(), erased); err != nil {
			t.Fatal(err)
		}
	}
	want(t, root, "shop/2026/11/22/s1.erased.json",
		`{"session_id":"s1","site":"shop","timestamp":"2026-11-23T01:00:00.000Z","type":"space.session.audit_logs_erased"}`+"\n")
}

// What cannot be written is an error, and leaves nothing behind.
func TestUnwritable(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "shop"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := New(root).Deliver(t.Context(), message("{}\n")); err == nil {
		t.Error("a file was written below a file")
	}
	if got := files(t, root); !slices.Equal([]string{"shop"}, keys(got)) {
		t.Errorf("files %v", got)
	}
}

func keys(m map[string]string) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}
