package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// figures are what one visit of the page is asked for. A limit is for Cotrail, against the cheapest
// peer; a figure without one explains the others. Script of the interactions is told over the page
// without a recorder. The start-up is told as its user meets it, page and recorder together, and
// then without the page. All tasks of the interactions are not asked for: they are rendering, which
// varies more from visit to visit than any recorder costs.
var figures = []struct {
	what  string
	limit *Limit
	whole bool // with what the page itself costs
	of    func(visit) float64
}{
	{fmt.Sprintf("script, %d interactions", interactions), &Limit{Must: 1.0, Aim: 0.4, OfPeer: true}, false, func(v visit) float64 { return v.acts.script }},
	{"all tasks, start-up", &Limit{Must: 1.3, Aim: 0.7, OfPeer: true}, true, func(v visit) float64 { return v.start.task }},
	{"the same without the page", nil, false, func(v visit) float64 { return v.start.task }},
	{"script, start-up", nil, false, func(v visit) float64 { return v.start.script }},
}

// pageCost visits every variant's page once a round, in one Chromium.
func pageCost(ctx context.Context, c config) (_ []Row, err error) {
	if !slices.Contains(c.variants, none) {
		return nil, fmt.Errorf("the variants must contain %q, which the others are compared with", none)
	}
	variants, err := buildVariants(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stopVariants(variants)) }()
	site := serveSite(variants)
	defer site.Close()
	browser, err := chrome.Start(ctx, chrome.Whole)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, browser.Close()) }()

	visits := map[string][]visit{}
	for round := range c.rounds {
		// Each round begins with another variant, so that none is always the one after none.
		for i := range variants {
			v := variants[(round+i)%len(variants)]
			visit, err := makeVisit(ctx, browser, site.URL, v, c.clock == wallClock)
			if err != nil {
				return nil, fmt.Errorf("visiting the page with %s: %w", v.name, err)
			}
			visits[v.name] = append(visits[v.name], visit)
		}
		fmt.Fprintf(os.Stderr, "page: round %d of %d\n", round+1, c.rounds)
	}
	return pageRows(c.variants, visits), nil
}

// pageRows turns the visits of each variant into the table's rows.
func pageRows(variants []string, visits map[string][]visit) (rows []Row) {
	for _, f := range figures {
		rows = append(rows, newRow(f.what, none, "ms", values(visits[none], f.of)))
		base := 0.0
		if !f.whole {
			base = median(values(visits[none], f.of))
		}
		of := map[string]Row{}
		for _, name := range variants {
			of[name] = newRow(f.what, name, "ms", values(visits[name], func(v visit) float64 { return f.of(v) - base }))
		}
		cheapest := cheapestPeer(of)
		for _, name := range variants {
			if name == none {
				continue
			}
			row := of[name]
			if cheapest > 0 {
				row.Ratio = row.Median / cheapest
				if name == "cotrail" {
					row.Limit = f.limit
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// cheapestPeer is the smallest median of a variant of rrweb, 0 if there is none.
func cheapestPeer(of map[string]Row) (cheapest float64) {
	for name, row := range of {
		if strings.HasPrefix(name, "rrweb") && (cheapest == 0 || row.Median < cheapest) {
			cheapest = row.Median
		}
	}
	return cheapest
}

func values(visits []visit, of func(visit) float64) (all []float64) {
	for _, v := range visits {
		all = append(all, of(v))
	}
	return all
}
