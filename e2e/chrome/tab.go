package chrome

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Several tabs of one person.

// ByHand opens url in a tab of the same person, as by the address bar: no page has opened it, and url is the first entry
// of its history. The tab closes with p.
func (p *Page) ByHand(t testing.TB, url string) *Page {
	t.Helper()
	c := chromedp.FromContext(p.ctx)
	created, err := cdp.Call(p.ctx, c.Browser, target.CreateTarget, target.CreateTargetParams{URL: url, BrowserContextID: c.BrowserContextID})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := newPage(p.ctx, chromedp.WithTargetID(created.TargetID))
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// Prepared opens url in a tab of the same person in which a script has run before any of the page's own: it can give the
// tab the storage of another one. The tab closes with p.
func (p *Page) Prepared(t testing.TB, url, script string) *Page {
	t.Helper()
	tab, err := newPage(p.ctx)
	if err != nil {
		t.Fatal(err)
	}
	prepare := chromedp.Func(func(ctx context.Context, on *chromedp.Target) error {
		_, err := cdp.Call(ctx, on, devtools.AddScriptToEvaluateOnNewDocument, devtools.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	})
	tab.Do(t, prepare, chromedp.Navigate(url))
	return tab
}

// Opens is Popup for any tab that comes to be, also one that the browser does not say who opened.
func (p *Page) Opens(steps ...Step) (*Page, error) {
	before, err := p.tabs()
	if err != nil {
		return nil, err
	}
	if err := p.Run(steps...); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	var opened target.ID
	err = poll(ctx, func() (bool, error) {
		now, err := p.tabs()
		for id := range now {
			if !before[id] {
				opened = id
			}
		}
		return opened != "", err
	})
	if err != nil {
		return nil, fmt.Errorf("waiting for a new tab: %w", err)
	}
	return newPage(p.ctx, chromedp.WithTargetID(opened))
}

// tabs are the tabs of the browser.
func (p *Page) tabs() (map[target.ID]bool, error) {
	all, err := chromedp.Targets(p.ctx)
	ids := map[target.ID]bool{}
	for _, info := range all {
		ids[info.TargetID] = ids[info.TargetID] || info.Type == "page"
	}
	maps.DeleteFunc(ids, func(_ target.ID, isTab bool) bool { return !isTab })
	return ids, err
}
