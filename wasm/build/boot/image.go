package boot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// zeroRun is the shortest run of zeros that is left out of the image: shorter ones cost less than a segment's header.
// Go's linker cuts at every run, into tens of thousands of segments whose headers compress badly.
const zeroRun = 128

// pageSize is the unit in which WebAssembly counts memory.
const pageSize = 64 << 10

// withImage gives the module's sections with the memory and the global variables as they are now.
func withImage(sections []section, globals []global, memory []byte) []section {
	segments := cut(memory)
	sections = slices.Clone(sections)
	for i, s := range sections {
		switch s.id {
		case sectionMemory:
			sections[i].body = memoryOf(s.body, len(memory)/pageSize)
		case sectionGlobal:
			sections[i].body = writeGlobals(globals)
		case sectionDataCount:
			sections[i].body = binary.AppendUvarint(nil, uint64(len(segments)))
		case sectionData:
			sections[i].body = writeData(segments)
		}
	}
	return sections
}

// memoryOf is a memory section of so many pages; its limit, if it has one, stays.
func memoryOf(body []byte, pages int) []byte {
	in := reader{body[2:]} // one memory, its flags
	in.uint32()            // the pages it had: they were read when the program ran
	return append(binary.AppendUvarint(slices.Clone(body[:2]), uint64(pages)), in.rest...)
}

// cut gives what is not zero in memory, as segments.
func cut(memory []byte) (segments []segment) {
	begin, end := -1, 0 // of the segment that is open: end is after its last byte that is not zero
	for at, b := range memory {
		if b == 0 {
			continue
		}
		if begin >= 0 && at-end >= zeroRun {
			segments = append(segments, segment{uint32(begin), memory[begin:end]})
			begin = -1
		}
		if begin < 0 {
			begin = at
		}
		end = at + 1
	}
	if begin >= 0 {
		segments = append(segments, segment{uint32(begin), memory[begin:end]})
	}
	return segments
}

// findGlobals reads the global variables, Go's registers.
func findGlobals(sections []section) ([]global, error) {
	for _, needed := range []byte{sectionMemory, sectionGlobal, sectionExport, sectionData} {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.id == needed }) {
			return nil, fmt.Errorf("the module has no section %d: it is no program of Go's for js/wasm", needed)
		}
	}
	i := slices.IndexFunc(sections, func(s section) bool { return s.id == sectionGlobal })
	globals, err := parseGlobals(sections[i].body)
	if err != nil {
		return nil, fmt.Errorf("global section: %w", err)
	}
	return globals, nil
}

// globalExport names a global variable while the program starts, so that its value can be read.
func globalExport(i int) string { return fmt.Sprintf("cotrail.global.%d", i) }

// exportGlobals gives the module with its global variables among the exports.
func exportGlobals(sections []section, globals []global) ([]byte, error) {
	sections = slices.Clone(sections)
	i := slices.IndexFunc(sections, func(s section) bool { return s.id == sectionExport })
	in := reader{sections[i].body}
	count, err := in.uint32()
	if err != nil {
		return nil, errors.New("export section: " + err.Error())
	}
	body := binary.AppendUvarint(nil, uint64(count)+uint64(len(globals)))
	body = append(body, in.rest...)
	for i := range globals {
		name := globalExport(i)
		body = append(binary.AppendUvarint(body, uint64(len(name))), name...)
		body = binary.AppendUvarint(append(body, exportsGlobal), uint64(i))
	}
	sections[i].body = body
	return writeSections(sections), nil
}
