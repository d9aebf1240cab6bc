// Package chrome drives a headless Chromium for the end-to-end tests and the bench.
//
// It promises that every act is real, trusted input (key and mouse events of the browser, never a
// value set by script), that every browser starts with an empty profile and leaves nothing behind,
// and that whatever a page writes to its console, or throws, can be asked for afterwards.
//
// In a test:
//
//	page := chrome.New(t).Open(t, url)
//	page.Do(t, chrome.Type("#name", "Ada"), chrome.Click("#next"), chrome.WaitFor("done === true"))
//
// A program uses Start, NewPage and Run, which return errors instead.
//
// A browser is Chromium's headless shell where Debian's package of it is installed, and Chromium itself otherwise or when
// it is asked for (see Whole). Both are built of the same source; the shell starts with a third of the work.
package chrome

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// ErrMissing says that there is no browser to drive.
var ErrMissing = errors.New("no Chromium found: install Debian's package chromium")

const (
	// The window is large enough for a form of two screens, so that few acts need to scroll.
	windowWidth, windowHeight = 1280, 1000

	// startTimeout bounds the browser's start: two cores that also compile need seconds, not minutes.
	startTimeout = time.Minute
)

// shell and whole are the names of the two programs.
const shell, whole = "chromium-headless-shell", "chromium"

// Whole is the option for what the shell has not: tabs that hide one another, pages kept for going back, autofill and
// extensions; and for what is measured, where the browser is to be the one that people have.
var Whole = chromedp.ExecPath(whole)

// Browser is one Chromium process with a profile of its own.
type Browser struct {
	ctx  context.Context
	stop context.CancelFunc
	dir  string // holds Chromium's home and temporary files
}

// New starts a browser that ends with the test, with more flags of Chromium where a test needs them.
func New(t testing.TB, more ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	b, err := Start(context.Background(), more...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// Start starts a browser that ends with ctx or with Close, which is needed in either case to
// remove its files.
func Start(ctx context.Context, more ...chromedp.ExecAllocatorOption) (*Browser, error) {
	path, err := exec.LookPath(shell)
	if err != nil {
		if path, err = exec.LookPath(whole); err != nil {
			return nil, ErrMissing
		}
	}
	dir, err := os.MkdirTemp("", "cotrail-") // short: the path of a socket in it has 107 bytes at most
	if err != nil {
		return nil, fmt.Errorf("making Chromium's directory: %w", err)
	}
	all := append(flags(), chromedp.ExecPath(path), chromedp.Env("HOME="+dir, "TMPDIR="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir))
	alloc, stop := chromedp.NewExecAllocator(ctx, append(all, more...)...)
	root, _ := chromedp.NewContext(alloc) // ends with alloc
	b := &Browser{ctx: root, stop: stop, dir: dir}

	late := time.AfterFunc(startTimeout, stop)
	err = chromedp.Do(root)
	if !late.Stop() {
		err = fmt.Errorf("not up after %v", startTimeout)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting Chromium: %w", err), b.Close())
	}
	return b, nil
}

// flags are few, so that the pages run as they do for people: nothing here changes timers,
// isolation or rendering.
func flags() []chromedp.ExecAllocatorOption {
	opts := []chromedp.ExecAllocatorOption{
		chromedp.Headless,
		chromedp.NoSandbox, // tests run as root in containers
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.WindowSize(windowWidth, windowHeight),
	}
	for _, name := range []string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-breakpad",      // no crash handler outlives the browser
		"disable-dev-shm-usage", // /dev/shm is small in containers
		"disable-popup-blocking",
	} {
		opts = append(opts, chromedp.Flag(name, true))
	}
	return opts
}

// Close ends the browser, waits until its process is gone and removes its files.
func (b *Browser) Close() error {
	b.stop()
	if err := os.RemoveAll(b.dir); err != nil {
		return fmt.Errorf("removing Chromium's directory: %w", err)
	}
	return nil
}

// NewPage opens an empty page with cookies, storage and cache of its own.
func (b *Browser) NewPage() (*Page, error) {
	return newPage(b.ctx, chromedp.WithNewBrowserContext())
}

// OpenInProfile opens url in a page that shares cookies, storage, and the profile's extensions, which run in no other.
// The page closes with the test.
func (b *Browser) OpenInProfile(t testing.TB, url string) *Page {
	t.Helper()
	p, err := newPage(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	p.Do(t, chromedp.Navigate(url))
	return p
}

// Open opens url in a page of its own (see NewPage) and waits until it has loaded. The page closes
// with the test.
func (b *Browser) Open(t testing.TB, url string) *Page {
	t.Helper()
	p, err := b.NewPage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	p.Do(t, chromedp.Navigate(url))
	return p
}
