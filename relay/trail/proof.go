package trail

import (
	"bytes"
	"encoding/hex"
	"encoding/json"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/store"
)

// Inclusion proves that a leaf is in the tree of a checkpoint.
type Inclusion struct {
	Leaf       int64            `json:"leaf"`       // its place, from 0
	Hashes     tlog.RecordProof `json:"inclusion"`  // base64, as RFC 6962, section 2.1.1, orders them
	Checkpoint string           `json:"checkpoint"` // a signed note
	Size       int64            `json:"-"`          // of the checkpoint
}

// Consistency proves that the tree of a checkpoint begins with all of an earlier one.
type Consistency struct {
	From   int64          `json:"from"`   // the size of the earlier one
	Hashes tlog.TreeProof `json:"hashes"` // base64, as RFC 6962, section 2.1.2, orders them
}

// Proof is all that a check of one session's log needs beside the log itself and a verifier key.
type Proof struct {
	Statement chain.Statement `json:"statement"`
	Salt      string          `json:"salt"`   // of the session, hexadecimal
	Hashes    []string        `json:"hashes"` // the first bytes of each entry's hash, hexadecimal
	Inclusion
	Consistency *Consistency `json:"consistency,omitempty"`
}

// Prove makes the proof of a sealed session of what binds it and of its place in the tree.
func Prove(d store.Document, in Inclusion) *Proof {
	p := &Proof{Statement: chain.NewStatement(d.ID, d.Site, d.Entries, d.Hash), Salt: hex.EncodeToString(d.Salt[:]), Hashes: []string{}, Inclusion: in}
	for rest := d.Hashes; len(rest) >= chain.PrefixSize; rest = rest[chain.PrefixSize:] {
		p.Hashes = append(p.Hashes, hex.EncodeToString(rest[:chain.PrefixSize]))
	}
	return p
}

// Into puts the proof into a log as GET /v1/sessions/{id}/log answers it, or into the end of one.
func (p *Proof) Into(log []byte) []byte {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // our own types always have a JSON form
	}
	return bytes.Join([][]byte{bytes.TrimSuffix(log, []byte("}\n")), []byte(",\n\"proof\":"), text, []byte("}\n")}, nil)
}

// Check verifies that a leaf is in a tree that one of the verifiers has signed, and gives its checkpoint.
func (i Inclusion) Check(leaf tlog.Hash, v note.Verifiers) (Checkpoint, error) {
	c, err := OpenCheckpoint([]byte(i.Checkpoint), v)
	if err != nil {
		return c, err
	}
	if i.Leaf < 0 || i.Leaf >= c.Size {
		return c, ErrNotIncluded
	}
	if err := tlog.CheckRecord(i.Hashes, c.Size, c.Root, i.Leaf, leaf); err != nil {
		return c, ErrNotIncluded
	}
	return c, nil
}

// Check verifies that the tree of a checkpoint begins with the tree of an earlier one.
func (p Consistency) Check(earlier, later Checkpoint) error {
	if p.From != earlier.Size || p.From < 1 || later.Size < p.From {
		return ErrNotConsistent
	}
	if err := tlog.CheckTree(p.Hashes, later.Size, later.Root, earlier.Size, earlier.Root); err != nil {
		return ErrNotConsistent
	}
	return nil
}
