package masking

import (
	"errors"
	"strconv"
	"strings"
)

// compiledHeader is the first line of the compiled form; its number changes when the form does.
const compiledHeader = "cotrail-policy 1"

// Compile writes the policy as the recorder reads it: a header, then one `key value` a line, in a fixed order,
// so that equal policies have equal bytes and one digest. What follows a line `page MATCH` holds for these pages.
func (p *Policy) Compile() []byte {
	var b strings.Builder
	line := func(key, value string) { b.WriteString(key + " " + value + "\n") }
	b.WriteString(compiledHeader + "\n")
	for _, s := range p.scalars() {
		line(s.key, s.words[max(s.place(), 0)])
	}
	for _, l := range p.lists() {
		for _, v := range *l.to {
			line(l.key, v)
		}
	}
	for _, c := range p.Custom {
		line(customKey, c.line())
	}
	for _, page := range p.Pages {
		line(pageKey, page.Match)
		for _, c := range page.Closes {
			line(c.Key, c.Value)
		}
	}
	return []byte(b.String())
}

// The keys of the compiled form that are neither scalars nor lists.
const (
	customKey = "custom"
	pageKey   = "page"
)

// Read parses a compiled policy. An unknown key is an error: it may be a rule this recorder is too old to obey.
func Read(compiled []byte) (*Policy, error) {
	lines := strings.Split(strings.TrimSuffix(string(compiled), "\n"), "\n")
	if lines[0] != compiledHeader {
		return nil, errors.New("policy: line 1 is not " + Quote(compiledHeader))
	}
	p := &Policy{}
	for i, text := range lines[1:] {
		key, value, ok := strings.Cut(text, " ")
		if !ok || !p.read(key, value) {
			return nil, errors.New("policy: line " + strconv.Itoa(i+2) + ": unknown key or value")
		}
	}
	if err := p.Validate(); err != nil {
		return nil, errors.New("policy: " + err.Error())
	}
	return p, nil
}

// read takes one line. After the first page all lines are of pages.
func (p *Policy) read(key, value string) bool {
	switch n := len(p.Pages); {
	case key == pageKey:
		p.Pages = append(p.Pages, Page{Match: value})
		return true
	case n > 0:
		c := Closing{key, value}
		p.Pages[n-1].Closes = append(p.Pages[n-1].Closes, c)
		return (&Policy{}).close(c)
	}
	return p.set(key, value)
}

func (p *Policy) set(key, value string) bool {
	for _, s := range p.scalars() {
		if s.key == key {
			place := index(s.words, value)
			if place < 0 || value == "" {
				return false
			}
			s.set(place)
			return true
		}
	}
	for _, l := range p.lists() {
		if l.key == key {
			*l.to = append(*l.to, value)
			return true
		}
	}
	return key == customKey && p.addCustom(value)
}

// addCustom adds a pattern in the form of Custom.line.
func (p *Policy) addCustom(line string) bool {
	name, expression, ok := strings.Cut(line, " ")
	c, err := NewCustom(name, expression)
	if ok && err == nil {
		p.Custom = append(p.Custom[:len(p.Custom):len(p.Custom)], c)
	}
	return ok && err == nil
}
