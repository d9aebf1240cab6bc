package main

import (
	"strings"
	"testing"
)

func TestVerdict(t *testing.T) {
	for _, row := range []struct {
		name string
		row  Row
		want string
	}{
		{"no limit", Row{Median: 9}, ""},
		{"less is better, at the aim", Row{Median: 2, Limit: &Limit{Must: 4, Aim: 2}}, "aim reached"},
		{"less is better, at the must", Row{Median: 4, Limit: &Limit{Must: 4, Aim: 2}}, "must holds"},
		{"less is better, over", Row{Median: 4.1, Limit: &Limit{Must: 4, Aim: 2}}, "MUST DOES NOT HOLD"},
		{"more is better, at the aim", Row{Median: 8, Limit: &Limit{Must: 4, Aim: 8, AtLeast: true}}, "aim reached"},
		{"more is better, under", Row{Median: 3.9, Limit: &Limit{Must: 4, Aim: 8, AtLeast: true}}, "MUST DOES NOT HOLD"},
		{"of a peer, the median is not what counts", Row{Median: 50, Ratio: 0.9, Limit: &Limit{Must: 1, Aim: 0.4, OfPeer: true}}, "must holds"},
		{"of a peer, over", Row{Median: 0.1, Ratio: 1.1, Limit: &Limit{Must: 1, Aim: 0.4, OfPeer: true}}, "MUST DOES NOT HOLD"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.row.verdict(); got != row.want {
				t.Errorf("the verdict is %q, want %q", got, row.want)
			}
			if got := row.row.Broken(); got != strings.HasPrefix(row.want, "MUST DOES NOT") {
				t.Errorf("broken is %v", got)
			}
		})
	}
}

func TestNewRow(t *testing.T) {
	for _, row := range []struct {
		values           []float64
		median, min, max float64
	}{
		{[]float64{3}, 3, 3, 3},
		{[]float64{5, 1, 2}, 2, 1, 5},
		{[]float64{4, 1, 2, 9}, 3, 1, 9},
	} {
		got := newRow("time", "x", "ms", row.values)
		if got.Median != row.median || got.Min != row.min || got.Max != row.max {
			t.Errorf("of %v: %+v", row.values, got)
		}
	}
}
