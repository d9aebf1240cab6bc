package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.End()
	os.Exit(code)
}

// shared are the options of the first relay over an empty database.
func shared(t *testing.T) Options {
	t.Helper()
	o := options(t)
	o.Store, o.SigningKey = pgtest.Database(t), filepath.Join(t.TempDir(), "log.key")
	return o
}

// other are the options of another relay, which has a copy of the first one's keys.
func other(t *testing.T, first Options) Options {
	t.Helper()
	o, dir := first, filepath.Join(t.TempDir(), "keys")
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir(first.SigningKey))); err != nil {
		t.Fatal(err)
	}
	o.Data, o.SigningKey = t.TempDir(), filepath.Join(dir, filepath.Base(first.SigningKey))
	for _, name := range []string{o.SigningKey, filepath.Join(dir, ipKeyFile), filepath.Join(dir, linkKeyFile)} {
		if err := os.Chmod(name, 0o600); err != nil { // a copy has the modes that the process gives
			t.Fatal(err)
		}
	}
	return o
}

// TestTwoRelays: over PostgreSQL a page records at one relay and an auditor reads at another.
func TestTwoRelays(t *testing.T) {
	o := shared(t)
	here := start(t, load(t, "", true), o)
	there := start(t, load(t, "", true), other(t, o))
	conn := record(t, here)
	defer conn.CloseNow()
	for deadline := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		_, body := get(t, there.Address()+"/v1/sessions/"+session+"/log?type=client_log", "Authorization", "Bearer dev")
		if strings.Count(body, `"stream_seq":1`) == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log at the other relay: %s", body)
		}
	}
	for _, s := range []*running{here, there} {
		if res, body := get(t, s.Address()+"/readyz"); res.StatusCode != 200 {
			t.Errorf("readyz: %d %s", res.StatusCode, body)
		}
		if _, body := get(t, s.Address()+"/metrics"); !strings.Contains(body, "cotrail_store_sync_standbys 0") {
			t.Errorf("the metrics:\n%s", body)
		}
		if err := s.end(t); err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}
