package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// peerSource starts rrweb's recorder as its guide says.
const peerSource = `
import {record} from %q;
window.events = [];
record({emit: event => events.push(event)});
`

// peer bundles a package of rrweb as one of its users would: minified, for current browsers.
func peer(name, pkg string) func(context.Context, config) (variant, error) {
	return func(ctx context.Context, c config) (variant, error) {
		if err := install(ctx, c.dir); err != nil {
			return variant{}, err
		}
		dir, err := filepath.Abs(c.dir)
		if err != nil {
			return variant{}, err
		}
		built := api.Build(api.BuildOptions{
			Stdin:             &api.StdinOptions{Contents: fmt.Sprintf(peerSource, pkg), ResolveDir: dir},
			Bundle:            true,
			Format:            api.FormatIIFE,
			Target:            api.ES2022,
			MinifyWhitespace:  true,
			MinifyIdentifiers: true,
			MinifySyntax:      true,
		})
		if len(built.Errors) > 0 {
			return variant{}, fmt.Errorf("bundling %s: %s", pkg, built.Errors[0].Text)
		}
		return variant{
			tag:    fmt.Sprintf(`<script async src="/%s.js"></script>`, name),
			bundle: built.OutputFiles[0].Contents,
			ready:  "window.events?.length >= 2", // the page's facts and its whole picture
			settle: "0",
		}, nil
	}
}

// install runs npm when the packages are not there as package-lock.json pins them.
func install(ctx context.Context, dir string) error {
	lock, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	done, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if err == nil && done.ModTime().After(lock.ModTime()) {
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("installing the peers with npm: %w\n%s", err, out)
	}
	return nil
}
