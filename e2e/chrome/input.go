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

// Leave runs JavaScript that takes the page away, in a task of its own: a navigation that follows at once, as back to a
// page that the browser has kept, would cut off the answer to what began it.
func Leave(source string) Step {
	return Script("void setTimeout(() => { " + source + " })")
}

// Click waits until the middle of the first element that the selector finds can be hit, and presses and releases a
// button there: the left one, once, unless an option says otherwise. It scrolls only when it has to. The selector is
// CSS; " >> " goes on within the open shadow root or the frame of the element found so far.
func Click(selector string, options ...chromedp.MouseOption) Step {
	return ClickAt(selector, 0.5, 0.5, options...)
}

// ClickAt is Click somewhere else than in the middle: at fractions of the element's width and height.
func ClickAt(selector string, fx, fy float64, options ...chromedp.MouseOption) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		x, y, err := hittable(ctx, t, selector, fx, fy)
		if err != nil {
			return fmt.Errorf("clicking %s: %w", selector, err)
		}
		_, err = chromedp.Steps(chromedp.MouseEvent(chromedp.MouseMoved, x, y), chromedp.MouseClickXY(x, y, options...))(ctx, t)
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

// PressUntil presses a key again and again until a JavaScript expression is true: for a window of the browser's own,
// of which a page cannot know whether it takes keys yet.
func PressUntil(key, condition string) Step {
	press, is := Press(key), chromedp.Evaluate[bool](condition)
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		err := poll(ctx, func() (bool, error) {
			if done, err := is(ctx, t); done || err != nil {
				return done, err
			}
			_, err := press(ctx, t)
			return false, err
		})
		if err != nil {
			return fmt.Errorf("pressing a key until %s: %w", condition, err)
		}
		return nil
	})
}

// Focus gives the element the focus by script, which no user does: for a select, whose list a click
// would open.
func Focus(selector string) Step {
	return WaitFor(fmt.Sprintf(`(e => e && (e.focus(), e === e.getRootNode().activeElement))(%s)`, element(selector)))
}

// find gives the first element of a selector whose parts lie in one another's shadow roots or frames, and where the
// frame's content begins in the page.
const find = `(selector => {
	let root = document, x = 0, y = 0, e = null;
	for (const part of selector.split(" >> ")) {
		if (e) {
			root = e.shadowRoot || e.contentDocument;
			if (!root) return {};
			if (!e.shadowRoot) x += e.getBoundingClientRect().x + e.clientLeft, y += e.getBoundingClientRect().y + e.clientTop;
		}
		e = root.querySelector(part);
		if (!e) return {};
	}
	return {e, x, y};
})`

// element is the JavaScript expression of the element that a selector finds, or undefined.
func element(selector string) string { return find + "(" + quote(selector) + ").e" }

// findPoint answers with a point of the element's first box and what, if anything, keeps the mouse from hitting it
// there. It looks after two frames, for what an act before it has set off begins to move with the next one; a tab that
// nobody sees has no frames.
const findPoint = `(async (find, fx, fy) => {
	const frame = () => new Promise(done => { requestAnimationFrame(done); setTimeout(done, 100); });
	await frame(), await frame();
	const {e, x, y} = find();
	if (!e) return {why: "no such element"};
	e.scrollIntoViewIfNeeded();
	const box = e.getClientRects()[0];
	if (!box) return {why: "it is not shown"};
	const at = [box.x + box.width * fx, box.y + box.height * fy];
	let hit = e.ownerDocument.elementFromPoint(...at);
	for (let inner; hit?.shadowRoot && (inner = hit.shadowRoot.elementFromPoint(...at)) && inner !== hit; ) hit = inner;
	let within = hit; // also what is slotted into it, or in its shadow root
	while (within && within !== e) within = within.assignedSlot ?? within.parentNode ?? within.host;
	const slotted = hit?.shadowRoot && hit === e.getRootNode().host; // a text: it is the host's, wherever it is shown
	return {x: x + at[0], y: y + at[1], why: within || slotted ? "" : "it is covered by " + (hit ? hit.outerHTML.slice(0, 80) : "nothing")};
})(() => %s(%s), %g, %g)`

// hittable waits until the element is where it was at the look before, and not covered.
func hittable(ctx context.Context, t *chromedp.Target, selector string, fx, fy float64) (x, y float64, err error) {
	type point struct {
		X, Y float64
		Why  string
	}
	look := chromedp.Evaluate[point](fmt.Sprintf(findPoint, find, quote(selector), fx, fy), chromedp.EvalAwaitPromise)
	var last point
	err = poll(ctx, func() (bool, error) {
		now, err := look(ctx, t)
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
