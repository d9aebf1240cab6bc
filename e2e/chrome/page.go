package chrome

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// stepTimeout bounds one step. It only ends what would never end: a step that works takes
// milliseconds, but the whole test suite shares two cores.
const stepTimeout = 20 * time.Second

// Step is one act or one wait. The steps of this package and those of chromedp mix freely.
type Step = chromedp.Action[chromedp.Void]

// Page is one tab. Its methods must not be called by two goroutines at once, except Console and
// Errors.
type Page struct {
	ctx   context.Context
	close context.CancelFunc

	mu      sync.Mutex
	console []Message // guarded by mu
}

func newPage(parent context.Context, options ...chromedp.ContextOption) (*Page, error) {
	p := &Page{}
	p.ctx, p.close = chromedp.NewContext(parent, append(options, chromedp.WithListener(p.listen))...)
	if err := chromedp.Do(p.ctx); err != nil {
		p.close()
		return nil, fmt.Errorf("opening a page: %w", err)
	}
	return p, nil
}

// Close closes the tab as a crash would: the page's unload handlers need not run.
func (p *Page) Close() { p.close() }

// Context is for commands of chromedp and cdproto that have no step here.
func (p *Page) Context() context.Context { return p.ctx }

// Run runs the steps in order, each with a deadline, and stops at the first error.
func (p *Page) Run(steps ...Step) error {
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
		_, err := chromedp.Run(ctx, step)
		cancel()
		if err != nil {
			return fmt.Errorf("step %d of %d: %w", i+1, len(steps), err)
		}
	}
	return nil
}

// Do is Run for tests. A failure ends the test and shows what the page's console has.
func (p *Page) Do(t testing.TB, steps ...Step) {
	t.Helper()
	if err := p.Run(steps...); err != nil {
		t.Fatalf("%v%s", err, p.consoleText())
	}
}

// Eval returns the value of a JavaScript expression; a promise is awaited.
func Eval[T any](p *Page, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		return v, fmt.Errorf("evaluating %s: %w", expression, err)
	}
	return v, nil
}

// MustEval is Eval for tests.
func MustEval[T any](t testing.TB, p *Page, expression string) T {
	t.Helper()
	v, err := Eval[T](p, expression)
	if err != nil {
		t.Fatalf("%v%s", err, p.consoleText())
	}
	return v
}

// Popup runs the steps and returns the tab that they open, whoever opens it: a script, a link, or the browser for a
// person who holds Ctrl. It shares cookies and storage with p. The page closes with p. Its console is heard from the
// moment of attaching on, which may miss the first lines.
func (p *Page) Popup(steps ...Step) (*Page, error) {
	ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
	defer cancel()
	before, err := tabs(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.Run(steps...); err != nil {
		return nil, err
	}
	var opened target.ID
	err = poll(ctx, func() (bool, error) {
		now, err := tabs(ctx)
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

// tabs gives the tabs that share cookies and storage with that of the context.
func tabs(ctx context.Context) (map[target.ID]bool, error) {
	all, err := chromedp.Targets(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the tabs: %w", err)
	}
	self := chromedp.FromContext(ctx).Target.TargetID
	of := map[target.ID]bool{}
	for _, own := range all {
		if own.TargetID != self {
			continue
		}
		for _, info := range all {
			if info.Type == "page" && info.BrowserContextID == own.BrowserContextID {
				of[info.TargetID] = true
			}
		}
	}
	return of, nil
}

func (p *Page) consoleText() string {
	var b strings.Builder
	for _, m := range p.Console() {
		fmt.Fprintf(&b, "\nconsole: %s: %s", m.Level, m.Text)
	}
	return b.String()
}
