package ingest

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// look is the relay's second look: before an event is stored, all its texts are masked again by what can be judged
// alone, each by the treatment that event.Specs gives its key, at the policy of the site. What a recorder that does
// its work sends is left as it is, byte for byte. It belongs to one goroutine.
//
//	look.go       a line, its objects and lists
//	look_text.go  one text
//	look_deny.go  fields that must be masked as a whole
//	look_page.go  the rules of the page's address
type look struct {
	site    *masking.Policy
	policy  *masking.Policy // that holds: the site's, or what the rules of a page make of it
	check   *checker
	denials map[string]bool // names of fields that were judged, see denies

	app   bool // of this line: the app says it, not the recorder
	path  []string
	found []finding
	out   []byte
}

// finding is what the recorder should have hidden: by which rule, and the path of the key that it stood in. It holds
// no text of the page: a key that the type does not have is a star in the path.
type finding struct {
	Rule string `json:"rule"`
	Path string `json:"path"`
}

// maxFindings bounds what is told of one event. All of it is hidden all the same.
const maxFindings = 8

// lines gives the checked lines of a batch as they may be stored, and what was found. An event in which something
// was found has its findings with it, from which the sequencer makes entries behind the event's own.
func (l *look) lines(plain []byte) ([]byte, []finding) {
	var masked []byte
	var all []finding
	for rest, copied := plain, 0; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		from := len(plain) - len(rest)
		if line := l.line(rest[:end]); line != nil {
			masked = append(append(masked, plain[copied:from]...), line...)
			copied = from + end
			all = append(all, l.found...)
		}
		rest = rest[end+1:]
		if len(rest) == 0 && masked != nil {
			masked = append(masked, plain[copied:]...)
		}
	}
	if masked == nil {
		return plain, nil
	}
	return masked, all
}

// line gives a line masked, nil when there is nothing to mask in it. The result is good until the next.
func (l *look) line(line []byte) []byte {
	envelope, _ := appendMembers(l.check.members[:0], line)
	l.check.members = envelope
	last := len(envelope) - 1
	object := envelope[last].value
	l.app = last == 3
	l.path, l.found = append(l.path[:0], "details"), l.found[:0]

	l.out = append(l.out[:0], line[:len(line)-len(object)-len(`"details":}`)]...)
	head := len(l.out)
	spec := find(envelope[0].value[1 : len(envelope[0].value)-1])
	if spec.Type == event.Navigate && !l.app {
		l.at(l.member(object, "url"))
	}
	l.details(spec, object)
	if len(l.found) == 0 {
		return nil
	}
	told, _ := json.Marshal(l.found) // of strings
	return append(slices.Insert(l.out, head, append(append([]byte(`"`+event.Corrected+`":`), told...), `,"details":`...)...), '}')
}

// details masks the details of a type.
func (l *look) details(spec *event.Spec, object []byte) {
	if spec.Masked != nil && l.check.masked(object) {
		l.object(object, spec.Masked, masking.AsData)
		return
	}
	if rule := l.closes(spec, object); rule != "" {
		l.hide(spec, object, rule)
		return
	}
	others := masking.AsData
	if spec.Private {
		others = masking.AsPrivate
	}
	l.object(object, spec.Keys, others)
}

// object masks an object's known keys each by its own treatment, and others together as others says.
func (l *look) object(object []byte, known []event.Key, others masking.Passing) {
	base := len(l.check.members)
	members, _ := appendMembers(l.check.members, object)
	l.check.members = members
	defer func() { l.check.members = l.check.members[:base] }()

	l.out = append(l.out, '{')
	var unknown []byte
	next := 0
	for i := base; i < len(members); i++ {
		m := l.check.members[i]
		at := place(known, m.key, next)
		if at < 0 {
			unknown = append(append(append(append(unknown, `,"`...), m.key...), `":`...), m.value...)
			continue
		}
		next = at + 1
		before := len(l.out)
		l.comma()
		l.out = append(append(append(l.out, '"'), m.key...), `":`...)
		l.path = append(l.path, known[at].Name)
		if !l.value(m.value, &known[at]) {
			l.out = l.out[:before]
		}
		l.path = l.path[:len(l.path)-1]
	}
	if unknown != nil {
		unknown[0] = '{'
		l.path = append(l.path, "*")
		passed := l.passed(append(unknown, '}'), others)
		l.path = l.path[:len(l.path)-1]
		if inner := passed[1 : len(passed)-1]; passed[0] == '{' && inner != "" {
			l.comma()
			l.out = append(l.out, inner...)
		}
	}
	l.out = append(l.out, '}')
}

// comma parts a member or an element from the one before.
func (l *look) comma() {
	if c := l.out[len(l.out)-1]; c != '{' && c != '[' {
		l.out = append(l.out, ',')
	}
}

// value masks a value by its key's shape; it tells whether the key may stay.
func (l *look) value(value []byte, k *event.Key) (stays bool) {
	switch {
	case string(value) == "null":
	case k.Shape == event.Text, k.Shape == event.ID && value[0] == '"':
		return l.text(value, k)
	case k.Shape == event.Object && k.Treat == event.Secrets:
		l.out = append(l.out, l.passed(value, masking.AsOptions)...)
		return true
	case k.Shape == event.Object && k.Keys != nil:
		l.object(value, k.Keys, masking.AsData)
		return true
	case k.Shape == event.Any, k.Shape == event.Object:
		l.out = append(l.out, l.passed(value, masking.AsData)...)
		return true
	case k.Shape == event.List, k.Shape == event.Ints, k.Shape == event.Texts:
		l.list(value, k)
		return true
	case k.Shape == event.ID, k.Shape == event.Int, k.Shape == event.Num:
		return l.number(value, k)
	}
	l.out = append(l.out, value...)
	return true
}

func (l *look) list(value []byte, k *event.Key) {
	element := k.Element()
	l.out = append(l.out, '[')
	for i := 1; value[i] != ']'; {
		if value[i] == ',' {
			i++
		}
		end := valueEnd(value, i)
		before := len(l.out)
		l.comma()
		if !l.value(value[i:end], &element) {
			l.out = l.out[:before]
		}
		i = end
	}
	l.out = append(l.out, ']')
}

// minNumber is the length from which a number may be a card's or a person's; counts and sizes are shorter, mostly.
const minNumber = 7

// number hides a number that the app gives where it may be somebody's. The recorder's own are counts and times.
func (l *look) number(value []byte, k *event.Key) (stays bool) {
	if l.app && len(value) >= minNumber {
		number := string(value)
		if passed := l.policy.Again(number, masking.AsData).JSON(); passed != number {
			l.find(masking.RuleHardDeny)
			switch {
			case k.Shape == event.ID:
				l.out = append(l.out, passed...) // stars
				return true
			case !k.Required:
				return false
			}
			value = []byte("0")
		}
	}
	l.out = append(l.out, value...)
	return true
}

// passed masks a value that may be any JSON.
func (l *look) passed(value []byte, by masking.Passing) string {
	before := string(value)
	after := l.policy.Again(before, by).JSON()
	if after != before {
		rule := l.policy.Mark(before, after)
		if rule == "" {
			rule = masking.RuleHardDeny
		}
		l.find(rule)
	}
	return after
}
