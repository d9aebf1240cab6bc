package masking

// Action is what a policy does with an element.
type Action uint8

// The zero Action hides, so that a forgotten decision shows nothing.
const (
	Mask  Action = iota // that it was touched is recorded, not what
	Block               // nothing is recorded, not even that it was touched
	Allow               // the value is recorded, after the patterns
)

// Decision is the outcome for one element, and the rule that made it.
type Decision struct {
	Action Action
	Rule   string
}

// Rules that are not selectors.
const (
	RuleHardDeny = "hard_deny" // a secret by its nature: nothing opens it
	RuleMarkup   = "markup"    // a mark in the page, ours or another tool's
	RuleDefault  = "default"   // no rule matched
	RuleMoved    = "moved"     // the element left its place before it could be judged: hidden
	RuleNotReady = "not_ready" // the page was left before the recorder could judge: hidden
	RulePolicy   = "policy"    // the policy could not be had or is broken: everything is hidden
)

// NoMatch says that no selector of a list matched.
const NoMatch = -1

// Element is what the sensor read of a form control, a button or whatever else was touched.
// Its texts are raw: an Element never leaves the page.
type Element struct {
	NodeName     string   // local name, lower case
	Type         string   // the type attribute of an input or button, lower case
	Name, ID     string   // the attributes
	Autocomplete string   // the attribute
	Labels       []string // every text that names it: label, aria-label, placeholder, title
	FormValue    bool     // its content is a form value: input, select, textarea, option, contenteditable
	Denied       bool     // the sensor found a hard deny and read no value
	Moved        bool     // it left its place before the selectors could be matched

	// The first selector of each list of Selectors that matches the element or an ancestor in the composed
	// tree: its index, or NoMatch.
	Block, Mask, Allow int
}

// Decide applies the rules in their order.
func (p *Policy) Decide(e Element) Decision {
	switch {
	case e.Block != NoMatch:
		return Decision{Block, p.rule("block", p.Block, e.Block)}
	case p.broken:
		return Decision{Mask, RulePolicy}
	case e.Denied || Denied(e):
		return Decision{Mask, RuleHardDeny}
	case e.Moved:
		return Decision{Mask, RuleMoved}
	case e.Mask != NoMatch:
		return Decision{Mask, p.rule("mask", p.Mask, e.Mask)}
	case e.Allow != NoMatch && (p.Markup || e.Allow < len(p.Allow)):
		return Decision{Allow, p.rule("allow", p.Allow, e.Allow)}
	case !e.FormValue:
		return Decision{Allow, RuleDefault}
	case p.Default == DefaultAllow:
		return Decision{Allow, RuleDefault}
	}
	return Decision{Mask, RuleDefault}
}

// rule names the selector of a list that decided; beyond the policy's own are the marks.
func (p *Policy) rule(list string, selectors []string, i int) string {
	if i >= 0 && i < len(selectors) {
		return list + ":" + selectors[i]
	}
	return list + ":" + RuleMarkup
}

// Selectors gives the lists that the sensor matches: the policy's own selectors first, then the marks.
func (p *Policy) Selectors() (block, mask, allow []string) {
	join := func(own, marks []string) []string { return append(own[:len(own):len(own)], marks...) }
	return join(p.Block, Marks.Block), join(p.Mask, Marks.Mask), join(p.Allow, Marks.Allow)
}
