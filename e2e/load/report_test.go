package main

import (
	"testing"
	"time"
)

func TestAt(t *testing.T) {
	var waits []time.Duration
	for n := range 1000 {
		waits = append(waits, time.Duration(n)*time.Millisecond)
	}
	for share, want := range map[float64]string{0: "0.0 ms", 0.5: "500.0 ms", 0.99: "990.0 ms", 0.999: "999.0 ms", 1: "999.0 ms"} {
		if got := at(waits, share); got != want {
			t.Errorf("%g of the waits: %s, want %s", share, got, want)
		}
	}
	if got := at(nil, 0.5); got != "none" {
		t.Errorf("of no waits: %s", got)
	}
}

func TestMetric(t *testing.T) {
	text := []byte("# HELP process_cpu_seconds_total Total.\nprocess_cpu_seconds_total 1.5\nprocess_cpu_seconds_total_x 9\n")
	if got, err := metric(text, "process_cpu_seconds_total"); err != nil || got != 1.5 {
		t.Errorf("%g, %v", got, err)
	}
	if _, err := metric(text, "process_resident_memory_bytes"); err == nil {
		t.Error("a metric that is not there has a value")
	}
}
