package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/traffic"
)

// TestLoad is the short form of a relay with many idle pages and some busy ones: all is acknowledged and in the log.
//
//	go run ./e2e/load -idle 5000 -pages 500 -rate 50000 -for 60s    is the long one
func TestLoad(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "cotrail")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/cotrail/cotrail/relay").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	text, err := run(t.Context(), options{
		binary: binary, session: "../../testdata/sessions/demo.lines.ndjson", shape: traffic.Shape{Pages: 50, Batch: 20},
		idle: 400, rate: 5000, within: 2 * time.Second, readBack: 50,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, want := range []string{"50 that record, 400 idle", "p99.9", "bytes an event", "us an event", "MB after", "50 of 50 sessions read back"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not tell %q:\n%s", want, text)
		}
	}
}
