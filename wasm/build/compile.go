package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cotrail/cotrail/wasm/build/boot"
)

// compileEnv makes the module depend on its sources and the toolchain alone,
// not on the settings of whoever builds it.
var compileEnv = []string{
	"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0",
	"GOFLAGS=", "GOEXPERIMENT=", "GOWASM=", "GOWORK=off",
}

// compileModule builds the recorder, starts it, and gives the bytes that pages load.
func compileModule(p paths) ([]byte, error) {
	modfile, err := prepareModfile(p)
	if err != nil {
		return nil, fmt.Errorf("prepare the module file: %w", err)
	}
	dir, err := os.MkdirTemp(p.cache(), "module-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	linked := filepath.Join(dir, "linked.wasm")
	_, err = run(p.root, compileEnv, "go", "build",
		"-modfile="+modfile, "-o", linked,
		"-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
		"./wasm")
	if err != nil {
		return nil, fmt.Errorf("compile ./wasm: %w", err)
	}
	module, err := os.ReadFile(linked)
	if err != nil {
		return nil, err
	}
	kept, err := boot.Keep(context.Background(), module, "rehearse")
	if err != nil {
		return nil, fmt.Errorf("start ./wasm: %w", err)
	}
	return kept, nil
}
