package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// backupCmd are the flags of cotrail backup.
type backupCmd struct {
	Data string `default:"./data" env:"COTRAIL_DATA" placeholder:"DIR" help:"Directory of the store (${default})."`
	Dest string `arg:"" name:"dest" help:"Directory to make, which must not exist."`
}

// run copies the store, and tells a store that is damaged from one that could not be copied.
func (c *backupCmd) run(ctx context.Context, stdout, stderr io.Writer) int {
	copied, err := sqlite.Backup(ctx, c.Data, c.Dest)
	if err != nil {
		fmt.Fprintln(stderr, "cotrail: no backup was made:", err)
		if errors.Is(err, sqlite.ErrDamaged) {
			return exitFound
		}
		return exitUsage
	}
	fmt.Fprintf(stdout, "%s: %d sessions, %d bytes, read back and on disk\n", c.Dest, copied.Sessions, copied.Bytes)
	return exitGood
}
