package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cotrail/cotrail/e2e/traffic"
)

// usage is what the relay says it has used.
type usage struct {
	cpu      float64 // seconds
	resident float64 // bytes
}

func readUsage(ctx context.Context, t traffic.Target) (u usage, err error) {
	metrics, err := t.Get(ctx, "/metrics", "text/plain")
	if err != nil {
		return u, fmt.Errorf("reading the relay's metrics: %w", err)
	}
	if u.cpu, err = metric(metrics, "process_cpu_seconds_total"); err == nil {
		u.resident, err = metric(metrics, "process_resident_memory_bytes")
	}
	return u, err
}

// metric gives the value of a metric without labels.
func metric(metrics []byte, name string) (float64, error) {
	for line := range bytes.Lines(metrics) {
		if value, ok := strings.CutPrefix(string(line), name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("the relay has no metric %s", name)
}

// report tells what came of a load. All of its frames are acknowledged.
func report(o options, l *traffic.Load, waits []time.Duration, took time.Duration, before, after usage) string {
	slices.Sort(waits)
	sent := float64(l.Sent())
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-21s "+format+"\n", append([]any{name}, args...)...)
	}
	row("pages", "%d that record, %d idle", len(l.Pages), o.idle)
	row("events", "%.0f acknowledged in %.1f s: %.0f a second, asked for were %.0f", sent, took.Seconds(), sent/took.Seconds(), o.rate)
	row("acknowledgement", "p50 %s, p99 %s, p99.9 %s, max %s", at(waits, 0.5), at(waits, 0.99), at(waits, 0.999), at(waits, 1))
	row("wire", "%.1f bytes an event, in batches of %d", float64(l.Wire())/sent, o.shape.Batch)
	row("relay's processor", "%.1f us an event, %.0f %% of one processor", (after.cpu-before.cpu)*1e6/sent, (after.cpu-before.cpu)/took.Seconds()*100)
	row("relay's memory", "%.1f MB before, %.1f MB after", before.resident/(1<<20), after.resident/(1<<20))
	return b.String()
}

// at gives the wait that a share of all does not exceed.
func at(sorted []time.Duration, share float64) string {
	if len(sorted) == 0 {
		return "none"
	}
	i := min(int(share*float64(len(sorted))), len(sorted)-1)
	return fmt.Sprintf("%.1f ms", float64(sorted[i].Microseconds())/1000)
}
