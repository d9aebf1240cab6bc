// Package process runs the relay as its users run it, as a process of its own on loopback, and tells what it uses.
// It can also be ended as a power cut would end it, and started again over what it left.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/cotrail/cotrail/e2e/traffic"
)

const (
	// relayStart bounds the start: opening an empty store takes well under a second, on a machine that has nothing
	// else to do.
	relayStart = time.Minute

	// relayStop is what a graceful end may take before the process is killed.
	relayStop = 30 * time.Second
)

// Relay is a cotrail process.
type Relay struct {
	traffic.Target
	Dir string // of its store

	binary string
	args   []string
	own    bool // the directory is the process's own, and goes with it
	cmd    *exec.Cmd
	output bytes.Buffer // read only after the process has ended
}

// Build builds the relay into a directory, with what is in its assets, and gives its path.
func Build(dir string) (string, error) {
	path := filepath.Join(dir, "cotrail")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/cotrail/cotrail/relay").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// Start starts a relay in development mode with an empty store of its own, and returns when it is ready. The caller
// stops it.
func Start(ctx context.Context, binary string) (*Relay, error) {
	dir, err := os.MkdirTemp("", "cotrail-process-")
	if err != nil {
		return nil, err
	}
	r, err := StartIn(ctx, binary, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	r.own = true
	return r, nil
}

// StartIn starts a relay in development mode with its store in dir and with more flags, and returns when it is ready.
func StartIn(ctx context.Context, binary, dir string, flags ...string) (*Relay, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	r := &Relay{Target: traffic.Target{URL: "http://" + address, Site: "demo", Key: "dev"}, Dir: dir, binary: binary}
	r.args = append([]string{"serve", "--dev", "--listen", address, "--data", dir}, flags...)
	return r, r.Restart(ctx)
}

// Restart starts a relay that has ended, at its address and over its store, and returns when it is ready.
func (r *Relay) Restart(ctx context.Context) error {
	if err := r.Launch(ctx); err != nil {
		return err
	}
	if err := r.waitReady(ctx); err != nil {
		return errors.Join(err, r.end(), fmt.Errorf("the relay wrote:\n%s", r.output.Bytes()))
	}
	return nil
}

// Launch starts a relay that has ended and does not wait until it is ready.
func (r *Relay) Launch(ctx context.Context) error {
	r.output.Reset()
	r.cmd = exec.CommandContext(ctx, r.binary, r.args...)
	r.cmd.Cancel = func() error { return r.cmd.Process.Signal(os.Interrupt) }
	r.cmd.WaitDelay = relayStop
	r.cmd.Stdout, r.cmd.Stderr = &r.output, &r.output
	if err := r.cmd.Start(); err != nil {
		return fmt.Errorf("starting the relay: %w", err)
	}
	return nil
}

// Signal sends the process a signal.
func (r *Relay) Signal(s syscall.Signal) error { return r.cmd.Process.Signal(s) }

// Kill ends the process as a power cut would, and returns when it is gone.
func (r *Relay) Kill() error {
	if err := r.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("killing the relay: %w", err)
	}
	_ = r.cmd.Wait() // killed
	if status, ok := r.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		return fmt.Errorf("the relay had ended by itself: %s\n%s", r.cmd.ProcessState, r.output.Bytes())
	}
	return nil
}

func (r *Relay) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, relayStart)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/readyz", nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(res.Status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the relay: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the process gracefully, and removes its store when it is its own.
func (r *Relay) Stop() error {
	err := r.end()
	if r.own {
		err = errors.Join(err, os.RemoveAll(r.Dir))
	}
	return err
}

func (r *Relay) end() error {
	r.cmd.Process.Signal(os.Interrupt) // fails only if it has ended already
	kill := time.AfterFunc(relayStop, func() { r.cmd.Process.Kill() })
	defer kill.Stop()
	if err := r.cmd.Wait(); err != nil {
		return fmt.Errorf("the relay ended: %w", err)
	}
	return nil
}

// freeAddress finds a port by opening and closing it; another program could take it in between,
// and then the relay says so.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
