package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Row is one figure of one subject.
type Row struct {
	What    string  `json:"what"`    // the figure: "script time, 380 interactions"
	Subject string  `json:"subject"` // whose it is: "cotrail", "rrweb"
	Unit    string  `json:"unit"`
	Median  float64 `json:"median"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	Ratio   float64 `json:"ratio,omitempty"` // of the median to the peer's in the same run; 0: not compared
	Limit   *Limit  `json:"limit,omitempty"` // nil: the figure is only told
}

// Limit is what a figure must reach and aims at.
type Limit struct {
	Must    float64 `json:"must"`
	Aim     float64 `json:"aim"`
	AtLeast bool    `json:"at_least,omitempty"` // more is better
	OfPeer  bool    `json:"of_peer,omitempty"`  // Row.Ratio is held against it, not Row.Median
}

// newRow sums up repeated measurements.
func newRow(what, subject, unit string, values []float64) Row {
	return Row{
		What: what, Subject: subject, Unit: unit,
		Median: median(values), Min: slices.Min(values), Max: slices.Max(values),
	}
}

// Broken says that the row's must does not hold.
func (r Row) Broken() bool { return r.Limit != nil && !r.Limit.reached(r.held(), r.Limit.Must) }

// held is the number that the limit is about.
func (r Row) held() float64 {
	if r.Limit.OfPeer {
		return r.Ratio
	}
	return r.Median
}

func (r Row) verdict() string {
	switch {
	case r.Limit == nil:
		return ""
	case r.Broken():
		return "MUST DOES NOT HOLD"
	case r.Limit.reached(r.held(), r.Limit.Aim):
		return "aim reached"
	default:
		return "must holds"
	}
}

func (l Limit) reached(value, limit float64) bool {
	if l.AtLeast {
		return value >= limit
	}
	return value <= limit
}

// table writes the rows for people.
func table(rows []Row) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\tof\tmedian\tmin-max\tto peer\tmust\taim\t")
	for _, r := range rows {
		ratio, must, aim := "", "", ""
		if r.Ratio != 0 {
			ratio = fmt.Sprintf("%.2fx", r.Ratio)
		}
		if r.Limit != nil {
			unit := " " + r.Unit
			if r.Limit.OfPeer {
				unit = "x"
			}
			must, aim = fmt.Sprintf("%g%s", r.Limit.Must, unit), fmt.Sprintf("%g%s", r.Limit.Aim, unit)
		}
		fmt.Fprintf(w, "%s\t%s\t%.1f %s\t%.1f-%.1f\t%s\t%s\t%s\t%s\n",
			r.What, r.Subject, r.Median, r.Unit, r.Min, r.Max, ratio, must, aim, r.verdict())
	}
	w.Flush()
	return b.String()
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
