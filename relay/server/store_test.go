package server

import (
	"os"
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

// TestTwoRelays: over PostgreSQL a page records at one relay and an auditor reads at another.
func TestTwoRelays(t *testing.T) {
	o := options(t)
	o.Store = pgtest.Database(t)
	here := start(t, load(t, "", true), o)
	o.Data = t.TempDir()
	there := start(t, load(t, "", true), o)
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
