package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Section ids of the WebAssembly binary format that the build reads.
// Everything else is passed on byte for byte.
const (
	sectionMemory    = 5
	sectionData      = 11
	sectionDataCount = 12
)

// wasmHeader opens every module: the magic bytes and version 1.
var wasmHeader = []byte("\x00asm\x01\x00\x00\x00")

// section is one section of a module: its id and the bytes after its size.
type section struct {
	id   byte
	body []byte
}

// segment is one active data segment: bytes that the engine writes into
// linear memory at offset when the module starts.
type segment struct {
	offset uint32
	bytes  []byte
}

// end is the address after the segment's last byte.
func (s segment) end() uint64 { return uint64(s.offset) + uint64(len(s.bytes)) }

// parseSections cuts a module into its sections, in file order.
func parseSections(module []byte) ([]section, error) {
	rest, ok := bytes.CutPrefix(module, wasmHeader)
	if !ok {
		return nil, errors.New("not a WebAssembly module of version 1")
	}
	var sections []section
	in := reader{rest}
	for len(in.rest) > 0 {
		id, err := in.byte()
		if err != nil {
			return nil, fmt.Errorf("section %d: %w", len(sections), err)
		}
		body, err := in.vector()
		if err != nil {
			return nil, fmt.Errorf("section %d (id %d): %w", len(sections), id, err)
		}
		sections = append(sections, section{id, body})
	}
	return sections, nil
}

// writeSections is the inverse of parseSections.
func writeSections(sections []section) []byte {
	out := bytes.Clone(wasmHeader)
	for _, s := range sections {
		out = append(out, s.id)
		out = binary.AppendUvarint(out, uint64(len(s.body)))
		out = append(out, s.body...)
	}
	return out
}

// Opcodes of the constant expression that gives a segment its address.
const (
	opI32Const = 0x41
	opEnd      = 0x0b
)

// parseData reads the body of a data section. It knows active segments of
// memory 0 with a constant address, which is all that Go's linker writes, and
// refuses others: passive segments are named by index in the code.
func parseData(body []byte) ([]segment, error) {
	in := reader{body}
	count, err := in.uint32()
	if err != nil {
		return nil, fmt.Errorf("segment count: %w", err)
	}
	var segments []segment
	for i := range count {
		s, err := in.segment()
		if err != nil {
			return nil, fmt.Errorf("data segment %d of %d: %w", i, count, err)
		}
		segments = append(segments, s)
	}
	if len(in.rest) > 0 {
		return nil, fmt.Errorf("%d bytes after the last data segment", len(in.rest))
	}
	return segments, nil
}

// writeData is the inverse of parseData.
func writeData(segments []segment) []byte {
	out := binary.AppendUvarint(nil, uint64(len(segments)))
	for _, s := range segments {
		out = append(out, 0, opI32Const)
		out = appendSigned(out, int32(s.offset))
		out = append(out, opEnd)
		out = binary.AppendUvarint(out, uint64(len(s.bytes)))
		out = append(out, s.bytes...)
	}
	return out
}

// appendSigned appends v as signed LEB128, in its shortest form.
func appendSigned(out []byte, v int32) []byte {
	for {
		low := byte(v & 0x7f)
		v >>= 7
		signBit := low & 0x40
		if (v == 0 && signBit == 0) || (v == -1 && signBit != 0) {
			return append(out, low)
		}
		out = append(out, low|0x80)
	}
}
