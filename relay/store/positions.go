package store

import "context"

// Position is how far a session's entries have come to a stream.
type Position struct {
	Session string
	Created int64
	Seq     uint64 // the last entry that the stream has acknowledged
	LastSeq uint64 // the last entry of the log
	Ended   bool
}

// Positions is what streaming needs. Any number of relays may work on it at once.
type Positions interface {
	// BeginStream notes when a destination was first known, and gives that: what was created before is not streamed.
	BeginStream(ctx context.Context, site, destination string, now int64) (since int64, err error)
	// OpenPositions lists the sessions of a site created from a time on that a stream does not have to their ends, in
	// the order of their creation: the live ones too, though it may have all that they have now, but for the erased ones,
	// of which there is nothing more to be had.
	OpenPositions(ctx context.Context, site, destination string, from int64) ([]Position, error)
	// ClaimPosition leases a session's position until a time. ErrLeaseLost while another has it.
	ClaimPosition(ctx context.Context, site, destination, session, lease string, now, until int64) (seq uint64, err error)
	// AdvancePosition stores a position and holds the lease until a time; until 0 gives it back. ErrLeaseLost, and
	// nothing is stored, when it is no longer held.
	AdvancePosition(ctx context.Context, site, destination, session, lease string, seq uint64, until int64) error
}
