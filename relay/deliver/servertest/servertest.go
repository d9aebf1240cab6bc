// Package servertest starts other people's servers for tests, as processes on loopback. They are tools of the module in
// e2e/servers, so that what they need is no concern of the relay's.
package servertest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// The servers.
const (
	S3   = "github.com/versity/versitygw/cmd/versitygw"
	NATS = "github.com/nats-io/nats-server/v2"
)

// within bounds every wait. It is no measure of speed: what takes so long will not come.
const within = time.Minute

// building keeps two tests of a process from building at once.
var building sync.Mutex

// Build builds a server, at the first time, and gives its path.
func Build(t testing.TB, server string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	root := root(t)
	path := filepath.Join(root, ".build", "servers", map[string]string{S3: "versitygw", NATS: "nats-server"}[server])
	cmd := exec.Command("go", "build", "-C", filepath.Join(root, "e2e", "servers"), "-o", path, server)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", server, err, out)
	}
	return path
}

// root is the repository's.
func root(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(out))
}

// Process is a server that runs until the test ends.
type Process struct {
	cmd    *exec.Cmd
	output *output
}

// Start starts a server and waits until it listens on an address.
func Start(t testing.TB, address, path string, args ...string) *Process {
	t.Helper()
	p := &Process{cmd: exec.Command(path, args...), output: &output{}}
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill() })
	Until(t, path+" listens on "+address, func() error {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, p.output)
		}
		return conn.Close()
	})
	return p
}

// Kill ends the server as a power cut does.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it says so when the process has ended
	_ = p.cmd.Wait()
}

// Until waits for a condition, and fails the test when it does not come.
func Until(t testing.TB, what string, is func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := is()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		<-tick.C
	}
}

// Addresses gives addresses on loopback that nobody listens on.
func Addresses(t testing.TB, n int) (addresses []string) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // after all, so that none is given twice
		addresses = append(addresses, l.Addr().String())
	}
	return addresses
}

// output is what a server says.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
