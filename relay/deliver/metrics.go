package deliver

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/cotrail/cotrail/relay/store"
)

// countWithin bounds the time for counting the outbox when Prometheus asks.
const countWithin = 2 * time.Second

// resultFailed is an attempt after which the delivery waits for another.
const resultFailed = "failed"

// results are how an attempt can end.
var results = []string{store.StateDelivered, resultFailed, store.StateDead}

// metrics are what an operator sees of delivering. Labels hold the operator's own words only.
type metrics struct {
	attempts *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer, d *Deliverer) *metrics {
	r.MustRegister(&census{d: d})
	with := promauto.With(r)
	m := &metrics{
		attempts: with.NewCounterVec(prometheus.CounterOpts{
			Name: "cotrail_delivery_attempts_total", Help: "Attempts to deliver, by how they ended: delivered, failed (tried again later) or dead (given up).",
		}, []string{"site", "destination", "result"}),
		seconds: with.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cotrail_delivery_seconds", Help: "Time of an attempt to deliver.",
			Buckets: []float64{.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 60},
		}, []string{"site", "destination"}),
	}
	for _, l := range d.Lanes {
		for _, result := range results {
			m.attempts.WithLabelValues(l.Site, l.Name, result) // from 0 on: Prometheus compares nothing with a series that is not there
		}
	}
	return m
}

func (m *metrics) tried(site, destination, state string, err error, took time.Duration) {
	result := state
	if err != nil && state == store.StateWaiting {
		result = resultFailed
	}
	m.attempts.WithLabelValues(site, destination, result).Inc()
	m.seconds.WithLabelValues(site, destination).Observe(took.Seconds())
}

var (
	ofDestination = []string{"site", "destination"}

	waitingDesc  = prometheus.NewDesc("cotrail_deliveries_waiting", "Deliveries in the outbox that wait to be tried, now or later.", ofDestination, nil)
	deadDesc     = prometheus.NewDesc("cotrail_deliveries_dead", "Deliveries that were given up and are kept.", ofDestination, nil)
	oldestDesc   = prometheus.NewDesc("cotrail_delivery_oldest_seconds", "Age of the oldest delivery that waits.", ofDestination, nil)
	disabledDesc = prometheus.NewDesc("cotrail_destination_disabled", "1 for a destination that answered 410 and gets nothing.", ofDestination, nil)
	restsDesc    = prometheus.NewDesc("cotrail_destination_rests", "1 while this relay spares a destination that fails.", ofDestination, nil)
	failedDesc   = prometheus.NewDesc("cotrail_outbox_unreadable", "1 when the outbox could not be counted.", nil, nil)
)

// census counts the outbox when it is asked.
type census struct{ d *Deliverer }

// Describe implements prometheus.Collector.
func (c *census) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{waitingDesc, deadDesc, oldestDesc, disabledDesc, restsDesc, failedDesc} {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *census) Collect(out chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	counts, err := c.d.Outbox.CountDeliveries(ctx)
	var disabled []store.Disabled
	if err == nil {
		disabled, err = c.d.Outbox.DisabledDestinations(ctx)
	}
	if err != nil {
		gauge(failedDesc, 1)
		return
	}
	gauge(failedDesc, 0)
	now := c.d.Now()
	for _, n := range counts {
		if n.State == store.StateDead {
			gauge(deadDesc, float64(n.Count), n.Site, n.Destination)
			continue
		}
		gauge(waitingDesc, float64(n.Count), n.Site, n.Destination)
		gauge(oldestDesc, now.Sub(time.UnixMilli(n.Oldest)).Seconds(), n.Site, n.Destination)
	}
	for _, x := range disabled {
		gauge(disabledDesc, 1, x.Site, x.Destination)
	}
	for _, l := range c.d.lanes {
		l.mu.Lock()
		rests := l.breaker.open()
		l.mu.Unlock()
		if rests {
			gauge(restsDesc, 1, l.Site, l.Name)
		}
	}
}
