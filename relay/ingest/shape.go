package ingest

import "github.com/cotrail/cotrail/masking/event"

// value checks a value against the shape of its key.
func (c *checker) value(value []byte, k *event.Key) (path, trouble string) {
	if k.Nullable && string(value) == "null" {
		return "", ""
	}
	switch k.Shape {
	case event.Text:
		return "", unless(value[0] == '"', "is no string")
	case event.OneOf:
		return "", unless(isOneOf(value, k.Enum), "is none of its known words")
	case event.Int:
		_, ok := wholeNumber(value)
		return "", unless(ok, "is no whole number")
	case event.ID:
		_, ok := wholeNumber(value)
		return "", unless(ok || value[0] == '"', "is neither a string nor a whole number")
	case event.Num:
		return "", unless(isNumber(value), "is no number")
	case event.Bool:
		return "", unless(value[0] == 't' || value[0] == 'f', "is neither true nor false")
	case event.Object:
		return c.nested(value, k.Keys)
	case event.List, event.Ints, event.Texts:
		return c.list(value, k)
	}
	return "", c.any(value)
}

func unless(ok bool, trouble string) string {
	if ok {
		return ""
	}
	return trouble
}

func isOneOf(value []byte, words []string) bool {
	for _, w := range words {
		if value[0] == '"' && w == string(value[1:len(value)-1]) {
			return true
		}
	}
	return false
}

// nested checks an object within details; without known keys it may hold anything.
func (c *checker) nested(value []byte, known []event.Key) (path, trouble string) {
	if value[0] != '{' {
		return "", "is no object"
	}
	return c.object(value, known, len(known) == 0)
}

// list checks a list, each of whose elements has one shape.
func (c *checker) list(value []byte, k *event.Key) (path, trouble string) {
	if value[0] != '[' {
		return "", "is no list"
	}
	element := k.Element()
	for i := 1; value[i] != ']'; {
		if value[i] == ',' {
			i++
		}
		end := valueEnd(value, i)
		if path, trouble = c.value(value[i:end], &element); trouble != "" {
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
