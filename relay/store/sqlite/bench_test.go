package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// BenchmarkAppend: 64 writers, each waiting for the acknowledgement of 20 events in 4 KiB before it goes on.
func BenchmarkAppend(b *testing.B) {
	const writers, events = 64, 20
	s := openedStore(b)
	lines := bytes.Repeat(append(bytes.Repeat([]byte("x"), 4096/events-1), '\n'), events)
	waits := make([][]time.Duration, writers)
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range writers {
		o := store.Opening{Session: fmt.Sprintf("%032x", i), Stream: "0123456789abcdef"}
		all.Go(func() {
			if _, err := s.Open(context.Background(), o); err != nil {
				b.Error(err)
			}
			for n := i; n < b.N; n += writers {
				start := time.Now()
				batch := store.Batch{Session: o.Session, Stream: o.Stream, First: uint64(n/writers)*events + 1, Count: events, Lines: lines}
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
