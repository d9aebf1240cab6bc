package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// doc is a package with a comment.
func doc(short string, imports ...string) goPackage {
	return goPackage{
		ImportPath: modulePath + "/" + short, Name: "x", Doc: "Package x promises.", GoFiles: []string{"x.go"},
		Imports: imports, Deps: imports,
	}
}

// sound is a set of packages that breaks no rule.
func sound() packages {
	masking := []goPackage{
		doc("masking", "strings", "vendor/golang.org/x/net/dns", modulePath+"/masking/internal/sealed"),
		doc("masking/internal/sealed", "strings"),
		doc("masking/event", "strings", modulePath+"/masking", modulePath+"/masking/internal/sealed"),
	}
	browser := slices.Concat(masking, []goPackage{
		doc("wasm", modulePath+"/wasm/recorder", modulePath+"/wasm/dom"),
		doc("wasm/dom", "unsafe"),
		doc("wasm/build", "net/http"),
	})
	native := slices.Clone(masking)
	native = append(native, doc("relay", "net/http"), doc("wasm/build", "net/http"))
	for _, name := range slices.Concat(stages, wiring) {
		native = append(native, doc(name, "strings"))
	}
	for e := range allowed {
		change(native, e.from, needs(modulePath+"/"+e.to))
	}
	return packages{native, browser}
}

// change applies a change to one package of a list.
func change(list []goPackage, short string, f func(*goPackage)) {
	for i := range list {
		if list[i].short() == short {
			f(&list[i])
		}
	}
}

// needs adds an import.
func needs(path string) func(*goPackage) {
	return func(p *goPackage) {
		p.Imports = append(slices.Clone(p.Imports), path)
		p.Deps = append(slices.Clone(p.Deps), path)
	}
}

// needsAtLast adds an import of an import.
func needsAtLast(path string) func(*goPackage) {
	return func(p *goPackage) { p.Deps = append(slices.Clone(p.Deps), path) }
}

// TestRulesCanBreak breaks one rule at a time and wants exactly its sentence.
func TestRulesCanBreak(t *testing.T) {
	if broken := brokenRules(sound()); len(broken) > 0 {
		t.Fatalf("the sound packages break rules: %q", broken)
	}
	native := func(short string, f func(*goPackage)) func(*packages) {
		return func(p *packages) { change(p.native, short, f) }
	}
	browser := func(short string, f func(*goPackage)) func(*packages) {
		return func(p *packages) { change(p.browser, short, f) }
	}
	gone := func(short string) func(*packages) {
		return func(p *packages) {
			is := func(pkg goPackage) bool { return pkg.short() == short }
			p.native, p.browser = slices.DeleteFunc(p.native, is), slices.DeleteFunc(p.browser, is)
		}
	}
	tests := []struct {
		name   string
		damage func(*packages)
		want   string
	}{
		{"masking uses a library", native("masking", needs("github.com/google/uuid")), "masking needs github.com/google/uuid: masking imports only the standard library"},
		{"event uses a library through another", browser("masking/event", needsAtLast("golang.org/x/text/unicode")), "masking/event needs golang.org/x/text/unicode"},
		{"masking uses the relay", native("masking/internal/sealed", needs(modulePath+"/relay/store")), "masking/internal/sealed needs " + modulePath + "/relay/store"},
		{"masking uses event", native("masking", needs(modulePath+"/masking/event")), "masking needs masking/event: an event is made"},
		{"another package for the browser alone", func(p *packages) { p.browser = append(p.browser, doc("wasm/screen", "unsafe")) }, "wasm/screen builds for the browser alone: only wasm/dom"},
		{"relay uses wasm", native("relay/api", needsAtLast(modulePath+"/wasm/xpath")), "relay/api needs wasm/xpath: page and relay share"},
		{"wasm uses relay", browser("wasm/dom", needs(modulePath+"/relay/assets")), "wasm/dom needs relay/assets: page and relay share"},
		{"stages of the relay", native("relay/api", needs(modulePath+"/relay/sequence")), "relay/api imports relay/sequence: stages meet"},
		{"stages of the recorder", native("wasm/batch", needs(modulePath+"/wasm/uplink")), "wasm/batch imports wasm/uplink: stages meet"},
		{"stage uses the wiring", native("relay/api", needs(modulePath+"/relay/server")), "relay/api imports relay/server: stages meet"},
		{"no package comment", native("relay/api", func(p *goPackage) { p.Doc = "" }), "relay/api has no package comment"},
		{"name that says nothing", native("relay", func(p *goPackage) { p.Name = "utils" }), "relay is named utils"},
		{"path that says nothing", func(p *packages) {
			p.native = append(p.native, goPackage{ImportPath: modulePath + "/relay/common", Name: "x"})
		}, "relay/common is named common"},
		{"package gone", gone("wasm/dom"), "stale rule: there is no package wasm/dom"},
		{"stage gone", gone("relay/statistics"), "stale rule: there is no package relay/statistics"},
	}
	for _, path := range slices.Sorted(maps.Keys(tooHeavy)) {
		tests = append(tests, struct {
			name   string
			damage func(*packages)
			want   string
		}{"module with " + path, browser("wasm", needsAtLast(path)), "the module needs " + path + ": it "})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := sound()
			tt.damage(&p)
			broken := brokenRules(p)
			if len(broken) != 1 || !strings.HasPrefix(broken[0], tt.want) {
				t.Errorf("got %q, want one sentence beginning %q", broken, tt.want)
			}
		})
	}
}

// TestStaleException lists an exception that nobody needs.
func TestStaleException(t *testing.T) {
	unused := edge{"wasm/xpath", "wasm/uplink"}
	p := sound()
	allowed[unused] = "for this test"
	defer delete(allowed, unused)
	broken := brokenRules(p)
	if want := "stale exception: wasm/xpath does not import wasm/uplink"; !slices.Equal(broken, []string{want}) {
		t.Errorf("got %q, want %q", broken, want)
	}
}
