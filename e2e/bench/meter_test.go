package main

import (
	"testing"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// spinModule is (func (export "spin") (param i32)) that counts its argument down to zero.
const spinModule = `new WebAssembly.Module(new Uint8Array([
	0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,  1, 5, 1, 0x60, 1, 0x7f, 0,  3, 2, 1, 0,  7, 8, 1, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0,
	10, 16, 1, 14, 0, 3, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x0b]))`

// TestMeter says what the meter counts: the figures stand on it. It uses the wall clock, since the
// page too can read only that one.
func TestMeter(t *testing.T) {
	const work = 200 // milliseconds
	const helpers = `
		const until = () => performance.now() + 200;
		const script = () => { for (const end = until(); performance.now() < end;) for (let i = 0; i < 100000; i++); };
		const {spin} = new WebAssembly.Instance(` + spinModule + `).exports;
		const wasm = () => { for (const end = until(); performance.now() < end;) spin(100000); };
		const later = work => new Promise(done => setTimeout(() => { work(); done(); }));
	`
	for _, row := range []struct {
		name, source string
		script, task bool // is it counted?
	}{
		{"JavaScript in a timer", "await later(script)", true, true},
		{"WebAssembly in a timer", "await later(wasm)", true, true},
		{"WebAssembly in a promise of a timer", "await later(() => Promise.resolve().then(wasm))", true, true},
		{"WebAssembly in a promise of the browser", "await fetch('/').then(wasm)", true, true},
		{"WebAssembly in an event of the browser", `await new Promise(done => {
			const c = new MessageChannel();
			c.port1.onmessage = () => { wasm(); done(); };
			c.port2.postMessage(1);
		})`, true, true},
		{"a worker", `await new Promise(done => {
			const code = "for (const end = performance.now() + 200; performance.now() < end;); postMessage(1)";
			new Worker(URL.createObjectURL(new Blob([code]))).onmessage = done;
		})`, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			site := serveSite(nil)
			t.Cleanup(site.Close)
			p := chrome.New(t, chrome.Whole).Open(t, site.URL)
			m, err := startMeter(p, true)
			if err != nil {
				t.Fatal(err)
			}
			p.Do(t, chrome.Script("(async () => {"+helpers+row.source+"})()"))
			cost, err := m.read()
			if err != nil {
				t.Fatal(err)
			}
			if got := cost.script > work/2; got != row.script {
				t.Errorf("script time is %.0f ms", cost.script)
			}
			if got := cost.task > work/2; got != row.task {
				t.Errorf("task time is %.0f ms", cost.task)
			}
		})
	}
}
