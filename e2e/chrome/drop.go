package chrome

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// What comes into a page from outside of it: files that are chosen, and what is dropped.

// SetFiles chooses files for a file input, as its dialog would.
func SetFiles(selector string, files ...string) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		found, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: Find(selector)})
		if err == nil {
			_, err = cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: found.Result.ObjectID})
		}
		if err != nil {
			return fmt.Errorf("choosing files for %s: %w", selector, err)
		}
		return nil
	})
}

// dropCopies says that what is dropped is copied, in the protocol's bit field.
const dropCopies = 1

// DropFiles drops files on the element, from a folder's window.
func DropFiles(selector string, files ...string) Step {
	return drop(selector, &input.DragData{Items: []*input.DragDataItem{}, Files: files, DragOperationsMask: dropCopies})
}

// DropText drops a text on the element, from another window.
func DropText(selector, text string) Step {
	return drop(selector, &input.DragData{Items: []*input.DragDataItem{{MimeType: "text/plain", Data: text}}, DragOperationsMask: dropCopies})
}

func drop(selector string, data *input.DragData) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		x, y, err := hittable(ctx, t, selector, 0.5, 0.5)
		if err != nil {
			return fmt.Errorf("dropping on %s: %w", selector, err)
		}
		for _, kind := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
			if _, err := cdp.Call(ctx, t, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: x, Y: y, Data: data}); err != nil {
				return fmt.Errorf("dropping on %s: %w", selector, err)
			}
		}
		return nil
	})
}
