package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// lockTable holds the one row that a migrating relay locks, with a time at which it is free again. An advisory
	// lock would be lost with a pooler between, and distributed kin do not have them.
	lockTable = "migration_lock"
	// lockTries, one every lockPause, is how long a relay waits for another that migrates.
	lockTries = 600
	lockPause = 200 * time.Millisecond
)

// migrate brings the tables up to date. Of several relays that start at once one does it and the others wait.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	locker, err := lock.NewPostgresTableLocker(lock.WithTableName(lockTable), lock.WithTableLockTimeout(lockPause, lockTries),
		lock.WithTableLogger(slog.New(slog.DiscardHandler))) // its errors come back
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	db := stdlib.OpenDBFromPool(s.writing)
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithLocker(locker))
	if err != nil {
		return errors.Join(fmt.Errorf("read migrations: %w", err), db.Close())
	}
	_, err = p.Up(ctx)
	if err != nil {
		err = fmt.Errorf("migrate database: %w", err)
	}
	return errors.Join(err, db.Close())
}
