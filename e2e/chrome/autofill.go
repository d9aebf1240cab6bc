package chrome

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/autofill"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Address is what the browser knows of a person, by the names that it has for it, such as NAME_FULL.
type Address map[string]string

// Autofill lets the browser itself fill the form of a field, as when a person takes its suggestion there.
func Autofill(selector string, known Address) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		var fields []*autofill.AddressField
		for name, value := range known {
			fields = append(fields, &autofill.AddressField{Name: name, Value: value})
		}
		found, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: Find(selector)})
		if err != nil {
			return fmt.Errorf("filling the form of %s: %w", selector, err)
		}
		node, err := cdp.Call(ctx, t, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: found.Result.ObjectID})
		if err == nil {
			_, err = cdp.Call(ctx, t, autofill.Trigger, autofill.TriggerParams{FieldID: node.Node.BackendNodeID, Address: &autofill.Address{Fields: fields}})
		}
		if err != nil {
			return fmt.Errorf("filling the form of %s: %w", selector, err)
		}
		return nil
	})
}
