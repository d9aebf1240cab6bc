package maskcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// maxPage bounds a saved page: with all its styles in it one has a few megabytes.
const maxPage = 16 << 20

// loading bounds how long a browser may take for a page: one that is not there by then waits for something.
const loading = 30 * time.Second

// browsers are the names under which Chromium is installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// IsAddress tells whether an argument is an address and no file.
func IsAddress(arg string) bool {
	return strings.HasPrefix(arg, "http://") || strings.HasPrefix(arg, "https://")
}

// Read gives a page: of a file, or of an address as Chromium has it when it has loaded.
func Read(ctx context.Context, arg string) ([]byte, error) {
	if IsAddress(arg) {
		return load(ctx, arg)
	}
	f, err := os.Open(arg)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	page, err := io.ReadAll(io.LimitReader(f, maxPage+1))
	if err == nil && len(page) > maxPage {
		err = fmt.Errorf("%s is larger than %d bytes", arg, maxPage)
	}
	return page, err
}

// load lets Chromium load a page and gives its DOM.
func load(ctx context.Context, address string) ([]byte, error) {
	browser := ""
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		return nil, fmt.Errorf("%s: there is no Chromium to open it with (looked for %s); save the page and name its file", address, strings.Join(browsers, ", "))
	}
	profile, err := os.MkdirTemp("", "cotrail-mask-check-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(ctx, loading)
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--user-data-dir=" + profile, "--timeout=20000", "--dump-dom", address}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // as root Chromium does not start otherwise
	}
	command := exec.CommandContext(ctx, browser, args...)
	command.WaitDelay = time.Second // its children may keep the pipes open
	var said bytes.Buffer
	command.Stderr = &said
	page, err := command.Output()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: Chromium has not loaded it within %v", address, loading)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return nil, fmt.Errorf("%s: Chromium could not load it: %v: %s", address, err, bytes.TrimSpace(said.Bytes()))
	case bytes.Contains(page, []byte(`class="neterror"`)): // Chromium's own page, which has nothing to hide
		return nil, fmt.Errorf("%s: nobody answers there", address)
	case len(page) > maxPage:
		return nil, fmt.Errorf("%s is larger than %d bytes", address, maxPage)
	}
	return page, nil
}
