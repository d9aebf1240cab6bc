package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"

	sqlite3 "modernc.org/sqlite/lib"
)

// running stands in the lock file from a start to the clean end that belongs to it. Where it is found at a start, the
// relay was killed, the machine lost its power, or the disk failed.
const running = "running\n"

// ErrDamaged says that the database cannot be trusted any more. Its text says what to do.
var ErrDamaged = errors.New("the database is damaged")

// unclean tells whether the last end was no clean one.
func unclean(lock *os.File) (bool, error) {
	mark, err := io.ReadAll(io.NewSectionReader(lock, 0, int64(len(running))))
	if err != nil {
		return false, fmt.Errorf("read %s: %w", lock.Name(), err)
	}
	return len(mark) > 0, nil
}

// begin marks that the store is open, durably: a mark that a power cut takes away would tell of a clean end.
func begin(lock *os.File) error {
	_, err := lock.WriteAt([]byte(running), 0)
	if err = errors.Join(err, lock.Sync()); err != nil {
		return fmt.Errorf("mark the data directory as in use: %w", err)
	}
	return nil
}

// end marks that the store was closed as it should be.
func end(lock *os.File) error {
	if err := errors.Join(lock.Truncate(0), lock.Sync()); err != nil {
		return fmt.Errorf("mark the data directory as closed: %w", err)
	}
	return nil
}

// quickCheck reads the whole database and says what is wrong with the form of its pages and rows.
func quickCheck(ctx context.Context, db *sql.DB) error {
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, found)
	}
	return nil
}

// giveBack ends the leases of the process before: only one has the store, so nobody is at those deliveries any more.
func giveBack(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "UPDATE deliveries SET lease = '', next_at = since WHERE state = 'waiting' AND lease <> ''")
	if err != nil {
		return fmt.Errorf("give back what was being delivered: %w", err)
	}
	return nil
}

// advise adds to an error of a damaged database what to do, and leaves others as they are.
func advise(err error, path string) error {
	if code, ok := engine.code(err); ok && (code&0xff == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%s: %w; the relay does not start on it, so that nothing gets worse: keep the data directory as it is and "+
		"restore the newest backup into an empty one, as docs/operate.md says under Restore", path, err)
}
