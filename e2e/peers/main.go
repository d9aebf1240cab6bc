// Command peers makes the batches of a recorded session durable with what others would use: NATS JetStream that syncs
// always, and plain inserts into PostgreSQL. It is for e2e/bench, and a module of its own so that the relay's has no NATS
// in it.
//
//	go run . -session ../../testdata/sessions/demo.lines.ndjson
//
// It writes one line of JSON for each peer: events a second, and the times of acknowledgement in milliseconds.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"
)

// A peer makes batches durable. Each writer has a put of its own, which returns when its batch is durable.
type peer struct {
	name  string
	start func(ctx context.Context, dir string) (put func(writer int) (func(batch []byte) error, error), stop func() error, err error)
}

var peers = []peer{
	{"NATS JetStream, sync always", startNATS},
	{"PostgreSQL, one insert a batch", startPostgres},
}

// figure is what a peer reached.
type figure struct {
	Peer    string  `json:"peer"`
	Events  float64 `json:"events_per_second"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Missing string  `json:"missing,omitempty"` // why it could not be measured
}

func main() {
	session := flag.String("session", "", "the recorded session, a line an event")
	size := flag.Int("batch", 20, "events of a batch")
	writers := flag.Int("writers", 128, "who write at once, each waiting for its acknowledgement")
	within := flag.Duration("for", 5*time.Second, "how long")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	batches, err := read(*session, *size)
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(2)
	}
	for _, p := range peers {
		f, err := p.measure(ctx, batches, *size, *writers, *within)
		if err != nil {
			f.Missing = err.Error()
		}
		f.Peer = p.name
		if err := json.NewEncoder(os.Stdout).Encode(f); err != nil {
			fmt.Fprintln(os.Stderr, "peers:", err)
			os.Exit(2)
		}
	}
}

// read gives the session in batches of a size, each as it would be stored.
func read(file string, size int) (batches [][]byte, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := slices.Collect(bytes.Lines(raw))
	for part := range slices.Chunk(lines, size) {
		if len(part) == size {
			batches = append(batches, bytes.Join(part, nil))
		}
	}
	if len(batches) == 0 {
		return nil, fmt.Errorf("%s has no %d lines", file, size)
	}
	return batches, nil
}

// measure lets all writers write until the time is over.
func (p peer) measure(ctx context.Context, batches [][]byte, size, writers int, within time.Duration) (f figure, err error) {
	dir, err := os.MkdirTemp("", "cotrail-peer-")
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(dir)
	put, stop, err := p.start(ctx, dir)
	if err != nil {
		return f, err
	}
	defer func() {
		if failed := stop(); err == nil {
			err = failed
		}
	}()
	var mu sync.Mutex
	var waits []time.Duration
	var all sync.WaitGroup
	puts := make([]func([]byte) error, writers)
	for i := range puts {
		if puts[i], err = put(i); err != nil {
			return f, err
		}
	}
	start := time.Now()
	for i := range puts {
		all.Go(func() {
			var own []time.Duration
			var failed error
			for n := i; failed == nil && time.Since(start) < within; n++ {
				at := time.Now()
				if failed = puts[i](batches[n%len(batches)]); failed == nil {
					own = append(own, time.Since(at))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, own...)
			if failed != nil {
				err = failed
			}
		})
	}
	all.Wait()
	if err != nil || len(waits) == 0 {
		return f, err
	}
	took := time.Since(start)
	slices.Sort(waits)
	ms := func(share float64) float64 {
		return float64(waits[int(share*float64(len(waits)-1))].Microseconds()) / 1000
	}
	return figure{Events: float64(len(waits)*size) / took.Seconds(), P50: ms(0.5), P99: ms(0.99)}, nil
}
