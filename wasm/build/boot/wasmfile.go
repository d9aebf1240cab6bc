package boot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Section ids of the WebAssembly binary format that are read here. Everything else is passed on byte for byte.
const (
	sectionType      = 1
	sectionImport    = 2
	sectionFunction  = 3
	sectionMemory    = 5
	sectionGlobal    = 6
	sectionExport    = 7
	sectionStart     = 8
	sectionCode      = 10
	sectionData      = 11
	sectionDataCount = 12
)

// Kinds of imports and exports: importsFunction is an import that is a function, exportsGlobal an export that is a
// global variable.
const (
	importsFunction = 0
	exportsGlobal   = 3
)

// wasmHeader opens every module: the magic bytes and version 1.
var wasmHeader = []byte("\x00asm\x01\x00\x00\x00")

// section is one section of a module: its id and the bytes after its size.
type section struct {
	id   byte
	body []byte
}

// segment is an active data segment: bytes that the engine writes into linear memory at offset when the module is
// instantiated.
type segment struct {
	offset uint32
	bytes  []byte
}

// global is a variable of a number's type.
type global struct {
	kind  byte // i32 or i64
	value uint64
}

// Types, and opcodes of constant expressions and of the one function that is written here.
const (
	typeI32         = 0x7f
	typeI64         = 0x7e
	typeFunction    = 0x60
	variable        = 0x01
	noResult        = 0x40
	opLoop          = 0x03
	opEnd           = 0x0b
	opBranchIf      = 0x0d
	opLocalGet      = 0x20
	opLocalTee      = 0x22
	opI32Store      = 0x36
	opI32Const      = 0x41
	opI64Const      = 0x42
	opI32Less       = 0x49
	opI32Add        = 0x6a
	opI32Mul        = 0x6c
	opI32ShiftRight = 0x76
)

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

// parseGlobals reads the body of a global section whose variables are all zero at first, which is what Go's linker
// writes.
func parseGlobals(body []byte) ([]global, error) {
	in := reader{body}
	count, err := in.uint32()
	if err != nil {
		return nil, err
	}
	var globals []global
	for i := range count {
		g := global{}
		if g.kind, err = in.byte(); err != nil {
			return nil, fmt.Errorf("variable %d: %w", i, err)
		}
		if !bytes.HasPrefix(in.rest, zeroVariable(g.kind)) {
			return nil, fmt.Errorf("variable %d is not a number that is zero at first", i)
		}
		in.rest = in.rest[len(zeroVariable(g.kind)):]
		globals = append(globals, g)
	}
	if len(in.rest) > 0 {
		return nil, fmt.Errorf("%d bytes after the last variable", len(in.rest))
	}
	return globals, nil
}

// zeroVariable is what follows the type of a variable that is zero at first.
func zeroVariable(kind byte) []byte {
	if kind == typeI32 {
		return []byte{variable, opI32Const, 0, opEnd}
	}
	return []byte{variable, opI64Const, 0, opEnd}
}

// writeGlobals gives the body of a global section with the variables' values.
func writeGlobals(globals []global) []byte {
	out := binary.AppendUvarint(nil, uint64(len(globals)))
	for _, g := range globals {
		if g.kind == typeI32 {
			out = appendSigned(append(out, g.kind, variable, opI32Const), int64(int32(g.value)))
		} else {
			out = appendSigned(append(out, g.kind, variable, opI64Const), int64(g.value))
		}
		out = append(out, opEnd)
	}
	return out
}

// writeData gives the body of a data section: active segments of memory 0 with a constant address.
func writeData(segments []segment) []byte {
	out := binary.AppendUvarint(nil, uint64(len(segments)))
	for _, s := range segments {
		out = appendSigned(append(out, 0, opI32Const), int64(int32(s.offset)))
		out = append(out, opEnd)
		out = binary.AppendUvarint(out, uint64(len(s.bytes)))
		out = append(out, s.bytes...)
	}
	return out
}

// appendSigned appends v as signed LEB128, in its shortest form.
func appendSigned(out []byte, v int64) []byte {
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
