package exactlyonce

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

var cycles = flag.Int("cycles", 3, "how often a relay is killed, on each store")

// checks is how many histories rapid tries where the command line does not say: more find what is rarer.
const checks = "40"

// binary is the relay as a user runs it.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if err := flag.Set("rapid.checks", checks); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	flag.Parse()
	dir, err := os.MkdirTemp("", "cotrail-exactlyonce-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	defer pgtest.End()
	if binary, err = process.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
