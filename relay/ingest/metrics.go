package ingest

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/cotrail/cotrail/masking/event"
)

// metrics are what an operator sees of ingest. Labels hold the operator's own words only, never a page's.
type metrics struct {
	connections *prometheus.GaugeVec
	batches     *prometheus.CounterVec
	events      *prometheus.CounterVec
	wireBytes   *prometheus.CounterVec
	plainBytes  *prometheus.CounterVec
	refusals    *prometheus.CounterVec
	failures    *prometheus.CounterVec
	corrected   *prometheus.CounterVec
	durable     prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) *metrics {
	with := promauto.With(r)
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return with.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &metrics{
		connections: with.NewGaugeVec(prometheus.GaugeOpts{Name: "cotrail_connections", Help: "Recorders connected now."}, []string{"site"}),
		batches:     counter("cotrail_batches_total", "Writes that made batches durable, repeated ones too; batches that came together share one.", "site"),
		events:      counter("cotrail_events_received_total", "Events in batches made durable, repeated ones too.", "site"),
		wireBytes:   counter("cotrail_wire_bytes_total", "Bytes of the frames of batches.", "site"),
		plainBytes:  counter("cotrail_plain_bytes_total", "Bytes of batches before compression.", "site"),
		refusals:    counter("cotrail_refusals_total", "Frames, bodies and connections refused, by reason.", "code"),
		failures:    counter("cotrail_recorder_failures_total", "Pages in which nothing is recorded, by reason.", "site", "what"),
		corrected:   counter("cotrail_masking_corrected_total", "Texts that the relay hid because a recorder had not, by rule.", "site", "rule"),
		durable: with.NewHistogram(prometheus.HistogramOpts{
			Name: "cotrail_append_seconds", Help: "From a checked batch to its durable commit.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5},
		}),
	}
}

func (m *metrics) received(site string, b event.Batch) {
	m.wireBytes.WithLabelValues(site).Add(float64(len(b.Body)))
	m.plainBytes.WithLabelValues(site).Add(float64(b.Plain))
}

func (m *metrics) stored(site string, events int, took time.Duration) {
	m.batches.WithLabelValues(site).Inc()
	m.events.WithLabelValues(site).Add(float64(events))
	m.durable.Observe(took.Seconds())
}
