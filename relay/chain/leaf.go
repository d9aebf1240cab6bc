package chain

import (
	"encoding/hex"
	"encoding/json"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/canonical"
)

// Statement is what the leaf of a finished session states. Its RFC 8785 form is hashed.
type Statement struct {
	Session string `json:"session_id"`
	Site    string `json:"site"`
	Entries uint64 `json:"entries"`
	Hash    string `json:"hash"` // of the last entry, hexadecimal
}

// NewStatement states that the last of so many entries has this hash.
func NewStatement(session, site string, entries uint64, last Hash) Statement {
	return Statement{session, site, entries, hex.EncodeToString(last[:])}
}

// Leaf gives the hash of the session's leaf: SHA-256(0x00 || session salt || RFC 8785 form of the statement).
func (s Statement) Leaf(salt [32]byte) tlog.Hash { return Leaf(salt[:], s) }

// Leaf gives the hash of a leaf with the RFC 8785 form of a value after a salt, which may be empty.
func Leaf(salt []byte, value any) tlog.Hash {
	text, err := json.Marshal(value)
	if err == nil {
		text, err = canonical.Append(salt[:len(salt):len(salt)], text)
	}
	if err != nil {
		panic("chain: " + err.Error()) // our own types always have a JSON form
	}
	return tlog.RecordHash(text)
}
