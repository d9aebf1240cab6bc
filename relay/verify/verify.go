// Package verify checks logs that were exported with their proof, with nothing but a verifier key: that the entries
// are those that were sealed, and that the session is under a signed checkpoint.
//
// The promise: of one entry that was changed, removed, added or moved, whichever it is, the first in the log is named.
// How a log is formatted does not matter. What can be read and is wrong is a finding; only what cannot be read, or was
// not asked for with a proof, is an error.
package verify

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/canonical"
	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/trail"
)

// What a finding is about.
const (
	Changed    = "changed"    // an entry
	Removed    = "removed"    // an entry, or a leaf of the log of all
	Added      = "added"      // an entry
	Reordered  = "reordered"  // an entry stands in the place of another
	Rewritten  = "rewritten"  // entries and their hashes fit one another, and are not those that were sealed
	Proof      = "proof"      // of the session
	Signature  = "signature"  // of a checkpoint or a tombstone
	Checkpoint = "checkpoint" // the log does not go on from an earlier one
	Misplaced  = "misplaced"  // a log in the place of another
)

// Finding is something that is not as it was sealed.
type Finding struct {
	Kind string `json:"kind"`
	Seq  uint64 `json:"seq,omitempty"`  // the first entry that is concerned
	Leaf *int64 `json:"leaf,omitempty"` // the first leaf of the log of all that is missing
	Text string `json:"text"`           // a sentence
}

// Report is what a check of one log has found.
type Report struct {
	Log        string    `json:"log"` // file or address
	Session    string    `json:"session_id,omitempty"`
	AccessLog  string    `json:"access_log,omitempty"` // the site whose access log it is
	Entries    int       `json:"entries"`
	Checkpoint string    `json:"checkpoint_time,omitempty"` // when the log of all was signed
	Erased     string    `json:"erased,omitempty"`          // when the session was erased
	Unsigned   bool      `json:"unsigned,omitempty"`        // that it was erased is only said
	Leaves     int64     `json:"leaves,omitempty"`          // of the log of all, each held against what the relay shows
	Unseen     int64     `json:"unseen_leaves,omitempty"`   // of these, how many are of what could not be seen or checked
	AllSites   bool      `json:"all_sites,omitempty"`       // with Unseen: the key reaches all sites
	Findings   []Finding `json:"findings"`

	leaves []int64 // places in the log of all that are proven by it
}

func (r *Report) find(kind string, seq uint64, text string, args ...any) {
	r.Findings = append(r.Findings, Finding{Kind: kind, Seq: seq, Text: fmt.Sprintf(text, args...)})
}

// ErrNoProof says that a log came without its proof.
var ErrNoProof = errors.New("there is no proof in it; export it with ?proof=1, or by cotrail export --proof")

// Checker checks logs by the same keys.
type Checker struct {
	Verifiers note.Verifiers
	Since     *trail.Checkpoint // the log of all must go on from this one; nil for none
	// Prove asks a relay as GET /v1/checkpoint?from= does, for logs whose own proofs do not reach to Since; nil for none.
	Prove func(from int64) ([]byte, error)
	// Kept are lines of a site's access log, which must begin with them; nil for none.
	Kept []AccessLine
}

// log is an exported log, or what a destination keeps in its place.
type log struct {
	notice
	Entries   []json.RawMessage `json:"session_logs"`
	Proof     *trail.Proof      `json:"proof"`
	Tombstone *trail.Tombstone  `json:"tombstone"`
}

// notice is what a destination keeps of a session that was erased. Nobody has signed it.
type notice struct {
	Type      string `json:"type"`
	SessionID string `json:"session_id"`
	Timestamp string `json:"timestamp"`
}

// Log checks one exported log, the tombstone of an erased session, or the access log of a site.
func (c *Checker) Log(name string, content []byte) (*Report, error) {
	if lines, err := AccessLines(content); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	} else if lines != nil {
		return c.Access(name, lines), nil
	}
	var l log
	if err := json.Unmarshal(content, &l); err != nil {
		return nil, fmt.Errorf("%s: it is no exported log: %w", name, err)
	}
	r := &Report{Log: name, Findings: []Finding{}}
	switch {
	case l.Type == deliver.TypeErased:
		r.Session, r.Erased, r.Unsigned = l.SessionID, l.Timestamp, true
		return r, nil
	case l.Tombstone != nil:
		return r, c.tombstone(r, l.Tombstone)
	case l.Proof == nil:
		return nil, fmt.Errorf("%s: %w", name, ErrNoProof)
	}
	r.Session, r.Entries = l.Proof.Statement.Session, len(l.Entries)
	salt, err := hex.DecodeString(l.Proof.Salt)
	if err != nil || len(salt) != 32 {
		r.find(Proof, 0, "The salt is not 32 bytes in hexadecimal digits.")
		return r, nil
	}
	entries(r, [32]byte(salt), l.Entries, l.Proof)
	r.place(l.Proof.Statement.Site)
	return r, c.leaf(r, [32]byte(salt), l.Proof)
}

// leaf checks that what the proof states is in the log of all.
func (c *Checker) leaf(r *Report, salt [32]byte, p *trail.Proof) error {
	return c.included(r, "The session", p.Inclusion, p.Statement.Leaf(salt), p.Consistency)
}

// included checks that a leaf is in the log of all. what begins the sentence that says that it is not.
func (c *Checker) included(r *Report, what string, in trail.Inclusion, leaf tlog.Hash, p *trail.Consistency) error {
	at, err := in.Check(leaf, c.Verifiers)
	switch {
	case errors.Is(err, trail.ErrNotIncluded):
		r.find(Proof, 0, "%s is not the one that was sealed: %v.", what, err)
		return nil
	case err != nil:
		r.find(Signature, 0, "The checkpoint cannot be believed: %v.", err)
		return nil
	}
	r.Checkpoint = at.Time.UTC().Format("2006-01-02T15:04:05Z")
	r.leaves = []int64{in.Leaf}
	return c.since(r, at, p)
}

// entries checks the entries against their hashes, and names the first that is not what it was.
func entries(r *Report, salt [32]byte, list []json.RawMessage, p *trail.Proof) {
	hashes := p.Hashes
	if uint64(len(hashes)) != p.Statement.Entries {
		r.find(Proof, 0, "The proof has hashes of %d entries, and states that there are %d.", len(hashes), p.Statement.Entries)
		return
	}
	var before chain.Hash
	for i := range max(len(list), len(hashes)) {
		hash, fits := chain.Hash{}, false
		if i < len(list) && i < len(hashes) {
			hash, fits = fitting(salt, before, i, list[i], hashes[i])
		}
		if !fits {
			kind, text := name(salt, before, i, list, hashes)
			r.find(kind, uint64(i)+1, text, i+1)
			return
		}
		before = hash
	}
	if hex.EncodeToString(before[:]) != p.Statement.Hash {
		r.find(Rewritten, 0, "The entries fit the hashes beside them, but not the last hash that was sealed: they were rewritten together.")
	}
}

// fitting gives the hash that an entry has in a place of the log, and whether it is the one that stood there.
func fitting(salt [32]byte, before chain.Hash, place int, entry []byte, want string) (chain.Hash, bool) {
	form, err := canonical.Append(nil, entry)
	if err != nil {
		return chain.Hash{}, false
	}
	hash := chain.Entry(chain.Salt(salt, uint64(place)+1), before, form)
	return hash, hex.EncodeToString(hash[:chain.PrefixSize]) == want
}

// name tells what happened to the entry that is the first not to fit. If it is further on in the log, it was moved, or
// something was put before it. An entry keeps its number, so one that follows too early has lost those before it.
func name(salt [32]byte, before chain.Hash, place int, list []json.RawMessage, hashes []string) (kind, text string) {
	switch {
	case place >= len(list):
		return Removed, "Entry %d was removed, and all after it."
	case place >= len(hashes):
		return Added, "Entry %d was added behind the last."
	}
	further := slices.ContainsFunc(list[place+1:], func(entry json.RawMessage) bool {
		_, fits := fitting(salt, before, place, entry, hashes[place])
		return fits
	})
	switch number := seq(list[place]); {
	case further && len(list) > len(hashes):
		return Added, "Entry %d was added."
	case further:
		return Reordered, "Entry %d is another one: the order was changed."
	case len(list) < len(hashes) && number > uint64(place)+1:
		return Removed, "Entry %d was removed."
	}
	return Changed, "Entry %d was changed."
}

// seq gives the number that an entry says it has, 0 for none.
func seq(entry []byte) uint64 {
	var e struct {
		Seq uint64 `json:"seq"`
	}
	if json.Unmarshal(entry, &e) != nil {
		return 0
	}
	return e.Seq
}
