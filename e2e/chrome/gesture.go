package chrome

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The mouse beyond a click, and what does not come from single keys.

// DoubleClick presses the left button twice, as fast as a person who means one act.
func DoubleClick(selector string) Step {
	return chromedp.Steps(Click(selector), Click(selector, chromedp.ClickCount(2)))
}

// Drag presses the left button at fractions of one element's box, moves to those of another's, and releases it there.
func Drag(from string, fx, fy float64, to string, tx, ty float64) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		x, y, err := hittable(ctx, t, from, fx, fy)
		if err != nil {
			return fmt.Errorf("dragging %s: %w", from, err)
		}
		toX, toY, err := hittable(ctx, t, to, tx, ty)
		if err != nil {
			return fmt.Errorf("dragging to %s: %w", to, err)
		}
		held := func(p *input.DispatchMouseEventParams) { p.Buttons = 1 }
		_, err = chromedp.Steps(
			chromedp.MouseEvent(chromedp.MouseMoved, x, y),
			chromedp.MouseEvent(chromedp.MousePressed, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
			chromedp.MouseEvent(chromedp.MouseMoved, (x+toX)/2, (y+toY)/2, chromedp.ButtonLeft, held),
			chromedp.MouseEvent(chromedp.MouseMoved, toX, toY, chromedp.ButtonLeft, held),
			chromedp.MouseEvent(chromedp.MouseReleased, toX, toY, chromedp.ButtonLeft, chromedp.ClickCount(1)),
		)(ctx, t)
		return err
	})
}

// level is no sideways move: the protocol wants one, and its Go package leaves a zero out.
const level = 0.001

// Wheel turns the mouse wheel over the element.
func Wheel(selector string, dy float64) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		x, y, err := hittable(ctx, t, selector, 0.5, 0.5)
		if err != nil {
			return fmt.Errorf("turning the wheel over %s: %w", selector, err)
		}
		_, err = chromedp.MouseEvent(chromedp.MouseWheel, x, y, func(p *input.DispatchMouseEventParams) {
			p.DeltaX, p.DeltaY = level, dy
		})(ctx, t)
		return err
	})
}

// Insert puts a text where the focus is in one go, as an emoji keyboard or dictation does.
func Insert(text string) Step {
	return call(input.InsertText, input.InsertTextParams{Text: text})
}

// Compose shows each candidate in turn, as an input method does, and then takes the text.
func Compose(text string, candidates ...string) Step {
	var steps []Step
	for _, c := range candidates {
		end := int64(len([]rune(c)))
		steps = append(steps, call(input.ImeSetComposition, input.ImeSetCompositionParams{Text: c, SelectionStart: end, SelectionEnd: end}))
	}
	return chromedp.Steps(append(steps, Insert(text))...)
}

// Edit is a shortcut that the browser knows by its editing command: selectAll, cut, copy, paste, undo, redo, bold.
func Edit(key rune, command string) Step {
	return chromedp.KeyEvent(string(key), chromedp.KeyModifiers(kb.ModifierCtrl), func(p *input.DispatchKeyEventParams) {
		if p.Type == kb.KeyDown || p.Type == kb.KeyRawDown {
			p.Commands = []string{command}
		}
	})
}

// call is a command of the protocol as a step.
func call[P any](command cdp.Command[P, cdp.Empty], params P) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// Tap touches the element with a finger.
func Tap(selector string) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		x, y, err := hittable(ctx, t, selector, 0.5, 0.5)
		if err != nil {
			return fmt.Errorf("tapping %s: %w", selector, err)
		}
		_, err = chromedp.TapXY(x, y)(ctx, t)
		return err
	})
}
