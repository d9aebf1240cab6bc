package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
	"github.com/cotrail/cotrail/e2e/chrome"
)

// traceTimeout bounds the hand-over of a trace, some thousands of small records.
const traceTimeout = 20 * time.Second

// traceEvent is what is read of a record of Chromium's trace: times are in microseconds.
type traceEvent struct {
	Name  string          `json:"name"`
	Pid   int             `json:"pid"`
	Tid   int             `json:"tid"`
	Dur   float64         `json:"dur"`  // wall clock
	Tdur  float64         `json:"tdur"` // processor time of the thread
	Args  json.RawMessage `json:"args"`
	Phase string          `json:"ph"`
}

// startTrace begins to record how long V8 runs promises; it is one of the few events of its category.
func startTrace(p *chrome.Page) error {
	_, err := chromedp.Call(p.Context(), tracing.Start, tracing.StartParams{
		TransferMode: tracing.StartTransferModeReportEvents,
		TraceConfig:  &tracing.TraceConfig{IncludedCategories: []string{"v8.execute"}, ExcludedCategories: []string{"*"}},
	})
	if err != nil {
		return fmt.Errorf("starting the trace: %w", err)
	}
	return nil
}

// endTrace returns the milliseconds that the page's main thread spent in promises.
func endTrace(p *chrome.Page, wall bool) (promises float64, err error) {
	ctx, cancel := context.WithTimeout(p.Context(), traceTimeout)
	defer cancel()
	var records []traceEvent // written by the listener until complete is closed
	var broken error         // likewise
	complete := make(chan struct{})
	err = chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			for _, raw := range e.Value {
				var r traceEvent
				if err := json.Unmarshal(raw, &r); err != nil {
					broken = err
				}
				records = append(records, r)
			}
		case *tracing.EventTracingComplete:
			close(complete)
		}
	})
	if err != nil {
		return 0, fmt.Errorf("ending the trace: %w", err)
	}
	if _, err := chromedp.Call(ctx, tracing.End, cdp.Empty{}); err != nil {
		return 0, fmt.Errorf("ending the trace: %w", err)
	}
	select {
	case <-complete:
	case <-ctx.Done():
		return 0, fmt.Errorf("waiting for the trace: %w", ctx.Err())
	}
	if broken != nil {
		return 0, fmt.Errorf("reading the trace: %w", broken)
	}
	return promiseTime(records, wall), nil
}

// promiseTime adds up V8's runs of promises on main threads, in milliseconds.
func promiseTime(records []traceEvent, wall bool) (ms float64) {
	type thread struct{ pid, tid int }
	main := map[thread]bool{}
	for _, r := range records {
		if r.Phase == "M" && r.Name == "thread_name" && string(r.Args) == `{"name":"CrRendererMain"}` {
			main[thread{r.Pid, r.Tid}] = true
		}
	}
	for _, r := range records {
		if r.Name != "RunMicrotasks" || !main[thread{r.Pid, r.Tid}] {
			continue
		}
		if wall {
			ms += r.Dur / 1000
		} else {
			ms += r.Tdur / 1000
		}
	}
	return ms
}
