package sqlite_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// The test program runs itself again as a child that writes until it is killed or its disk fails.
const (
	childRole = "COTRAIL_STORE_CHILD"
	childDir  = "COTRAIL_STORE_DIR"

	roleAppend = "append"       // append without end, print every acknowledged number
	roleNoRoom = "failing-disk" // the same, on a disk on which writing fails after a while
)

const crashSession = "0123456789abcdef0123456789abcdef"

var crashStreams = []string{"0000000000000001", "0000000000000002", "0000000000000003"}

func child(role string) {
	if role == roleNoRoom {
		signal.Ignore(syscall.SIGXFSZ)
		limit := syscall.Rlimit{Cur: 4 << 20, Max: 4 << 20} // writing beyond fails with EFBIG: an I/O error, no full disk
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println("error", err)
			return
		}
	}
	s, err := sqlite.Open(context.Background(), os.Getenv(childDir), time.Now)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	for _, stream := range crashStreams {
		go appendForever(s, stream)
	}
	fmt.Println("failed", <-s.Failed())
	_, err = s.Append(context.Background(), crashBatch(crashStreams[0], 1))
	fmt.Println("afterwards", err)
	os.Exit(0)
}

func appendForever(s *sqlite.Store, stream string) {
	opened, err := s.Open(context.Background(), store.Opening{Site: "shop", Session: crashSession, SecretHash: sha256.Sum256(nil), Stream: stream})
	for last := opened.Last; err == nil; {
		last, err = s.Append(context.Background(), crashBatch(stream, last+1))
		if err == nil {
			fmt.Println("ack", stream, last) // one write call: a line is whole or not there
		}
	}
}

// crashBatch is three events; every other batch repeats what was there before, as a recorder does that resumes.
func crashBatch(stream string, first uint64) store.Batch {
	if first > 3 && first%2 == 0 {
		first -= 2
	}
	b := store.Batch{Session: crashSession, Stream: stream, First: first, Count: 3}
	for i := range uint64(3) {
		b.Lines = fmt.Appendf(b.Lines, "%s %d %s\n", stream, first+i, strings.Repeat("x", 200))
	}
	return b
}

func startChild(t *testing.T, role, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childRole+"="+role, childDir+"="+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

func TestKill(t *testing.T) {
	const cycles = 5
	dir := t.TempDir()
	acked := map[string]uint64{}
	for cycle := range cycles {
		c, out := startChild(t, roleAppend, dir)
		kill := 50 + rand.IntN(500) // acknowledgements until the child is killed, at whatever it is doing then
		for n := 0; out.Scan(); n++ {
			var stream string
			var last uint64
			if _, err := fmt.Sscanf(out.Text(), "ack %s %d", &stream, &last); err != nil {
				t.Fatalf("child says %q", out.Text())
			}
			acked[stream] = max(acked[stream], last)
			if n == kill {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = c.Wait() // killed
		checkAcked(t, cycle, dir, acked)
	}
}

// checkAcked opens the store as a new relay would and compares it with what was acknowledged. One batch more a
// stream may be there: durable, and killed before it could be acknowledged.
func checkAcked(t *testing.T, cycle int, dir string, acked map[string]uint64) {
	t.Helper()
	s := mustOpen(t, dir)
	defer s.Close()
	if _, crashed := s.Checked(); !crashed {
		t.Errorf("cycle %d: the database was not checked", cycle)
	}
	w, err := s.Work(context.Background(), crashSession, store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]uint64{}
	for _, p := range w.Pending {
		for line := range strings.Lines(string(p.Lines)) {
			var stream string
			var n uint64
			if _, err := fmt.Sscanf(line, "%s %d", &stream, &n); err != nil || n != stored[stream]+1 {
				t.Fatalf("cycle %d: %s %d follows %d", cycle, stream, n, stored[stream])
			}
			stored[stream] = n
		}
	}
	for _, stream := range crashStreams {
		if got, want := stored[stream], acked[stream]; got < want || got > want+3 {
			t.Errorf("cycle %d: stream %s has %d events, %d were acknowledged", cycle, stream, got, want)
		}
	}
}

func TestFailingDisk(t *testing.T) {
	dir := t.TempDir()
	c, out := startChild(t, roleNoRoom, dir)
	acked := map[string]uint64{}
	var failed, afterwards string
	for out.Scan() {
		var stream string
		var last uint64
		if _, err := fmt.Sscanf(out.Text(), "ack %s %d", &stream, &last); err == nil {
			acked[stream] = max(acked[stream], last)
		} else if what, text, _ := strings.Cut(out.Text(), " "); what == "failed" {
			failed = text
		} else {
			afterwards = out.Text()
		}
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(failed, "disk I/O error") || !strings.Contains(afterwards, failed) {
		t.Errorf("failed: %q; then %q; want an I/O error, and nothing taken after it", failed, afterwards)
	}
	if len(acked) == 0 {
		t.Error("nothing was acknowledged before the disk failed")
	}
	checkAcked(t, 0, dir, acked)
}
