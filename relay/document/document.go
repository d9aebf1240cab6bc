// Package document is the compact form in which the entries of a finished session are kept.
//
// The promise: Decode gives back, byte for byte, the lines that Encode was given, in any later version: the form
// names its version, and nothing of it depends on how entries are made, only on what stands in them.
//
// Entries are much alike. So each line is taken apart (shape.go) into its shape, which is the line without its
// values, and the values, which go into a column for each key (column.go). What can be told from the other entries
// is not written at all: the session, the numbers. A sentence refers to the values that stand in its entry. What is
// left is compressed by zstd with a dictionary of shapes and words (dictionary.go).
package document

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxPart bounds the lines of one part, in bytes, but for the last line: a reader of the log holds a part in memory.
const MaxPart = 1 << 20

// The first byte of a part says how the rest is to be read.
const (
	formColumns = 1 // 2026-11-22: columns, zstd with dictionary 1
	formLines   = 2 // 2026-11-22: the lines as they are, zstd: for what the columns cannot give back
)

var errCorrupt = errors.New("the part is damaged")

// Encode gives the compact form of lines, each with its line feed: entries of the session from number first on.
// It has decoded what it gives.
func Encode(session string, first uint64, lines []byte) ([]byte, error) {
	if n := len(lines); n == 0 || lines[n-1] != '\n' {
		return nil, errors.New("the last entry has no line feed")
	}
	part := append([]byte{formColumns}, compress(split(session, first, lines))...)
	if back, err := Decode(session, first, part); err == nil && bytes.Equal(back, lines) {
		return part, nil
	}
	part = append([]byte{formLines}, compress(lines)...)
	back, err := Decode(session, first, part)
	if err == nil && !bytes.Equal(back, lines) {
		err = errCorrupt
	}
	if err != nil {
		return nil, fmt.Errorf("reading back what was written: %w", err)
	}
	return part, nil
}

// Decode gives the lines of a part.
func Decode(session string, first uint64, part []byte) ([]byte, error) {
	if len(part) == 0 {
		return nil, errCorrupt
	}
	plain, err := decompress(part[1:])
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	switch part[0] {
	case formLines:
		return plain, nil
	case formColumns:
		return join(session, first, plain)
	}
	return nil, fmt.Errorf("form %d is of a later version", part[0])
}

// split writes lines as columns: how many lines, the column of their shapes, and the others.
func split(session string, first uint64, lines []byte) []byte {
	s := newSplitter(session, first)
	n := uint64(0)
	for line := range bytes.Lines(lines) {
		s.line(line[:len(line)-1])
		n++
	}
	out := columns{shapes: &s.shapes}.append(binary.AppendUvarint(nil, n))
	return s.columns.append(out)
}

// join is the other way round.
func join(session string, first uint64, plain []byte) ([]byte, error) {
	n, size := binary.Uvarint(plain)
	if size <= 0 || n > uint64(len(plain)) {
		return nil, errCorrupt
	}
	of := columns{}
	rest, err := of.read(plain[size:], map[string]int{shapes: int(n)}, nil)
	if err != nil {
		return nil, err
	}
	lines := make([]string, n)
	counts, differs := map[string]int{}, map[string]bool{}
	look := newState(session, first)
	for i := range lines {
		if lines[i], err = of[shapes].next(); err != nil {
			return nil, err
		}
		err := look.walk(lines[i], func(string) {}, func(mark byte) error {
			if mark != derived {
				counts[look.column(mark)]++
			}
			if mark == anInstant {
				differs[look.column(mark)] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	j := joiner{state: newState(session, first), columns: columns{}}
	if rest, err = j.columns.read(rest, counts, differs); err != nil || len(rest) > 0 {
		return nil, errCorrupt
	}
	for _, shape := range lines {
		if err := j.line(shape); err != nil {
			return nil, err
		}
	}
	return j.out, nil
}
