package masking

import (
	"encoding/binary"
	"math/bits"

	"github.com/cotrail/cotrail/masking/internal/sealed"
)

// FieldKey is the random key by which one family of tabs names its masked fields. It never leaves the browser.
type FieldKey [16]byte

// Field names a masked field so that it can be recognised again and nothing else: SipHash-2-4 of what identifies
// it in its page (Aumasson and Bernstein, 2012), keyed, as 16 hexadecimal digits. One is a letter at least: 16 decimal
// ones could be a card's number, and the relay takes them for one.
func (k FieldKey) Field(identity string) Text {
	const hex = "0123456789abcdef"
	h := k.sip(identity)
	var out [16]byte
	for i := range out {
		out[i] = hex[h>>(60-4*i)&15]
	}
	if _, rest := digits(string(out[:])); rest == "" {
		out[0] = hex[10+h>>60%6]
	}
	return sealed.New(string(out[:]))
}

func (k FieldKey) sip(s string) uint64 {
	k0, k1 := binary.LittleEndian.Uint64(k[:8]), binary.LittleEndian.Uint64(k[8:])
	v0, v1 := k0^0x736f6d6570736575, k1^0x646f72616e646f6d
	v2, v3 := k0^0x6c7967656e657261, k1^0x7465646279746573
	round := func(n int) {
		for ; n > 0; n-- {
			v0 += v1
			v1 = bits.RotateLeft64(v1, 13) ^ v0
			v0 = bits.RotateLeft64(v0, 32)
			v2 += v3
			v3 = bits.RotateLeft64(v3, 16) ^ v2
			v0 += v3
			v3 = bits.RotateLeft64(v3, 21) ^ v0
			v2 += v1
			v1 = bits.RotateLeft64(v1, 17) ^ v2
			v2 = bits.RotateLeft64(v2, 32)
		}
	}
	in := append([]byte(s), make([]byte, 8-len(s)%8)...)
	in[len(in)-1] = byte(len(s))
	for ; len(in) > 0; in = in[8:] {
		m := binary.LittleEndian.Uint64(in)
		v3 ^= m
		round(2)
		v0 ^= m
	}
	v2 ^= 0xff
	round(4)
	return v0 ^ v1 ^ v2 ^ v3
}
