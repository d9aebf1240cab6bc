package e2e

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// stages are the steps that an event goes through, one package each. They meet
// through interfaces at the user's side; what wires a side knows all of them.
// relay/store is no stage but the contract that the relay's stages share; its
// engine is one.
var stages = []string{
	"wasm/capture", "wasm/xpath", "wasm/batch", "wasm/uplink",
	"relay/ingest", "relay/store/sqlite", "relay/sequence", "relay/session", "relay/seal", "relay/trail", "relay/statistics", "relay/journal", "relay/erase", "relay/deliver", "relay/api",
}

// wiring is the package of each side that builds its stages.
var wiring = []string{"wasm/recorder", "relay/server"}

// edge is one package of ours importing another.
type edge struct{ from, to string }

// allowed are the exceptions to the rule about stages, each with its reason.
var allowed = map[edge]string{
	{"wasm/capture", "wasm/xpath"}:      "a path is part of an event's details: a function of facts, without state",
	{"wasm/uplink", "wasm/batch"}:       "what goes out is a frame: the writer of frames lives as long as a connection",
	{"relay/api", "relay/trail"}:        "a proof is part of an answer: hashes and a note, without state",
	{"relay/api", "relay/journal"}:      "what is answered is noted before: a value that says who asked for what",
	{"relay/erase", "relay/journal"}:    "likewise of what is erased",
	{"relay/erase", "relay/trail"}:      "a tombstone is signed text: functions of values",
	{"relay/sequence", "relay/session"}: "numbering is applying events to a session's state, which does no I/O",
}

// tooHeavy must not be in the module that pages load: what it costs there, in
// KB with brotli, or why the browser does it better.
var tooHeavy = map[string]string{
	"fmt":                              "costs 130 KB and brings os, whose start-up asks the browser for a file system",
	"os":                               "asks the browser for a file system when it starts",
	"time":                             "costs 55 KB; the page's clock is JavaScript's",
	"net/http":                         "costs 800 KB, and the browser has fetch",
	"encoding/json":                    "costs 220 KB; the few shapes are written by hand, and the browser has JSON",
	"regexp":                           "costs 120 KB, and the browser has RegExp",
	"net/url":                          "costs 150 KB, and the browser has URL",
	"crypto/sha256":                    "costs 94 KB, and the browser has crypto.subtle",
	"crypto/rand":                      "gives every page the same numbers, since the build starts the program; the page's crypto does not",
	"math/rand":                        "gives every page the same numbers, since the build starts the program",
	"math/rand/v2":                     "gives every page the same numbers, since the build starts the program",
	"syscall/js":                       "costs a call twenty times as much as WebAssembly's own, and a support script in every page",
	"github.com/hack-pad/safejs":       "costs 120 KB more than syscall/js, for fmt",
	"github.com/tidwall/gjson":         "costs 270 KB; it belongs to the relay",
	"github.com/coder/websocket":       "costs 600 KB, and the browser has WebSocket",
	"github.com/goccy/go-yaml":         "is for the relay's configuration",
	"modernc.org/sqlite":               "is for the relay's store",
	"github.com/alecthomas/kong":       "is for the relay's command line",
	"github.com/evanw/esbuild/pkg/api": "is for the build",
}

// onlyBrowser are the packages that nothing but a browser can run.
var onlyBrowser = []string{"wasm", "wasm/dom"}

// saysNothing are names that tell neither what a package does nor what belongs
// in it, so that everything ends up there.
var saysNothing = []string{"util", "utils", "common", "helper", "helpers", "misc"}

// brokenRules gives one sentence for each break of a rule, with the reason for
// the rule, and for each rule about a package that is not there.
func brokenRules(p packages) []string {
	sentences := slices.Concat(
		maskingStandsAlone(p),
		domAloneKnowsTheBrowser(p),
		moduleIsLight(p),
		sidesAreApart(p),
		stagesAreApart(p),
		packagesSayWhatTheyAre(p),
		rulesAreFresh(p),
	)
	slices.Sort(sentences) // a package may be in both lists
	return slices.Compact(sentences)
}

func maskingStandsAlone(p packages) (broken []string) {
	for _, pkg := range p.all() {
		if !within(pkg.short(), "masking") {
			continue
		}
		for _, dep := range pkg.Deps {
			if !standard(dep) && !within(ours(dep), "masking") {
				broken = append(broken, fmt.Sprintf("%s needs %s: masking imports only the standard library and itself, since page and relay both stand on it", pkg.short(), dep))
			}
		}
		if !within(pkg.short(), "masking/event") && slices.ContainsFunc(pkg.Deps, func(dep string) bool { return within(ours(dep), "masking/event") }) {
			broken = append(broken, fmt.Sprintf("%s needs masking/event: an event is made of what masking let through, not the other way round", pkg.short()))
		}
	}
	return broken
}

func domAloneKnowsTheBrowser(p packages) (broken []string) {
	for _, pkg := range p.browser {
		isNative := slices.ContainsFunc(p.native, func(n goPackage) bool { return n.short() == pkg.short() })
		if !isNative && !slices.Contains(onlyBrowser, pkg.short()) {
			broken = append(broken, fmt.Sprintf("%s builds for the browser alone: only wasm/dom knows the browser, so that all else is tested natively", pkg.short()))
		}
	}
	return broken
}

func moduleIsLight(p packages) (broken []string) {
	for _, pkg := range p.browser {
		if pkg.short() != "wasm" {
			continue
		}
		for _, dep := range pkg.Deps {
			if reason, heavy := tooHeavy[dep]; heavy {
				broken = append(broken, fmt.Sprintf("the module needs %s%s: it %s", dep, by(p.browser, dep), reason))
			}
		}
	}
	return broken
}

// by names those of our packages that import dep themselves.
func by(list []goPackage, dep string) string {
	var names []string
	for _, pkg := range list {
		if within(pkg.short(), "wasm/build") {
			continue // the build tool is not in the module
		}
		if slices.Contains(pkg.Imports, dep) {
			names = append(names, pkg.short())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (by " + strings.Join(names, ", ") + ")"
}

func sidesAreApart(p packages) (broken []string) {
	for _, pkg := range p.all() {
		for from, to := range map[string]string{"relay": "wasm", "wasm": "relay"} {
			if !within(pkg.short(), from) {
				continue
			}
			for _, dep := range pkg.Deps {
				if within(ours(dep), to) {
					broken = append(broken, fmt.Sprintf("%s needs %s: page and relay share masking/event and nothing else", pkg.short(), ours(dep)))
				}
			}
		}
	}
	return broken
}

func stagesAreApart(p packages) (broken []string) {
	used := map[edge]bool{}
	for _, pkg := range p.all() {
		if !slices.Contains(stages, pkg.short()) {
			continue
		}
		for _, imported := range pkg.Imports {
			e := edge{pkg.short(), ours(imported)}
			if _, ok := allowed[e]; ok {
				used[e] = true
				continue
			}
			if slices.Contains(stages, e.to) || slices.Contains(wiring, e.to) {
				broken = append(broken, fmt.Sprintf("%s imports %s: stages meet through interfaces at the user's side, wired by %s", e.from, e.to, strings.Join(wiring, " and ")))
			}
		}
	}
	for e := range allowed {
		if !used[e] {
			broken = append(broken, fmt.Sprintf("stale exception: %s does not import %s", e.from, e.to))
		}
	}
	return broken
}

func packagesSayWhatTheyAre(p packages) (broken []string) {
	for _, pkg := range p.all() {
		if len(pkg.GoFiles) > 0 && pkg.Doc == "" {
			broken = append(broken, fmt.Sprintf("%s has no package comment: it says what the package promises", pkg.short()))
		}
		for _, name := range []string{pkg.Name, path.Base(pkg.ImportPath)} {
			if slices.Contains(saysNothing, name) {
				broken = append(broken, fmt.Sprintf("%s is named %s: a package is named after the thing or the stage", pkg.short(), name))
			}
		}
	}
	return broken
}

// rulesAreFresh finds rules about packages that are not there (any more): such
// a rule would hold nothing.
func rulesAreFresh(p packages) (broken []string) {
	there := map[string]bool{}
	for _, pkg := range p.all() {
		there[pkg.short()] = true
	}
	named := slices.Concat([]string{"masking", "masking/event", "wasm", "wasm/dom", "relay"}, stages, wiring)
	for _, name := range named {
		if !there[name] {
			broken = append(broken, fmt.Sprintf("stale rule: there is no package %s", name))
		}
	}
	return broken
}

// standard says whether an import path is of the standard library: the first
// part of every other one is a host name.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// ours is the path within the repository of a package of ours, else "".
func ours(importPath string) string {
	short, found := strings.CutPrefix(importPath, modulePath+"/")
	if !found {
		return ""
	}
	return short
}

// within says whether a package is the directory's or below it.
func within(short, dir string) bool {
	return short == dir || strings.HasPrefix(short, dir+"/")
}
