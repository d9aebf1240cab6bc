package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// reader walks the nodes of a YAML file, for only they know their lines, and gathers what is wrong with them.
type reader struct {
	file     string
	problems []error
	lines    map[string]int // of the texts of lists, where each stands first; nil where nobody asks
	makes    bool           // webhooks' secrets may be missing: they are about to be made
}

// fail notes a problem at a node.
func (r *reader) fail(n ast.Node, format string, args ...any) {
	r.failLine(n.GetToken().Position.Line, format, args...)
}

func (r *reader) failLine(line int, format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf("%s:%d: %s", r.file, line, fmt.Sprintf(format, args...)))
}

// document gives the root of a file, nil when there is none.
func (r *reader) document(content []byte) ast.Node {
	tree, err := parser.ParseBytes(content, 0)
	if err != nil {
		line := 1
		message := err.Error()
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			line, message = syntax.GetToken().Position.Line, syntax.GetMessage()
		}
		r.failLine(line, "this is no YAML: %s", message)
		return nil
	}
	switch {
	case len(tree.Docs) > 1:
		r.failLine(1, "the file has %d documents, parted by ---; it must have one", len(tree.Docs))
		return nil
	case len(tree.Docs) == 0 || tree.Docs[0].Body == nil:
		return nil
	}
	return tree.Docs[0].Body
}

// entry is a key that may stand in a mapping.
type entry struct {
	name string
	read func(ast.Node)
}

// mapping reads a mapping and gives the nodes of the keys it has. name says where it stands.
func (r *reader) mapping(n ast.Node, name string, entries []entry) map[string]ast.Node {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.fail(n, "%s must be a mapping of keys to values, with the keys %s", name, known(entries))
		return nil
	}
	has := map[string]ast.Node{}
	for _, pair := range m.Values {
		key := pair.Key.GetToken().Value
		i := slices.IndexFunc(entries, func(e entry) bool { return e.name == key })
		if i < 0 {
			r.fail(pair.Key, "unknown key %q; %s has the keys %s", key, name, known(entries))
			continue
		}
		has[key] = pair.Value
		entries[i].read(pair.Value)
	}
	return has
}

// known lists the keys.
func known(entries []entry) string {
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
	}
	return strings.Join(names, ", ")
}

// list reads a list, each element with each.
func (r *reader) list(n ast.Node, name string, each func(ast.Node)) {
	l, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fail(n, "%s must be a list, like [a, b]", name)
		return
	}
	for _, v := range l.Values {
		each(v)
	}
}

// some reads a list that must not be empty.
func (r *reader) some(n ast.Node, name string, each func(ast.Node)) {
	if l, ok := n.(*ast.SequenceNode); ok && len(l.Values) == 0 {
		r.fail(n, "%s is empty; it needs one at least", name)
	}
	r.list(n, name, each)
}

// text reads one line of text.
func (r *reader) text(n ast.Node, name string) string {
	s, ok := n.(*ast.StringNode)
	switch {
	case !ok:
		r.fail(n, "%s must be text on one line; a number or a word like true needs quotes", name)
		return ""
	case s.Value == "" || strings.ContainsAny(s.Value, "\r\n") || strings.TrimSpace(s.Value) != s.Value:
		r.fail(n, "%s: %q is empty, has a line break or space around it", name, s.Value)
		return ""
	}
	return s.Value
}

// texts reads a list of texts.
func (r *reader) texts(n ast.Node, name string) []string {
	var out []string
	r.list(n, name, func(v ast.Node) {
		text := r.text(v, name)
		if _, known := r.lines[text]; !known && r.lines != nil {
			r.lines[text] = v.GetToken().Position.Line
		}
		out = append(out, text)
	})
	return out
}

// choice reads one of a few words.
func (r *reader) choice(n ast.Node, name string, allowed ...string) string {
	s := r.text(n, name)
	if s != "" && !slices.Contains(allowed, s) {
		r.fail(n, "%s: %q is none of %s", name, s, strings.Join(allowed, ", "))
	}
	return s
}

// flag reads true or false.
func (r *reader) flag(n ast.Node, name string) bool {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		r.fail(n, "%s must be true or false", name)
		return false
	}
	return b.Value
}

// units of a duration. time.ParseDuration knows no days, and retention is told in days.
var units = []struct {
	suffix string
	unit   time.Duration
}{{"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}}

// duration reads a whole number and its unit, within bounds.
func (r *reader) duration(n ast.Node, name string, least, most time.Duration) time.Duration {
	s, ok := n.(*ast.StringNode)
	if !ok {
		r.fail(n, "%s must be a duration with its unit, like 200ms, 30s, 30m, 24h or 400d", name)
		return 0
	}
	d, ok := parseDuration(s.Value)
	switch {
	case !ok:
		r.fail(n, "%s: %q is no duration; write a whole number and its unit, like 200ms, 30s, 30m, 24h or 400d", name, s.Value)
	case d < least || d > most:
		r.fail(n, "%s: %s is not from %s to %s", name, s.Value, least, most)
	}
	return d
}

func parseDuration(s string) (time.Duration, bool) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 63)
		if err == nil && n <= uint64(math.MaxInt64/u.unit) {
			return time.Duration(n) * u.unit, true
		}
	}
	return 0, false
}
