package assets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// A relay that starts while the store is full keeps its recorder when there is room again, and ends when it is told to.
func TestKeptWhenThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &kept{files: map[string][]byte{}, fails: fmt.Errorf("%w: the disk is full", store.ErrFull)}
		keeper := NewKeeper(k, []store.RecorderFile{{Name: oldModule, Packed: pack(t, []byte("module"))}}, slog.New(slog.DiscardHandler))
		if err := keeper.Keep(t.Context()); err != nil {
			t.Fatalf("the relay does not start: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- keeper.Run(ctx) }()
		time.Sleep(3 * keepEvery / 2)
		k.fails = errors.New("no connection")
		time.Sleep(keepEvery)
		k.fails = nil
		time.Sleep(keepEvery)
		synctest.Wait()
		if k.files[oldModule] == nil {
			t.Error("with room again nothing is kept")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		k.fails = errors.New("no such table")
		if err := keeper.Keep(t.Context()); err == nil {
			t.Error("a store that is broken is no reason not to start")
		}
	})
}
