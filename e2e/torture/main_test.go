// Package torture kills the relay again and again while pages record, or two of three, or the servers of their database;
// it cuts connections, holds processes still, moves clocks and fills the disk, and then counts: what was acknowledged is in the log, once, in its order, and where
// something is missing a gap says so.
//
//	go test ./e2e/torture -v -cycles 200
//
// The pages are the recorder's own uplink, which is plain Go, over real connections; the relay is the built program.
package torture

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

var (
	cycles = flag.Int("cycles", 4, "how often the relay is killed")
	only   = flag.String("store", "", "the store to torture, all if empty")
)

// binary is the relay as a user runs it.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	dir, err := os.MkdirTemp("", "cotrail-torture-")
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
