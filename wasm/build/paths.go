package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// cacheName is the directory for what a build makes on its way, under the
// repository's root and ignored by git.
const cacheName = ".build"

// paths knows where things lie under the repository's root, which is absolute.
type paths struct{ root string }

func (p paths) cache() string { return filepath.Join(p.root, cacheName) }
func (p paths) js() string    { return filepath.Join(p.root, "js") }
func (p paths) dist() string  { return filepath.Join(p.root, "relay", "assets", "dist") }

// run runs a command in dir with additions to the environment and gives what
// it printed. The error holds what it complained about.
func run(dir string, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s%s", cmd, err, out, complaint.Bytes())
	}
	return out, nil
}

// replaceFile writes a file so that a reader finds the old or the new
// content, never a part.
func replaceFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
