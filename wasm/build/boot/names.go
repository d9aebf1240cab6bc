package boot

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Go's table of functions (runtime/symtab.go, type pcHeader) begins with this in programs for WebAssembly: its magic,
// padding, and the sizes of an instruction and of a pointer. Then come nine numbers of eight bytes.
var tableBegin = []byte{0xF1, 0xFF, 0xFF, 0xFF, 0, 0, 1, 8}

// The numbers of the header that are needed, by their places.
const (
	numberOfFunctions = 0
	offsetOfNames     = 3
	offsetOfTables    = 6 // of program counters: stack sizes, pointers, files, lines
	offsetOfFunctions = 7
	headerNumbers     = 8
)

// The places of a function's description (runtime/runtime2.go, type _func) that are needed, in bytes.
const (
	funcStackTable = 16
	funcFileTable  = 20
	funcLineTable  = 24
	funcDataTables = 28 // how many there are
	funcSize       = 44
)

// dropNames takes out of the program's memory what only a stack trace is made of: the names of functions and files,
// and the tables of lines. Nobody reads a recorder's stack trace, for it could hold what the recorder held; and they
// are a tenth of what each page has to load. What the garbage collector reads stays.
func dropNames(memory []byte) error {
	at := bytes.Index(memory, tableBegin)
	if at < 0 || bytes.Contains(memory[at+1:], tableBegin) {
		return errors.New("the table of functions is not where Go 1.26 has it")
	}
	table := memory[at:]
	number := func(i int) int { return int(binary.LittleEndian.Uint64(table[len(tableBegin)+8*i:])) }
	names, tables, functions := number(offsetOfNames), number(offsetOfTables), number(offsetOfFunctions)
	if names < headerNumbers*8 || tables <= names || functions <= tables || functions >= len(table) {
		return errors.New("the table of functions is not as Go 1.26 has it")
	}
	clear(table[names:tables]) // of functions, of the files of packages, of files

	kept := make([]byte, functions-tables)
	for i := range number(numberOfFunctions) {
		entry := functions + 8*i + 4
		f := table[functions+int(binary.LittleEndian.Uint32(table[entry:])):]
		keep := func(place int) { keepTable(kept, table[tables:functions], binary.LittleEndian.Uint32(f[place:])) }
		keep(funcStackTable)
		clear(f[funcFileTable : funcLineTable+4])
		for n := range int(binary.LittleEndian.Uint32(f[funcDataTables:])) {
			keep(funcSize + 4*n)
		}
	}
	copy(table[tables:], kept)
	return nil
}

// keepTable copies one table of program counters, pairs of varints that end where the first of a pair is zero
// (runtime/symtab.go, func step). At 0 there is none.
func keepTable(to, from []byte, at uint32) {
	if at == 0 {
		return
	}
	end := int(at)
	for first := true; first || from[end] != 0; first = false {
		for range 2 {
			_, n := binary.Uvarint(from[end:])
			end += n
		}
	}
	copy(to[at:end+1], from[at:end+1])
}
