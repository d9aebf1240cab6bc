package main

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/e2e/traffic"
)

// TestRecording holds the committed recording to what the measures need of it.
func TestRecording(t *testing.T) {
	lines, err := traffic.ReadRecording("../../testdata/sessions/demo.lines.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, line := range lines {
		kinds[gjson.GetBytes(line, "type").Str]++
		for _, v := range visitors {
			for _, secret := range []string{v.name, v.email, v.phone, v.password, v.card, "127.0.0.1"} {
				if strings.Contains(string(line), secret) {
					t.Errorf("a line has %q: %s", secret, line)
				}
			}
		}
	}
	if visits := len(lines.Visits()); len(lines) < 400 || len(kinds) < 6 || visits != len(visitors) {
		t.Errorf("%d lines of %d visits, of the types %v: too few", len(lines), visits, kinds)
	}
}
