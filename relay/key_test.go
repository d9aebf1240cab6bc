package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// heard is what a relay writes while a test reads it.
type heard struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.String()
}

// cotrail runs a command that must end well, and gives what it printed.
func cotrail(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), args, &stdout, &stderr); code != exitGood {
		t.Fatalf("cotrail %q: exit %d\n%s", args, code, &stderr)
	}
	return stdout.String()
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// TestKeys makes keys, uses them at a relay that runs, revokes one, and breaks the file.
func TestKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cotrail.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	write("sites:\n  - {key: shop, origins: [\"https://shop.example\"]}\n")
	ada := strings.TrimSpace(cotrail(t, "key", "new", "--config", file, "--name", "ada", "--scope", "read,host", "--site", "shop"))
	eve := strings.TrimSpace(cotrail(t, "key", "new", "--config", file, "--name", "eve", "--scope", "read", "--site", "*"))
	if !strings.HasPrefix(ada, "cotrail_") || len(ada) < 50 || ada == eve {
		t.Errorf("keys %q, %q", ada, eve)
	}
	text, _ := os.ReadFile(file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 || bytes.Contains(text, []byte(ada)) {
		t.Errorf("%v, %v:\n%s", info.Mode(), err, text)
	}
	list := cotrail(t, "key", "list", "--config", file)
	if !strings.Contains(list, "ada   read,host  shop") || !strings.Contains(list, "eve   read       *") {
		t.Errorf("listed as\n%s", list)
	}
	if printed := cotrail(t, "key", "new", "--name", "x", "--scope", "read", "--site", "shop"); !strings.Contains(printed, "\nkeys:\n  - {name: \"x\", sha256:") {
		t.Errorf("printed %s", printed)
	}

	address, log := serveWith(t, file)
	status := func(key string) int {
		req, _ := http.NewRequest("GET", address+"/v1/sessions", nil)
		req.Header.Set("Authorization", "Bearer "+key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0
		}
		res.Body.Close()
		return res.StatusCode
	}
	until(t, "the relay serves", func() bool { return status(ada) == 200 && status(eve) == 200 })
	hangUp := func() {
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	cotrail(t, "key", "revoke", "--config", file, "ada")
	hangUp()
	until(t, "the key is revoked", func() bool { return status(ada) == 401 })
	if got := status(eve); got != 200 {
		t.Errorf("the other key: %d", got)
	}
	write("sites:\n  - {key: shop, orgins: []}\n")
	hangUp()
	until(t, "the log tells of the line", func() bool { return strings.Contains(log.String(), file+`:2: unknown key \"orgins\"`) })
	if got := status(eve); got != 200 {
		t.Errorf("after a file that cannot be used: %d", got)
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"key", "revoke", "--config", file, "eve"}, &stdout, &stderr); code != exitUsage {
		t.Errorf("revoked in a file that cannot be used: exit %d", code)
	}
}

// serveWith runs a relay with a configuration file until the test ends.
func serveWith(t *testing.T, file string) (address string, log *heard) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	l.Close()
	ctx, stop := context.WithCancel(context.Background())
	log = &heard{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--listen", listen, "--data", t.TempDir(), "--config", file}, &bytes.Buffer{}, log)
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-ended:
		case <-time.After(within):
			t.Error("it does not end")
		}
	})
	return "http://" + listen, log
}
