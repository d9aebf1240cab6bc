package boot

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// clock is the time that the program starts at, in nanoseconds: the first that Go's runtime takes for one, so that
// the page's clock is later.
const clock = 1

// host is what Go's runtime finds while the program starts. The layout of the calls is that of Go's wasm_exec.js:
// arguments and results lie above the stack pointer.
type host struct {
	exited bool
	output []byte // what the program wrote: a panic's text
}

// failure tells why the program did not come to wait.
func (h *host) failure() error {
	if !h.exited {
		return nil
	}
	return fmt.Errorf("it ended, and wrote %q", h.output)
}

// functions are what a program may call before it waits. What else it imports is the page's, whose answers are not
// known here.
func (h *host) functions() map[string]func(memory api.Memory, sp uint32) {
	return map[string]func(api.Memory, uint32){
		"runtime.wasmExit":            func(api.Memory, uint32) { h.exited = true },
		"runtime.resetMemoryDataView": func(api.Memory, uint32) {},
		"runtime.wasmWrite": func(memory api.Memory, sp uint32) {
			h.output = append(h.output, slice(memory, sp+16)...)
		},
		"runtime.nanotime1": func(memory api.Memory, sp uint32) { memory.WriteUint64Le(sp+8, clock) },
		"runtime.walltime": func(memory api.Memory, sp uint32) {
			memory.WriteUint64Le(sp+8, 0)      // seconds
			memory.WriteUint32Le(sp+16, clock) // and nanoseconds
		},
		"runtime.getRandomData": func(memory api.Memory, sp uint32) {
			for i, b := 0, slice(memory, sp+8); i < len(b); i++ {
				b[i] = byte(i + 1)
			}
		},
	}
}

// slice is the memory that a pointer and a length at a place in it mean; of the length only 32 bits are sure to be
// its own.
func slice(memory api.Memory, at uint32) []byte {
	begin, _ := memory.ReadUint32Le(at)
	size, _ := memory.ReadUint32Le(at + 8)
	content, ok := memory.Read(begin, size)
	if !ok {
		panic(errors.New("the program passes what lies outside of its memory"))
	}
	return content
}

// provide gives the program all functions that it imports. One that is not of functions ends the run.
func (h *host) provide(ctx context.Context, runtime wazero.Runtime, imports []api.FunctionDefinition) error {
	known := h.functions()
	builders := map[string]wazero.HostModuleBuilder{}
	for _, i := range imports {
		module, name, _ := i.Import()
		do := known[name]
		if do == nil {
			do = func(api.Memory, uint32) { panic(fmt.Errorf("it calls %s, which only a page can answer", name)) }
		}
		if builders[module] == nil {
			builders[module] = runtime.NewHostModuleBuilder(module)
		}
		builders[module].NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, m api.Module, stack []uint64) {
			var sp uint32
			if len(stack) > 0 {
				sp = uint32(stack[0])
			}
			do(m.Memory(), sp)
		}), i.ParamTypes(), i.ResultTypes()).Export(name)
	}
	for _, b := range builders {
		if _, err := b.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}
