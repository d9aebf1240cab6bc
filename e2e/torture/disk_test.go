package torture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// diskSize is that of the small disk: the write-ahead log alone keeps up to 64 MB.
const diskSize = 256 << 20

// TestDiskFull fills the relay's disk again and again under load: it refuses events and says why, goes on by itself
// when there is room, and loses nothing, also when it is killed meanwhile.
func TestDiskFull(t *testing.T) {
	for _, e := range engines {
		if !e.embedded {
			continue // its disk is another program's
		}
		t.Run(e.name, func(t *testing.T) {
			e.asked(t)
			dir := smallDisk(t)
			s := newStand(t, e, dir, 1)
			for range max(*cycles/10, 1) {
				s.cycle(func() { s.fill(dir) })
			}
			s.settle()
		})
	}
}

// smallDisk mounts a file system of its own.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", diskSize)); err != nil {
		t.Skipf("a small disk cannot be mounted here, so nothing was filled: %v", err)
	}
	t.Cleanup(func() {
		err := syscall.Unmount(dir, 0)
		for end := time.Now().Add(patience); err == syscall.EBUSY && time.Now().Before(end); err = syscall.Unmount(dir, 0) {
			time.Sleep(10 * time.Millisecond) // files are let go of a moment after they are closed
		}
		if err != nil {
			t.Errorf("unmounting the small disk: %v", err)
		}
	})
	return dir
}

// fill takes all room until the relay says so, and gives it back: sometimes after a kill, so that the relay starts on
// what a full disk has left.
func (s *stand) fill(dir string) {
	s.t.Helper()
	s.counts.full++
	filler := filepath.Join(dir, "filler")
	s.eventually("/readyz says that the disk is full", func() bool {
		take(s.t, filler) // again, for a checkpoint gives some back
		status, body := s.ready()
		return status == http.StatusServiceUnavailable && strings.Contains(body, "full")
	})
	if s.counts.full%2 == 0 {
		s.kill(s.relays[0])
	}
	if err := os.Remove(filler); err != nil {
		s.t.Fatal(err)
	}
	if s.counts.full%2 == 0 {
		if err := s.relays[0].Restart(context.Background()); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	s.eventually("the relay takes events again", func() bool { status, _ := s.ready(); return status == http.StatusOK })
}

// take lets a file grow until there is no room.
func take(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// ready asks whether the relay would take events.
func (s *stand) ready() (status int, body string) {
	s.t.Helper()
	res, err := http.Get(s.relays[0].URL + "/readyz")
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}
