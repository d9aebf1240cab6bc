package ingest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// find notes that something was found at the path where the look is.
func (l *look) find(rule string) {
	f := finding{rule, strings.Join(l.path, ".")}
	if len(l.found) < maxFindings && !slices.Contains(l.found, f) {
		l.found = append(l.found, f)
	}
}

// text masks a text by its key's treatment. Of one that is hidden as a whole the key goes, where it may.
func (l *look) text(value []byte, k *event.Key) (stays bool) {
	if l.harmless(value, k) {
		l.out = append(l.out, value...)
		return true
	}
	raw, ok := unquoted(value)
	after := masking.Stars
	if ok {
		after = l.treated(k, raw)
	}
	if after == raw {
		l.out = append(l.out, value...)
		return true
	}
	l.find(l.ruleOf(k, raw, after))
	switch {
	case k.Treat == event.Never:
		l.out = append(l.out, "null"...)
		return true
	case after == "" && !k.Required:
		return false
	}
	l.out = masking.AppendQuote(l.out, after)
	return true
}

// unquoted gives the text of a canonical string.
func unquoted(value []byte) (string, bool) {
	if bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : len(value)-1]), true
	}
	return masking.Unquote(string(value))
}

// treated gives of a text what may be told.
func (l *look) treated(k *event.Key, raw string) string {
	switch p := l.policy; k.Treat {
	case event.Free:
		if k.Name == ruleKey && !l.app && l.isRule(raw) {
			return raw
		}
		return p.Said(raw).String()
	case event.Ident:
		if !l.app && isRandom(raw) && p.ID(raw).String() == raw { // the recorder's own, of a tab
			return raw
		}
		return p.Ident(raw).String()
	case event.Address:
		return p.URL(raw).String()
	case event.Name:
		return p.Name(raw).String()
	case event.Attribute:
		t, _ := p.Attribute(k.Name, raw)
		return t.String()
	case event.Label:
		return p.Label(raw).String()
	case event.Title:
		return p.Title(raw).String()
	case event.Path:
		return p.XPath(raw).String()
	case event.Filename:
		return p.Filename(raw).String()
	case event.MediaType:
		return p.MediaType(raw).String()
	case event.Digest:
		return p.Digest(raw).String()
	case event.Person:
		return l.hashed(raw, p.IdentityName == masking.Plain)
	case event.Mail:
		return l.hashed(raw, p.IdentityEmail == masking.Plain)
	case event.Hashed, event.Derived:
		return l.hashed(raw, false)
	case event.Length:
		return p.ChatText(raw).String()
	case event.Never:
		return ""
	case event.Hidden, event.Recipient:
		if !l.app { // the recorder's own keys
			return p.Value(masking.Decision{Action: masking.Allow}, raw).String()
		}
	}
	return l.policy.Hidden(raw).String()
}

// isRandom tells whether what could be a hash or a random id has a letter: digits alone may be somebody's number, and
// what a recorder makes has one (masking.FieldKey, js/random.js).
func isRandom(raw string) bool { return strings.ContainsAny(raw, "abcdef") }

// hashed passes a keyed hash. It also passes, where a plain text may be told, that text by the patterns: a recorder
// that has no policy hashes all the same.
func (l *look) hashed(raw string, plain bool) string {
	isHash := l.policy.ID(raw).String() == raw
	switch {
	case isHash && isRandom(raw):
		return raw
	case !plain:
		return l.policy.Hidden(raw).String()
	}
	known := *l.policy
	known.IdentityName, known.IdentityEmail = masking.Plain, masking.Plain
	if strings.Contains(raw, "@") {
		return known.Mail(masking.FieldKey{}, raw).String()
	}
	return known.Said(raw).String()
}

// ruleKey is the key of the rule that masked an entry.
const ruleKey = "rule"

// isRule tells whether a rule is one of the policy's own selectors, whatever is in it.
func (l *look) isRule(rule string) bool {
	list, selector, _ := strings.Cut(rule, ":")
	for name, selectors := range map[string][]string{"block": l.policy.Block, "mask": l.policy.Mask, "allow": l.policy.Allow} {
		if name == list && slices.Contains(selectors, selector) {
			return true
		}
	}
	return slices.ContainsFunc(l.policy.Pages, func(page masking.Page) bool {
		return slices.Contains(page.Closes, masking.Closing{Key: list, Value: selector})
	})
}

// treatments names what was wrong with a text in which no pattern found anything.
var treatments = map[event.Treatment]string{
	event.Address: "url", event.Path: "xpath", event.Attribute: "attributes", event.Label: "labels", event.Title: "titles", event.Name: "name",
	event.Filename: "filenames", event.MediaType: "mime", event.Digest: "digest", event.Person: "identity", event.Mail: "identity", event.Length: "chat",
}

func (l *look) ruleOf(k *event.Key, before, after string) string {
	if rule := l.policy.Mark(before, after); rule != "" {
		return rule
	}
	if rule := treatments[k.Treat]; rule != "" {
		return rule
	}
	return masking.RuleHardDeny
}
