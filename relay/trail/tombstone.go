package trail

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/chain"
)

// Erasure is what is left of an erased session: that it was there, and that it was erased. Its leaf in the tree stays;
// without the salt, which is gone, nothing can be guessed from it.
type Erasure struct {
	Session string `json:"session_id"`
	Site    string `json:"site"`
	Entries uint64 `json:"entries"`
	Leaf    int64  `json:"leaf"`      // the session's place in the tree
	Hash    string `json:"leaf_hash"` // hexadecimal
	Erased  string `json:"erased"`    // when
	By      string `json:"by"`        // the name of the API key, or that it was kept long enough
}

// LeafHash is the hash of the leaf that the session had.
func (e Erasure) LeafHash() (hash tlog.Hash, err error) {
	raw, err := hex.DecodeString(e.Hash)
	if err != nil || len(raw) != len(hash) {
		return hash, errors.New("the tombstone's leaf_hash is no hash")
	}
	copy(hash[:], raw)
	return hash, nil
}

// TombstoneLeaf is the hash of the tombstone's own leaf. It needs no salt: it tells nothing that the tombstone does not.
func TombstoneLeaf(e Erasure) tlog.Hash { return chain.Leaf(nil, e) }

// erased is the first line of a tombstone's text, after the log's name.
const erased = " erased"

// Bury signs that a session was erased. The text of the note is the log's name, and the erasure as JSON.
func (k *Keys) Bury(e Erasure) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write tombstone: %w", err)
	}
	return k.Sign(k.Origin() + erased + "\n" + string(text) + "\n")
}

// Tombstone is what is answered in the place of an erased session's log and proof.
type Tombstone struct {
	Note        string       `json:"note"`    // signed
	Of          Inclusion    `json:"session"` // of the session's leaf
	Own         Inclusion    `json:"erasure"` // of the tombstone's leaf
	Consistency *Consistency `json:"consistency,omitempty"`
}

// Open reads a tombstone that one of the verifiers has signed.
func (t Tombstone) Open(v note.Verifiers) (e Erasure, err error) {
	text, err := Open([]byte(t.Note), v)
	if err != nil {
		return e, err
	}
	first, rest, _ := strings.Cut(text, "\n")
	if !strings.HasSuffix(first, erased) {
		return e, errors.New("it is signed, but is no tombstone")
	}
	if err := json.Unmarshal([]byte(rest), &e); err != nil {
		return e, fmt.Errorf("it is signed, but is no tombstone: %w", err)
	}
	return e, nil
}
