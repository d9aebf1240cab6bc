package document

import (
	"strings"
	"time"
)

// joiner puts lines together.
type joiner struct {
	state
	columns columns
	out     []byte
}

// walk goes through a shape: literal is called with what stands in the lines as it is, value at each mark.
func (s *state) walk(shape string, literal func(string), value func(mark byte) error) error {
	s.begin()
	for i := 0; i < len(shape); i++ {
		switch c := shape[i]; c {
		case '"':
			end := strings.Index(shape[i+1:], `":`)
			if end < 0 {
				return errCorrupt
			}
			s.key = shape[i+1 : i+1+end]
			literal(shape[i : i+end+3])
			i += end + 2
		case aText, aNumber, anInstant, derived:
			if err := value(c); err != nil {
				return err
			}
		default:
			s.nest(c)
			literal(shape[i : i+1])
		}
	}
	return nil
}

func (j *joiner) line(shape string) error {
	err := j.walk(shape, func(s string) { j.out = append(j.out, s...) }, j.value)
	j.out = append(j.out, '\n')
	return err
}

// value writes what a shape has a mark for.
func (j *joiner) value(mark byte) (err error) {
	var value string
	switch mark {
	case derived:
		if j.key == "session_id" {
			j.quoted(j.session)
			return nil
		}
		value, _ = j.expected()
	case anInstant:
		d, err := j.columns.of(j.column(mark)).undifference()
		j.times[j.key] += d
		j.quoted(time.UnixMilli(j.times[j.key]).UTC().Format(timeLayout))
		return err
	case aText:
		if value, err = j.columns.of(j.column(mark)).next(); err != nil {
			return err
		}
		if references[j.key] {
			value, err = resolve(value, j.texts)
		}
		j.text(value)
		j.quoted(value)
		return err
	case aNumber:
		value, err = j.columns.of(j.column(mark)).next()
	}
	j.number(value)
	j.out = append(j.out, value...)
	return err
}

func (j *joiner) quoted(value string) {
	j.out = append(append(append(j.out, '"'), value...), '"')
}
