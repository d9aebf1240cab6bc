package chrome

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// What a person does with the browser's own buttons. None of it waits for what it leads to.

// Back is the browser's button that goes back.
func Back() Step { return travel(-1) }

// Forward is the browser's button that goes forward.
func Forward() Step { return travel(1) }

func travel(by int64) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		history, err := cdp.Call(ctx, t, devtools.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return fmt.Errorf("reading the tab's history: %w", err)
		}
		to := history.CurrentIndex + by
		if to < 0 || to >= int64(len(history.Entries)) {
			return fmt.Errorf("the tab's history has no entry %d", to)
		}
		_, err = cdp.Call(ctx, t, devtools.NavigateToHistoryEntry, devtools.NavigateToHistoryEntryParams{EntryID: history.Entries[to].ID})
		return err
	})
}

// Reload is the browser's button that loads the page anew.
func Reload() Step { return call(devtools.Reload, devtools.ReloadParams{}) }

// Front chooses the tab, as a person does by its title.
func Front() Step { return call(devtools.BringToFront, cdp.Empty{}) }

// Freeze stops the page as the browser does with one that was long out of sight.
func Freeze() Step {
	return call(devtools.SetWebLifecycleState, devtools.SetWebLifecycleStateParams{State: devtools.SetWebLifecycleStateStateFrozen})
}

// Thaw lets a frozen page go on.
func Thaw() Step {
	return call(devtools.SetWebLifecycleState, devtools.SetWebLifecycleStateParams{State: devtools.SetWebLifecycleStateStateActive})
}

// Beside opens an empty tab beside this one, by hand: it shares cookies and storage with it, and nothing opened it.
func (p *Page) Beside() (*Page, error) { return newPage(p.ctx) }
