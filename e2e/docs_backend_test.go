package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestDocumentedBackEnd runs the examples for back ends as they stand in the document: that in curl, and that in Go.
func TestDocumentedBackEnd(t *testing.T) {
	shown := example(t, "docs/integrate.md", "go", "package main")
	if shown != readFile(t, "docs/examples/backend/main.go") {
		t.Error("docs/integrate.md shows another docs/examples/backend/main.go than there is")
	}
	r := startMembers(t)
	shell := exec.Command("sh", "-euc", r.of("members", example(t, "docs/integrate.md", "sh", "Idempotency-Key"))+"\necho; echo \"$session\"\n")
	program := exec.Command("go", "run", "./docs/examples/backend")
	program.Dir = ".."
	for _, c := range []struct {
		name  string
		run   *exec.Cmd
		types []string
	}{
		{"curl", shell, []string{"session_created", "invitation_sent", "control_switch", "chat", "session_end"}},
		{"Go", program, []string{"session_created", "control_switch_request", "control_switch", "session_end"}},
	} {
		c.run.Env = append(os.Environ(), "COTRAIL_RELAY="+r.url, "COTRAIL_KEY=dev", "COTRAIL_SITE=members")
		out, err := c.run.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.name, err, out)
		}
		lines := strings.Fields(string(out))
		id := lines[len(lines)-1]
		entries := r.settledLog(id, "the session has ended", has(1, "session_end"))
		var got []string
		for _, e := range entries {
			got = append(got, e.text("type"))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.types) {
			t.Errorf("%s: the log has %v, want %v", c.name, got, c.types)
		}
		if strings.Contains(show(entries), "ada@") {
			t.Errorf("%s: the recipient is in the log", c.name)
		}
	}
}
