package main

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/cotrail/cotrail/e2e/chrome"
)

// idle is waited, with every variant alike, after a page has started and after the last act: longer
// than any recorder here defers its work (rrweb hands over mouse moves after half a second).
const idle = time.Second

// visit is what one page cost.
type visit struct {
	start cost // from the navigation until the page is quiet and the recorder records
	acts  cost // from the first key until all is recorded and the page is quiet again
}

// makeVisit opens the variant's page with an empty cache, does the 380 interactions and closes it.
func makeVisit(ctx context.Context, b *chrome.Browser, origin string, v variant, wall bool) (visit, error) {
	p, err := b.NewPage()
	if err != nil {
		return visit{}, err
	}
	defer p.Close()
	// The empty page is of the same origin, so the page itself starts in the same process, where
	// the meter already runs.
	if err := p.Run(chromedp.Navigate(origin + "/")); err != nil {
		return visit{}, err
	}
	m, err := startMeter(p, wall)
	if err != nil {
		return visit{}, err
	}
	if err := p.Run(chromedp.Navigate(origin+"/"+v.name), pause(ctx), chrome.WaitFor(v.ready), pause(ctx)); err != nil {
		return visit{}, fmt.Errorf("starting the page: %w", err)
	}
	start, err := m.read()
	if err != nil {
		return visit{}, err
	}
	steps, err := interact(p)
	if err != nil {
		return visit{}, err
	}
	if _, err := m.read(); err != nil { // asking where the buttons are does not count
		return visit{}, err
	}
	if err := p.Run(append(steps, chrome.Script(v.settle), pause(ctx))...); err != nil {
		return visit{}, fmt.Errorf("interacting: %w", err)
	}
	acts, err := m.read()
	if err != nil {
		return visit{}, err
	}
	return visit{start: start, acts: acts}, checkDone(p)
}

// interact returns the acts: fields and selects are reached by Tab, as their order in the page is;
// buttons by the mouse. It needs the page only to ask where the buttons are.
func interact(p *chrome.Page) (steps []chrome.Step, err error) {
	for range fields {
		steps = append(steps, chrome.Press(kb.Tab), chrome.Press("cotrail"[:keysPerField]))
	}
	for range selects {
		steps = append(steps, chrome.Press(kb.Tab), chrome.Press(kb.ArrowDown))
	}
	middles, err := chrome.Eval[[][2]float64](p, `[...document.querySelectorAll("button")].map(b => {
		const box = b.getBoundingClientRect();
		return [box.x + box.width / 2, box.y + box.height / 2];
	})`)
	for _, m := range middles {
		steps = append(steps, chromedp.MouseEvent(chromedp.MouseMoved, m[0], m[1]), chromedp.MouseClickXY(m[0], m[1]))
	}
	return steps, err
}

// checkDone makes sure that the page really saw the interactions: else all would be cheap.
func checkDone(p *chrome.Page) error {
	const count = `[...document.querySelectorAll("input")].filter(e => e.value === "cotrail").length +
		[...document.querySelectorAll("select")].filter(e => e.selectedIndex === 1).length +
		(document.activeElement === [...document.querySelectorAll("button")].at(-1))`
	done, err := chrome.Eval[int](p, count)
	if err == nil && done != fields+selects+1 {
		err = fmt.Errorf("only %d of the controls are as the interactions leave them", done)
	}
	return err
}

func pause(ctx context.Context) chrome.Step {
	return chromedp.Func(func(context.Context, *chromedp.Target) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(idle):
			return nil
		}
	})
}
