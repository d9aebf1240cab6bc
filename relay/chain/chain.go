// Package chain has the hashes that bind a session's entries to one another, and the session to the log of all. They
// are salted, so that nothing that was erased can be guessed from the hash that is left of it. All of it is a
// function of what is handed in; docs/verify.md tells it to those who check it with other programs.
package chain

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash is a link of a session's hash chain. The zero Hash stands before entry 1.
type Hash = [sha256.Size]byte

// PrefixSize is how many bytes of each entry's hash are kept with a finished session. They tell which entry was
// changed; that one was, the last hash tells, which is kept whole.
const PrefixSize = 8

// Salt gives the salt of an entry: the first 16 bytes of SHA-256(session salt || seq as 8 bytes, big endian).
// Without the session's salt, which goes when the session is erased, no entry can be guessed from its hash.
func Salt(session [32]byte, seq uint64) [16]byte {
	var b [40]byte
	copy(b[:], session[:])
	binary.BigEndian.PutUint64(b[32:], seq)
	sum := sha256.Sum256(b[:])
	return [16]byte(sum[:16])
}

// Entry gives the hash of an entry: SHA-256(0x00 || salt || previous hash || RFC 8785 form of the entry).
func Entry(salt [16]byte, previous Hash, entry []byte) Hash {
	return sha256.Sum256(AppendPreimage(nil, salt, previous, entry))
}

// AppendPreimage appends what Entry hashes.
func AppendPreimage(b []byte, salt [16]byte, previous Hash, entry []byte) []byte {
	b = append(append(b, 0), salt[:]...)
	return append(append(b, previous[:]...), entry...)
}
