package store

import "encoding/json"

// stoppedStream is a stream of a sealed session: what a recorder that comes back must meet. It tells no name and no
// address, for it stays when the session is erased.
type stoppedStream struct {
	Stream string `json:"stream"`
	Frame  bool   `json:"frame,omitempty"`
	Tab    string `json:"tab"`
	Offset int64  `json:"offset"`
	Last   uint64 `json:"last"`
	Index  int64  `json:"index,omitempty"`
	Secret []byte `json:"secret,omitempty"` // of a page with a token
}

// frameOfSealed stands for the origin of a frame in a sealed session, where nobody asks for it any more.
const frameOfSealed = "frame"

// Stopped writes where the streams of a session stopped, for a store to keep in their place.
func (k *Known) Stopped() []byte {
	list := make([]stoppedStream, len(k.ByOrdinal))
	for name, st := range k.Streams {
		list[st.Ordinal-1] = stoppedStream{name, st.Frame != "", st.Tab, st.Offset, st.Last, st.Index, st.Secret}
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // texts, numbers and flags always have a JSON form
	}
	return b
}

// ReadStopped takes the streams of a sealed session, as Stopped has written them.
func (k *Known) ReadStopped(written []byte) error {
	var list []stoppedStream
	if err := json.Unmarshal(written, &list); err != nil {
		return err
	}
	for i, one := range list {
		st := &KnownStream{
			Ordinal: int64(i) + 1, Index: one.Index, Secret: one.Secret, Tab: one.Tab, Offset: one.Offset, Last: one.Last, Saved: one.Last,
		}
		if one.Frame {
			st.Frame = frameOfSealed
		}
		if len(one.Secret) > 0 {
			st.Person = WritePerson(&Person{ClientIndex: one.Index}) // the name went with the session
		}
		k.Add(one.Stream, st)
	}
	return nil
}
