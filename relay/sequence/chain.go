package sequence

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash is a link of a session's hash chain. The zero Hash stands before entry 1.
type Hash = [sha256.Size]byte

// EntrySalt gives the salt of an entry: the first 16 bytes of SHA-256(session salt || seq as 8 bytes, big endian).
// Without the session's salt, which goes when the session is erased, no entry can be guessed from its hash.
func EntrySalt(session [32]byte, seq uint64) [16]byte {
	var b [40]byte
	copy(b[:], session[:])
	binary.BigEndian.PutUint64(b[32:], seq)
	sum := sha256.Sum256(b[:])
	return [16]byte(sum[:16])
}

// EntryHash gives the hash of an entry: SHA-256(0x00 || salt || previous hash || RFC 8785 form of the entry).
func EntryHash(salt [16]byte, previous Hash, entry []byte) Hash {
	return sha256.Sum256(appendPreimage(nil, salt, previous, entry))
}

func appendPreimage(b []byte, salt [16]byte, previous Hash, entry []byte) []byte {
	b = append(append(b, 0), salt[:]...)
	return append(append(b, previous[:]...), entry...)
}
