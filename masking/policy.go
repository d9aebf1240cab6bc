package masking

import (
	"errors"
	"strings"
)

// Policy says what may be recorded on a site. Whoever made it by New sets its fields; then it is fixed. The zero
// Policy hides all that a policy can hide: each field that is not set is at its strictest.
type Policy struct {
	Default    Default
	Block      []string // CSS selectors: nothing of these subtrees is recorded
	Mask       []string // CSS selectors: that they were touched is recorded, not what
	Allow      []string // CSS selectors: their values are recorded, after the patterns
	Markup     bool     // honour data-cotrail-allow; block and mask marks always count
	Labels     bool     // accessible names of buttons and links that were clicked
	Titles     bool     // page titles
	Attributes []string // which of id, name, class are recorded
	Choices    string   // of a masked checkbox, radio or select: that it changed, or nothing
	Filenames  string   // of a file its extension, or its plain name

	KeepQuery  []string // query parameters whose values are kept
	KeepIDs    bool     // numbers, UUIDs and tokens stay in paths; what a pattern finds does not
	OriginOnly []string // hosts whose addresses are cut to the origin; AllHosts for all

	Shown  [kinds]bool // patterns that are switched off
	Custom []Custom    // patterns of the site's own

	Chat          string // of a chat message its length, or its text
	IP            string // of a client's address nothing, a keyed hash, or all of it
	IdentityName  string // of a person: the plain name, or a keyed hash of it
	IdentityEmail string // likewise

	Pages []Page // stricter rules for some addresses

	broken bool    // everything is masked
	site   *Policy // that At has chosen from
	hidden *hidden // values of this page load that are withheld wherever they turn up
}

// Default is what happens to a form value that no rule names.
type Default = string

// The words of a policy. Of each field the zero value means the strictest.
const (
	DefaultMask  Default = "mask"
	DefaultAllow Default = "allow"

	ChoicesNothing = "nothing"
	ChoicesChange  = "change"

	Extension = "extension" // of Filenames
	Plain     = "plain"     // of Filenames, IdentityName and IdentityEmail
	Hash      = "hash"      // of IdentityName, IdentityEmail and IP

	ChatLength = "length"
	ChatText   = "text"

	IPNone = "none"
	IPFull = "full"
)

// AllHosts in OriginOnly stands for every host.
const AllHosts = "*"

// New gives the policy that holds where a site says nothing.
func New() Policy {
	return Policy{
		Default: DefaultMask, Markup: true, Labels: true, Attributes: []string{"id", "name", "class"},
		Choices: ChoicesChange, Filenames: Extension, Chat: ChatLength, IP: Hash, IdentityName: Plain, IdentityEmail: Hash,
	}
}

// Strictest gives the policy that holds where the site's own could not be had or is broken: no value, no name,
// no title, no attribute, no text of the page's, of addresses the origin.
func Strictest() *Policy { return &Policy{OriginOnly: []string{AllHosts}, broken: true} }

// Broken tells whether the policy hides everything because the site's own could not be had.
func (p *Policy) Broken() bool { return p.broken }

// scalar is a setting with a few words, the strictest first. It lives in a *string, or in a *bool that is true for
// the second word.
type scalar struct {
	key   string
	words []string
	to    any
}

var (
	offOn = []string{"off", "on"}
	onOff = []string{"on", "off"}
)

// scalars are the settings of one value each, in the order of the compiled form.
func (p *Policy) scalars() []scalar {
	out := []scalar{
		{"default", []string{DefaultMask, DefaultAllow}, &p.Default},
		{"markup", offOn, &p.Markup},
		{"labels", offOn, &p.Labels},
		{"titles", offOn, &p.Titles},
		{"choices", []string{ChoicesNothing, ChoicesChange}, &p.Choices},
		{"filenames", []string{Extension, Plain}, &p.Filenames},
		{"collapse_ids", onOff, &p.KeepIDs},
		{"chat", []string{ChatLength, ChatText}, &p.Chat},
		{"ip", []string{IPNone, Hash, IPFull}, &p.IP},
		{"identity_name", []string{Hash, Plain}, &p.IdentityName},
		{"identity_email", []string{Hash, Plain}, &p.IdentityEmail},
	}
	for k := range kinds {
		out = append(out, scalar{"pattern_" + k.String(), onOff, &p.Shown[k]})
	}
	return out
}

// place gives the index of the setting's word; -1 when it is none of them.
func (s scalar) place() int {
	if b, ok := s.to.(*bool); ok {
		if *b {
			return 1
		}
		return 0
	}
	return index(s.words, *s.to.(*string))
}

// index gives the index of a word. No word is the first, the strictest.
func index(words []string, word string) int {
	for i, w := range words {
		if w == word || word == "" {
			return i
		}
	}
	return -1
}

func (s scalar) set(place int) {
	switch to := s.to.(type) {
	case *bool:
		*to = place == 1
	case *string:
		*to = s.words[place]
	}
}

// list is a setting of many values. One that opens can only lose values by a page's rules, another only gain.
type list struct {
	key   string
	to    *[]string
	opens bool
}

func (p *Policy) lists() []list {
	return []list{
		{"block", &p.Block, false}, {"mask", &p.Mask, false}, {"allow", &p.Allow, true}, {"attribute", &p.Attributes, true},
		{"keep_query", &p.KeepQuery, true}, {"origin_only", &p.OriginOnly, false},
	}
}

// Validate tells what in the policy cannot be compiled: a value with a line break, a word that is none.
func (p *Policy) Validate() error {
	for _, s := range p.scalars() {
		if s.place() < 0 {
			return errors.New(s.key + ": " + Quote(*s.to.(*string)) + " is none of " + strings.Join(s.words, ", "))
		}
	}
	for _, l := range p.lists() {
		for _, v := range *l.to {
			if !oneLine(v) {
				return errors.New(l.key + ": " + Quote(v) + " is empty, has a line break or space around it")
			}
		}
	}
	for _, a := range p.Attributes {
		if a != "id" && a != "name" && a != "class" {
			return errors.New("attributes: " + Quote(a) + " is none of id, name, class")
		}
	}
	for _, h := range p.OriginOnly {
		if h != AllHosts && (!isHost(h) || strings.ToLower(h) != h) {
			return errors.New("origin_only: " + Quote(h) + " is neither a host in lower case, without a scheme or a path, nor " + AllHosts)
		}
	}
	return p.validateOwn()
}

// validateOwn looks at what has a form of its own: custom patterns and pages.
func (p *Policy) validateOwn() error {
	if len(p.Custom) > maxCustom {
		return errors.New("custom: there are too many patterns")
	}
	for i, c := range p.Custom {
		for _, before := range p.Custom[:i] {
			if before.Name == c.Name {
				return errors.New("custom: there is a pattern " + Quote(c.Name) + " already")
			}
		}
	}
	for _, page := range p.Pages {
		if err := page.validate(); err != nil {
			return err
		}
	}
	return nil
}

// oneLine tells whether a value can stand on a line of the compiled form.
func oneLine(s string) bool {
	return s != "" && !strings.ContainsAny(s, "\n\r") && strings.TrimSpace(s) == s
}
