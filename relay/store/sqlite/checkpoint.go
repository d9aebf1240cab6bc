package sqlite

import (
	"context"
	"database/sql"
	"time"
)

const (
	// checkpointEvery is how often what was committed is copied from the write-ahead log into the database. It
	// costs an fsync of the database beside those of the writer, and seldom pays more often.
	checkpointEvery = 500 * time.Millisecond
	// maxWALFrames is the length of the write-ahead log, in pages, from which the writer itself finishes a
	// checkpoint: while it never pauses, the log never gets to start anew. 16 MiB is soon synced; with eight times
	// as much the slowest acknowledgements took five times as long.
	maxWALFrames = 1024
	// hurries is how many more checkpoints are made before, each of what was written during the last, so that
	// the writer, for whom then everybody waits, finds little left.
	hurries = 2
)

// checkpoints copies the write-ahead log into the database on a connection of its own, so that no commit waits
// for it. It owns db.
func (s *Store) checkpoints(db *sql.DB) {
	defer db.Close()
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return // closing the last connection finishes what is left
		case <-tick.C:
		}
		if !s.writer.wrote.Swap(false) {
			continue
		}
		frames, err := checkpoint(db)
		if frames <= maxWALFrames || err != nil {
			continue
		}
		for range hurries {
			_, _ = checkpoint(db)
		}
		s.writer.finish.Store(true)
	}
}

// checkpoint gives the length of the write-ahead log in pages. Its failure loses nothing: the log stays, and
// the next one tries again; a failing disk shows at the next commit.
func checkpoint(db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (frames int, err error) {
	var busy, copied int
	err = db.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &copied)
	return frames, err
}
