package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
)

// peers lets others make the same batches durable: e2e/peers, which is a module of its own, has them. Their writers write
// into the store and nothing else; the relay's figures, under durable, also have the protocol, the checks and the load.
func peers(ctx context.Context, c config) ([]Row, error) {
	session, err := filepath.Abs(c.session)
	if err != nil {
		return nil, err
	}
	run := exec.CommandContext(ctx, "go", "run", ".", "-session", session, "-batch", strconv.Itoa(shape.Batch),
		"-writers", strconv.Itoa(shape.Pages), "-for", loadTime.String())
	run.Dir = filepath.Join(c.dir, "..", "peers")
	var complaint bytes.Buffer
	run.Stderr = &complaint
	out, err := run.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", run, err, &complaint)
	}
	var rows []Row
	for in := json.NewDecoder(bytes.NewReader(out)); ; {
		var f struct {
			Peer    string
			Events  float64 `json:"events_per_second"`
			P50     float64 `json:"p50_ms"`
			P99     float64 `json:"p99_ms"`
			Missing string
		}
		if err := in.Decode(&f); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading what peers found: %w", err)
		}
		if f.Missing != "" {
			fmt.Printf("%s could not be measured: %s\n", f.Peer, f.Missing)
			continue
		}
		rows = append(rows,
			newRow(fmt.Sprintf("durable events, batches of %d", shape.Batch), f.Peer, "/s", []float64{f.Events}),
			newRow("acknowledgement, p50", f.Peer, "ms", []float64{f.P50}),
			newRow("acknowledgement, p99", f.Peer, "ms", []float64{f.P99}))
	}
}
