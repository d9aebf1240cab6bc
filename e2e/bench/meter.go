package main

import (
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/cotrail/cotrail/e2e/chrome"
)

// cost is main-thread time of a page in milliseconds.
type cost struct {
	script float64 // in JavaScript and WebAssembly, however they were entered
	task   float64 // in all tasks: script, parsing, compiling, rendering, collecting garbage
}

// meter measures what a page costs between two readings. Workers and other threads do not count.
type meter struct {
	page *chrome.Page
	wall bool // wall-clock time, else processor time of the main thread
	base cost // of the browser's counters at the last reading
}

// startMeter prepares an empty page and starts to measure. It turns off what the browser would
// otherwise tell the bench (every request, every frame on a socket, every node), since telling it is
// work of the main thread.
func startMeter(p *chrome.Page, wall bool) (*meter, error) {
	for _, disable := range []cdp.Command[cdp.Empty, cdp.Empty]{css.Disable, dom.Disable, log.Disable, network.Disable, runtime.Disable} {
		if _, err := chromedp.Call(p.Context(), disable, cdp.Empty{}); err != nil {
			return nil, fmt.Errorf("%s: %w", disable.Method, err)
		}
	}
	clock := performance.EnableTimeDomainThreadTicks
	if wall {
		clock = performance.EnableTimeDomainTimeTicks
	}
	if _, err := chromedp.Call(p.Context(), performance.Enable, performance.EnableParams{TimeDomain: clock}); err != nil {
		return nil, fmt.Errorf("starting the meter: %w", err)
	}
	m := &meter{page: p, wall: wall}
	return m, m.restart()
}

// read returns the cost since the start or the last reading.
func (m *meter) read() (cost, error) {
	now, err := m.counters()
	if err != nil {
		return cost{}, err
	}
	promises, err := endTrace(m.page, m.wall)
	if err != nil {
		return cost{}, err
	}
	since := cost{script: now.script - m.base.script + promises, task: now.task - m.base.task}
	return since, m.restart()
}

func (m *meter) restart() (err error) {
	if err := startTrace(m.page); err != nil {
		return err
	}
	m.base, err = m.counters()
	return err
}

// counters reads the browser's own counters. Its ScriptDuration has what events, timers and script
// elements ran, WebAssembly included, but not what ran in promises: a recorder that does its work
// there would look free, so the trace adds it.
func (m *meter) counters() (cost, error) {
	res, err := chromedp.Call(m.page.Context(), performance.GetMetrics, cdp.Empty{})
	if err != nil {
		return cost{}, fmt.Errorf("reading the meter: %w", err)
	}
	ms := map[string]float64{}
	for _, metric := range res.Metrics {
		ms[metric.Name] = metric.Value * 1000
	}
	return cost{script: ms["ScriptDuration"], task: ms["TaskDuration"]}, nil
}
