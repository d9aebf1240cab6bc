// Package e2e holds the tests over the whole road: real pages in a real browser, recorded by the built relay, read
// back through its API. Every relay, site and browser is started by the test that needs it, on loopback, in
// directories of its own, and ends with it.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the relay as a user runs it.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run builds what a release is built of, once for all tests.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cotrail-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "cotrail")
	for _, args := range [][]string{{"run", "./wasm/build"}, {"build", "-o", binary, "./relay"}} {
		build := exec.Command("go", args...)
		build.Dir = ".."
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "go %v: %v\n%s", args, err, out)
			return 1
		}
	}
	return m.Run()
}
