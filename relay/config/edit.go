package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// KeyLine writes an API key as an element of the section keys.
func KeyLine(name string, hash [sha256.Size]byte, scopes, sites []string) (string, error) {
	for _, s := range scopes {
		if !slices.Contains([]Scope{ScopeHost, ScopeRead, ScopeErase}, Scope(s)) {
			return "", fmt.Errorf("%q is no scope; there are %s, %s and %s", s, ScopeHost, ScopeRead, ScopeErase)
		}
	}
	for _, text := range append([]string{name}, sites...) {
		if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r != '*' && r != '.' && notWord(r) }) {
			return "", fmt.Errorf("%q is not made of letters, digits, dashes, dots and underscores", text)
		}
	}
	quoted := make([]string, len(sites))
	for i, s := range sites {
		quoted[i] = strconv.Quote(s)
	}
	return fmt.Sprintf("- {name: %q, sha256: \"%x\", scopes: [%s], sites: [%s]}", name, hash, strings.Join(scopes, ", "), strings.Join(quoted, ", ")), nil
}

// AddKey puts a line of KeyLine behind the keys of a configuration file. All else in the file stays as it is, and a
// file that could not be used afterwards is not written.
func AddKey(path, line string) error {
	f, err := openForKeys(path)
	if err != nil {
		return err
	}
	at, indent := len(f.lines), "  "
	switch {
	case f.keys == nil:
		line = "keys:\n" + indent + line
	case f.section == nil || len(f.section.Values) == 0 || f.section.IsFlowStyle:
		return fmt.Errorf("%s:%d: keys is not a list with a key on each line; put this there by hand:\n%s", path, f.keys.GetToken().Position.Line, line)
	default:
		last := len(f.section.Values) - 1
		first := f.lines[f.line(last)]
		at, indent = f.end(last), first[:len(first)-len(strings.TrimLeft(first, " "))]
		line = indent + line
	}
	return f.write(slices.Insert(f.lines, at, line))
}

// RemoveKey takes the lines of a key out of a configuration file.
func RemoveKey(path, name string) error {
	f, err := openForKeys(path)
	if err != nil {
		return err
	}
	at := -1
	if f.section != nil {
		at = slices.IndexFunc(f.section.Values, func(n ast.Node) bool { return nameOf(n) == name })
	}
	switch {
	case at < 0:
		return fmt.Errorf("%s has no API key with the name %q", path, name)
	case f.section.IsFlowStyle:
		return fmt.Errorf("%s:%d: keys is not a list with a key on each line; take the key out by hand", path, f.line(at)+1)
	}
	from, to := f.line(at), f.end(at)
	if len(f.section.Values) == 1 {
		from = f.keys.GetToken().Position.Line - 1
		return f.write(slices.Replace(f.lines, from, to, "keys: []"))
	}
	return f.write(slices.Delete(f.lines, from, to))
}

// keyFile is a configuration file whose keys are to be changed.
type keyFile struct {
	path    string
	lines   []string
	keys    ast.Node          // the key of the section, nil without one
	section *ast.SequenceNode // nil where the section is no list
	after   int               // the line that begins the next section, from 0
}

func openForKeys(path string) (*keyFile, error) {
	if _, err := Load(path, false); err != nil {
		return nil, err
	}
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseBytes(content, 0)
	if err != nil {
		return nil, err // Load has read it
	}
	f := &keyFile{path: path, lines: strings.Split(strings.TrimRight(string(content), "\n"), "\n")}
	f.after = len(f.lines)
	if len(tree.Docs) == 0 {
		return f, nil
	}
	root, _ := tree.Docs[0].Body.(*ast.MappingNode)
	if root == nil {
		return f, nil
	}
	for i, pair := range root.Values {
		if pair.Key.GetToken().Value != "keys" {
			continue
		}
		f.keys = pair.Key
		f.section, _ = pair.Value.(*ast.SequenceNode)
		if i+1 < len(root.Values) {
			f.after = root.Values[i+1].Key.GetToken().Position.Line - 1
		}
	}
	return f, nil
}

// line gives the line that a key begins in, from 0.
func (f *keyFile) line(i int) int {
	n := f.section.Values[i]
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	return n.GetToken().Position.Line - 1
}

// end gives the line behind a key's. Comments and empty lines behind it are of what follows.
func (f *keyFile) end(i int) int {
	end := f.after
	if i+1 < len(f.section.Values) {
		end = f.line(i + 1)
	}
	for end > f.line(i)+1 {
		if text := strings.TrimSpace(f.lines[end-1]); text != "" && !strings.HasPrefix(text, "#") {
			break
		}
		end--
	}
	return end
}

func nameOf(n ast.Node) string {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return ""
	}
	for _, pair := range m.Values {
		if pair.Key.GetToken().Value == "name" {
			return pair.Value.GetToken().Value
		}
	}
	return ""
}

// write writes the file, whole or not at all, if it can be used.
func (f *keyFile) write(lines []string) (err error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(f.path), ".cotrail-*.yaml")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(next.Name()))
		}
	}()
	_, err = next.WriteString(strings.Join(lines, "\n") + "\n")
	if err = errors.Join(err, next.Chmod(info.Mode().Perm()), next.Sync(), next.Close()); err != nil {
		return err
	}
	if _, err = Load(next.Name(), false); err != nil {
		return fmt.Errorf("the file could not be used with it: %w", err)
	}
	return os.Rename(next.Name(), f.path)
}
