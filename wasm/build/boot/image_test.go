package boot

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	tests := []struct {
		name, memory string
		want         []segment
	}{
		{"nothing", zeros(300), nil},
		{"all", "abc", []segment{{0, []byte("abc")}}},
		{"zeros around", zeros(5) + "ab" + zeros(7), []segment{{5, []byte("ab")}}},
		{"short run within", "a" + zeros(zeroRun-1) + "b", []segment{{0, []byte("a" + zeros(zeroRun-1) + "b")}}},
		{"long run within", "a" + zeros(zeroRun) + "b", []segment{{0, []byte("a")}, {zeroRun + 1, []byte("b")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := cut([]byte(tt.memory))
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			again := make([]byte, len(tt.memory))
			for _, s := range got {
				copy(again[s.offset:], s.bytes)
			}
			if string(again) != tt.memory {
				t.Errorf("the segments give %q", again)
			}
		})
	}
}

// TestSigned writes numbers around every change of length of their encoding, as the format's specification has them.
func TestSigned(t *testing.T) {
	for v, want := range map[int64]string{
		0: "\x00", 63: "\x3f", 64: "\xc0\x00", -1: "\x7f", -64: "\x40", -65: "\xbf\x7f", 8191: "\xff\x3f", 8192: "\x80\xc0\x00",
		-1 << 31: "\x80\x80\x80\x80\x78", 1<<63 - 1: "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00",
	} {
		if got := string(appendSigned(nil, v)); got != want {
			t.Errorf("%d is written as %x, want %x", v, got, want)
		}
	}
}

func TestWithImage(t *testing.T) {
	sections := []section{
		{sectionMemory, []byte{1, 1, 2, 0x80, 0x01}}, // 2 pages, at most 128
		{sectionGlobal, []byte{2, typeI32, variable, opI32Const, 0, opEnd, typeI64, variable, opI64Const, 0, opEnd}},
		{sectionExport, []byte{0}},
		{sectionDataCount, []byte{9}},
		{sectionData, []byte{0}},
		{0, []byte("\x04nameXYZ")},
	}
	globals, err := findGlobals(sections)
	if err != nil {
		t.Fatal(err)
	}
	globals[0].value, globals[1].value = 0xffffffff, 300
	memory := make([]byte, 3*pageSize)
	copy(memory[pageSize:], "ab")
	want := []section{
		{sectionMemory, []byte{1, 1, 3, 0x80, 0x01}},
		{sectionGlobal, []byte{2, typeI32, variable, opI32Const, 0x7f, opEnd, typeI64, variable, opI64Const, 0xac, 0x02, opEnd}},
		{sectionExport, []byte{0}},
		{sectionDataCount, []byte{1}},
		{sectionData, []byte{1, 0, opI32Const, 0x80, 0x80, 0x04, opEnd, 2, 'a', 'b'}},
		{0, []byte("\x04nameXYZ")},
	}
	if got := withImage(sections, globals, memory); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v, want\n%v", got, want)
	}
}

func TestRefusesModules(t *testing.T) {
	module := func(globals ...byte) []byte {
		return writeSections([]section{{sectionMemory, []byte{1, 0, 1}}, {sectionGlobal, globals}, {sectionExport, []byte{0}}, {sectionData, []byte{0}}})
	}
	tests := []struct {
		name   string
		module []byte
		want   string
	}{
		{"no module", []byte("\x7fELF"), "not a WebAssembly module"},
		{"version 2", []byte("\x00asm\x02\x00\x00\x00"), "version 1"},
		{"section longer than the file", append(bytes.Clone(wasmHeader), sectionData, 9, 0), "9 bytes announced, 1 there"},
		{"length of 35 bits", append(bytes.Clone(wasmHeader), sectionData, 0xff, 0xff, 0xff, 0xff, 0x3f), "longer than 32 bits"},
		{"no data", writeSections([]section{{sectionMemory, nil}, {sectionGlobal, []byte{0}}, {sectionExport, []byte{0}}}), "no section 11"},
		{"variables cut", module(1, typeI32, variable), "variable 0 is not a number"},
		{"variable that is not zero", module(1, typeI32, variable, opI32Const, 1, opEnd), "variable 0 is not a number that is zero"},
		{"more than counted", module(0, 0), "1 bytes after the last variable"},
		{"no program of Go's", module(0), "does not export run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Keep(t.Context(), tt.module)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}
