package boot

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// link builds a program of one file.
func link(t *testing.T, source string) []byte {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"main.go": source, "go.mod": "module kept\n\ngo 1.24\n"}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", "main.wasm", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	module, err := os.ReadFile(filepath.Join(dir, "main.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// TestKeptProgramGoesOn keeps a program whose state was made by its start and by a call, and calls it where nothing
// is started any more: it knows both, and its heap, its maps, its goroutines' stacks and its garbage collector work.
func TestKeptProgramGoesOn(t *testing.T) {
	module := link(t, `package main

import "runtime"

var (
	words = map[string]int{"one": 1}
	calls int
)

func main() {
	words["two"] = 2
	select {}
}

//go:wasmexport rehearse
func rehearse() { calls++ }

//go:wasmexport sum
func sum(n int32) int32 {
	calls++
	for i := range int(n) {
		words[string(rune('a'+i))] = len(make([]byte, 1<<20)) >> 20
	}
	runtime.GC()
	return int32(len(words)*100 + words["one"] + words["two"] + calls + deep(int(n)*20))
}

func deep(n int) int {
	if n == 0 {
		return 0
	}
	var frame [100]int
	frame[n%100] = 1
	return frame[n%100] + deep(n-1)
}
`)
	kept, err := Keep(t.Context(), module, "rehearse")
	if err != nil {
		t.Fatal(err)
	}
	again, err := Keep(t.Context(), module, "rehearse")
	if err != nil || string(again) != string(kept) {
		t.Errorf("the same program is kept otherwise, error %v", err)
	}
	if file := []byte("runtime/proc.go"); !bytes.Contains(module, file) || bytes.Contains(kept, file) {
		t.Errorf("the linked program has names of files: %v, the kept one: %v", bytes.Contains(module, file), bytes.Contains(kept, file))
	}
	program, h := instantiate(t, kept)
	for calls := uint64(2); calls < 6; calls++ {
		got, err := program.ExportedFunction("sum").Call(t.Context(), 20)
		if want := 22*100 + 3 + calls + 400; err != nil || got[0] != want {
			t.Fatalf("call %d gives %v, want %d, error %v, %v", calls, got, want, err, h.failure())
		}
	}
}

// instantiate makes a kept module the running program that a page has, with what the program asks of its host.
func instantiate(t *testing.T, kept []byte) (api.Module, *host) {
	t.Helper()
	runtime := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { runtime.Close(context.WithoutCancel(t.Context())) })
	compiled, err := runtime.CompileModule(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	h := new(host)
	if err := h.provide(t.Context(), runtime, compiled.ImportedFunctions()); err != nil {
		t.Fatal(err)
	}
	program, err := runtime.InstantiateModule(t.Context(), compiled, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	return program, h
}

func TestRefusesPrograms(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"it ends", "func main() {}", "it ended"},
		{"it panics", `func main() { panic("no luck") }`, "no luck"},
		{"it asks the page", "//go:wasmimport page title\nfunc title()\n\nfunc main() { title(); select {} }", "it calls title, which only a page can answer"},
		{"it does not export the call", "func main() { select {} }", "does not export rehearse"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Keep(t.Context(), link(t, "package main\n\n"+tt.source+"\n"), "rehearse")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}
