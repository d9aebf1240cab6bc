package ingest

import "github.com/cotrail/cotrail/masking/event"

// value checks a value against the shape of its key.
func (c *checker) value(value []byte, k *event.Key, open bool) (path, trouble string) {
	if k.Nullable && string(value) == "null" {
		return "", ""
	}
	switch k.Shape {
	case event.Text:
		return "", unless(value[0] == '"', "is no string")
	case event.Words:
		return "", unless(value[0] == '"' && isOneOf(value[1:len(value)-1], k.Enum), "is none of its known words")
	case event.Int:
		_, ok := wholeNumber(value)
		return "", unless(ok, "is no whole number")
	case event.Num:
		return "", unless(isNumber(value), "is no number")
	case event.Bool:
		return "", unless(value[0] == 't' || value[0] == 'f', "is neither true nor false")
	case event.Object:
		return c.nested(value, k.Keys, open)
	case event.List:
		return c.list(value, k.Keys, open)
	}
	return "", c.any(value)
}

func unless(ok bool, trouble string) string {
	if ok {
		return ""
	}
	return trouble
}

func isOneOf(word []byte, words []string) bool {
	for _, w := range words {
		if w == string(word) {
			return true
		}
	}
	return len(words) == 0 && isWord(word)
}

// nested checks an object within details; without known keys it may hold anything.
func (c *checker) nested(value []byte, known []event.Key, open bool) (path, trouble string) {
	if value[0] != '{' {
		return "", "is no object"
	}
	return c.object(value, known, open || len(known) == 0)
}

func (c *checker) list(value []byte, known []event.Key, open bool) (path, trouble string) {
	if value[0] != '[' {
		return "", "is no list"
	}
	for i := 1; value[i] != ']'; {
		if value[i] == ',' {
			i++
		}
		end := valueEnd(value, i)
		if path, trouble = c.nested(value[i:end], known, open); trouble != "" {
			return path, trouble
		}
		i = end
	}
	return "", ""
}

// any checks what may be any JSON: numbers that float64 has, no key twice. The log's hash is over a form of the
// entry that has no place for either.
func (c *checker) any(value []byte) (trouble string) {
	switch value[0] {
	case '"', 't', 'f', 'n':
		return ""
	case '[':
		for i := 1; value[i] != ']' && trouble == ""; {
			if value[i] == ',' {
				i++
			}
			end := valueEnd(value, i)
			trouble = c.any(value[i:end])
			i = end
		}
		return trouble
	case '{':
		_, trouble = c.object(value, nil, true)
		return trouble
	}
	return unless(isNumber(value), "has a number that is too large")
}
