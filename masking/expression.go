package masking

import (
	"errors"
	"strconv"
	"strings"
)

// set is a set of characters of ASCII.
type set [2]uint64

func (s *set) has(c byte) bool { return c < otherLetter && s[c>>6&1]>>(c&63)&1 != 0 }

// add adds a range; of letters both cases.
func (s *set) add(from, to byte) {
	for c := int(from); c <= int(to); c++ {
		s[c>>6] |= 1 << (c & 63)
		if letter(byte(c)) {
			s[c>>6] |= 1 << (c&63 ^ 0x20)
		}
	}
}

// read reads the expression of a pattern.
func (m *matcher) read(expression string) error {
	if expression == "" || len(expression) > maxExpression || strings.TrimSpace(expression) != expression {
		return errors.New("the expression is empty, too long, or has space around it")
	}
	for rest := expression; rest != ""; {
		var s set
		var least, most int
		var err error
		if rest[0] == '[' {
			rest, err = s.brackets(rest[1:])
		} else {
			rest, err = s.one(rest, `.*+|()^$]{}?`)
		}
		if err == nil {
			least, most, rest, err = times(rest)
		}
		if err == nil {
			err = m.add(s, least, most)
		}
		if err != nil {
			return err
		}
	}
	if m.skip(1)>>m.places&1 != 0 {
		return errors.New("the expression also matches where there is nothing")
	}
	for c := range m.by {
		if m.skip(1)&m.by[c] != 0 {
			m.begins[c>>6] |= 1 << (c & 63)
		}
	}
	return nil
}

// one adds a character or a class of them. The signs that have a meaning elsewhere need a backslash.
func (s *set) one(in, reserved string) (rest string, err error) {
	c, rest := in[0], in[1:]
	if c == '\\' {
		if rest == "" {
			return "", errors.New(`a backslash stands at the end`)
		}
		c, rest = rest[0], rest[1:]
		switch {
		case c == 'd':
			s.add('0', '9')
			return rest, nil
		case c == 'w':
			s.add('0', '9')
			s.add('a', 'z')
			s.add('_', '_')
			return rest, nil
		case alnum(c):
			return "", errors.New(`\` + string(rune(c)) + ` is not known; there are \d, \w and a backslash before a sign`)
		}
	} else if contains(reserved, c) {
		return "", errors.New(string(rune(c)) + ` is not known here; there are literals, \d, \w, sets, ?, {n} and {n,m}, and the sign itself is \` + string(rune(c)))
	}
	if c < ' ' || c >= 0x7F {
		return "", errors.New("a character is not in ASCII")
	}
	s.add(c, c)
	return rest, nil
}

// brackets adds what stands in a set, up to its end.
func (s *set) brackets(in string) (rest string, err error) {
	for rest = in; rest != "" && rest[0] != ']'; {
		if len(rest) > 2 && rest[1] == '-' && rest[2] != ']' && rest[0] != '\\' {
			from, to := rest[0], rest[2]
			if from > to || !alnum(from) || !alnum(to) || digit(from) != digit(to) || !digit(from) && from&0x20 != to&0x20 {
				return "", errors.New(rest[:3] + " is no range of digits, of capitals or of small letters")
			}
			s.add(from, to)
			rest = rest[3:]
			continue
		}
		isSign := len(rest) > 1 && rest[0] == '\\' && !alnum(rest[1])
		if rest, err = s.one(rest, "[^"); err != nil {
			return "", err
		}
		if isSign && len(rest) > 1 && rest[0] == '-' && rest[1] != ']' {
			return "", errors.New("a sign begins no range")
		}
	}
	if rest == "" || rest == in {
		return "", errors.New("a set is empty or has no ]")
	}
	return rest[1:], nil
}

// times reads how often something may stand there: ?, {n} or {n,m}; once without them.
func times(in string) (least, most int, rest string, err error) {
	if rest, ok := strings.CutPrefix(in, "?"); ok {
		return 0, 1, rest, nil
	}
	if !strings.HasPrefix(in, "{") {
		return 1, 1, in, nil
	}
	inner, rest, ok := strings.Cut(in[1:], "}")
	from, to, both := strings.Cut(inner, ",")
	if !both {
		to = from
	}
	least, err1 := strconv.Atoi(from)
	most, err2 := strconv.Atoi(to)
	if !ok || err1 != nil || err2 != nil || strconv.Itoa(least) != from || strconv.Itoa(most) != to || least < 0 || most < max(least, 1) || most > maxPlaces {
		return 0, 0, "", errors.New("{" + inner + "} is no number of times from 1 to 63")
	}
	return least, most, rest, nil
}
