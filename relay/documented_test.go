package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestDocumentedCommands holds that every command line of the documentation is one that the program takes.
func TestDocumentedCommands(t *testing.T) {
	files, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```")
	words := regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
	lines := 0
	for _, file := range append(files, "../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range blocks.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(block[1]) {
				command, _, _ := strings.Cut(line, " #")
				args := words.FindAllString(command, -1)
				if len(args) == 0 || args[0] != "cotrail" {
					continue
				}
				lines++
				var c cli
				parser, err := kong.New(&c, kong.Vars{"version": ""})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := parser.Parse(args[1:]); err != nil {
					t.Errorf("%s: %s: %v", file, strings.TrimSpace(line), err)
				}
			}
		}
	}
	if lines < 15 {
		t.Errorf("the documentation has only %d command lines", lines)
	}
}
