package seal_test

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/cotrail/cotrail/relay/seal"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

// BenchmarkSeal seals sessions that have ended, of 60 entries of 400 bytes. Most of the processor's time goes into zstd: at
// its best compression it copies 34 MB of the dictionary's tables for each part, however small.
func BenchmarkSeal(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkSeal(b, openSQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkSeal(b, openPostgres(b, pgtest.Database(b))) })
}

func benchmarkSeal(b *testing.B, s store.Store) {
	for n := range b.N {
		finished(b, s, fmt.Sprintf("s%06d", n), 60, 400)
	}
	var grown atomic.Int64
	all := make(chan struct{})
	grow := func() {
		if grown.Add(1) == int64(b.N) {
			close(all)
		}
	}
	b.ResetTimer()
	stop := run(b, &seal.Sealer{Store: s, Grown: grow, Log: slog.New(slog.DiscardHandler)})
	<-all // the benchmark's own limit ends it else
	b.StopTimer()
	stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
}
