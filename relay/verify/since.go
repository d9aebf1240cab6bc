package verify

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cotrail/cotrail/relay/trail"
)

// proveTries bounds how often proofs are asked for until two are of the same tree: it grows while one asks.
const proveTries = 10

// since checks that the log of all, as the checkpoint at has it, goes on from the earlier checkpoint, or the other way
// round where the log was exported before.
func (c *Checker) since(r *Report, at trail.Checkpoint, p *trail.Consistency) error {
	switch {
	case c.Since == nil || c.Since.Size == 0:
		return nil
	case at.Origin != c.Since.Origin:
		r.find(Checkpoint, 0, "It is of the log %s, the earlier checkpoint is of %s.", at.Origin, c.Since.Origin)
		return nil
	case at.Size == c.Since.Size:
		if at.Root != c.Since.Root {
			r.find(Checkpoint, 0, "The log of all is another one than under the earlier checkpoint, though of the same size.")
		}
		return nil
	case at.Size < c.Since.Size && at.Time.After(c.Since.Time):
		r.find(Checkpoint, 0, "The log of all had %d leaves under the earlier checkpoint and has %d since: it was set back.", c.Since.Size, at.Size)
		return nil
	case p != nil && p.From == c.Since.Size && at.Size > c.Since.Size:
		if err := p.Check(*c.Since, at); err != nil {
			r.find(Checkpoint, 0, "What was sealed under the earlier checkpoint has changed: %v.", err)
		}
		return nil
	case c.Prove != nil:
		return c.joined(r, at)
	case at.Size < c.Since.Size:
		return fmt.Errorf("%s: it was exported before the checkpoint of --since; export it again, or let a relay prove what came between by --relay", r.Log)
	}
	return fmt.Errorf("%s: it has no proof that the log goes on from the checkpoint of --since; export it again with ?proof=1&from=%d, or let a relay prove it by --relay", r.Log, c.Since.Size)
}

// joined checks that the checkpoint of the log and the earlier one are both of the tree that the relay has now. Its word
// is not taken for it: what it answers is proven, or is not.
func (c *Checker) joined(r *Report, at trail.Checkpoint) error {
	for range proveTries {
		own, ownProof, err := c.proven(at.Size)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Log, err)
		}
		kept, keptProof, err := c.proven(c.Since.Size)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Log, err)
		}
		if own.Size != kept.Size {
			continue
		}
		switch {
		case own.Origin != at.Origin || kept.Origin != at.Origin:
			r.find(Checkpoint, 0, "It is of the log %s, the relay's is %s.", at.Origin, own.Origin)
		case own.Root != kept.Root:
			r.find(Checkpoint, 0, "The relay has signed two logs of all of the same size.")
		case keptProof.Check(*c.Since, kept) != nil:
			r.find(Checkpoint, 0, "The relay's log does not go on from the earlier checkpoint.")
		case ownProof.Check(at, own) != nil:
			r.find(Checkpoint, 0, "It is not of the log of all that the earlier checkpoint is of.")
		}
		return nil
	}
	return fmt.Errorf("%s: the relay's log grows faster than it can be asked for proofs; try again", r.Log)
}

// proven asks for the newest checkpoint, and for the proof that it goes on from one of a size.
func (c *Checker) proven(from int64) (at trail.Checkpoint, p trail.Consistency, err error) {
	content, err := c.Prove(from)
	if err != nil {
		return at, p, err
	}
	at, proof, err := readProven(content, c)
	switch {
	case err != nil:
		return at, p, err
	case proof == nil:
		return at, p, errors.New("the relay proves nothing")
	}
	return at, *proof, nil
}

// readProven reads what GET /v1/checkpoint?from= answers.
func readProven(content []byte, c *Checker) (trail.Checkpoint, *trail.Consistency, error) {
	var proven struct {
		Checkpoint  string             `json:"checkpoint"`
		Consistency *trail.Consistency `json:"consistency"`
	}
	if err := json.Unmarshal(content, &proven); err != nil {
		return trail.Checkpoint{}, nil, fmt.Errorf("the relay's proof cannot be read: %w", err)
	}
	at, err := trail.OpenCheckpoint([]byte(proven.Checkpoint), c.Verifiers)
	if err != nil {
		return at, nil, &unbelieved{err}
	}
	return at, proven.Consistency, nil
}

// unbelieved says that a checkpoint of the relay is none.
type unbelieved struct{ err error }

func (u *unbelieved) Error() string {
	return fmt.Sprintf("the relay's checkpoint cannot be believed: %v", u.err)
}
