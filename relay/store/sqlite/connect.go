package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

const (
	// pageSize fits a batch of 20 events with its row in one page.
	pageSize = 16 << 10
	// busyTimeout is how long a connection waits for another's lock. Only tools outside this process (a backup)
	// ever hold one that matters, and briefly.
	busyTimeout = "5000"
	// walKeep is the size to which the write-ahead log's file is cut when it starts anew.
	walKeep = 64 << 20
	// synchronousFull is PRAGMA synchronous=FULL: fsync at every commit. NORMAL would acknowledge what a power
	// cut takes away.
	synchronousFull = 2
)

// engine is the SQLite under the store. A test puts in its place another one, whose disk it can make fail.
var engine = struct {
	driver string                              // of database/sql; the relay's own is modernc.org/sqlite
	code   func(error) (extended int, ok bool) // SQLite's result code of an error
}{"sqlite", func(err error) (int, bool) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	return e.Code(), true
}}

type mode string

const (
	writing mode = "rwc"
	reading mode = "ro"
)

// connect opens a pool of connections and reads back, on one of them, that it is what it should be.
func connect(ctx context.Context, path string, m mode) (*sql.DB, error) {
	// The driver applies the values of _pragma first, then journal mode, then synchronous, which the journal mode
	// may have reset. The page size counts for a new database only. What is deleted is overwritten, as far as that
	// writes no page that would not be written anyway; Clean does the rest.
	q := url.Values{"mode": {string(m)}, "_busy_timeout": {busyTimeout}, "_synchronous": {"FULL"}}
	if m == writing {
		q["_pragma"] = []string{fmt.Sprintf("page_size(%d)", pageSize), "wal_autocheckpoint(0)", "secure_delete(FAST)", fmt.Sprintf("journal_size_limit(%d)", walKeep)}
		q.Set("_journal_mode", "WAL")
	} else {
		q.Set("_query_only", "1")
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	db, err := sql.Open(engine.driver, dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if m == writing {
		db.SetMaxOpenConns(1) // so that what was read back is the connection that will write
	}
	if err := readBack(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	return db, nil
}

// readBack refuses a connection on which a commit would not be durable.
func readBack(ctx context.Context, db *sql.DB) error {
	var journal string
	var synchronous, page int
	for pragma, to := range map[string]any{"journal_mode": &journal, "synchronous": &synchronous, "page_size": &page} {
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(to); err != nil {
			return fmt.Errorf("read %s: %w", pragma, err)
		}
	}
	switch {
	case journal != "wal":
		return fmt.Errorf("journal_mode is %s, not wal: does the file system lack shared memory?", journal)
	case synchronous != synchronousFull:
		return fmt.Errorf("synchronous is %d, not %d: commits would not be durable", synchronous, synchronousFull)
	case page != pageSize:
		return fmt.Errorf("pages are of %d bytes, not %d: the database was made by another program", page, pageSize)
	}
	return nil
}

//go:embed migrations/*.sql
var migrations embed.FS

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return nil
}

// lockDir keeps a second relay out of the directory: two writers would not know of each other's numbers.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "relay.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("data directory %s is in use by another relay: %w", dir, err), f.Close())
	}
	return f, nil
}

// syncDir makes the names of new files durable; SQLite does so for its journals, not for the database itself.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync data directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync data directory: %w", err)
	}
	return nil
}
