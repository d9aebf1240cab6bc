package main

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

// leb128 reads a LEB128 number of at most 32 bits and says how many bits the
// encoding had room for and whether its sign bit was set.
func (r *reader) leb128() (value uint64, bits uint, negative bool, err error) {
	for bits < 35 {
		b, err := r.byte()
		if err != nil {
			return 0, 0, false, err
		}
		value |= uint64(b&0x7f) << bits
		bits += 7
		if b&0x80 == 0 {
			return value, bits, b&0x40 != 0, nil
		}
	}
	return 0, 0, false, errNumber
}

func (r *reader) uint32() (uint32, error) {
	value, _, _, err := r.leb128()
	if err == nil && value >= 1<<32 {
		err = errNumber
	}
	return uint32(value), err
}

func (r *reader) int32() (int32, error) {
	value, bits, negative, err := r.leb128()
	if err != nil {
		return 0, err
	}
	signed := int64(value)
	if negative {
		signed -= 1 << bits
	}
	if signed != int64(int32(signed)) {
		return 0, errNumber
	}
	return int32(signed), nil
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

// segment reads one active data segment of memory 0.
func (r *reader) segment() (segment, error) {
	mode, err := r.uint32()
	if err != nil {
		return segment{}, err
	}
	if mode != 0 {
		return segment{}, fmt.Errorf("mode %d is not supported, only active segments of memory 0 are", mode)
	}
	opcode, err := r.byte()
	if err != nil {
		return segment{}, err
	}
	if opcode != opI32Const {
		return segment{}, fmt.Errorf("address by opcode %#x is not supported, only i32.const is", opcode)
	}
	offset, err := r.int32()
	if err != nil {
		return segment{}, fmt.Errorf("address: %w", err)
	}
	end, err := r.byte()
	if err != nil {
		return segment{}, err
	}
	if end != opEnd {
		return segment{}, fmt.Errorf("address expression goes on with %#x", end)
	}
	content, err := r.vector()
	if err != nil {
		return segment{}, fmt.Errorf("content: %w", err)
	}
	return segment{uint32(offset), content}, nil
}
