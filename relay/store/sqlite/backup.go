package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

// keyFiles are the small secrets beside the database, without which a store that is restored would be another one.
const keyFiles = "*.key"

// Copied tells what a backup holds.
type Copied struct {
	Sessions int
	Bytes    int64 // of the database
}

// Backup copies the store in dir, which may be in use, into dest, which must not exist: a data directory to start a
// relay on. The copy is as one commit left the store, and has nothing of what was deleted before. It was read back and
// is on disk when Backup returns without error; with an error there is no dest. Nobody who writes waits for it, but the
// write-ahead log grows meanwhile.
func Backup(ctx context.Context, dir, dest string) (c Copied, err error) {
	if _, err := os.Stat(filepath.Join(dir, File)); err != nil {
		return c, fmt.Errorf("there is no store in %s: %w", dir, err)
	}
	if dir, err = filepath.Abs(dir); err != nil { // SQLite takes the first part of a relative one for a machine's name
		return c, fmt.Errorf("find the store: %w", err)
	}
	if dest, err = filepath.Abs(dest); err != nil {
		return c, fmt.Errorf("find the destination: %w", err)
	}
	if _, err := os.Lstat(dest); !errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("%s is there already, and a backup overwrites nothing (%w)", dest, errors.Join(err, fs.ErrExist))
	}
	part, err := os.MkdirTemp(filepath.Dir(dest), "."+filepath.Base(dest)+".part-*") // with mode 0700
	if err != nil {
		return c, fmt.Errorf("make the backup's directory: %w", err)
	}
	if c, err = copyInto(ctx, dir, part); err == nil {
		err = os.Rename(part, dest) // fails if somebody has put something there meanwhile
	}
	if err != nil {
		return Copied{}, errors.Join(err, os.RemoveAll(part))
	}
	return c, syncDir(filepath.Dir(dest))
}

// copyInto fills an empty directory and makes what is in it durable.
func copyInto(ctx context.Context, dir, part string) (c Copied, err error) {
	to := filepath.Join(part, File)
	if err := vacuumInto(ctx, filepath.Join(dir, File), to); err != nil {
		return c, err
	}
	keys, err := filepath.Glob(filepath.Join(dir, keyFiles))
	if err != nil {
		return c, fmt.Errorf("find keys: %w", err)
	}
	for _, key := range keys {
		content, err := os.ReadFile(key)
		if err == nil {
			err = os.WriteFile(filepath.Join(part, filepath.Base(key)), content, 0o600)
		}
		if err != nil {
			return c, fmt.Errorf("copy a key: %w", err)
		}
	}
	if c, err = verifyCopy(ctx, to); err != nil {
		return c, err
	}
	written, err := filepath.Glob(filepath.Join(part, "*"))
	for _, name := range written {
		err = errors.Join(err, syncFile(name))
	}
	return c, errors.Join(err, syncDir(part))
}

// vacuumInto copies the database in one reading transaction.
func vacuumInto(ctx context.Context, from, to string) error {
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(from), RawQuery: url.Values{"mode": {"rw"}, "_busy_timeout": {busyTimeout}}.Encode()}
	db, err := sql.Open(engine.driver, dsn.String())
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	if err = errors.Join(err, db.Close()); err != nil {
		return advise(fmt.Errorf("copy the database: %w", err), from)
	}
	return os.Chmod(to, 0o600)
}

// verifyCopy reads all of the copy, and counts.
func verifyCopy(ctx context.Context, path string) (c Copied, err error) {
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "mode=ro&immutable=1"}
	db, err := sql.Open(engine.driver, dsn.String())
	if err != nil {
		return c, fmt.Errorf("open the copy: %w", err)
	}
	defer db.Close()
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return c, fmt.Errorf("check the copy: %w", err)
	}
	if found != "ok" {
		return c, fmt.Errorf("the copy cannot be used: %w: %s", ErrDamaged, found)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sessions").Scan(&c.Sessions); err != nil {
		return c, fmt.Errorf("read the copy: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return c, fmt.Errorf("read the copy: %w", err)
	}
	c.Bytes = info.Size()
	return c, nil
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("sync the copy: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync the copy: %w", err)
	}
	return nil
}
