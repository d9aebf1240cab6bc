package chrome

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Kill ends the browser as a power cut would: all its processes, none of which has time for a word. Close is still to come.
func (b *Browser) Kill() error {
	all := []int{chromedp.FromContext(b.ctx).Browser.Process().Pid}
	for known := 0; known < len(all); { // each is held still, so that it starts no more
		next := all[known:]
		known = len(all)
		for _, pid := range next {
			if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("holding Chromium still: %w", err)
			}
			all = append(all, children(pid)...)
		}
	}
	for _, pid := range all {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("killing Chromium: %w", err)
		}
	}
	return nil
}

// children lists the processes that any thread of a process has started.
func children(pid int) (all []int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is a good one
	for _, list := range lists {
		text, _ := os.ReadFile(list) // of a thread that has ended there is none
		for _, child := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

// Crash ends the page's process as one of its faults would. Nobody is left to tell that it is done.
func Crash() Step {
	return call(page.Crash, cdp.Empty{})
}
