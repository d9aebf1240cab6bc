// Package dir keeps finished sessions in a directory: one file each, by site, day and session.
//
// The promise: a file that has its name is whole and on the disk, and no other file is ever overwritten. What is erased
// is removed, and a file beside it says so.
package dir

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

// Timeout bounds an attempt: the time for a few syncs of a busy disk.
const Timeout = time.Minute

// Who may read the files: whoever runs the relay, and a group that collects them.
const (
	fileMode = 0o640
	dirMode  = 0o750
)

// Dir is a deliver.Destination.
type Dir struct {
	root string
}

// New makes a destination of a directory, which need not be there yet.
func New(root string) *Dir { return &Dir{filepath.Clean(root)} }

// Deliver implements deliver.Destination.
func (d *Dir) Deliver(_ context.Context, m deliver.Message) error {
	if m.Kind == store.KindErased {
		return d.erase(m)
	}
	return d.put(m.Name(), m.Document.Kept())
}

// put writes a file under its name, whole or not at all. A file of the same log that is there is the one that an attempt
// before has written.
func (d *Dir) put(name string, content []byte) (err error) {
	path := filepath.Join(d.root, filepath.FromSlash(name))
	if err := d.folders(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return told(err)
	}
	defer os.Remove(f.Name()) // the name that it has in the end is another link to it
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(fileMode), f.Sync(), f.Close()); err != nil {
		return told(err)
	}
	// A link, because renaming would overwrite what is there.
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		there, err := os.ReadFile(path)
		if err != nil {
			return told(err)
		}
		if !bytes.Equal(there, content) && !deliver.SameLog(there, content) {
			return &deliver.Never{Err: errors.New("there is another file of this name, which is not overwritten")}
		}
	} else if err != nil {
		return told(err)
	}
	return syncDir(filepath.Dir(path))
}

// erase removes the session's file and leaves the word of it.
func (d *Dir) erase(m deliver.Message) error {
	path := filepath.Join(d.root, filepath.FromSlash(m.Name()))
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return told(err)
	}
	notice, err := json.Marshal(map[string]string{"type": m.Type(), "session_id": m.Session, "site": m.Site, "timestamp": deliver.Timestamp(m.Made)})
	if err != nil {
		return err
	}
	return d.put(m.ErasedName(), append(notice, '\n')) // it syncs the folder, and so the removal
}

// folders makes a folder and those above it up to the root, each durable in the one that has it.
func (d *Dir) folders(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if parent := filepath.Dir(path); path != d.root && parent != path {
		if err := d.folders(parent); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, dirMode); err != nil {
		return told(err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return told(err)
	}
	return told(errors.Join(f.Sync(), f.Close()))
}

func told(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing the file: %w", err)
}
