package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// moduleOf builds the smallest module that has these segments, a memory of
// its own, a data count, and a section after the data that must stay as it is.
func moduleOf(segments ...segment) []byte {
	return writeSections([]section{
		{sectionMemory, []byte{1, 0, 1}},
		{sectionDataCount, binary.AppendUvarint(nil, uint64(len(segments)))},
		{sectionData, writeData(segments)},
		{0, []byte("\x04nameXYZ")},
	})
}

func TestMergeSegments(t *testing.T) {
	at := func(offset uint32, content string) segment { return segment{offset, []byte(content)} }
	tests := []struct {
		name string
		gap  int
		in   []segment
		want []segment
	}{
		{"no segment", 4, nil, nil},
		{"touching", 0, []segment{at(8, "ab"), at(10, "cd")}, []segment{at(8, "abcd")}},
		{"gap as long as allowed", 4, []segment{at(8, "ab"), at(14, "cd")}, []segment{at(8, "ab\x00\x00\x00\x00cd")}},
		{"gap one too long", 4, []segment{at(8, "ab"), at(15, "cd")}, []segment{at(8, "ab"), at(15, "cd")}},
		{"three in a row", 1, []segment{at(0, "a"), at(2, "b"), at(4, "c")}, []segment{at(0, "a\x00b\x00c")}},
		{"first is far from address 0", 4, []segment{at(4096, "a")}, []segment{at(4096, "a")}},
		{"in the linker's order", 4, []segment{at(20, "c"), at(8, "a"), at(10, "b")}, []segment{at(8, "a\x00b"), at(20, "c")}},
		{"empty segment", 4, []segment{at(8, ""), at(9, "a")}, []segment{at(8, "\x00a")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := mergeSegments(moduleOf(tt.in...), tt.gap)
			if err != nil {
				t.Fatal(err)
			}
			if want := moduleOf(tt.want...); !bytes.Equal(got, want) {
				t.Errorf("got\n%q, want\n%q", got, want)
			}
		})
	}
}

func TestMergeSegmentsRefuses(t *testing.T) {
	data := func(body ...byte) []byte {
		return writeSections([]section{{sectionMemory, []byte{1, 0, 1}}, {sectionData, body}})
	}
	tests := []struct {
		name   string
		module []byte
		want   string
	}{
		{"no module", []byte("\x7fELF"), "not a WebAssembly module"},
		{"version 2", []byte("\x00asm\x02\x00\x00\x00"), "version 1"},
		{"section longer than the file", append(bytes.Clone(wasmHeader), sectionData, 9, 0), "9 bytes announced, 1 there"},
		{"memory from outside", writeSections([]section{{sectionData, []byte{0}}}), "no memory of its own"},
		{"no data", writeSections([]section{{sectionMemory, nil}}), "no data section"},
		{"passive segment", data(1, 1, 1, 'a'), "mode 1 is not supported"},
		{"address from a global", data(1, 0, 0x23, 0, opEnd, 1, 'a'), "opcode 0x23"},
		{"computed address", data(1, 0, opI32Const, 0, opI32Const, 0, 0x6a, opEnd, 0), "goes on with 0x41"},
		{"address of 35 bits", data(1, 0, opI32Const, 0xff, 0xff, 0xff, 0xff, 0x3f, opEnd, 0), "longer than 32 bits"},
		{"address that never ends", data(1, 0, opI32Const, 0xff, 0xff, 0xff, 0xff, 0xff, opEnd, 0), "longer than 32 bits"},
		{"content cut", data(1, 0, opI32Const, 8, opEnd, 2, 'a'), "2 bytes announced, 1 there"},
		{"fewer segments than counted", data(2, 0, opI32Const, 8, opEnd, 1, 'a'), "data segment 1 of 2"},
		{"more bytes than counted", data(0, 0), "1 bytes after the last"},
		{"overlap", moduleOf(segment{8, []byte("abc")}, segment{10, []byte("d")}), "the segment at 10 begins before"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mergeSegments(tt.module, mergeGap)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// TestSegmentAddresses writes and reads addresses around every change of
// length of their encoding. Addresses over 2 GiB are negative numbers in it.
func TestSegmentAddresses(t *testing.T) {
	for _, offset := range []uint32{0, 63, 64, 8191, 8192, 1 << 20, 1<<27 - 1, 1 << 27, 1<<31 - 1, 1 << 31, 1<<32 - 65, 1<<32 - 1} {
		segments, err := parseData(writeData([]segment{{offset, []byte("x")}}))
		if err != nil || len(segments) != 1 || segments[0].offset != offset {
			t.Errorf("address %d came back as %v, error %v", offset, segments, err)
		}
	}
}

// TestMergeLinkedModule merges what Go's linker wrote for a real program and
// compares the memory that both forms give it.
func TestMergeLinkedModule(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() { println(\"up\") }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(dir, "main.wasm")
	if _, err := run(dir, append(compileEnv, "GO111MODULE=off"), "go", "build", "-o", linked, source); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(linked)
	if err != nil {
		t.Fatal(err)
	}
	merged, err := mergeSegments(module, mergeGap)
	if err != nil {
		t.Fatal(err)
	}
	before, after := dataOf(t, module), dataOf(t, merged)
	if len(after)*10 > len(before) {
		t.Errorf("%d segments became %d, expected a tenth or less", len(before), len(after))
	}
	if !bytes.Equal(memoryImage(before), memoryImage(after)) {
		t.Error("the memory image changed")
	}
}

func dataOf(t *testing.T, module []byte) []segment {
	t.Helper()
	sections, err := parseSections(module)
	if err != nil {
		t.Fatal(err)
	}
	data, err := findData(sections)
	if err != nil {
		t.Fatal(err)
	}
	segments, err := parseData(sections[data].body)
	if err != nil {
		t.Fatal(err)
	}
	return segments
}
