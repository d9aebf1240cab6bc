package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBrowserBuild runs the tests of the package, and with them every vector, in its build for the browser: what
// masks in the page and what masks in the relay must agree to the byte.
func TestBrowserBuild(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("%v; make deps installs it", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "masking.wasm")
	build := exec.Command("go", "test", "-c", "-o", program, "..")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.CommandContext(t.Context(), node, "--stack-size=8192", filepath.Join(strings.TrimSpace(string(root)), "lib/wasm/wasm_exec_node.js"), program, "-test.v", "-test.run=^Test")
	run.Dir = ".."
	run.Env = []string{"PATH=" + os.Getenv("PATH")} // Go's loader takes no more than so much of an environment
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := len(regexp.MustCompile(`(?m)^    --- PASS: TestVectors/`).FindAll(out, -1)); n < 5 {
		t.Errorf("only %d files of vectors were run:\n%s", n, out)
	}
}
