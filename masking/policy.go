package masking

import (
	"errors"
	"strconv"
	"strings"
)

// Default is what happens to a form value that no rule names.
type Default string

// The two defaults. The zero Default masks.
const (
	DefaultMask  Default = "mask"
	DefaultAllow Default = "allow"
)

// Policy says what may be recorded on a site. It is fixed after it was made by Read or Strictest.
type Policy struct {
	Default    Default
	Block      []string // CSS selectors: nothing of these subtrees is recorded
	Mask       []string // CSS selectors: that they were touched is recorded, not what
	Allow      []string // CSS selectors: their values are recorded, after the patterns
	Markup     bool     // honour data-cotrail-allow; block and mask marks always count
	Labels     bool     // accessible names of buttons and links that were clicked
	Titles     bool     // page titles
	Attributes []string // which of id, name, class are recorded
	KeepQuery  []string // query parameters whose values are kept
	Collapse   bool     // ids in paths become {id}

	broken bool // everything is masked
}

// New gives the policy that holds where a site says nothing.
func New() Policy {
	return Policy{Default: DefaultMask, Markup: true, Labels: true, Attributes: []string{"id", "name", "class"}, Collapse: true}
}

// Strictest gives the policy that holds where the site's own could not be had or is broken: no value, no name,
// no title, no attribute.
func Strictest() *Policy { return &Policy{Default: DefaultMask, Collapse: true, broken: true} }

// Broken tells whether the policy hides everything because the site's own could not be had.
func (p *Policy) Broken() bool { return p.broken }

// compiledHeader is the first line of the compiled form; its number changes when the form does.
const compiledHeader = "cotrail-policy 1"

// Compile writes the policy as the recorder reads it: a header, then one `key value` a line, in a fixed order,
// so that equal policies have equal bytes and one digest.
func (p *Policy) Compile() []byte {
	var b strings.Builder
	line := func(key, value string) { b.WriteString(key + " " + value + "\n") }
	b.WriteString(compiledHeader + "\n")
	def := p.Default
	if def == "" {
		def = DefaultMask
	}
	line("default", string(def))
	for _, list := range p.lists() {
		for _, s := range *list.to {
			line(list.key, s)
		}
	}
	for _, f := range p.flags() {
		line(f.key, map[bool]string{true: "on", false: "off"}[*f.to])
	}
	return []byte(b.String())
}

type list struct {
	key string
	to  *[]string
}

func (p *Policy) lists() []list {
	return []list{{"block", &p.Block}, {"mask", &p.Mask}, {"allow", &p.Allow}, {"attribute", &p.Attributes}, {"keep_query", &p.KeepQuery}}
}

type flag struct {
	key string
	to  *bool
}

func (p *Policy) flags() []flag {
	return []flag{{"markup", &p.Markup}, {"labels", &p.Labels}, {"titles", &p.Titles}, {"collapse_ids", &p.Collapse}}
}

// Validate tells what in the policy cannot be compiled: a value with a line break, an unknown default.
func (p *Policy) Validate() error {
	switch p.Default {
	case "", DefaultMask, DefaultAllow:
	default:
		return errors.New("default: " + Quote(string(p.Default)) + " is neither mask nor allow")
	}
	for _, list := range p.lists() {
		for _, s := range *list.to {
			if s == "" || strings.ContainsAny(s, "\n\r") || strings.TrimSpace(s) != s {
				return errors.New(list.key + ": " + Quote(s) + " is empty, has a line break or space around it")
			}
		}
	}
	for _, a := range p.Attributes {
		if a != "id" && a != "name" && a != "class" {
			return errors.New("attributes: " + Quote(a) + " is none of id, name, class")
		}
	}
	return nil
}

// Read parses a compiled policy. An unknown key is an error: it may be a rule this recorder is too old to obey.
func Read(compiled []byte) (*Policy, error) {
	lines := strings.Split(strings.TrimSuffix(string(compiled), "\n"), "\n")
	if lines[0] != compiledHeader {
		return nil, errors.New("policy: line 1 is not " + Quote(compiledHeader))
	}
	p := &Policy{}
	for i, text := range lines[1:] {
		key, value, ok := strings.Cut(text, " ")
		if !ok || !p.set(key, value) {
			return nil, errors.New("policy: line " + strconv.Itoa(i+2) + ": unknown key or value")
		}
	}
	if err := p.Validate(); err != nil {
		return nil, errors.New("policy: " + err.Error())
	}
	return p, nil
}

func (p *Policy) set(key, value string) bool {
	if key == "default" {
		p.Default = Default(value)
		return true
	}
	for _, l := range p.lists() {
		if l.key == key {
			*l.to = append(*l.to, value)
			return true
		}
	}
	for _, f := range p.flags() {
		if f.key == key {
			*f.to = value == "on"
			return value == "on" || value == "off"
		}
	}
	return false
}
