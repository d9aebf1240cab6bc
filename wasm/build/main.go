// Build makes the files that pages load: the recorder as a WebAssembly module
// and the script that senses the page and starts it. They are written to
// relay/assets/dist, which the relay embeds.
//
// The same sources and the same Go version give the same bytes, on any
// machine and in any directory. A build whose inputs did not change since the
// last one does nothing.
//
//	go run ./wasm/build            build
//	go run ./wasm/build -size      build, print the sizes, fail over the limits
//	go run ./wasm/build -modfile   print the go.mod that the module is built with
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// version is the release. Script and relay read it from the manifest.
const version = "0.1.0"

func main() {
	root := flag.String("root", ".", "the repository's root")
	size := flag.Bool("size", false, "print the sizes and fail over the limits")
	modfile := flag.Bool("modfile", false, "only prepare the go.mod that the module is built with, and print its path")
	flag.Parse()
	if err := tool(*root, *size, *modfile); err != nil {
		fmt.Fprintln(os.Stderr, "wasm/build:", err)
		os.Exit(1)
	}
}

// tool does what the flags ask for.
func tool(root string, size, modfile bool) error {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	p := paths{absolute}
	if err := os.MkdirAll(p.cache(), 0o755); err != nil {
		return err
	}
	if modfile {
		path, err := prepareModfile(p)
		fmt.Println(path)
		return err
	}
	if err := build(p); err != nil {
		return err
	}
	if size {
		return reportSizes(os.Stdout, p.dist())
	}
	return nil
}

// build makes the files if an input changed. The loader comes last: it names
// the others and pins their content.
func build(p paths) error {
	digest, err := inputsDigest(p)
	if err != nil {
		return err
	}
	if upToDate(p, digest) {
		return nil
	}
	module, err := compileModule(p)
	if err != nil {
		return err
	}
	sensor, err := bundleSensor(p)
	if err != nil {
		return err
	}
	second, started := pin(sensor, ".sensor.js"), pin(module, ".wasm")
	script, err := bundleLoader(p, started, second)
	if err != nil {
		return err
	}
	m := manifest{
		Module: started.name, Sensor: second.name, Script: hashedName(script, ".js"),
		ScriptIntegrity: scriptIntegrity(script), Version: version,
	}
	if err := writeDist(p.dist(), m, map[string][]byte{m.Module: module, m.Sensor: sensor, m.Script: script}); err != nil {
		return fmt.Errorf("write %s: %w", p.dist(), err)
	}
	return replaceFile(filepath.Join(p.cache(), inputsName), []byte(digest))
}
