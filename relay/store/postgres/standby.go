package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// watchEvery is how often the watch looks for standbys. Every transaction asks besides, where one is required.
	watchEvery = time.Second
	// watchWithin bounds a look.
	watchWithin = 3 * time.Second
)

// countStandbys counts those for which a commit waits. A role that may not see them sees none.
const countStandbys = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') AND state = 'streaming'"

var errNoStandby = errors.New("no synchronous standby is connected, and --require-sync-replica is set; see pg_stat_replication and synchronous_standby_names (the relay's role needs pg_monitor to see them)")

// standby watches over the synchronous standbys.
type standby struct {
	required  bool
	connected atomic.Int64
}

func newStandby(required bool) *standby { return &standby{required: required} }

// look counts them now. When nobody answers there is none as far as anybody knows.
func (s *standby) look(ctx context.Context, db *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, watchWithin)
	defer cancel()
	var n int64
	err := db.QueryRow(ctx, countStandbys).Scan(&n)
	s.connected.Store(n)
	return err
}

func (s *standby) watch(ctx context.Context, db *pgxpool.Pool) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = s.look(ctx, db) // it has counted none
		}
	}
}

// refuses tells why nothing is taken, nil when it is.
func (s *standby) refuses() error {
	if s.required && s.connected.Load() == 0 {
		return fmt.Errorf("%w: %w", store.ErrFull, errNoStandby)
	}
	return nil
}

// check queues the question whether one is connected: between two looks a standby may go, and with it the settings
// that would make a commit wait.
func (s *standby) check(in *pgx.Batch) {
	if !s.required {
		return
	}
	in.Queue(countStandbys).QueryRow(func(row pgx.Row) error {
		var n int64
		if err := row.Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return errNoStandby
		}
		return nil
	})
}

var standbysMetric = prometheus.NewDesc("cotrail_store_sync_standbys", "Synchronous standbys that are connected to PostgreSQL; 0 also while PostgreSQL does not answer.", nil, nil)

// Describe implements prometheus.Collector.
func (s *Store) Describe(to chan<- *prometheus.Desc) { to <- standbysMetric }

// Collect implements prometheus.Collector.
func (s *Store) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.MustNewConstMetric(standbysMetric, prometheus.GaugeValue, float64(s.standby.connected.Load()))
}
