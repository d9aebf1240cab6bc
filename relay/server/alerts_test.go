package server

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/ingest"
)

// census is a registry that knows all metrics and their labels, also those that have no value yet.
type census struct {
	prometheus.Registerer
	labels map[string][]string
}

var describedAs = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

func (c census) note(collector prometheus.Collector) {
	out := make(chan *prometheus.Desc)
	go func() { collector.Describe(out); close(out) }()
	for desc := range out {
		if m := describedAs.FindStringSubmatch(desc.String()); m != nil {
			c.labels[m[1]] = strings.Split(m[2], ",")
		}
	}
}

func (c census) Register(collector prometheus.Collector) error {
	c.note(collector)
	return c.Registerer.Register(collector)
}

func (c census) MustRegister(collectors ...prometheus.Collector) {
	for _, collector := range collectors {
		c.note(collector)
	}
	c.Registerer.MustRegister(collectors...)
}

// knownMetrics are those that a relay registers.
func knownMetrics() map[string][]string {
	c := census{prometheus.NewRegistry(), map[string][]string{}}
	log := slog.New(slog.DiscardHandler)
	ingest.New(ingest.Config{Metrics: c, Log: log, Limits: ingest.DefaultLimits, Now: time.Now})
	deliver.New(deliver.Config{Metrics: c, Log: log})
	deliver.NewStreamer(deliver.StreamConfig{Metrics: c, Log: log})
	return c.labels
}

// rule is an alert, with the keys that Prometheus takes.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func alerts(t *testing.T) (rules []rule) {
	t.Helper()
	f, err := os.Open("../../docs/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.UnmarshalWithOptions(content, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		rules = append(rules, g.Rules...)
	}
	if len(rules) < 10 {
		t.Fatalf("%d alerts", len(rules))
	}
	return rules
}

// TestAlerts holds the rules for Prometheus to the metrics and labels that there are.
func TestAlerts(t *testing.T) {
	known := knownMetrics()
	if len(known) < 15 {
		t.Fatalf("metrics %v", slices.Sorted(maps.Keys(known)))
	}
	names := map[string]bool{}
	for _, r := range alerts(t) {
		for _, problem := range wrong(r, known) {
			t.Errorf("%s: %s", r.Alert, problem)
		}
		if names[r.Alert] {
			t.Errorf("there are two alerts %s", r.Alert)
		}
		names[r.Alert] = true
	}
	// What the check itself finds.
	for want, r := range map[string]rule{
		"no metric cotrail_nothing":           {Alert: "A", Expr: "cotrail_nothing > 0"},
		"cotrail_deliveries_dead has no code": {Alert: "A", Expr: `cotrail_deliveries_dead{code="1"} > 0`},
		"brackets":                            {Alert: "A", Expr: "sum(cotrail_deliveries_dead > 0"},
		"severity":                            {Alert: "A", Expr: "cotrail_deliveries_dead > 0"},
		"for":                                 {Alert: "A", Expr: "cotrail_deliveries_dead > 0", For: "soon"},
		"label host":                          {Alert: "A", Expr: "cotrail_deliveries_dead > 0", Annotations: map[string]string{"summary": "{{ $labels.host }}"}},
	} {
		if found := fmt.Sprint(wrong(r, known)); !strings.Contains(found, want) {
			t.Errorf("the check finds %s, not %s", found, want)
		}
	}
}

var (
	metricName = regexp.MustCompile(`cotrail_[a-z_]+`)
	selector   = regexp.MustCompile(`(cotrail_[a-z_]+)\{([a-z_]+)[=!]`)
	grouped    = regexp.MustCompile(`by \(([a-z_, ]+)\)`)
	told       = regexp.MustCompile(`\$labels\.([a-z_]+)`)
	duration   = regexp.MustCompile(`^([0-9]+[smhd])?$`)
)

// wrong tells what is wrong with a rule.
func wrong(r rule, known map[string][]string) (problems []string) {
	fail := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	labels := []string{"le", "instance"} // Prometheus's own
	used := metricName.FindAllString(r.Expr, -1)
	for _, name := range used {
		of, ok := known[strings.TrimSuffix(name, "_bucket")]
		if !ok {
			fail("there is no metric %s", name)
		}
		labels = append(labels, of...)
	}
	for _, m := range selector.FindAllStringSubmatch(r.Expr, -1) {
		if !slices.Contains(known[m[1]], m[2]) {
			fail("%s has no %s", m[1], m[2])
		}
	}
	for _, m := range grouped.FindAllStringSubmatch(r.Expr, -1) {
		for _, label := range strings.Split(m[1], ", ") {
			if !slices.Contains(labels, label) {
				fail("there is no label %s to group by", label)
			}
		}
	}
	for _, m := range told.FindAllStringSubmatch(fmt.Sprint(r.Annotations), -1) {
		if !slices.Contains(labels, m[1]) {
			fail("there is no label %s to tell", m[1])
		}
	}
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(r.Expr, pair[:1]) != strings.Count(r.Expr, pair[1:]) {
			fail("its brackets %s do not match", pair)
		}
	}
	switch {
	case r.Alert == "" || len(used) == 0:
		fail("it has no name or no metric")
	case !duration.MatchString(r.For):
		fail("for: %s is no duration", r.For)
	case !slices.Contains([]string{"warning", "critical"}, r.Labels["severity"]):
		fail("its severity is %q", r.Labels["severity"])
	case r.Annotations["summary"] == "" || r.Annotations["description"] == "":
		fail("it says nothing")
	}
	return problems
}
