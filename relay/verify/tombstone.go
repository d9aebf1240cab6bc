package verify

import (
	"errors"
	"fmt"

	"github.com/cotrail/cotrail/relay/trail"
)

// tombstone checks that a session was erased by the log's own word, and that its leaf and the tombstone's are in the
// log of all.
func (c *Checker) tombstone(r *Report, t *trail.Tombstone) error {
	erasure, err := t.Open(c.Verifiers)
	if err != nil {
		r.find(Signature, 0, "The tombstone cannot be believed: %v.", err)
		return nil
	}
	r.Session, r.Erased = erasure.Session, erasure.Erased
	leaf, err := erasure.LeafHash()
	if err != nil {
		return fmt.Errorf("%s: %w", r.Log, err)
	}
	at, err := t.Of.Check(leaf, c.Verifiers)
	if err == nil && t.Of.Leaf != erasure.Leaf {
		err = trail.ErrNotIncluded
	}
	if err == nil {
		at, err = t.Own.Check(trail.TombstoneLeaf(erasure), c.Verifiers)
	}
	switch {
	case errors.Is(err, trail.ErrNotIncluded):
		r.find(Proof, 0, "The erased session or its tombstone is not what it was: %v.", err)
		return nil
	case err != nil:
		r.find(Signature, 0, "The checkpoint cannot be believed: %v.", err)
		return nil
	}
	r.Checkpoint = at.Time.UTC().Format("2006-01-02T15:04:05Z")
	r.leaves = []int64{t.Of.Leaf, t.Own.Leaf}
	return c.since(r, at, t.Consistency)
}
