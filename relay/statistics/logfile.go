package statistics

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// writeEvery is how often finished sessions are written down: who reads the files does so hours later.
	writeEvery = time.Second
	// atOnce is how many sessions are written before the files are synced.
	atOnce = 256
	// mark is the store's name for how far the log has been written.
	mark = "session_log"
)

// Store is what a session log is written from.
type Store interface {
	SealedFrom(ctx context.Context, leaf int64, limit int) ([]store.Place, error)
	Entries(ctx context.Context, id string, after uint64, fn func(seq uint64, line []byte) error) error
	Mark(ctx context.Context, name string) (int64, error)
	SetMark(ctx context.Context, name string, at int64) error
}

// SessionLog writes a line for every finished session into a file for each day: date, time and id of the session, and
// its statistics as JSON. A line is on the disk before the store knows that it is; after a crash the lines that it
// does not know of are looked for, so that none is there twice.
type SessionLog struct {
	Dir   string
	Store Store
	Log   *slog.Logger

	mu     sync.Mutex // held while files change
	again  bool       // lines may be there that the store does not know of
	failed bool
}

// Run writes until the context ends.
func (l *SessionLog) Run(ctx context.Context) error {
	l.again = true
	tick := time.NewTicker(writeEvery)
	defer tick.Stop()
	for {
		more, err := l.write(ctx)
		if err != nil && ctx.Err() == nil && !l.failed {
			l.Log.Error("the session log could not be written; trying again", "dir", l.Dir, "error", err)
		} else if err == nil && l.failed {
			l.Log.Info("the session log is written again", "dir", l.Dir)
		}
		l.failed, l.again = err != nil, err != nil
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// write writes the next sessions, and tells whether there may be more.
func (l *SessionLog) write(ctx context.Context) (more bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from, err := l.Store.Mark(ctx, mark)
	if err != nil {
		return false, err
	}
	places, err := l.Store.SealedFrom(ctx, from, atOnce)
	if err != nil || len(places) == 0 {
		return false, err
	}
	days := map[string][]byte{}
	for _, p := range places {
		line, err := l.line(ctx, p)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrErased) {
			continue // it was erased a moment ago
		}
		if err != nil {
			return false, fmt.Errorf("session %s: %w", p.ID, err)
		}
		days[l.path(p)] = append(days[l.path(p)], line...)
	}
	for path, lines := range days {
		if err := l.append(path, lines); err != nil {
			return false, err
		}
	}
	return len(places) == atOnce, l.Store.SetMark(ctx, mark, places[len(places)-1].Leaf+1)
}

func (l *SessionLog) path(p store.Place) string {
	return filepath.Join(l.Dir, "session-"+time.UnixMilli(p.LastTime).UTC().Format(time.DateOnly)+".log")
}

// Line writes the line of a session that ended then.
func Line(s *Session, ended int64) ([]byte, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s %s %s\n", time.UnixMilli(ended).UTC().Format("2006-01-02 15:04:05.000"), s.ID, text), nil
}

func (l *SessionLog) line(ctx context.Context, p store.Place) ([]byte, error) {
	var b Builder
	err := l.Store.Entries(ctx, p.ID, 0, func(_ uint64, line []byte) error { return b.Add(line) })
	if err != nil {
		return nil, err
	}
	return Line(b.Session(p.ID, p.Site), p.LastTime)
}

// append writes lines behind those that are there, durably. The rest of a line that was cut off goes.
func (l *SessionLog) append(path string, lines []byte) (err error) {
	_, err = os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if l.again {
		if lines, err = unwritten(f, lines); err != nil {
			return err
		}
	}
	if _, err = f.Seek(0, io.SeekEnd); err == nil {
		_, err = f.Write(lines)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil && isNew {
		err = syncDir(l.Dir)
	}
	return err
}

// unwritten leaves those lines that the file does not have yet, and cuts off a line without its end.
func unwritten(f *os.File, lines []byte) ([]byte, error) {
	there, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	whole := bytes.LastIndexByte(there, '\n') + 1
	if err := f.Truncate(int64(whole)); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for line := range bytes.Lines(there[:whole]) {
		known[id(line)] = true
	}
	var rest []byte
	for line := range bytes.Lines(lines) {
		if !known[id(line)] {
			rest = append(rest, line...)
		}
	}
	return rest, nil
}

// id gives the session of a line.
func id(line []byte) string {
	parts := bytes.SplitN(line, []byte{' '}, 4)
	if len(parts) < 4 {
		return ""
	}
	return string(parts[2])
}

// Erase takes the lines of sessions out of the file of their day.
func (l *SessionLog) Erase(places ...store.Place) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range places {
		there, err := os.ReadFile(l.path(p))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		var rest []byte
		for line := range bytes.Lines(there) {
			if id(line) != p.ID {
				rest = append(rest, line...)
			}
		}
		if len(rest) == len(there) {
			continue
		}
		if err := l.replace(l.path(p), rest); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a file anew, as a whole.
func (l *SessionLog) replace(path string, content []byte) error {
	f, err := os.CreateTemp(l.Dir, ".session-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone when it was renamed
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncDir(l.Dir)
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
