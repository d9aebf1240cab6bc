package assets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

const (
	// Releases is of how many, this one among them, the files are kept: more than a site upgrades to before it changes its pages.
	Releases = 10
	// keepEvery is how long a store that can take nothing is left alone.
	keepEvery = time.Minute
)

// Keeper keeps the files of this release in the store, for Others of relays of another.
type Keeper struct {
	store store.Recorders
	files []store.RecorderFile
	log   *slog.Logger
	kept  bool
}

// NewKeeper has the files to keep.
func NewKeeper(s store.Recorders, files []store.RecorderFile, log *slog.Logger) *Keeper {
	return &Keeper{store: s, files: files, log: log}
}

// Keep keeps the files before they are served. While the store can take nothing that is no error, since a relay on a
// full disk has logs to show: Run keeps them.
func (k *Keeper) Keep(ctx context.Context) error {
	err := k.keep(ctx)
	if !errors.Is(err, store.ErrFull) {
		return err
	}
	k.log.Error("the recorder is to be kept later", "error", err)
	return nil
}

// Run keeps the files if that could not be done at the start, and then waits for the end of its context.
func (k *Keeper) Run(ctx context.Context) error {
	for !k.kept {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(keepEvery):
		}
		if err := k.keep(ctx); err != nil {
			k.log.Error("the recorder is to be kept later", "error", err)
		}
	}
	<-ctx.Done()
	return nil
}

func (k *Keeper) keep(ctx context.Context) error {
	if err := k.store.KeepRecorder(ctx, k.files, time.Now().UnixMilli(), Releases); err != nil {
		return fmt.Errorf("keep the recorder for pages that have its script when another release is served: %w", err)
	}
	k.kept = true
	return nil
}
