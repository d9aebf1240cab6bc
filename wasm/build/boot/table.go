package boot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Go's linker writes a table that tells for each 4096 of the program counter which function is there, in buckets of
// twenty bytes: a number of four, and sixteen bytes for what it cannot tell (findfuncbucket in runtime/symtab.go). In
// WebAssembly each function has 65,536 of the program counter, so the table counts to sixteen for each function and
// tells nothing else. It is half a megabyte that a page would have to receive, hash and copy; a function of a dozen
// instructions makes it when the module is instantiated.
const (
	bucketSize      = 20
	bucketsFunction = 16
	minTable        = 1024 // buckets: a shorter run of such numbers may be anything, and is worth nothing
)

// table is where that table stands in memory.
type table struct{ offset, buckets int }

// findTable gives the first such table, of no buckets when there is none.
func findTable(memory []byte) table {
	for at := bucketsFunction * bucketSize; at+bucketSize <= len(memory); at += 4 {
		if !isBucket(memory[at:], 1) {
			continue
		}
		t := table{offset: at - bucketsFunction*bucketSize}
		for t.offset+(t.buckets+1)*bucketSize <= len(memory) && isBucket(memory[t.offset+t.buckets*bucketSize:], t.buckets/bucketsFunction) {
			t.buckets++
		}
		if t.buckets >= minTable {
			return t
		}
	}
	return table{}
}

func isBucket(memory []byte, function int) bool {
	return binary.LittleEndian.Uint32(memory) == uint32(function) && bytes.Equal(memory[4:bucketSize], make([]byte, bucketSize-4))
}

// blank takes the table out of a memory image.
func (t table) blank(memory []byte) { clear(memory[t.offset : t.offset+t.buckets*bucketSize]) }

// writer is the body of the function that makes the table: for each bucket, its number divided by sixteen.
func (t table) writer() []byte {
	code := []byte{1, 1, typeI32} // one local variable, the bucket
	code = append(code, opLoop, noResult)
	code = append(code, opLocalGet, 0, opI32Const, bucketSize, opI32Mul) // where it stands
	code = append(code, opLocalGet, 0, opI32Const, 4, opI32ShiftRight)   // the function
	code = append(code, opI32Store, 0)                                   // aligned to a byte
	code = binary.AppendUvarint(code, uint64(t.offset))
	code = append(code, opLocalGet, 0, opI32Const, 1, opI32Add, opLocalTee, 0)
	code = appendSigned(append(code, opI32Const), int64(t.buckets))
	return append(code, opI32Less, opBranchIf, 0, opEnd, opEnd)
}

// withStart gives the module's sections with a function that runs when the module is instantiated.
func withStart(sections []section, body []byte) ([]section, error) {
	sections = slices.Clone(sections)
	at := func(id byte) int { return slices.IndexFunc(sections, func(s section) bool { return s.id == id }) }
	if at(sectionStart) >= 0 {
		return nil, errors.New("the module has a start function already")
	}
	imported := 0
	if i := at(sectionImport); i >= 0 {
		var err error
		if imported, err = countFunctions(sections[i].body); err != nil {
			return nil, fmt.Errorf("import section: %w", err)
		}
	}
	var counts [3]int
	for n, added := range []struct {
		id   byte
		item []byte
	}{
		{sectionType, []byte{typeFunction, 0, 0}},
		{sectionFunction, nil}, // of that type, which is known then
		{sectionCode, append(binary.AppendUvarint(nil, uint64(len(body))), body...)},
	} {
		i := at(added.id)
		if i < 0 {
			return nil, fmt.Errorf("the module has no section %d", added.id)
		}
		in := reader{sections[i].body}
		count, err := in.uint32()
		if err != nil {
			return nil, fmt.Errorf("section %d: %w", added.id, err)
		}
		counts[n] = int(count)
		if added.id == sectionFunction {
			added.item = binary.AppendUvarint(nil, uint64(counts[0]))
		}
		sections[i].body = slices.Concat(binary.AppendUvarint(nil, uint64(count)+1), in.rest, added.item)
	}
	start := section{sectionStart, binary.AppendUvarint(nil, uint64(imported+counts[1]))}
	return slices.Insert(sections, at(sectionExport)+1, start), nil
}

// countFunctions counts what a module imports, which is functions only in Go's programs for a page.
func countFunctions(imports []byte) (int, error) {
	in := reader{imports}
	count, err := in.uint32()
	if err != nil {
		return 0, err
	}
	for range count {
		for range 2 { // module and name
			if _, err := in.vector(); err != nil {
				return 0, err
			}
		}
		if kind, err := in.byte(); err != nil {
			return 0, err
		} else if kind != importsFunction {
			return 0, fmt.Errorf("kind %d is no function", kind)
		}
		if _, err := in.uint32(); err != nil { // its type
			return 0, err
		}
	}
	return int(count), nil
}
