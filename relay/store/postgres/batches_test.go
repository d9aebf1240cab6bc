package postgres

import (
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

// TestPendingID: a batch of every stream that a session can have, the app's back end beside the others, has an id of
// its own.
func TestPendingID(t *testing.T) {
	for _, ordinal := range []int64{1, 2, store.MaxStreams, store.MaxStreams + 1} {
		for _, first := range []uint64{1, 1<<firstBits - 1} {
			id := pendingID(ordinal, first)
			if o, f := pendingOf(id); id <= 0 || o != ordinal || f != int64(first) {
				t.Errorf("stream %d from %d on is %d, which is stream %d from %d on", ordinal, first, id, o, f)
			}
		}
	}
}
