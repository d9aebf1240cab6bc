package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// mergeGap is the longest run of zeros that is written out rather than cut a
// segment at. Measured with brotli on a module of 48,622 segments and 557 KB:
// 16 bytes saved 1 %, 24 saved 9 %, and from there to infinity half a percent
// more or less. At 128 five segments are left.
const mergeGap = 128

// mergeSegments joins neighbouring data segments that lie at most gap bytes
// apart, by writing out the zeros between them. Go's linker cuts the data at
// runs of zeros, into tens of thousands of segments whose headers compress
// badly. The memory that the program finds at its start is the same.
func mergeSegments(module []byte, gap int) ([]byte, error) {
	sections, err := parseSections(module)
	if err != nil {
		return nil, err
	}
	data, err := findData(sections)
	if err != nil {
		return nil, err
	}
	segments, err := parseData(sections[data].body)
	if err != nil {
		return nil, fmt.Errorf("data section: %w", err)
	}
	merged, err := joinNear(segments, gap)
	if err != nil {
		return nil, fmt.Errorf("data section: %w", err)
	}
	if !bytes.Equal(memoryImage(segments), memoryImage(merged)) {
		return nil, errors.New("data section: merging changed the memory image")
	}
	sections[data].body = writeData(merged)
	for i, s := range sections {
		if s.id == sectionDataCount {
			sections[i].body = binary.AppendUvarint(nil, uint64(len(merged)))
		}
	}
	return writeSections(sections), nil
}

// findData gives the index of the data section. The memory must be the
// module's own: only then is it all zeros before the segments are written, so
// that zeros may be written into the gaps.
func findData(sections []section) (int, error) {
	ownMemory, data := false, -1
	for i, s := range sections {
		switch s.id {
		case sectionMemory:
			ownMemory = true
		case sectionData:
			data = i
		}
	}
	if !ownMemory {
		return 0, errors.New("the module has no memory of its own")
	}
	if data < 0 {
		return 0, errors.New("the module has no data section")
	}
	return data, nil
}

// joinNear does the merging, from the lowest address to the highest; the
// linker's own order is by section. Segments must not overlap: only then does
// their order say nothing, and a gap hold nothing but zeros.
func joinNear(segments []segment, gap int) ([]segment, error) {
	ascending := slices.SortedFunc(slices.Values(segments), func(a, b segment) int {
		return cmp.Compare(a.offset, b.offset)
	})
	var merged []segment
	var end uint64 // of the segment before
	for i, s := range ascending {
		if uint64(s.offset) < end {
			return nil, fmt.Errorf("the segment at %d begins before the end of the one before it, %d", s.offset, end)
		}
		zeros := uint64(s.offset) - end
		end = s.end()
		if i == 0 || zeros > uint64(gap) {
			merged = append(merged, segment{s.offset, bytes.Clone(s.bytes)})
			continue
		}
		last := &merged[len(merged)-1]
		last.bytes = append(last.bytes, make([]byte, zeros)...)
		last.bytes = append(last.bytes, s.bytes...)
	}
	return merged, nil
}

// memoryImage is the linear memory after the segments were written, from
// address 0 to the end of the highest one.
func memoryImage(segments []segment) []byte {
	var size uint64
	for _, s := range segments {
		size = max(size, s.end())
	}
	image := make([]byte, size)
	for _, s := range segments {
		copy(image[s.offset:], s.bytes)
	}
	return image
}
