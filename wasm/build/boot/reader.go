package boot

import (
	"errors"
	"fmt"
	"io"
)

// errNumber says that a LEB128 number does not fit its 32 bits.
var errNumber = errors.New("number longer than 32 bits")

// reader takes values of the WebAssembly binary format from the front of rest.
type reader struct{ rest []byte }

func (r *reader) byte() (byte, error) {
	if len(r.rest) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b, nil
}

// uint32 reads a LEB128 number.
func (r *reader) uint32() (uint32, error) {
	var value uint64
	for bits := 0; bits < 35; bits += 7 {
		b, err := r.byte()
		if err != nil {
			return 0, err
		}
		value |= uint64(b&0x7f) << bits
		if b&0x80 == 0 {
			if value >= 1<<32 {
				return 0, errNumber
			}
			return uint32(value), nil
		}
	}
	return 0, errNumber
}

// vector reads a length and that many bytes.
func (r *reader) vector() ([]byte, error) {
	size, err := r.uint32()
	if err != nil {
		return nil, err
	}
	if uint64(size) > uint64(len(r.rest)) {
		return nil, fmt.Errorf("%d bytes announced, %d there: %w", size, len(r.rest), io.ErrUnexpectedEOF)
	}
	v := r.rest[:size]
	r.rest = r.rest[size:]
	return v, nil
}
