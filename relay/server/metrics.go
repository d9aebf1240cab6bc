package server

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is the registry of one relay, and what the server itself counts.
type metrics struct {
	*prometheus.Registry
	requests *prometheus.CounterVec
	cuts     *prometheus.CounterVec
}

func newMetrics(version string) *metrics {
	m := &metrics{prometheus.NewRegistry(), prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "cotrail_http_requests_total", Help: "Requests answered, by status and method; a socket counts when it begins.",
	}, []string{"code", "method"}), prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "cotrail_followers_cut_total", Help: "Followers of a live log who were cut off, by reason.",
	}, []string{"reason"})}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "cotrail_build_info", Help: "Always 1; the label has the version.", ConstLabels: prometheus.Labels{"version": version},
	}, func() float64 { return 1 })
	m.MustRegister(m.requests, m.cuts, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// count counts the requests that next answers.
func (m *metrics) count(next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerCounter(m.requests, next)
}

// cut counts a follower of a log who was cut off.
func (m *metrics) cut(reason string) { m.cuts.WithLabelValues(reason).Inc() }

// handler is what Prometheus reads.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{})
}
