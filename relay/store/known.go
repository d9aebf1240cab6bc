package store

import (
	"crypto/subtle"
	"encoding/json"
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
	Closing     bool // the app's back end has said that it is over
	ContinuedBy string
	Streams     map[string]*KnownStream
	ByOrdinal   []*KnownStream // 1, 2, 3 … without a hole
	Pending     map[int64]bool
}

// KnownStream is what a store knows of a stream.
type KnownStream struct {
	Ordinal int64
	Index   int64  // of its participant
	Frame   string // origin of the frame whose tickets opened it, empty when a page did
	Person  string // whom the token names that opened it, as JSON; empty when the secret did
	Secret  []byte // hash of the secret of a page with a token, which makes the tickets of its frames
	Tab     string
	Offset  int64
	Last    uint64 // the last durable event
	Saved   uint64 // of those, the last that the stream's row knows; the others are in the inbox
	// Connected is the opening's, until the connection has ended in order.
	Connected bool
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

// Admits checks the credential of an opening. What a frame opens is of the participant of the page around it.
func (k *Known) Admits(o *Opening) error {
	switch {
	case k.Site != o.Site:
		return ErrNotAllowed
	case o.Frame != "":
		around := k.pageIn(o.Tab)
		if around == nil {
			return ErrNotFound
		}
		o.SecretHash = k.SecretHash
		if around.Person != "" {
			o.SecretHash, o.Person = [32]byte(around.Secret), ReadPerson(around.Person)
		}
		return CheckTicket(o.Ticket, k.ID, o.Frame, o.SecretHash, o.Received, around.Offset)
	case o.Person != nil:
		if o.Expired && k.Streams[o.Stream] == nil {
			return ErrTooLate
		}
		return nil
	case subtle.ConstantTimeCompare(k.SecretHash[:], o.SecretHash[:]) != 1:
		return ErrNotAllowed
	}
	return nil
}

// pageIn gives the newest stream of a page in a tab.
func (k *Known) pageIn(tab string) *KnownStream {
	for _, st := range slices.Backward(k.ByOrdinal) {
		if st.Frame == "" && st.Tab == tab {
			return st
		}
	}
	return nil
}

// opens tells whether the credential of an opening is the one that opened the stream: that of the same participant.
func (st *KnownStream) opens(o Opening) bool {
	return st.Frame == o.Frame && (st.Person != "") == (o.Person != nil) && (o.Person == nil || st.Index == o.Person.ClientIndex)
}

// ReadPerson reads what a stream's row keeps of a person.
func ReadPerson(text string) *Person {
	var p Person
	if json.Unmarshal([]byte(text), &p) != nil {
		return nil // none was written that cannot be read
	}
	return &p
}

// WritePerson is what a stream's row keeps of a person, empty for none.
func WritePerson(p *Person) string {
	if p == nil {
		return ""
	}
	text, _ := json.Marshal(p) // of strings and a number
	return string(text)
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
	case st != nil && !st.opens(o):
		return nil, 0, ErrNotAllowed
	case st != nil:
		return st, offset, nil
	case len(k.ByOrdinal) >= MaxStreams:
		return nil, 0, ErrTooMany
	}
	st = &KnownStream{Ordinal: k.next(), Frame: o.Frame, Person: WritePerson(o.Person), Tab: o.Tab, Offset: offset, Last: last, Saved: last, Connected: o.Connected}
	if o.Person != nil {
		st.Index, st.Secret = o.Person.ClientIndex, o.SecretHash[:]
	}
	return st, offset, nil
}

func (k *Known) next() int64 { return int64(len(k.ByOrdinal)) + 1 }

// NewHost is the stream of the app's back end, for a session that has none yet.
func (k *Known) NewHost() *KnownStream { return &KnownStream{Ordinal: k.next(), Index: NoParticipant} }

// Leaves gives a stream whose connection has ended in order.
func (k *Known) Leaves(stream string) (*KnownStream, error) {
	st := k.Streams[stream]
	switch {
	case k.Ended:
		return nil, ErrEnded
	case st == nil:
		return nil, ErrNotFound
	}
	return st, nil
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
