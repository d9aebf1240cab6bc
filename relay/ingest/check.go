package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/cotrail/cotrail/masking/event"
)

// checker holds events to event.Specs. Its slice is reused from line to line; it belongs to one goroutine.
type checker struct{ members []member }

// span is the times that an event may have, by the page's clock.
type span struct{ from, to int64 }

// lines checks the plain bytes of a batch: count lines, each an event.
func (c *checker) lines(plain []byte, first uint64, count int, times span) error {
	if n := bytes.Count(plain, []byte{'\n'}); n != count || plain[len(plain)-1] != '\n' {
		return refuse(event.BadFrame, "the batch of %d events has %d lines", count, n)
	}
	for i := range count {
		end := bytes.IndexByte(plain, '\n')
		if err := c.event(plain[:end], times); err != nil {
			var r *refusal
			if errors.As(err, &r) {
				r.reason = fmt.Sprintf("event %d: %s", first+uint64(i), r.reason)
			}
			return err
		}
		plain = plain[end+1:]
	}
	return nil
}

// own stands for the types that pages make up: any details will do.
var own = event.Spec{Type: "x_…", By: event.ByRecorder | event.ByApp}

var ownPrefix = []byte("x_")

// event checks one line: type, time, source where it is not the recorder, and details, in this order.
func (c *checker) event(line []byte, times span) error {
	if err := canonical(line); err != nil {
		return err
	}
	if len(line) == 0 || line[0] != '{' {
		return refuse(event.BadEvent, "is no object")
	}
	envelope, ok := appendMembers(c.members[:0], line)
	c.members = envelope[:0]
	byRecorder := len(envelope) == 3
	if !ok || !byRecorder && len(envelope) != 4 || !byRecorder && string(envelope[2].key) != "source" ||
		string(envelope[0].key) != "type" || string(envelope[1].key) != "time" || string(envelope[len(envelope)-1].key) != "details" {
		return refuse(event.BadEvent, "has other keys than type, time, source and details, in this order")
	}
	if !byRecorder && string(envelope[2].value) != `"page"` && string(envelope[2].value) != `"extension"` {
		return refuse(event.BadEvent, "source is neither page nor extension; the recorder's own events have none")
	}
	if at, ok := wholeNumber(envelope[1].value); !ok || at < times.from || at > times.to {
		return refuse(event.BadEvent, "time is no whole number of milliseconds near to now by the clock of the page")
	}
	return c.details(envelope[0].value, envelope[len(envelope)-1].value, !byRecorder)
}

// details checks the details of a type. What an app signals may have keys beyond the known ones, and is then open;
// what the recorder sends may not, for it would be a way past the masking.
func (c *checker) details(quoted, object []byte, open bool) error {
	name := quoted[1:max(1, len(quoted)-1)]
	if quoted[0] != '"' || !isWord(name) && !bytes.HasPrefix(name, ownPrefix) {
		return refuse(event.BadEvent, "type is no word of lower case letters, digits and underscores")
	}
	if object[0] != '{' {
		return refuse(event.BadEvent, "details is no object")
	}
	spec, by := find(name), event.ByRecorder
	if open {
		by = event.ByApp
	}
	if spec == nil || spec.By&by == 0 {
		return refuse(event.BadEvent, "type is none that a page sends; types of your own begin with x_")
	}
	open = open || spec == &own
	keys := spec.Keys
	if spec.Masked != nil && c.masked(object) {
		keys, open = spec.Masked, false // exactly these: a masked event shows nothing else
	}
	if path, trouble := c.object(object, keys, open); trouble != "" {
		return refuse(event.BadEvent, "%s: %s%s", spec.Type, strings.TrimPrefix(path+" ", " "), trouble)
	}
	return nil
}

// specs has the types by their names. follower_joined is none of them: the recorder writes participant_joined.
var specs = func() map[string]*event.Spec {
	m := map[string]*event.Spec{}
	for _, s := range event.Specs {
		m[string(s.Type)] = s
	}
	return m
}()

// find gives the description of a type, nil when there is none.
func find(name []byte) *event.Spec {
	if !bytes.HasPrefix(name, ownPrefix) {
		return specs[string(name)]
	}
	if event.IsOwn(string(name)) {
		return &own
	}
	return nil
}

// masked tells whether details say that they are masked.
func (c *checker) masked(object []byte) bool {
	if bytes.HasPrefix(object, []byte(`{"is_masked":true,`)) {
		return true // as the recorder writes it
	}
	if !bytes.Contains(object, []byte(`"is_masked":true`)) {
		return false
	}
	base := len(c.members)
	members, _ := appendMembers(c.members, object)
	for _, m := range members[base:] {
		if string(m.key) == "is_masked" && string(m.value) == "true" {
			return true
		}
	}
	return false
}

// object checks an object against known keys. path and trouble name the key and what is wrong with it, never a
// value, nor a key that is not known: it may be a value itself.
func (c *checker) object(object []byte, known []event.Key, open bool) (path, trouble string) {
	base := len(c.members)
	members, ok := appendMembers(c.members, object)
	c.members = members
	defer func() { c.members = c.members[:base] }()
	if !ok {
		return "", fmt.Sprintf("has more than %d keys", maxKeys)
	}
	var seen uint64 // the known keys that were there: no object has 64
	next := 0       // the recorder writes keys in the order of the description, mostly
	for i := base; i < len(members); i++ {
		at := place(known, members[i].key, next)
		switch {
		case at < 0 && !open:
			return "", "has a key that is not among its known ones"
		case at < 0:
			if repeated(members[base:i], members[i].key) {
				return "", "has a key twice"
			}
			if trouble := c.any(members[i].value); trouble != "" {
				return "", trouble
			}
			continue
		case seen&(1<<at) != 0:
			return known[at].Name, "is there twice"
		}
		seen |= 1 << at
		next = at + 1
		if below, trouble := c.value(members[i].value, &known[at]); trouble != "" {
			return strings.TrimSuffix(known[at].Name+"."+below, "."), trouble
		}
	}
	for at := range known {
		if known[at].Required && seen&(1<<at) == 0 {
			return known[at].Name, "is missing"
		}
	}
	return "", ""
}

// place gives the index of a key, looking from next on first, or -1.
func place(known []event.Key, name []byte, next int) int {
	for i := range known {
		at := (next + i) % len(known)
		if known[at].Name == string(name) {
			return at
		}
	}
	return -1
}

func repeated(members []member, key []byte) bool {
	for _, m := range members {
		if bytes.Equal(m.key, key) {
			return true
		}
	}
	return false
}
