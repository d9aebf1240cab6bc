package store

import (
	"context"
	"errors"
)

// ErrHeld says that a session is under legal hold.
var ErrHeld = errors.New("the session is held") // answer 409

// Erasure is a session that is to go, and what is to be left of it.
type Erasure struct {
	ID   string
	At   int64  // milliseconds since 1970
	Note []byte // the signed tombstone
	// Words are those by which the session is found, as far as they can be told: what else is found of it goes too.
	Words []int64
	Leaf  [32]byte // the hash of the tombstone's leaf
	// Deliveries tell the site's destinations, in place of what still waits to tell them of the session.
	Deliveries []Delivery
}

// Tombstone is what is left of an erased session.
type Tombstone struct {
	Note []byte
	Leaf int64 // the session's place in the tree
	Own  int64 // the tombstone's
}

// Erasing is what erasing and holding need.
type Erasing interface {
	// Hold keeps a session from being erased, from a time on; one that is held already stays as it is. Release lets it
	// go. ErrErased when there is nothing to hold any more.
	Hold(ctx context.Context, id string, at int64) error
	Release(ctx context.Context, id string) error
	// Erase takes away the documents of sealed sessions, what they are found by, and their salts, and appends their
	// tombstones' leaves to the tree, in one transaction. When it has returned without error, nothing of them is left
	// in the files of the store: neither in pages that are free, nor in the write-ahead log. ErrNotSealed, ErrHeld or
	// ErrErased when that is so of one of them, and then none is erased.
	//
	// ErrTraces says that they are erased, but a reader kept the files from being cleaned: Clean does that later.
	Erase(ctx context.Context, sessions ...Erasure) error
	// Clean takes what is left of erased sessions out of the files. Where nothing is left it does nothing.
	Clean(ctx context.Context) error
	// Tombstone gives what is left; ErrNotFound when the session was not erased.
	Tombstone(ctx context.Context, id string) (Tombstone, error)
	// Expired lists sealed sessions of a site that are not held and ended before a time, at most so many.
	Expired(ctx context.Context, site string, before int64, limit int) ([]Place, error)
}

// ErrTraces says that what was erased may still be found in the files.
var ErrTraces = errors.New("traces of what was erased are still in the files")

// Access is an entry of a site's access log.
type Access struct {
	Day   string // 2026-11-22
	Seq   uint64 // from 1 each day
	Entry []byte // canonical JSON
	Hash  [32]byte
}

// AccessDay is a day of a site's access log.
type AccessDay struct {
	Site, Day string
	Entries   uint64
	Hash      [32]byte // of the last entry
}

// ClosedDay is a day that is in the tree.
type ClosedDay struct {
	AccessDay
	Leaf int64 // its place there
}

// Accesses is what the access log needs. Each site has a chain, a day's first entry goes on from the last of the day
// before it.
type Accesses interface {
	// NoteAccess appends an entry, which write makes of its number in the day and the hash before it. write may be
	// called more than once.
	NoteAccess(ctx context.Context, site, day string, write func(seq uint64, before [32]byte) (entry []byte, hash [32]byte)) error
	// Accesses lists entries of a site in their order, after an entry of a day, at most so many.
	Accesses(ctx context.Context, site, day string, after uint64, limit int) ([]Access, error)
	// OpenDays lists days before a day that are not in the tree yet.
	OpenDays(ctx context.Context, before string) ([]AccessDay, error)
	// CloseDay appends a day's leaf to the tree, once.
	CloseDay(ctx context.Context, d AccessDay, leaf [32]byte) error
	// ClosedDays lists the days of all sites that are in the tree behind a leaf, in its order, at most so many; those of
	// which no entry is left are not among them.
	ClosedDays(ctx context.Context, after int64, limit int) ([]ClosedDay, error)
}
