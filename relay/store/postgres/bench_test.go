package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

// BenchmarkAppend: 64 recorders, each waiting for the acknowledgement of 20 events in 4 KiB before it goes on.
func BenchmarkAppend(b *testing.B) {
	const recorders, events = 64, 20
	s := mustOpen(b, options(pgtest.Database(b)))
	defer s.Close()
	lines := bytes.Repeat(append(bytes.Repeat([]byte("x"), 4096/events-1), '\n'), events)
	waits := make([][]time.Duration, recorders)
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range recorders {
		o := opening(fmt.Sprintf("%032x", i), "0123456789abcdef")
		all.Go(func() {
			if _, err := s.Open(context.Background(), o); err != nil {
				b.Error(err)
			}
			for n := i; n < b.N; n += recorders {
				start := time.Now()
				batch := store.Batch{Session: o.Session, Stream: o.Stream, First: uint64(n/recorders)*events + 1, Count: events, Lines: lines}
				if _, err := s.Append(context.Background(), batch); err != nil {
					b.Error(err)
					return
				}
				waits[i] = append(waits[i], time.Since(start))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	sorted := slices.Concat(waits...)
	slices.Sort(sorted)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acks/s")
	b.ReportMetric(float64(sorted[len(sorted)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(sorted[len(sorted)*99/100].Microseconds())/1000, "p99-ms")
}
