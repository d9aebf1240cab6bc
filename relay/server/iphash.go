package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"

	"github.com/cotrail/cotrail/masking"
)

// ipKeyFile holds the key under which addresses are hashed, in the data directory, or beside the signing key where several
// relays share a store. Without it nobody can tell an
// address from its hash; with it, the same address has the same hash from one start to the next.
const ipKeyFile = "ip.key"

// ipHashDigits is how much of the hash is kept: 64 bits tell all addresses of a relay's clients apart.
const ipHashDigits = 16

// ipKey is the key of one store.
type ipKey [sha256.Size]byte

// hash is what may be stored of an address.
func (k ipKey) hash(a netip.Addr) string {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte(a.WithZone("").String()))
	return hex.EncodeToString(mac.Sum(nil))[:ipHashDigits]
}

// field is the key by which what is told of a session's people is hashed: the same in all of a session's entries, and
// another in the next session.
func (k ipKey) field(session string) (key masking.FieldKey) {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte("session " + session))
	copy(key[:], mac.Sum(nil))
	return key
}

// told is what a policy lets be stored of an address: nothing, a hash, or all of it. Nothing is the answer to any word
// that is not known.
func (k ipKey) told(a netip.Addr, ip string) string {
	switch ip {
	case masking.IPFull:
		return a.WithZone("").String()
	case masking.Hash:
		return k.hash(a)
	}
	return ""
}
