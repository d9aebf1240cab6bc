package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
)

// pollEvery is how often a wait looks again: often enough that no test waits for it, seldom enough
// that the page under test keeps its core.
const pollEvery = 20 * time.Millisecond

// WaitFor waits until a JavaScript expression is true, across navigations; a promise is awaited.
func WaitFor(condition string) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		is := chromedp.Evaluate[bool]("(async () => !!(await ("+condition+")))()", chromedp.EvalAwaitPromise)
		if err := poll(ctx, func() (bool, error) { return is(ctx, t) }); err != nil {
			return fmt.Errorf("waiting for %s: %w", condition, err)
		}
		return nil
	})
}

// Script runs JavaScript in the page's world, as the page itself could; a promise is awaited.
func Script(source string) Step {
	return chromedp.Evaluate[chromedp.Void](source, chromedp.EvalAwaitPromise)
}

// Click waits until the middle of the first element that the CSS selector finds can be hit, and
// presses and releases the left button there. It scrolls only when it has to. In any selector of this
// package " >> " goes on within the open shadow root of the element found so far.
func Click(selector string) Step {
	return at(selector, func(x, y float64) Step { return chromedp.MouseClickXY(x, y) })
}

// DoubleClick clicks there twice, so fast that the browser tells of a double click.
func DoubleClick(selector string) Step {
	return at(selector, func(x, y float64) Step {
		return chromedp.Steps(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	})
}

// at moves the mouse to where the element can be hit, and acts there.
func at(selector string, act func(x, y float64) Step) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		x, y, err := hittable(ctx, t, selector)
		if err != nil {
			return fmt.Errorf("clicking %s: %w", selector, err)
		}
		_, err = chromedp.Steps(chromedp.MouseEvent(chromedp.MouseMoved, x, y), act(x, y))(ctx, t)
		return err
	})
}

// Type clicks the element and types the text, key by key.
func Type(selector, text string) Step {
	return chromedp.Steps(Click(selector), Press(text))
}

// Press presses and releases each key in turn where the focus is: characters, or the names of
// package kb (kb.Tab, kb.ArrowDown). A select without its list opened takes kb.ArrowDown and kb.End.
func Press(keys string, modifiers ...chromedp.Modifier) Step {
	return chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...))
}

// Focus gives the element the focus by script, which no user does: for a select, whose list a click
// would open.
func Focus(selector string) Step {
	return WaitFor(fmt.Sprintf(`(e => e && (e.focus(), e === e.getRootNode().activeElement))(%s)`, Find(selector)))
}

// Find is a JavaScript expression for the first element that the selector finds, or null.
func Find(selector string) string {
	return fmt.Sprintf(`%s.split(" >> ").reduce((root, part) => (root?.shadowRoot ?? root)?.querySelector(part), document)`, quote(selector))
}

// findMiddle answers with the middle of the element's first box and what, if anything, keeps the
// mouse from hitting it there.
const findMiddle = `(e => {
	if (!e) return {why: "no such element"};
	e.scrollIntoViewIfNeeded();
	const box = e.getClientRects()[0];
	if (!box) return {why: "it is not shown"};
	const x = box.x + box.width / 2, y = box.y + box.height / 2;
	let hit = document.elementFromPoint(x, y);
	for (let inner; hit?.shadowRoot && (inner = hit.shadowRoot.elementFromPoint(x, y)) && inner !== hit; ) hit = inner;
	let within = hit; // or shown within it: slotted, or in its shadow root
	while (within && within !== e) within = within.assignedSlot ?? within.parentNode ?? within.host;
	const slotted = hit?.shadowRoot && hit === e.getRootNode().host; // a text: it is the host's, wherever it is shown
	return {x, y, why: within || slotted ? "" : "it is covered by " + (hit ? hit.outerHTML.slice(0, 80) : "nothing")};
})(%s)`

// hittable waits until the element is where it was at the look before, and not covered.
func hittable(ctx context.Context, t *chromedp.Target, selector string) (x, y float64, err error) {
	type middle struct {
		X, Y float64
		Why  string
	}
	find := chromedp.Evaluate[middle](fmt.Sprintf(findMiddle, Find(selector)))
	var last middle
	err = poll(ctx, func() (bool, error) {
		now, err := find(ctx, t)
		if err == nil && now.Why != "" {
			err = errors.New(now.Why)
		}
		still := now == last
		last = now
		return still, err
	})
	return last.X, last.Y, err
}

// poll looks until look says true. An error is only remembered: during a navigation every
// evaluation fails.
func poll(ctx context.Context, look func() (bool, error)) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	var last error
	for {
		ok, err := look()
		if ok && err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last)
		case <-ticker.C:
		}
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always has a JSON form, which is a JavaScript literal
	return string(b)
}
