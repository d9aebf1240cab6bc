package store

import (
	"context"
	"errors"
)

// ErrNotSealed says that a session is not finished, or not sealed yet.
var ErrNotSealed = errors.New("the session is not sealed yet") // answer 409

// ErrErased says that a session is no more.
var ErrErased = errors.New("the session was erased") // answer 410

// Sealed is what sealing has made of a finished session. It is stored in place of what it was made of, as a whole or
// not at all.
type Sealed struct {
	ID      string
	Entries uint64   // LastSeq of the Work; ErrConflict when it is no longer that
	Parts   []Part   // the entries, in the form of package document, in order
	Hashes  []byte   // the first chain.PrefixSize bytes of each entry's hash
	Words   []int64  // by which the session is found: hashes of package words, each once
	Leaf    [32]byte // the hash of the leaf
	// Deliveries tell the site's destinations.
	Deliveries []Delivery
}

// Part is entries First to Last.
type Part struct {
	First, Last uint64
	Content     []byte
}

// Document is a sealed session but for its entries, with what binds them.
type Document struct {
	Summary
	Leaf   int64    // its place in the tree
	Salt   [32]byte // of the session
	Hash   [32]byte // of the last entry
	Hashes []byte   // the first chain.PrefixSize bytes of each entry's hash
}

// Sealing is what sealing finished sessions needs.
type Sealing interface {
	// Unsealed lists the sessions that have ended and are not sealed, by their ids: those after an id, at most so many.
	Unsealed(ctx context.Context, after string, limit int) ([]string, error)
	// Seal stores the document, appends its leaf to the tree and takes away the session's entries, streams, inbox and
	// state, in one transaction. Readers see the same log before and after, and recorders that come back find their
	// streams where they stopped. ErrConflict, and nothing is stored, when the session has not ended, is sealed
	// already, or has another number of entries.
	Seal(ctx context.Context, s Sealed) error
	// Document reads a sealed session. ErrNotSealed when it is not, ErrErased when it was erased.
	Document(ctx context.Context, id string) (Document, error)
	// SealedFrom lists sealed sessions in the order of their leaves, from a leaf on, at most so many.
	SealedFrom(ctx context.Context, leaf int64, limit int) ([]Place, error)
	// Mark gives a number that was kept under a name, 0 at first; SetMark keeps one.
	Mark(ctx context.Context, name string) (int64, error)
	SetMark(ctx context.Context, name string, at int64) error
}

// Place is a sealed session and its place in the tree.
type Place struct {
	Leaf     int64
	ID       string
	Site     string
	LastTime int64
}

// Checkpoint is a signed statement of what the tree was at some time.
type Checkpoint struct {
	Size int64
	Note []byte
}

// Tree is what proving needs: the hashes of an RFC 6962 tree, as golang.org/x/mod/sumdb/tlog orders them.
type Tree interface {
	// TreeSize is the number of leaves.
	TreeSize(ctx context.Context) (int64, error)
	// TreeHashes gives stored hashes by their indexes, in the order of the indexes.
	TreeHashes(ctx context.Context, indexes []int64) ([][32]byte, error)
	// KeepCheckpoint keeps the newest checkpoint. ErrConflict, and the kept one stays, when that is of a larger tree.
	KeepCheckpoint(ctx context.Context, c Checkpoint) error
	// Checkpoint gives the kept one; ErrNotFound before the first.
	Checkpoint(ctx context.Context) (Checkpoint, error)
}
