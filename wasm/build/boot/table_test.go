package boot

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// bucket is an entry of the linker's table.
func bucket(function uint32) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, function), make([]byte, bucketSize-4)...)
}

// TestTableIsMade keeps a program and looks for the table in the file, where it is not, and in the memory of the
// instantiated module, where it is whole.
func TestTableIsMade(t *testing.T) {
	module := link(t, "package main\n\nfunc main() { select {} }\n\n//go:wasmexport rehearse\nfunc rehearse() {}\n")
	kept, err := Keep(t.Context(), module, "rehearse")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(kept, append(bucket(500), bucket(500)...)) {
		t.Error("the kept module has the table in its data")
	}
	program, _ := instantiate(t, kept)
	memory, _ := program.Memory().Read(0, program.Memory().Size())
	functions := 0
	for _, s := range mustParse(t, module) {
		if s.id == sectionFunction {
			count, _ := (&reader{s.body}).uint32()
			functions = int(count)
		}
	}
	if got := findTable(memory); got.buckets < (functions-1)*bucketsFunction {
		t.Errorf("the table has %d buckets, for %d functions", got.buckets, functions)
	}
}

func TestFindTable(t *testing.T) {
	memory := bytes.Repeat([]byte{7}, 12)
	for i := range minTable + 5 {
		memory = append(memory, bucket(uint32(i/bucketsFunction))...)
	}
	whole := append(bytes.Clone(memory), 9, 9, 9)
	if got, want := findTable(whole), (table{12, minTable + 5}); got != want {
		t.Errorf("found %v, want %v", got, want)
	}
	whole[12+600*bucketSize+9] = 1 // a bucket that tells more
	if got := findTable(whole); got.buckets != 0 {
		t.Errorf("found %v where a bucket tells more", got)
	}
	if got := findTable(make([]byte, 100_000)); got.buckets != 0 {
		t.Errorf("found %v in nothing", got)
	}
}

func TestWithStartRefuses(t *testing.T) {
	tests := []struct {
		name     string
		sections []section
		want     string
	}{
		{"a start function", []section{{sectionStart, []byte{0}}}, "a start function already"},
		{"an imported memory", []section{{sectionImport, []byte{1, 1, 'm', 1, 'n', 2, 0, 1}}}, "kind 2 is no function"},
		{"imports cut", []section{{sectionImport, []byte{1, 1}}}, "import section"},
		{"no functions", []section{{sectionType, []byte{0}}, {sectionCode, []byte{0}}}, "no section 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := withStart(tt.sections, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func mustParse(t *testing.T, module []byte) []section {
	t.Helper()
	sections, err := parseSections(module)
	if err != nil {
		t.Fatal(err)
	}
	return sections
}
