package store

import (
	"crypto/subtle"
	"slices"
)

// Known is what a store knows of a session when it decides about a write. Both engines decide by its methods, so that
// they answer alike; each keeps in its own way what they have decided.
type Known struct {
	ID          string
	Site        string
	SecretHash  [32]byte
	LastSeq     uint64
	Ended       bool
	ContinuedBy string
	Streams     map[string]*KnownStream
	ByOrdinal   []*KnownStream // 1, 2, 3 … without a hole
	Pending     map[int64]bool
}

// KnownStream is what a store knows of a stream.
type KnownStream struct {
	Ordinal int64
	Frame   string // origin of the frame whose tickets opened it, empty when the secret did
	Tab     string
	Offset  int64
	Last    uint64 // the last durable event
	Saved   uint64 // of those, the last that the stream's row knows; the others are in the inbox
}

// NewKnown is a session of which nothing is known yet.
func NewKnown(id string) Known {
	return Known{ID: id, Streams: map[string]*KnownStream{}, Pending: map[int64]bool{}}
}

// Add adds the stream that comes after those that are known.
func (k *Known) Add(name string, st *KnownStream) {
	k.Streams[name] = st
	k.ByOrdinal = append(k.ByOrdinal, st)
}

// Last is the stream's last durable event, 0 when the stream is not known.
func (k *Known) Last(stream string) uint64 {
	if st := k.Streams[stream]; st != nil {
		return st.Last
	}
	return 0
}

// Admits checks the credential of an opening. To what a frame opens it gives the session's own secret.
func (k *Known) Admits(o *Opening) error {
	switch {
	case k.Site != o.Site:
		return ErrNotAllowed
	case o.Frame != "":
		o.SecretHash = k.SecretHash
		for _, st := range slices.Backward(k.ByOrdinal) {
			if st.Frame == "" && st.Tab == o.Tab {
				return CheckTicket(o.Ticket, k.ID, o.Frame, o.SecretHash, o.Received, st.Offset)
			}
		}
		return ErrNotFound
	case subtle.ConstantTimeCompare(k.SecretHash[:], o.SecretHash[:]) != 1:
		return ErrNotAllowed
	}
	return nil
}

// Join gives the session's stream, and a new one where it has none of that name; that goes on from last. The offset
// that is now in force is given beside it and is not yet the stream's.
func (k *Known) Join(o Opening, last uint64) (st *KnownStream, offset int64, err error) {
	st = k.Streams[o.Stream]
	var earlier []int64
	if st != nil {
		earlier = append(earlier, st.Offset)
	}
	for _, other := range slices.Backward(k.ByOrdinal) {
		earlier = append(earlier, other.Offset)
	}
	offset = ClockOffset(o.Offset, earlier...)
	switch {
	case st != nil && st.Frame != o.Frame:
		return nil, 0, ErrNotAllowed
	case st != nil:
		return st, offset, nil
	case len(k.ByOrdinal) >= MaxStreams:
		return nil, 0, ErrTooMany
	}
	return &KnownStream{Ordinal: int64(len(k.ByOrdinal)) + 1, Frame: o.Frame, Tab: o.Tab, Offset: offset, Last: last, Saved: last}, offset, nil
}

// Takes gives the stream of a batch, and of the batch what is new: it may have Count 0.
func (k *Known) Takes(b Batch) (*KnownStream, Batch, error) {
	st := k.Streams[b.Stream]
	switch {
	case k.Ended:
		return nil, b, ErrEnded
	case st == nil:
		return nil, b, ErrNotFound
	case b.First > st.Last+1:
		return nil, b, ErrOutOfOrder
	}
	return st, b.From(st.Last + 1), nil
}

// Conflicts gives ErrConflict when n was made of work that is no longer the session's.
func (k *Known) Conflicts(n Numbered) error {
	if k.Ended || n.After != k.LastSeq || n.Ended && len(n.Done) != len(k.Pending) {
		return ErrConflict
	}
	for _, id := range n.Done {
		if !k.Pending[id] {
			return ErrConflict
		}
	}
	return nil
}
