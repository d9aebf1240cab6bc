package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

const (
	// relayStart bounds the start: opening an empty store takes well under a second.
	relayStart = 10 * time.Second

	// relayStop is what a graceful end may take before the process is killed.
	relayStop = 10 * time.Second
)

// relay is a cotrail process of the bench's own, on loopback with an empty store.
type relay struct {
	url    string
	cmd    *exec.Cmd
	dir    string
	output bytes.Buffer // read only after the process has ended
}

// startRelay returns when the relay is ready. The caller stops it.
func startRelay(ctx context.Context, binary string) (*relay, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cotrail-bench-")
	if err != nil {
		return nil, err
	}
	r := &relay{url: "http://" + address, dir: dir}
	r.cmd = exec.CommandContext(ctx, binary, "serve", "--dev", "--listen", address, "--data", dir)
	r.cmd.Cancel = func() error { return r.cmd.Process.Signal(os.Interrupt) }
	r.cmd.WaitDelay = relayStop
	r.cmd.Stdout, r.cmd.Stderr = &r.output, &r.output
	if err := r.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("starting the relay: %w", err)
	}
	if err := r.waitReady(ctx); err != nil {
		return nil, errors.Join(err, r.stop(), fmt.Errorf("the relay wrote:\n%s", r.output.Bytes()))
	}
	return r, nil
}

func (r *relay) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, relayStart)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/readyz", nil)
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

// get reads a path of the API with the key that a relay in development has.
func (r *relay) get(ctx context.Context, path, form string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer dev")
	req.Header.Set("Accept", form)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", path, res.Status)
	}
	return io.ReadAll(res.Body)
}

// stop ends the process gracefully and removes its store.
func (r *relay) stop() error {
	r.cmd.Process.Signal(os.Interrupt) // fails only if it has ended already
	kill := time.AfterFunc(relayStop, func() { r.cmd.Process.Kill() })
	err := r.cmd.Wait()
	kill.Stop()
	if err != nil {
		err = fmt.Errorf("the relay ended: %w", err)
	}
	return errors.Join(err, os.RemoveAll(r.dir))
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
