// Package boot starts a Go program for the browser at build time, and keeps it as it is when it first waits.
//
// A page that instantiates the kept module finds the program waiting, and calls what it exports: neither the Go
// runtime nor the packages have to be started there. That is most of what the start of a Go program costs a page,
// where each function that runs for the first time is compiled on the main thread. Wizer
// (github.com/bytecodealliance/wizer) keeps WASI programs in this way.
//
// What only a stack trace is made of is left out (names.go), and what can be made in the page in no time (table.go).
//
// What a program reads while it starts is the same in every build and on every page: a fixed clock and fixed "random"
// bytes. So it may draw nothing from math/rand or crypto/rand at any time.
package boot

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// Keep runs a module of Go's linker until all its goroutines wait, calls some of the functions that it exports, and
// returns the module that goes on from there.
func Keep(ctx context.Context, module []byte, calls ...string) ([]byte, error) {
	sections, err := parseSections(module)
	if err != nil {
		return nil, err
	}
	globals, err := findGlobals(sections)
	if err != nil {
		return nil, err
	}
	open, err := exportGlobals(sections, globals)
	if err != nil {
		return nil, err
	}
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter()) // the start is too short to compile for
	defer runtime.Close(ctx)
	compiled, err := runtime.CompileModule(ctx, open)
	if err != nil {
		return nil, fmt.Errorf("read the program: %w", err)
	}
	var h host
	if err := h.provide(ctx, runtime, compiled.ImportedFunctions()); err != nil {
		return nil, fmt.Errorf("provide what the program asks for: %w", err)
	}
	program, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("instantiate the program: %w", err)
	}
	if err := errors.Join(start(ctx, program), h.failure()); err != nil {
		return nil, fmt.Errorf("run the program until it waits: %w", err)
	}
	for _, name := range calls {
		if err := errors.Join(call(ctx, program, name), h.failure()); err != nil {
			return nil, fmt.Errorf("call %s: %w", name, err)
		}
	}
	for i := range globals {
		globals[i].value = program.ExportedGlobal(globalExport(i)).Get()
	}
	memory, _ := program.Memory().Read(0, program.Memory().Size())
	if err := dropNames(memory); err != nil {
		return nil, err
	}
	if t := findTable(memory); t.buckets > 0 {
		t.blank(memory)
		if sections, err = withStart(sections, t.writer()); err != nil {
			return nil, err
		}
	}
	return writeSections(withImage(sections, globals, memory)), nil
}

// argv is where the program's arguments stand, below all data of the linker's (cmd/link's wasmMinDataAddr).
const argv = 4096

// start calls the entry of Go's programs with one argument, the program's name, and an empty environment: pointers
// and their end, twice.
func start(ctx context.Context, program api.Module) error {
	const name = "js\x00"
	memory := binary.LittleEndian.AppendUint64(nil, argv+3*8)
	memory = append(memory, make([]byte, 2*8)...)
	if !program.Memory().Write(argv, append(memory, name...)) {
		return errors.New("the memory is too small for the arguments")
	}
	return call(ctx, program, "run", 1, argv)
}

func call(ctx context.Context, program api.Module, name string, args ...uint64) error {
	f := program.ExportedFunction(name)
	if f == nil {
		return fmt.Errorf("the program does not export %s", name)
	}
	_, err := f.Call(ctx, args...)
	return err
}
